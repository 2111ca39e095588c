import type { Agent, Entry, Offer, Row } from '@/api/types'

export const at = (seconds: number): string => new Date(Date.UTC(2026, 10, 25, 8, 0, seconds)).toISOString()

export function entry(seq: number, more: Partial<Entry> = {}): Entry {
  return {
    id: `e_${seq}`,
    conversation: 'c_1',
    seq,
    prev: seq - 1,
    kind: 'message',
    by: { kind: 'contact', id: 'p_1', name: '王桂兰' },
    at: at(seq),
    body: { v: 1, text: `message ${seq}` },
    ...more,
  }
}

export function row(id: string, more: Partial<Row> = {}): Row {
  return {
    id,
    inbox: 'i_1',
    channel: 'webchat',
    contact: 'p_1',
    contact_name: '王桂兰',
    state: 'assigned',
    queue: 'q_repair',
    agent: 'u_me',
    slot: 's1',
    waiting_since: null,
    created_at: at(0),
    updated_at: at(10),
    preview: { text: '厨房燃气表不走字了', media: null, by: 'contact', by_id: 'p_1', at: at(10) },
    unanswered: 1,
    seq: 5,
    my_read: 0,
    priority: 0,
    skills: {},
    ...more,
  }
}

export function agent(id: string, more: Partial<Agent> = {}): Agent {
  return { id, name: '小刘', state: 'ready', reason: null, since: at(0), queues: [], capacity: { '*': 5 }, load: {}, open: 0, ...more }
}

export function offer(conversation: string, more: Partial<Offer> = {}): Offer {
  return {
    conversation,
    slot: 's1',
    row: row(conversation, { state: 'offered' }),
    expires_in_ms: 20_000,
    total_ms: 20_000,
    why: null,
    latest: [],
    ...more,
  }
}
