import { describe, expect, it } from 'vitest'
import {
  applyDelivery, applyEarlier, applyEntry, applyLater, applyLatest, applyReadMarks, newTimeline, refresh, statusOf,
  type Timeline,
} from '@/desk/timeline'
import { entry } from './fixtures'

const seqs = (timeline: Timeline): number[] => timeline.entries.map((one) => one.seq)
const loaded = (...numbers: number[]): Timeline => {
  const timeline = newTimeline('c_1')
  applyLatest(timeline, { items: numbers.map((seq) => entry(seq)), last: numbers.at(-1) ?? 0 }, 50)
  return timeline
}

describe('a timeline', () => {
  it('appends the next entry', () => {
    const timeline = loaded(1, 2)
    expect(applyEntry(timeline, entry(3))).toBe('added')
    expect(seqs(timeline)).toEqual([1, 2, 3])
  })

  it('takes a number that was skipped for this reader when prev says so', () => {
    const timeline = loaded(1, 2)
    expect(applyEntry(timeline, entry(5, { prev: 2 }))).toBe('added')
    expect(timeline.last).toBe(5)
  })

  it('drops a duplicate', () => {
    const timeline = loaded(1, 2)
    expect(applyEntry(timeline, entry(2))).toBe('known')
    expect(seqs(timeline)).toEqual([1, 2])
  })

  it('sees a gap, keeps what came early and shows it when the gap is filled', () => {
    const timeline = loaded(1)
    expect(applyEntry(timeline, entry(3))).toBe('gap')
    expect(applyEntry(timeline, entry(4))).toBe('gap')
    expect(seqs(timeline)).toEqual([1])
    expect(applyLater(timeline, { items: [entry(2)], last: 4 })).toBe(true)
    expect(seqs(timeline)).toEqual([1, 2, 3, 4])
  })

  it('puts reordered entries right without asking', () => {
    const timeline = loaded(1)
    applyEntry(timeline, entry(4))
    applyEntry(timeline, entry(3))
    applyEntry(timeline, entry(2))
    expect(seqs(timeline)).toEqual([1, 2, 3, 4])
    expect(timeline.held).toEqual([])
  })

  it('says that there is more when a page does not reach the end', () => {
    const timeline = loaded(1)
    expect(applyLater(timeline, { items: [entry(2)], last: 9 })).toBe(false)
    expect(applyLater(timeline, { items: [], last: 9 })).toBe(true)
  })

  it('keeps what the socket brought while the first page was under way', () => {
    const timeline = newTimeline('c_1')
    expect(applyEntry(timeline, entry(4))).toBe('gap')
    applyLatest(timeline, { items: [entry(2), entry(3)], last: 3 }, 2)
    expect(seqs(timeline)).toEqual([2, 3, 4])
    expect(timeline.complete).toBe(false)
  })

  it('loads older entries in front and knows the beginning', () => {
    const timeline = loaded(4, 5)
    applyEarlier(timeline, { items: [entry(2), entry(3)], last: 5 }, 2)
    expect(timeline.complete).toBe(false)
    applyEarlier(timeline, { items: [entry(1), entry(2)], last: 5 }, 2)
    expect(seqs(timeline)).toEqual([1, 2, 3, 4, 5])
    expect(timeline.complete).toBe(true)
    expect(timeline.last).toBe(5)
  })

  it('takes the words out of an open entry when the house says that they were erased', () => {
    const timeline = loaded(1, 2)
    const system = { kind: 'system', id: 'hub' } as const
    expect(applyEntry(timeline, entry(3, { kind: 'note', by: system, body: { event: 'erased', erased: 1 } }))).toBe('added')
    expect(timeline.entries[0]?.body).toEqual({ v: 1, redacted: true })
    expect(timeline.entries[1]?.body.text).toBe('message 2')
    const forged = { kind: 'note', by: { kind: 'agent', id: 'u_me' }, body: { event: 'erased', erased: 2 } } as const
    applyEntry(timeline, entry(4, forged))
    expect(timeline.entries[1]?.body.text).toBe('message 2')
  })

  it('takes an erased body and a new state of a known entry', () => {
    const timeline = loaded(1, 2)
    expect(applyEntry(timeline, entry(1, { body: { v: 1, redacted: true } }))).toBe('changed')
    expect(timeline.entries[0]?.body.text).toBeUndefined()
    refresh(timeline, { items: [entry(2, { status: 'read' }), entry(3)], last: 3 })
    expect(timeline.entries[1]?.status).toBe('read')
    expect(timeline.last).toBe(2)
  })
})

describe('the state of a message', () => {
  const mine = { by: { kind: 'agent', id: 'u_me' } } as const

  it('comes from deliveries, also one that is told before its entry', () => {
    const timeline = loaded(1)
    applyDelivery(timeline, 'e_2', 'failed', 'window_closed')
    applyEntry(timeline, entry(2, { ...mine, status: 'sending' }))
    expect(timeline.entries[1]).toMatchObject({ status: 'failed', why: 'window_closed' })
    applyDelivery(timeline, 'e_2', 'sent', null)
    expect(timeline.entries[1]).toMatchObject({ status: 'sent', why: null })
  })

  it('follows the marks, and marks never go back', () => {
    const timeline = loaded(1)
    applyReadMarks(timeline, { delivered: 3, read: 2 })
    applyReadMarks(timeline, { delivered: 2, read: 1 })
    expect(statusOf(entry(2, { ...mine, status: 'sent' }), timeline.receipts)).toBe('read')
    expect(statusOf(entry(3, { ...mine, status: 'sent' }), timeline.receipts)).toBe('delivered')
    expect(statusOf(entry(4, { ...mine, status: 'sending' }), timeline.receipts)).toBe('sending')
    expect(statusOf(entry(2, { ...mine, status: 'failed' }), timeline.receipts)).toBe('failed')
  })

  it('is only shown on what we said', () => {
    expect(statusOf(entry(1), { delivered: 9, read: 9 })).toBeNull()
    expect(statusOf(entry(1, { ...mine, kind: 'note' }), { delivered: 9, read: 9 })).toBeNull()
  })
})
