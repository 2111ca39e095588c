import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { backoff, Outbox, type Item, type Keeper, type Outcome } from '../frame/outbox'

const item = (id: string): Item => ({ client_id: id, path: 'messages', body: { text: id }, at: 0 })

function kept(): Keeper & { text: string } {
  return {
    text: '[]',
    read() {
      return JSON.parse(this.text) as Item[]
    },
    write(items) {
      this.text = JSON.stringify(items)
    },
  }
}

class Hub {
  attempts: string[] = []
  stored: string[] = []
  answers: (Outcome | Promise<Outcome>)[] = []

  outbox(keeper: Keeper, exclusive = (work: () => Promise<void>): Promise<void> => work()): Outbox {
    return new Outbox(keeper, {
      send: async (sent) => {
        this.attempts.push(sent.client_id)
        const outcome = await (this.answers.shift() ?? { done: true as const })
        if ('done' in outcome && !this.stored.includes(sent.client_id)) this.stored.push(sent.client_id)
        return outcome
      },
      changed: () => undefined,
      random: () => 0.5,
      exclusive,
    })
  }
}

describe('outbox', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)

  it('sends the next only after the former was acknowledged', async () => {
    const hub = new Hub()
    let acknowledge: (outcome: Outcome) => void = () => undefined
    hub.answers = [new Promise((resolve) => (acknowledge = resolve))]
    const outbox = hub.outbox(kept())
    outbox.add(item('a'))
    outbox.add(item('b'))
    await settle()
    expect(hub.attempts).toEqual(['a'])
    acknowledge({ done: true })
    await settle()
    expect(hub.attempts).toEqual(['a', 'b'])
    expect(outbox.items).toEqual([])
  })

  it('sends the same again until it is acknowledged, with growing pauses', async () => {
    const hub = new Hub()
    hub.answers = [{ retry: null }, { retry: null }, { retry: null }]
    const outbox = hub.outbox(kept())
    outbox.add(item('a'))
    outbox.add(item('b'))
    await settle()
    expect(hub.attempts).toEqual(['a'])
    await vi.advanceTimersByTimeAsync(375)
    expect(hub.attempts).toEqual(['a', 'a'])
    await vi.advanceTimersByTimeAsync(749)
    expect(hub.attempts).toEqual(['a', 'a'])
    await vi.advanceTimersByTimeAsync(2000)
    expect(hub.attempts).toEqual(['a', 'a', 'a', 'a', 'b'])
    expect(hub.stored).toEqual(['a', 'b'])
  })

  it('waits as long as the hub asks', async () => {
    const hub = new Hub()
    hub.answers = [{ retry: 7 }]
    hub.outbox(kept()).add(item('a'))
    await vi.advanceTimersByTimeAsync(6900)
    expect(hub.attempts).toEqual(['a'])
    await vi.advanceTimersByTimeAsync(200)
    expect(hub.attempts).toEqual(['a', 'a'])
  })

  it('tries at once when the network comes back', async () => {
    const hub = new Hub()
    hub.answers = [{ retry: 30 }]
    const outbox = hub.outbox(kept())
    outbox.add(item('a'))
    await settle()
    outbox.kick()
    await settle()
    expect(hub.stored).toEqual(['a'])
  })

  it('survives a reload: another outbox goes on with what is kept', async () => {
    const keeper = kept()
    const dead = new Hub()
    dead.answers = [new Promise(() => undefined)]
    dead.outbox(keeper).add(item('a'))
    await settle()
    const hub = new Hub()
    hub.outbox(keeper).kick()
    await settle()
    expect(hub.stored).toEqual(['a'])
    expect(keeper.read()).toEqual([])
  })

  it('keeps a final refusal to be shown and goes on', async () => {
    const hub = new Hub()
    hub.answers = [{ failed: 'text_too_long' }]
    const outbox = hub.outbox(kept())
    outbox.add(item('a'))
    outbox.add(item('b'))
    await settle()
    expect(outbox.items).toEqual([{ ...item('a'), failed: 'text_too_long' }])
    expect(hub.stored).toEqual(['b'])
    outbox.retry('a')
    await settle()
    expect(outbox.items).toEqual([])
    expect(hub.stored).toEqual(['b', 'a'])
  })

  it('lets one tab send at a time', async () => {
    let chain = Promise.resolve()
    const lock = (work: () => Promise<void>): Promise<void> => (chain = chain.then(work))
    const keeper = kept()
    const hub = new Hub()
    const first = hub.outbox(keeper, lock)
    const second = hub.outbox(keeper, lock)
    first.add(item('a'))
    second.add(item('b'))
    first.kick()
    await settle()
    expect(hub.attempts).toEqual(['a', 'b'])
  })

  it('sends what was added while it was ending', async () => {
    const hub = new Hub()
    const outbox = hub.outbox(kept())
    outbox.add(item('a'))
    await Promise.resolve()
    outbox.add(item('b'))
    await settle()
    expect(hub.stored).toEqual(['a', 'b'])
  })
})

describe('back-off', () => {
  it('doubles up to half a minute and leaves half of it to chance', () => {
    expect([0, 1, 2, 3].map((n) => backoff(n, 1))).toEqual([0.5, 1, 2, 4])
    expect(backoff(50, 1)).toBe(30)
    expect(backoff(50, 0)).toBe(15)
    expect(backoff(0, 1, 12)).toBe(12)
  })
})
