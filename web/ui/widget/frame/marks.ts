/** What this customer has received and read, and what is still new to him. */
import type { Api } from './api'
import type { Cursor } from './cursor'
import type { Link } from './link'

const GAP = 300 // ms

export class Marks {
  /** How far was read here; the hub may know of more, from another device. */
  private readTo = 0
  private acked = ''
  private toAck = false
  private toRead = false
  private told = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly cursor: Cursor,
    private readonly link: Link,
    private readonly api: Api,
  ) {}

  /** Another conversation is the current one now. */
  anew(): void {
    this.readTo = 0
    this.toRead = this.toAck = false
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
    if (conversation === null || last === 0 || `${conversation}:${last}` === this.acked) return
    this.toAck = true
    this.soon()
  }

  /** What stands on the screen has been read; whether that is news. */
  looked(known: number): boolean {
    const { conversation, last } = this.cursor
    if (conversation === null || last <= Math.max(this.readTo, known)) return false
    this.readTo = last
    this.toRead = true
    this.soon()
    return true
  }

  /** The hub limits frames: however much comes, it is told at most once in `GAP`, at once when it was quiet. */
  private soon(): void {
    if (this.timer !== undefined) return
    this.timer = setTimeout(() => this.tell(), Math.max(0, this.told + GAP - Date.now()))
  }

  private tell(): void {
    this.timer = undefined
    this.told = Date.now()
    const { conversation, last } = this.cursor
    if (conversation === null) return
    if (this.toRead) {
      const seq = this.readTo
      if (this.link.state === 'up') this.link.send({ t: 'read', conversation, seq })
      else void this.api.read(conversation, seq).catch(() => undefined)
    }
    if (this.toAck && !(this.toRead && this.readTo === last)) this.link.send({ t: 'ack', conversation, seq: last })
    this.acked = `${conversation}:${last}`
    this.toRead = this.toAck = false
  }
}
