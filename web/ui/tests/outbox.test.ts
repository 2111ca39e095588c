import { describe, expect, it } from 'vitest'
import type { Entry } from '@/api/types'
import { Outbox, type OutboxItem, type Shelf } from '@/desk/outbox'
import { entry } from './fixtures'

class FakeShelf implements Shelf {
  readonly kept = new Map<string, string>()
  get length(): number { return this.kept.size }
  key(index: number): string | null { return [...this.kept.keys()][index] ?? null }
  getItem(key: string): string | null { return this.kept.get(key) ?? null }
  setItem(key: string, value: string): void { this.kept.set(key, value) }
  removeItem(key: string): void { this.kept.delete(key) }
}

/** A hub that stores each client id once, and a page that talks to it. */
class Bench {
  readonly stored: string[] = []
  readonly sent: string[] = []
  readonly shown: Entry[] = []
  outage: 'none' | 'lost_request' | 'lost_answer' | 'refused' = 'none'
  time = 1_000_000
  private timers: { due: number; run: () => void }[] = []
  private made = 0

  page(shelf: Shelf, tab = 'tab1'): { outbox: Outbox; items: OutboxItem[] } {
    const items: OutboxItem[] = []
    const outbox = new Outbox({
      items,
      shelf,
      prefix: 'hub.outbox.u_me.',
      tab,
      send: (item) => this.send(item),
      onEntry: (one) => this.shown.push(one),
      judge: (error) => (error === 'refused' ? { again: false, code: 'not_yours' } : { again: true, afterMs: null }),
      newId: () => `id${(this.made += 1)}`,
      now: () => this.time,
      later: (run, ms) => this.timers.push({ due: this.time + ms, run }),
      random: () => 0.5,
    })
    return { outbox, items }
  }

  private send(item: OutboxItem): Promise<Entry> {
    this.sent.push(item.text)
    if (this.outage === 'lost_request') return Promise.reject('unreachable')
    if (this.outage === 'refused') return Promise.reject('refused')
    if (!this.stored.includes(item.client_id)) this.stored.push(item.client_id)
    if (this.outage === 'lost_answer') return Promise.reject('unreachable')
    return Promise.resolve(entry(this.stored.indexOf(item.client_id) + 1, { client_id: item.client_id }))
  }

  async pass(ms: number): Promise<void> {
    const end = this.time + ms
    for (let step = 0; step < 500; step += 1) {
      for (let turn = 0; turn < 8; turn += 1) await Promise.resolve()
      const next = this.timers.filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due)[0]
      if (next === undefined) break
      this.timers.splice(this.timers.indexOf(next), 1)
      this.time = Math.max(this.time, next.due)
      next.run()
    }
    this.time = end
  }
}

const say = (text: string, conversation = 'c_1') => ({ conversation, kind: 'message' as const, text, attachments: [] })

describe('the outbox', () => {
  it('sends at once, in order, and forgets what was acknowledged', async () => {
    const bench = new Bench()
    const shelf = new FakeShelf()
    const { outbox, items } = bench.page(shelf)
    outbox.add(say('one'))
    outbox.add(say('two'))
    expect(shelf.length).toBe(2)
    await bench.pass(0)
    expect(bench.sent).toEqual(['one', 'two'])
    expect(items).toEqual([])
    expect(shelf.length).toBe(0)
    expect(bench.shown).toHaveLength(2)
  })

  it('sends again after a lost answer with the same id: stored once', async () => {
    const bench = new Bench()
    const { outbox, items } = bench.page(new FakeShelf())
    bench.outage = 'lost_answer'
    outbox.add(say('one'))
    outbox.add(say('two'))
    await bench.pass(5_000)
    expect(bench.sent.every((text) => text === 'one')).toBe(true)
    bench.outage = 'none'
    await bench.pass(20_000)
    expect(bench.stored).toEqual(['id1', 'id2'])
    expect(items).toEqual([])
  })

  it('survives a reload while the line is down', async () => {
    const bench = new Bench()
    const shelf = new FakeShelf()
    bench.outage = 'lost_request'
    bench.page(shelf).outbox.add(say('kept'))
    await bench.pass(100)
    bench.outage = 'none'
    const second = bench.page(shelf)
    second.outbox.restore()
    expect(second.items[0]?.text).toBe('kept')
    await bench.pass(100)
    expect(bench.stored).toEqual(['id1'])
    expect(shelf.length).toBe(0)
  })

  it('keeps a refused message with its reason, goes on with the next, and tries again when asked', async () => {
    const bench = new Bench()
    const shelf = new FakeShelf()
    const { outbox, items } = bench.page(shelf)
    bench.outage = 'refused'
    const first = outbox.add(say('one'))
    await bench.pass(0)
    expect(items[0]).toMatchObject({ state: 'failed', error: 'not_yours' })
    bench.outage = 'none'
    outbox.add(say('two'))
    await bench.pass(0)
    expect(items.map((item) => item.text)).toEqual(['one'])
    outbox.again(first.client_id)
    await bench.pass(0)
    expect(items).toEqual([])
    outbox.drop('unknown')
    expect(shelf.length).toBe(0)
  })

  it('is quiet when the socket acknowledges before the answer comes', async () => {
    const bench = new Bench()
    const { outbox, items } = bench.page(new FakeShelf())
    bench.outage = 'lost_answer'
    const item = outbox.add(say('one'))
    outbox.drop(item.client_id)
    outbox.add(say('two'))
    bench.outage = 'none'
    await bench.pass(1_000)
    expect(items).toEqual([])
    expect(bench.stored).toEqual(['id1', 'id2'])
  })

  it('leaves another tab its items for a while, then takes care of them', async () => {
    const bench = new Bench()
    const shelf = new FakeShelf()
    bench.outage = 'lost_request'
    bench.page(shelf, 'tab1').outbox.add(say('from the first tab'))
    const value = shelf.getItem('hub.outbox.u_me.id1')
    bench.outage = 'none'
    const fresh = new Bench()
    fresh.time = bench.time
    const second = fresh.page(shelf, 'tab2')
    second.outbox.onShelf('hub.outbox.u_me.id1', value)
    second.outbox.onShelf('something.else', 'x')
    second.outbox.kick()
    await fresh.pass(10_000)
    expect(fresh.sent).toEqual([])
    await fresh.pass(10_000)
    expect(fresh.stored).toEqual(['id1'])
    second.outbox.onShelf('hub.outbox.u_me.id1', null)
    expect(second.items).toEqual([])
  })

  it('does not let a stuck conversation hold up another', async () => {
    const bench = new Bench()
    const { outbox } = bench.page(new FakeShelf())
    bench.outage = 'lost_request'
    outbox.add(say('stuck', 'c_1'))
    await bench.pass(0)
    bench.outage = 'none'
    outbox.add(say('free', 'c_2'))
    await bench.pass(0)
    expect(bench.sent).toContain('free')
  })
})
