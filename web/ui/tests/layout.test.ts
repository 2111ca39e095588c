import { describe, expect, it } from 'vitest'
import { layout } from '@/desk/layout'
import type { OutboxItem } from '@/desk/outbox'
import { entry } from './fixtures'

const kinds = (...args: Parameters<typeof layout>): string[] => layout(...args).map((item) => item.type)
const agent = { kind: 'agent', id: 'u_me' } as const
const router = { kind: 'router', id: 'router' } as const

describe('the timeline on screen', () => {
  it('has a date line, bubbles, notes and folded events', () => {
    const entries = [
      entry(1),
      entry(2, { kind: 'queued', by: router, body: {} }),
      entry(3, { kind: 'offered', by: router, body: {} }),
      entry(4, { kind: 'assigned', by: agent, body: { how: 'accept' } }),
      entry(5, { kind: 'note', by: agent }),
      entry(6, { by: agent }),
    ]
    expect(kinds(entries, [], null)).toEqual(['date', 'speech', 'events', 'note', 'speech'])
  })

  it('shows a note of the house itself as something that happened', () => {
    const system = { kind: 'system', id: 'hub' } as const
    const entries = [
      entry(1),
      entry(2, { kind: 'note', by: system, body: { event: 'bot_failed' } }),
      entry(3, { kind: 'queued', by: router, body: {} }),
    ]
    expect(kinds(entries, [], null)).toEqual(['date', 'speech', 'events'])
  })

  it('never folds away an event that carries words', () => {
    const entries = [
      entry(1, { kind: 'queued', by: router, body: {} }),
      entry(2, { kind: 'queued', by: agent, body: { note: '客户着急' } }),
      entry(3, { kind: 'offered', by: router, body: {} }),
    ]
    expect(kinds(entries, [], null)).toEqual(['date', 'events', 'events', 'events'])
  })

  it('marks where the new ones begin, before what the customer said', () => {
    const entries = [entry(1), entry(2, { by: agent }), entry(3, { kind: 'left' }), entry(4), entry(5)]
    expect(kinds(entries, [], 2)).toEqual(['date', 'speech', 'speech', 'events', 'new', 'speech', 'speech'])
    expect(kinds(entries, [], 9)).not.toContain('new')
  })

  it('joins what one person said in a row', () => {
    const items = layout([entry(1), entry(2), entry(3, { by: agent })], [], null)
    expect(items.map((item) => (item.type === 'speech' ? item.joined : null))).toEqual([null, false, true, false])
  })

  it('shows what is on its way until it has come, under the same key', () => {
    const item = { client_id: 'id1' } as OutboxItem
    expect(layout([entry(1)], [item], null).at(-1)).toMatchObject({ type: 'pending', key: 'id1' })
    const sent = layout([entry(1), entry(2, { by: agent, client_id: 'id1' })], [item], null)
    expect(sent.at(-1)).toMatchObject({ type: 'speech', key: 'id1' })
    expect(sent).toHaveLength(3)
  })

  it('begins a new day with a date', () => {
    const late = { at: '2026-11-27T09:00:00.000Z' }
    expect(kinds([entry(1), entry(2, late)], [], null)).toEqual(['date', 'speech', 'date', 'speech'])
  })
})
