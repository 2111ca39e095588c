import { describe, expect, it } from 'vitest'
import type { CannedReply, ConversationDetail } from '@/api/types'
import { expand, matching, slashQuery } from '@/desk/canned'
import { newId, tabId } from '@/desk/ids'
import { ago, clock, longClock, waitLevel } from '@/desk/waiting'
import { facts } from '@/desk/why'
import { directing, rightsOn } from '@/inbox/rights'
import { snoozeChoices } from '@/inbox/snoozing'
import { row } from './fixtures'

describe('waiting', () => {
  it('turns amber at 70 % of the service level and red at 100 %', () => {
    expect(waitLevel(41_999, 60)).toBe('calm')
    expect(waitLevel(42_000, 60)).toBe('late')
    expect(waitLevel(60_000, 60)).toBe('over')
    expect(waitLevel(1e9, null)).toBe('calm')
  })

  it('reads as a clock', () => {
    expect([clock(7_000), clock(760_000), clock(3_723_000)]).toEqual(['00:07', '12:40', '1:02:03'])
    expect([longClock(760_000), longClock(3_723_000)]).toEqual(['00:12:40', '01:02:03'])
    expect(ago(59_000).unit).toBe('now')
    expect(ago(7_200_000)).toEqual({ unit: 'hours', count: 2 })
  })
})

describe('canned replies', () => {
  const reply = (shortcut: string, more: Partial<CannedReply> = {}): CannedReply => ({ id: shortcut, shortcut, title: shortcut, text: '', queues: [], ...more })

  it('fill in their variables and leave unknown ones to be seen', () => {
    const values = { contact: { name: '王女士' }, agent: { name: '小刘' }, queue: { name: '报修' } }
    expect(expand('{{contact.name}}，我是{{ agent.name }}（{{other}}）', values)).toBe('王女士，我是小刘（{{other}}）')
  })

  it('open after a slash at the start of a word', () => {
    expect(slashQuery('/he', 3)).toEqual({ from: 0, query: 'he' })
    expect(slashQuery('好 /', 3)).toEqual({ from: 2, query: '' })
    expect(slashQuery('http://', 7)).toBeNull()
    expect(slashQuery('1/2', 3)).toBeNull()
  })

  it('match by shortcut first, and only those of the queue', () => {
    const all = [reply('bye', { text: 'hello' }), reply('say-hello'), reply('hello'), reply('held', { queues: ['q_other'] })]
    expect(matching(all, 'hel', 'q_repair').map((one) => one.shortcut)).toEqual(['hello', 'say-hello', 'bye'])
  })
})

describe('why me', () => {
  it('reads the router’s facts in every agreed shape', () => {
    expect(facts([{ fact: 'skill', skill: 'k_1', level: 3 }, 'vip'])).toEqual([
      { fact: 'skill', values: { skill: 'k_1', level: 3 } }, { fact: 'vip', values: {} },
    ])
    expect(facts({ waited: { ms: 5 }, vip: false })).toEqual([{ fact: 'waited', values: { ms: 5 } }])
    expect(facts(null)).toEqual([])
  })
})

describe('ids', () => {
  it('are random UUIDs, also where the browser has no randomUUID', () => {
    const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    expect(newId()).toMatch(shape)
    const real = Object.getOwnPropertyDescriptor(crypto, 'randomUUID')
    Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true })
    expect(newId()).toMatch(shape)
    expect(newId()).not.toBe(newId())
    if (real !== undefined) Object.defineProperty(crypto, 'randomUUID', real)
    else Reflect.deleteProperty(crypto, 'randomUUID')
  })

  it('name a tab once', () => {
    const kept = new Map<string, string>()
    const shelf = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) }
    expect(tabId(shelf)).toBe(tabId(shelf))
  })
})

describe('what I may do', () => {
  it('follows the hub, and the newer row where the hub’s word is older', () => {
    const mine = row('c_1', { seq: 5 })
    expect(rightsOn(mine, undefined, 'u_me')).toMatchObject({ reply: true, close: true, pull: false })
    const detail = { ...mine, receipts: { delivered: 0, read: 0 }, may: ['post', 'note'] } as ConversationDetail
    expect(rightsOn(mine, detail, 'u_me')).toMatchObject({ reply: true, note: true, close: false })
    expect(rightsOn({ ...mine, state: 'closed', seq: 6 }, detail, 'u_me')).toMatchObject({ reply: false, reopen: true })
  })
})

describe('snoozing', () => {
  it('offers the next morning and the next Monday', () => {
    const friday = new Date(2026, 10, 27, 15, 0)
    const days = snoozeChoices(friday).map((choice) => choice.until.getDay())
    expect(days).toEqual([5, 5, 6, 1])
    const monday = new Date(2026, 10, 30, 8, 0)
    expect(snoozeChoices(monday).at(-1)?.until.getDate()).toBe(7)
  })
})

describe('a supervisor', () => {
  it('gives what waits or is held, takes back what is held, moves what waits', () => {
    expect(directing(row('c', { state: 'waiting', agent: null }))).toEqual({ takeBack: false, give: true, priority: true })
    expect(directing(row('c', { state: 'assigned' }))).toEqual({ takeBack: true, give: true, priority: false })
    expect(directing(row('c', { state: 'closed', agent: null }))).toEqual({ takeBack: false, give: false, priority: false })
  })
})
