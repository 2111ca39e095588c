/**
 * What the customer has written and the hub has not acknowledged yet. The store is the truth, so a
 * reload or a second tab goes on where this one stopped; the hub recognises `client_id`, so sending
 * twice stores once. The next one is sent only after the former was acknowledged.
 */
import type { Attachment } from './protocol'

export interface Item {
  client_id: string
  path: 'messages' | 'offline-message'
  body: Record<string, unknown>
  at: number // milliseconds
  shown?: string // what to show meanwhile, where the body has no text
  attachments?: Attachment[] // the same
  failed?: string // the code of a final refusal
}

export interface Keeper {
  read(): Item[]
  write(items: Item[]): void
}

/** `retry`: seconds the hub asked to wait, null where it did not say. */
export type Outcome = { done: true } | { failed: string } | { retry: number | null }

export interface Surroundings {
  send(item: Item): Promise<Outcome>
  changed(): void
  random(): number
  /** Runs one sender at a time, over all tabs. */
  exclusive(work: () => Promise<void>): Promise<void>
}

const FIRST = 0.5 // seconds
const MOST = 30

/** Seconds before attempt `n + 1`: doubled each time, up to half of it left to chance. */
export function backoff(n: number, random: number, asked: number | null = null): number {
  const wait = Math.min(MOST, FIRST * 2 ** Math.min(n, 10))
  return Math.max(asked ?? 0, wait * (0.5 + random / 2))
}

export class Outbox {
  private busy = false
  private again = false
  private wake: (() => void) | null = null
  private attempts = 0

  constructor(
    private readonly keeper: Keeper,
    private readonly around: Surroundings,
  ) {}

  get items(): Item[] {
    return this.keeper.read()
  }

  add(item: Item): void {
    this.keeper.write([...this.keeper.read(), item])
    this.around.changed()
    this.kick()
  }

  retry(clientId: string): void {
    this.replace(clientId, ({ failed: _, ...item }) => item)
    this.kick()
  }

  remove(clientId: string): void {
    this.keeper.write(this.keeper.read().filter((item) => item.client_id !== clientId))
    this.around.changed()
  }

  clear(): void {
    this.keeper.write([])
    this.around.changed()
  }

  /** Send what waits, at once; also ends a pause. */
  kick(): void {
    this.wake?.()
    if (this.busy) {
      this.again = true
      return
    }
    this.busy = true
    void this.around
      .exclusive(() => this.drain())
      .catch(() => undefined)
      .finally(() => {
        this.busy = false
        if (this.again) {
          this.again = false
          this.kick()
        }
      })
  }

  private async drain(): Promise<void> {
    for (;;) {
      const item = this.keeper.read().find((candidate) => candidate.failed === undefined)
      if (!item) return
      this.again = false
      const outcome = await this.around.send(item)
      if ('done' in outcome) {
        this.attempts = 0
        this.remove(item.client_id)
      } else if ('failed' in outcome) {
        this.attempts = 0
        this.replace(item.client_id, (kept) => ({ ...kept, failed: outcome.failed }))
      } else {
        await this.pause(backoff(this.attempts++, this.around.random(), outcome.retry))
      }
    }
  }

  private replace(clientId: string, change: (item: Item) => Item): void {
    this.keeper.write(this.keeper.read().map((item) => (item.client_id === clientId ? change(item) : item)))
    this.around.changed()
  }

  private pause(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, seconds * 1000)
      const self = this
      function done(): void {
        clearTimeout(timer)
        self.wake = null
        resolve()
      }
      this.wake = done
    })
  }
}
