/**
 * The socket to the hub. It only carries what is new; whatever was missed comes after `hello`,
 * which names the last number held, so a cut costs nothing but time.
 */
import { backoff } from './outbox'
import type { ClientFrame, ServerFrame } from './protocol'

export type LinkState = 'idle' | 'connecting' | 'up' | 'down'

export interface LinkEvents {
  hello(): ClientFrame | null
  frame(frame: ServerFrame): void
  changed(state: LinkState): void
  /** The token is not known any more (4401): a new session is needed before the next try. */
  unknown(): Promise<void>
}

const PING = 25_000 // milliseconds
const SILENCE = 10_000
const FINAL = new Set([4403, 4404])
const NOTHING_YET = 4410 // there is no conversation: whoever begins one calls start()

export class Link {
  state: LinkState = 'idle'
  private socket: WebSocket | null = null
  private attempts = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private pinger: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly address: () => string,
    private readonly events: LinkEvents,
  ) {
    addEventListener('online', () => this.hurry())
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.hurry()
    })
  }

  start(): void {
    if (this.state === 'idle') this.connect()
  }

  stop(): void {
    clearTimeout(this.timer)
    this.drop()
    this.set('idle')
  }

  send(frame: ClientFrame): void {
    if (this.state === 'up') this.socket?.send(JSON.stringify(frame))
  }

  /** Try now instead of later; where it looks connected, ask whether it really is. */
  hurry(): void {
    if (this.state === 'down') this.connect()
    else if (this.state === 'up') this.ping()
  }

  private connect(): void {
    clearTimeout(this.timer)
    this.drop()
    this.set(this.attempts > 0 ? 'down' : 'connecting')
    const socket = new WebSocket(this.address())
    this.socket = socket
    this.pinger = setTimeout(() => this.closed(1006), SILENCE)
    socket.onopen = () => {
      const hello = this.events.hello()
      if (hello) socket.send(JSON.stringify(hello))
      this.watch()
    }
    socket.onmessage = (message) => {
      if (socket !== this.socket) return
      this.watch()
      for (const frame of JSON.parse(String(message.data)) as ServerFrame[]) {
        if (frame.t === 'caught_up') {
          this.attempts = 0
          this.set('up')
        }
        this.events.frame(frame)
      }
    }
    socket.onclose = (event) => {
      if (socket === this.socket) this.closed(event.code)
    }
  }

  private closed(code: number): void {
    this.drop()
    if (code === NOTHING_YET) return this.set('idle')
    this.set('down')
    if (FINAL.has(code)) return
    const wait = backoff(this.attempts++, Math.random(), code === 4429 ? 30 : null)
    const again = (): void => {
      this.timer = setTimeout(() => this.connect(), wait * 1000)
    }
    if (code === 4401) void this.events.unknown().then(again, again)
    else again()
  }

  private drop(): void {
    clearTimeout(this.pinger)
    const socket = this.socket
    this.socket = null
    socket?.close()
  }

  /** Something came: ask again after a while, and give up where the answer stays away. */
  private watch(): void {
    clearTimeout(this.pinger)
    this.pinger = setTimeout(() => this.ping(), PING)
  }

  private ping(): void {
    clearTimeout(this.pinger)
    this.socket?.send('{"t":"ping"}')
    this.pinger = setTimeout(() => this.closed(1006), SILENCE)
  }

  private set(state: LinkState): void {
    if (this.state === state) return
    this.state = state
    this.events.changed(state)
  }
}
