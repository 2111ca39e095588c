import { describe, expect, it } from 'vitest'
import type { ServerEvent } from '@/api/types'
import { DeskSocket, type Line, type LineState, type StopReason } from '@/desk/socket'

class FakeLine implements Line {
  sent: Record<string, unknown>[] = []
  closed = false
  onopen: (() => void) | null = null
  onmessage: ((message: { data: unknown }) => void) | null = null
  onclose: ((close: { code: number }) => void) | null = null
  send(text: string): void { this.sent.push(JSON.parse(text) as Record<string, unknown>) }
  close(): void { this.closed = true }
  say(...events: unknown[]): void { this.onmessage?.({ data: JSON.stringify(events) }) }
}

class Bench {
  lines: FakeLine[] = []
  states: LineState[] = []
  events: ServerEvent[] = []
  stops: StopReason[] = []
  marks: Record<string, number> = { c_1: 4 }
  time = 0
  private timers = new Map<number, { due: number; run: () => void }>()
  private made = 0

  readonly socket = new DeskSocket({
    open: () => {
      const line = new FakeLine()
      this.lines.push(line)
      return line
    },
    tab: 'tab1',
    resume: () => this.marks,
    onEvent: (event) => this.events.push(event),
    onState: (state) => this.states.push(state),
    onStop: (reason) => this.stops.push(reason),
    timers: {
      set: (run, ms) => {
        this.timers.set((this.made += 1), { due: this.time + ms, run })
        return this.made
      },
      clear: (timer) => void this.timers.delete(timer),
    },
    random: () => 1,
  })

  get line(): FakeLine { return this.lines.at(-1) as FakeLine }

  pass(ms: number): void {
    const end = this.time + ms
    for (;;) {
      const due = [...this.timers].filter(([, timer]) => timer.due <= end).sort((a, b) => a[1].due - b[1].due)[0]
      if (due === undefined) break
      this.timers.delete(due[0])
      this.time = due[1].due
      due[1].run()
    }
    this.time = end
  }

  goLive(): void {
    this.socket.start()
    this.line.onopen?.()
    this.line.say({ t: 'snapshot' }, { t: 'caught_up' })
  }
}

describe('the socket', () => {
  it('says hello with what it has, and is live when caught up', () => {
    const bench = new Bench()
    bench.goLive()
    expect(bench.line.sent[0]).toEqual({ t: 'hello', tab: 'tab1', resume: { c_1: 4 } })
    expect(bench.states).toEqual(['connecting', 'catching_up', 'live'])
    expect(bench.events.map((event) => event.t)).toEqual(['snapshot', 'caught_up'])
  })

  it('comes back with growing pauses and resumes from the newest marks', () => {
    const bench = new Bench()
    bench.goLive()
    bench.marks = { c_1: 9 }
    bench.line.onclose?.({ code: 1006 })
    expect(bench.states.at(-1)).toBe('reconnecting')
    bench.pass(500)
    expect(bench.lines).toHaveLength(2)
    bench.line.onclose?.({ code: 1006 })
    bench.pass(999)
    expect(bench.lines).toHaveLength(2)
    bench.pass(1)
    expect(bench.lines).toHaveLength(3)
    bench.line.onopen?.()
    expect(bench.line.sent[0]).toMatchObject({ resume: { c_1: 9 } })
  })

  it('comes back at once when it was cut for being slow', () => {
    const bench = new Bench()
    bench.goLive()
    bench.line.onclose?.({ code: 4408 })
    bench.pass(0)
    expect(bench.lines).toHaveLength(2)
  })

  it('stops when signed out or refused, and does not come back', () => {
    for (const [code, reason] of [[4401, 'signed_out'], [4403, 'origin']] as const) {
      const bench = new Bench()
      bench.goLive()
      bench.line.onclose?.({ code })
      bench.pass(60_000)
      expect(bench.stops).toEqual([reason])
      expect(bench.lines).toHaveLength(1)
    }
    const told = new Bench()
    told.goLive()
    told.line.say({ t: 'bye', reason: 'signed_out' })
    expect(told.stops).toEqual(['signed_out'])
  })

  it('notices a dead line by its silence', () => {
    const bench = new Bench()
    bench.goLive()
    bench.pass(20_000)
    expect(bench.line.sent.at(-1)).toEqual({ t: 'ping' })
    bench.line.say({ t: 'pong' })
    bench.pass(20_000)
    bench.pass(15_000)
    expect(bench.lines).toHaveLength(2)
    expect(bench.lines[0]?.closed).toBe(true)
  })

  it('does not wait when the computer wakes up', () => {
    const bench = new Bench()
    bench.goLive()
    bench.socket.wake()
    bench.pass(5_000)
    expect(bench.lines).toHaveLength(2)
    bench.line.onclose?.({ code: 1006 })
    bench.socket.wake()
    expect(bench.lines).toHaveLength(3)
  })

  it('ignores a line it has left, and a frame that is no array costs one reconnect', () => {
    const bench = new Bench()
    bench.goLive()
    const old = bench.line
    const late = old.onmessage
    bench.line.onmessage?.({ data: '{"t":"pong"}' })
    bench.pass(1_000)
    expect(bench.lines).toHaveLength(2)
    late?.({ data: '[{"t":"config"}]' })
    expect(bench.events.map((event) => event.t)).not.toContain('config')
  })

  it('keeps frames that may be lost off a line that is not live', () => {
    const bench = new Bench()
    bench.socket.start()
    expect(bench.socket.send({ t: 'ping' })).toBe(false)
    bench.line.onopen?.()
    expect(bench.socket.send({ t: 'ping' })).toBe(false)
  })
})
