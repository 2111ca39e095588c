import { describe, expect, it } from 'vitest'
import type { Item } from '../frame/outbox'
import type { Conversation, Entry } from '../frame/protocol'
import { rows, type MessageRow, type Row } from '../frame/rows'
import { wordsFor } from '../frame/words'

const conversation: Conversation = {
  id: 'c1', state: 'assigned', position: null, wait_seconds: null, staffed: true, agent: { name: '小刘' }, last: 9, read: 0, seen: 2, reason: null, rating: null,
}
const entry = (seq: number, by: Entry['by'], minute: number, body: Entry['body'], kind: Entry['kind'] = 'message'): Entry => ({
  id: `e${seq}`, conversation: 'c1', seq, prev: 0, kind, by, at: new Date(2026, 10, 25, 10, minute).toISOString(), body, client_id: `client-${seq}`,
})
const me = { kind: 'contact' } as const
const agent = { kind: 'agent', name: '小刘' } as const
const around = (pending: Item[] = [], more: Partial<Conversation> = {}): Parameters<typeof rows>[1] => ({
  words: wordsFor('zh-CN'), locale: 'zh-CN', now: new Date(2026, 10, 25, 12), conversation: { ...conversation, ...more }, pending, uploads: [],
})
const messages = (list: Row[]): MessageRow[] => list.filter((row): row is MessageRow => row.kind === 'message')

describe('rows', () => {
  it('show time and author once for a group', () => {
    const list = messages(rows([entry(1, agent, 0, { text: 'a' }), entry(2, agent, 1, { text: 'b' }), entry(3, agent, 9, { text: 'c' }), entry(4, me, 9, { text: 'd' })], around()))
    expect(list.map((row) => [row.author, row.meta])).toEqual([['小刘', false], ['', true], ['小刘', true], ['', true]])
  })

  it('show how far a message came', () => {
    const pending: Item[] = [
      { client_id: 'p1', path: 'messages', body: { text: 'x' }, at: 0 },
      { client_id: 'p2', path: 'messages', body: { text: 'y' }, at: 0, failed: 'empty' },
    ]
    const list = messages(rows([entry(2, me, 0, { text: 'a' }), entry(3, me, 1, { text: 'b' })], around(pending)))
    expect(list.map((row) => row.status)).toEqual(['read', 'sent', 'sending', 'failed'])
  })

  it('show a message once, whether it is kept or stored', () => {
    const pending: Item[] = [{ client_id: 'client-2', path: 'messages', body: { text: 'a' }, at: 0 }]
    expect(messages(rows([entry(2, me, 0, { text: 'a' })], around(pending))).length).toBe(1)
  })

  it('let a prompt be answered while it is the last word', () => {
    const prompt = entry(2, { kind: 'bot' }, 0, { text: '?', prompt: { options: [{ value: '1', label: '一' }] } })
    const active = (list: Row[]): boolean | undefined => messages(list)[0]?.prompt?.active
    expect(active(rows([prompt], around()))).toBe(true)
    expect(active(rows([prompt], around([{ client_id: 'p1', path: 'messages', body: {}, at: 0, shown: '一' }])))).toBe(false)
    expect(active(rows([prompt, entry(3, me, 1, { text: '一' })], around()))).toBe(false)
    expect(active(rows([prompt], around([], { state: 'closed' })))).toBe(false)
  })

  it('say who joined and why it ended', () => {
    const list = rows([entry(2, agent, 0, { agent: { name: '小刘' } }, 'assigned'), entry(3, me, 1, { reason: 'left' }, 'closed'), entry(4, me, 2, { score: 5 }, 'rated')], around())
    expect(list.map((row) => ('text' in row ? row.text : ''))).toEqual(['今天', '小刘 已接入，为您服务', '您已结束会话'])
  })

  it('have a line for each day', () => {
    const old = { ...entry(1, me, 0, { text: 'a' }), at: new Date(2026, 10, 24, 10).toISOString() }
    expect(rows([old, entry(2, me, 0, { text: 'b' })], around()).filter((row) => row.kind === 'day').length).toBe(2)
  })

  it('keep the place of an erased message', () => {
    expect(messages(rows([entry(1, agent, 0, { redacted: true })], around()))[0]?.erased).toBe(true)
  })
})
