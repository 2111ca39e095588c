import { describe, expect, it } from 'vitest'
import type { ServerEvent } from '@/api/types'
import { applyEvent, keepTimelines, newDeskState, watermarks, type Effects } from '@/desk/state'
import { applyLatest, newTimeline } from '@/desk/timeline'
import { agent, at, entry, offer, row } from './fixtures'

function bench() {
  const state = newDeskState()
  const told: string[] = []
  const effects: Effects = {
    now: () => Date.parse(at(0)),
    onGap: (conversation) => told.push(`gap ${conversation}`),
    onEntry: (one) => told.push(`entry ${one.seq}`),
    onOffer: (one) => told.push(`offer ${one.conversation}`),
    onOfferGone: (one, reason) => told.push(`gone ${one.conversation} ${reason}`),
    onSnapshot: () => told.push('snapshot'),
    onCaughtUp: () => told.push('caught up'),
    onConfig: () => told.push('config'),
    onContact: (contact) => told.push(`contact ${contact}`),
  }
  const take = (...events: ServerEvent[]): void => events.forEach((event) => applyEvent(state, event, effects))
  return { state, told, take }
}

const snapshot = (more: Partial<Extract<ServerEvent, { t: 'snapshot' }>> = {}): ServerEvent => ({
  t: 'snapshot', now: at(90), me: agent('u_me'), mine: [row('c_1')], queues: [], agents: [agent('u_me')], offers: [], config: '1', ...more,
})

describe('the desk', () => {
  it('takes a snapshot, and the hub’s clock with it', () => {
    const { state, told, take } = bench()
    take(snapshot({ offers: [offer('c_2')] }), { t: 'caught_up' })
    expect(state.clockOffset).toBe(90_000)
    expect(Object.keys(state.rows).sort()).toEqual(['c_1', 'c_2'])
    expect(state.offers[0]?.endsAt).toBe(Date.parse(at(0)) + 20_000)
    expect(told).toEqual(['offer c_2', 'snapshot', 'caught up'])
  })

  it('drops what a new snapshot no longer has, keeps what is open, and does not ring twice', () => {
    const { state, told, take } = bench()
    take(snapshot({ mine: [row('c_1'), row('c_gone')], offers: [offer('c_2')] }))
    state.timelines.c_1 = newTimeline('c_1')
    take(snapshot({ mine: [], offers: [offer('c_2')] }))
    expect(Object.keys(state.rows).sort()).toEqual(['c_1', 'c_2'])
    expect(told.filter((one) => one === 'offer c_2')).toHaveLength(1)
  })

  it('applies what was missed after a cut, in order and once', () => {
    const { state, told, take } = bench()
    const timeline = newTimeline('c_1')
    applyLatest(timeline, { items: [entry(1), entry(2)], last: 2 }, 50)
    state.timelines.c_1 = timeline
    expect(watermarks(state)).toEqual({ c_1: 2 })
    take(
      snapshot(),
      { t: 'entry', entry: entry(3), row: row('c_1', { seq: 3 }) },
      { t: 'entry', entry: entry(4), row: row('c_1', { seq: 4 }) },
      { t: 'entry', entry: entry(3), row: row('c_1', { seq: 4 }) },
    )
    expect(timeline.entries.map((one) => one.seq)).toEqual([1, 2, 3, 4])
    expect(watermarks(state)).toEqual({ c_1: 4 })
    expect(told).not.toContain('gap c_1')
  })

  it('asks for what is missing when it sees a hole', () => {
    const { state, told, take } = bench()
    const timeline = newTimeline('c_1')
    applyLatest(timeline, { items: [entry(1)], last: 1 }, 50)
    state.timelines.c_1 = timeline
    take({ t: 'entry', entry: entry(5), row: null })
    expect(told).toEqual(['gap c_1', 'entry 5'])
    expect(timeline.last).toBe(1)
  })

  it('rings an offer and ends it, also when told for another slot', () => {
    const { state, told, take } = bench()
    take({ t: 'offer', offer: offer('c_1', { slot: 'a' }) })
    take({ t: 'offer_gone', conversation: 'c_1', slot: 'b', reason: 'expired' })
    expect(state.offers).toHaveLength(1)
    take({ t: 'offer_gone', conversation: 'c_1', slot: 'a', reason: 'expired' })
    expect(state.offers).toEqual([])
    expect(told).toEqual(['offer c_1', 'gone c_1 expired'])
  })

  it('keeps queues and agents that an event leaves out', () => {
    const { state, take } = bench()
    const queue = { id: 'q_1', name: '报修', waiting: 1, oldest: null, service_level_seconds: 60 }
    take(snapshot({ queues: [queue, { ...queue, id: 'q_2', name: '咨询' }] }))
    take({ t: 'queues', queues: [{ ...queue, waiting: 4 }] }, { t: 'agents', agents: [agent('u_2', { state: 'break' })] })
    expect(state.queues.map((one) => one.waiting)).toEqual([4, 1])
    expect(Object.keys(state.agents).sort()).toEqual(['u_2', 'u_me'])
  })

  it('shows who is typing until they speak', () => {
    const { state, take } = bench()
    const by = { kind: 'contact', id: 'p_1' } as const
    take({ t: 'typing', conversation: 'c_1', by, on: true })
    expect(state.typing.c_1).toHaveLength(1)
    take({ t: 'entry', entry: entry(1, { by }), row: null })
    expect(state.typing.c_1).toEqual([])
  })

  it('forgets the timelines unused for longest', () => {
    const { state } = bench()
    for (const id of ['a', 'b', 'c']) state.timelines[id] = newTimeline(id)
    keepTimelines(state, ['c', 'a', 'b'], 2)
    expect(Object.keys(state.timelines).sort()).toEqual(['a', 'c'])
  })
})
