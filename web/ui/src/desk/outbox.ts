/**
 * What the agent said and the hub has not acknowledged yet.
 *
 * Each item has its own key in the browser's storage, so it survives a reload, a crash
 * and a lost line, and is sent again with the same client id until the hub answers: the
 * hub stores it once however often it comes. Items of one conversation go out in order.
 */
import type { Attachment, Entry } from '@/api/types'

export interface OutboxItem {
  client_id: string
  conversation: string
  kind: 'message' | 'note'
  text: string
  attachments: Attachment[]
  /** Of a note: the colleagues it names. */
  mentions?: string[]
  at: string
  order: number
  tab: string
  state: 'sending' | 'failed'
  error: string | null
}

export type Saying = Pick<OutboxItem, 'conversation' | 'kind' | 'text' | 'attachments' | 'mentions'>

/** The part of localStorage that is used. */
export interface Shelf {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

export interface OutboxParts {
  /** Filled by the outbox; may be a reactive array. */
  items: OutboxItem[]
  shelf: Shelf
  /** One prefix per user, so that two people at one computer do not meet. */
  prefix: string
  tab: string
  send: (item: OutboxItem) => Promise<Entry>
  onEntry: (entry: Entry) => void
  /** What kind of failure: pass again later after so many ms, or final with this code. */
  judge: (error: unknown) => { again: true; afterMs: number | null } | { again: false; code: string }
  newId: () => string
  now: () => number
  later: (run: () => void, ms: number) => void
  random: () => number
}

/** Another tab's item is left to it for so long before this tab sends it as well. */
const ADOPT_AFTER_MS = 15_000

export class Outbox {
  private readonly busy = new Set<string>()
  private readonly tries = new Map<string, number>()

  constructor(private readonly parts: OutboxParts) {}

  /** Picks up what an earlier page left behind. */
  restore(): void {
    const { shelf, prefix } = this.parts
    for (let index = 0; index < shelf.length; index += 1) {
      const key = shelf.key(index)
      if (key !== null && key.startsWith(prefix)) this.read(shelf.getItem(key))
    }
    this.sort()
    this.kick()
    this.parts.later(() => this.kick(), ADOPT_AFTER_MS + 100)
  }

  add(saying: Saying): OutboxItem {
    const now = this.parts.now()
    const last = Math.max(0, ...this.parts.items.map((item) => item.order))
    const item: OutboxItem = {
      ...saying,
      client_id: this.parts.newId(),
      at: new Date(now).toISOString(),
      order: Math.max(now, last + 1),
      tab: this.parts.tab,
      state: 'sending',
      error: null,
    }
    this.parts.items.push(item)
    this.store(item)
    this.kick()
    return item
  }

  again(client_id: string): void {
    const item = this.find(client_id)
    if (item === undefined) return
    item.state = 'sending'
    item.error = null
    item.tab = this.parts.tab
    this.store(item)
    this.kick()
  }

  /** The hub has it, or the agent gave it up. */
  drop(client_id: string): void {
    const index = this.parts.items.findIndex((item) => item.client_id === client_id)
    if (index >= 0) this.parts.items.splice(index, 1)
    this.tries.delete(client_id)
    this.parts.shelf.removeItem(this.parts.prefix + client_id)
  }

  /** Another tab stored or removed an item (the browser's `storage` event). */
  onShelf(key: string | null, value: string | null): void {
    if (key === null || !key.startsWith(this.parts.prefix)) return
    const client_id = key.slice(this.parts.prefix.length)
    if (value === null) {
      const index = this.parts.items.findIndex((item) => item.client_id === client_id)
      if (index >= 0) this.parts.items.splice(index, 1)
      return
    }
    this.read(value)
    this.sort()
    this.parts.later(() => this.kick(), ADOPT_AFTER_MS + 100)
  }

  /** Sends the first unsent item of each conversation that has none under way. */
  kick(): void {
    const seen = new Set<string>()
    for (const item of [...this.parts.items]) {
      if (item.state === 'failed' || seen.has(item.conversation)) continue
      seen.add(item.conversation)
      if (!this.busy.has(item.conversation) && this.isMine(item)) void this.sendOne(item)
    }
  }

  private async sendOne(item: OutboxItem): Promise<void> {
    this.busy.add(item.conversation)
    try {
      const entry = await this.parts.send(item)
      this.parts.onEntry(entry)
      this.drop(item.client_id)
    } catch (error) {
      this.onFailure(item.client_id, error)
      return
    } finally {
      this.busy.delete(item.conversation)
    }
    this.kick()
  }

  private onFailure(client_id: string, error: unknown): void {
    const item = this.find(client_id)
    if (item === undefined) {
      this.parts.later(() => this.kick(), 0)
      return
    }
    const verdict = this.parts.judge(error)
    if (!verdict.again) {
      item.state = 'failed'
      item.error = verdict.code
      this.store(item)
      this.parts.later(() => this.kick(), 0)
      return
    }
    const tries = (this.tries.get(client_id) ?? 0) + 1
    this.tries.set(client_id, tries)
    const backOff = Math.min(15_000, 500 * 2 ** Math.min(tries, 6)) * (0.5 + this.parts.random() / 2)
    this.parts.later(() => this.kick(), verdict.afterMs ?? backOff)
  }

  private isMine(item: OutboxItem): boolean {
    return item.tab === this.parts.tab || this.parts.now() - item.order > ADOPT_AFTER_MS
  }

  private find(client_id: string): OutboxItem | undefined {
    return this.parts.items.find((item) => item.client_id === client_id)
  }

  private read(value: string | null): void {
    if (value === null) return
    let item: OutboxItem
    try {
      item = JSON.parse(value) as OutboxItem
    } catch {
      return
    }
    const known = this.find(item.client_id)
    if (known === undefined) this.parts.items.push(item)
    else Object.assign(known, item)
  }

  private store(item: OutboxItem): void {
    try {
      this.parts.shelf.setItem(this.parts.prefix + item.client_id, JSON.stringify(item))
    } catch {
      // Storage full or forbidden: the item lives as long as the page, sending goes on.
    }
  }

  private sort(): void {
    this.parts.items.sort((a, b) => a.order - b.order)
  }
}
