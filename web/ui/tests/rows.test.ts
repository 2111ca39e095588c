import { describe, expect, it } from 'vitest'
import { heldOrder, isUnread, listed, markRead, putRow, type Rows } from '@/desk/rows'
import { at, row } from './fixtures'

describe('the rows', () => {
  it('keep the newer state, and my read mark only grows', () => {
    const rows: Rows = {}
    putRow(rows, row('c_1', { seq: 5, my_read: 3 }))
    putRow(rows, row('c_1', { seq: 7, my_read: undefined, unanswered: 2 }))
    putRow(rows, row('c_1', { seq: 6, my_read: 5, unanswered: 9 }))
    expect(rows.c_1).toMatchObject({ seq: 7, my_read: 5, unanswered: 2 })
    markRead(rows, 'c_1', 4)
    expect(rows.c_1?.my_read).toBe(5)
  })

  it('are listed where they belong', () => {
    const rows: Rows = {}
    putRow(rows, row('mine'))
    putRow(rows, row('snoozed', { state: 'snoozed', agent: null, last_agent: 'u_me' }))
    putRow(rows, row('snoozed-theirs', { state: 'snoozed', agent: null, last_agent: 'u_other' }))
    putRow(rows, row('theirs', { agent: 'u_other' }))
    putRow(rows, row('waiting', { state: 'waiting', agent: null, waiting_since: at(5) }))
    putRow(rows, row('offered', { state: 'offered', waiting_since: at(3), queue: 'q_other' }))
    putRow(rows, row('closed', { state: 'closed' }))
    const ids = (list: 'mine' | 'queue' | 'all' | 'closed', queue: string | null = null): string[] =>
      listed(rows, list, 'u_me', queue, null).map((one) => one.id).sort()
    expect(ids('mine')).toEqual(['mine', 'snoozed'])
    expect(ids('queue')).toEqual(['offered', 'waiting'])
    expect(ids('queue', 'q_repair')).toEqual(['waiting'])
    expect(ids('closed')).toEqual(['closed'])
    expect(ids('all')).toEqual(['mine', 'offered', 'snoozed', 'snoozed-theirs', 'theirs', 'waiting'])
  })

  it('stand in the queue as they will be served, elsewhere by what happened last', () => {
    const rows: Rows = {}
    putRow(rows, row('later', { state: 'waiting', waiting_since: at(9), updated_at: at(1) }))
    putRow(rows, row('urgent', { state: 'waiting', waiting_since: at(20), priority: 5, updated_at: at(2) }))
    putRow(rows, row('first', { state: 'waiting', waiting_since: at(1), updated_at: at(3) }))
    expect(listed(rows, 'queue', 'u_me', null, null).map((one) => one.id)).toEqual(['urgent', 'first', 'later'])
    expect(listed(rows, 'all', 'u_me', null, null).map((one) => one.id)).toEqual(['first', 'urgent', 'later'])
  })

  it('leave no hole below a page that was loaded', () => {
    const rows: Rows = {}
    putRow(rows, row('page', { state: 'closed', updated_at: at(50) }))
    putRow(rows, row('stray', { state: 'closed', updated_at: at(10) }))
    const loaded = { next: 'more', until: at(50) }
    expect(listed(rows, 'closed', 'u_me', null, loaded).map((one) => one.id)).toEqual(['page'])
    expect(listed(rows, 'closed', 'u_me', null, { next: null, until: at(50) })).toHaveLength(2)
  })

  it('do not move under the pointer', () => {
    expect(heldOrder(['a', 'b', 'c'], ['new', 'c', 'a'])).toEqual(['a', 'c', 'new'])
  })

  it('are unread when somebody else spoke last and I have not seen it', () => {
    expect(isUnread(row('c', { seq: 5, my_read: 4 }), 'u_me')).toBe(true)
    expect(isUnread(row('c', { seq: 5, my_read: 5 }), 'u_me')).toBe(false)
    const mine = { text: 'x', media: null, by: 'agent', by_id: 'u_me', at: at(1) } as const
    expect(isUnread(row('c', { seq: 5, my_read: 0, preview: mine, unanswered: 0 }), 'u_me')).toBe(false)
  })
})
