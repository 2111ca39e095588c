/** What this customer has received and read, and what is still new to him. */
import type { Api } from './api'
import type { Cursor } from './cursor'
import type { Link } from './link'

export class Marks {
  /** How far was read here; the hub may know of more, from another device. */
  private readTo = 0
  private acked = ''

  constructor(
    private readonly cursor: Cursor,
    private readonly link: Link,
    private readonly api: Api,
  ) {}

  /** Another conversation is the current one now. */
  anew(): void {
    this.readTo = 0
  }

  /** How many messages nobody here has looked at; `known`: how far the hub knows he has read. */
  unread(known: number): number {
    const from = Math.max(this.readTo, known)
    return this.cursor.entries.filter(
      (entry) => entry.conversation === this.cursor.conversation && entry.seq > from && entry.kind === 'message' && entry.by.kind !== 'contact',
    ).length
  }

  /** Everything up to here is held: tell the hub, once. */
  acknowledge(): void {
    const { conversation, last } = this.cursor
    const key = `${conversation}:${last}`
    if (conversation === null || last === 0 || key === this.acked) return
    this.acked = key
    this.link.send({ t: 'ack', conversation, seq: last })
  }

  /** What stands on the screen has been read; whether that is news. */
  looked(known: number): boolean {
    const { conversation, last } = this.cursor
    if (conversation === null || last <= Math.max(this.readTo, known)) return false
    this.readTo = last
    if (this.link.state === 'up') this.link.send({ t: 'read', conversation, seq: last })
    else void this.api.read(conversation, last).catch(() => undefined)
    return true
  }
}
