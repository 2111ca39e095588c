/**
 * The desk's line to the hub: says hello with what it has, hands events on, and comes
 * back by itself with growing pauses. It keeps no state of the conversations.
 */
import type { ClientFrame, ServerEvent } from '@/api/types'

/** The part of a browser WebSocket that is used. */
export interface Line {
  send(text: string): void
  close(code?: number): void
  onopen: (() => void) | null
  onmessage: ((message: { data: unknown }) => void) | null
  onclose: ((close: { code: number }) => void) | null
}

export type LineState = 'connecting' | 'catching_up' | 'live' | 'reconnecting' | 'stopped'
export type StopReason = 'signed_out' | 'origin' | 'asked'

export interface SocketParts {
  open: () => Line
  tab: string
  /** Conversation → last number applied, asked for at every hello. */
  resume: () => Record<string, number>
  onEvent: (event: ServerEvent) => void
  onState: (state: LineState) => void
  onStop: (reason: StopReason) => void
  timers: { set: (run: () => void, ms: number) => number; clear: (timer: number) => void }
  random: () => number
}

const PING_EVERY_MS = 20_000
const SILENT_AFTER_MS = 15_000
const HELLO_LIMIT_MS = 15_000
const LONGEST_PAUSE_MS = 15_000

export class DeskSocket {
  private line: Line | null = null
  private tries = 0
  private pause: number | null = null
  private pulse: number | null = null
  private silence: number | null = null
  private stopped = true
  state: LineState = 'stopped'

  constructor(private readonly parts: SocketParts) {}

  start(): void {
    if (!this.stopped) return
    this.stopped = false
    this.tries = 0
    this.connect('connecting')
  }

  stop(reason: StopReason = 'asked'): void {
    this.stopped = true
    this.clearTimers()
    this.drop()
    this.become('stopped')
    this.parts.onStop(reason)
  }

  /** Sent only on a live line; what must not be lost goes by REST and the outbox. */
  send(frame: ClientFrame): boolean {
    if (this.line === null || this.state !== 'live') return false
    this.line.send(JSON.stringify(frame))
    return true
  }

  /** The browser came back online or the tab woke up: do not wait for the next round. */
  wake(): void {
    if (this.stopped) return
    if (this.pause !== null) {
      this.clear('pause')
      this.connect('reconnecting')
    } else if (this.state === 'live') {
      this.ping(5_000)
    }
  }

  private connect(state: LineState): void {
    this.become(state)
    const line = this.parts.open()
    this.line = line
    this.listenForSilence(HELLO_LIMIT_MS)
    line.onopen = () => {
      this.become('catching_up')
      const hello: ClientFrame = { t: 'hello', tab: this.parts.tab, resume: this.parts.resume() }
      line.send(JSON.stringify(hello))
      this.listenForSilence(HELLO_LIMIT_MS)
    }
    line.onmessage = (message) => this.onFrame(line, message.data)
    line.onclose = (close) => {
      if (line === this.line) this.onClose(close.code)
    }
  }

  private onFrame(line: Line, data: unknown): void {
    if (line !== this.line) return
    this.clear('silence')
    let events: ServerEvent[]
    try {
      events = JSON.parse(String(data)) as ServerEvent[]
      if (!Array.isArray(events)) throw new TypeError('a frame is an array')
    } catch {
      this.restart(1_000)
      return
    }
    for (const event of events) {
      if (event.t === 'bye') {
        if (event.reason === 'signed_out') {
          this.stop('signed_out')
          return
        }
      } else if (event.t === 'caught_up') {
        this.tries = 0
        this.become('live')
        this.beat()
        this.parts.onEvent(event)
      } else if (event.t !== 'pong') {
        this.parts.onEvent(event)
      }
    }
    if (this.state === 'catching_up') this.listenForSilence(HELLO_LIMIT_MS)
  }

  private onClose(code: number): void {
    if (this.stopped) return
    if (code === 4401) this.stop('signed_out')
    else if (code === 4403) this.stop('origin')
    else this.restart(code === 4408 && this.tries === 0 ? 0 : null)
  }

  private restart(ms: number | null): void {
    this.clearTimers()
    this.drop()
    this.become('reconnecting')
    const longest = Math.min(LONGEST_PAUSE_MS, 500 * 2 ** Math.min(this.tries, 6))
    this.tries += 1
    this.pause = this.parts.timers.set(() => {
      this.pause = null
      this.connect('reconnecting')
    }, ms ?? longest * (0.5 + this.parts.random() / 2))
  }

  private beat(): void {
    this.clear('pulse')
    this.pulse = this.parts.timers.set(() => {
      this.ping(SILENT_AFTER_MS)
      this.beat()
    }, PING_EVERY_MS)
  }

  private ping(limit: number): void {
    if (this.send({ t: 'ping' })) this.listenForSilence(limit)
  }

  private listenForSilence(limit: number): void {
    this.clear('silence')
    this.silence = this.parts.timers.set(() => {
      this.silence = null
      this.restart(0)
    }, limit)
  }

  private drop(): void {
    const line = this.line
    this.line = null
    if (line === null) return
    line.onopen = null
    line.onmessage = null
    line.onclose = null
    line.close(1000)
  }

  private become(state: LineState): void {
    if (state === this.state) return
    this.state = state
    this.parts.onState(state)
  }

  private clearTimers(): void {
    this.clear('pause')
    this.clear('pulse')
    this.clear('silence')
  }

  private clear(which: 'pause' | 'pulse' | 'silence'): void {
    const timer = this[which]
    if (timer !== null) this.parts.timers.clear(timer)
    this[which] = null
  }
}
