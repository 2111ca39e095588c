/**
 * One conversation's entries as this reader sees them. Pure: no clock, no network.
 *
 * The hub numbers entries (`seq`) and says which number came before for this reader
 * (`prev`), so a hole is seen at once and filled by asking for everything after `last`.
 */
import type { DeliveryStatus, Entry, EntryPage, Receipts } from '@/api/types'

export interface Timeline {
  conversation: string
  /** In order, without holes. */
  entries: Entry[]
  /** The highest number applied; what the next entry's `prev` must be. */
  last: number
  /** True when nothing older is left to load. */
  complete: boolean
  loaded: boolean
  receipts: Receipts
  /** Entries that came too early, kept until the hole below them is filled. */
  held: Entry[]
  /** Delivery news of entries that have not come yet. */
  early: Record<string, { status: DeliveryStatus; why: string | null }>
}

export type Applied = 'added' | 'changed' | 'known' | 'gap'

export function newTimeline(conversation: string): Timeline {
  return {
    conversation,
    entries: [],
    last: 0,
    complete: false,
    loaded: false,
    receipts: { delivered: 0, read: 0 },
    held: [],
    early: {},
  }
}

export function applyEntry(timeline: Timeline, entry: Entry): Applied {
  if (entry.seq <= timeline.last) return replaceKnown(timeline, entry)
  if (entry.prev > timeline.last) {
    if (!timeline.held.some((held) => held.seq === entry.seq)) timeline.held.push(entry)
    return 'gap'
  }
  append(timeline, entry)
  drainHeld(timeline)
  return 'added'
}

/** Applies what came after `last`; true when the hole is filled as far as anybody knows. */
export function applyLater(timeline: Timeline, page: EntryPage): boolean {
  for (const entry of [...page.items].sort((a, b) => a.seq - b.seq)) {
    if (entry.seq > timeline.last) append(timeline, entry)
    else replaceKnown(timeline, entry)
  }
  drainHeld(timeline)
  return timeline.held.length === 0 && (page.items.length === 0 || timeline.last >= page.last)
}

/** Applies a page of what came before the first one loaded; `limit` is how many were asked for. */
export function applyEarlier(timeline: Timeline, page: EntryPage, limit: number): void {
  const first = timeline.entries[0]?.seq ?? Number.POSITIVE_INFINITY
  const older = page.items.filter((entry) => entry.seq < first).sort((a, b) => a.seq - b.seq)
  timeline.entries.unshift(...older)
  const oldest = timeline.entries[0]
  timeline.complete = oldest === undefined || oldest.prev === 0 || page.items.length < limit
}

/** The first page: the newest entries, together with what the socket brought meanwhile. */
export function applyLatest(timeline: Timeline, page: EntryPage, limit: number): void {
  const fresh = new Set(page.items.map((entry) => entry.seq))
  const kept = timeline.entries.filter((entry) => !fresh.has(entry.seq))
  timeline.entries = [...kept, ...page.items].sort((a, b) => a.seq - b.seq)
  timeline.last = timeline.entries.at(-1)?.seq ?? 0
  const oldest = timeline.entries[0]
  timeline.complete = oldest === undefined || oldest.prev === 0 || page.items.length < limit
  timeline.loaded = true
  drainHeld(timeline)
}

/** Takes newer facts about entries already here (states, erased bodies), adds none. */
export function refresh(timeline: Timeline, page: EntryPage): void {
  for (const entry of page.items) if (entry.seq <= timeline.last) replaceKnown(timeline, entry)
}

export function applyDelivery(timeline: Timeline, entry: string, status: DeliveryStatus, why: string | null): void {
  const found = timeline.entries.find((one) => one.id === entry)
  if (found === undefined) {
    timeline.early[entry] = { status, why }
    return
  }
  found.status = status
  found.why = why
}

/** Marks only grow: a late frame never takes a "read" back. */
export function applyReadMarks(timeline: Timeline, marks: Receipts): void {
  timeline.receipts = {
    delivered: Math.max(timeline.receipts.delivered, marks.delivered),
    read: Math.max(timeline.receipts.read, marks.read),
  }
}

/** What the customer's side did with one of our messages, from its own state and the marks together. */
export function statusOf(entry: Entry, receipts: Receipts): DeliveryStatus | null {
  if (entry.kind !== 'message' || entry.by.kind === 'contact') return null
  const own = entry.status ?? 'sent'
  if (own === 'failed' || own === 'unknown') return own
  if (own === 'read' || receipts.read >= entry.seq) return 'read'
  if (own === 'delivered' || receipts.delivered >= entry.seq) return 'delivered'
  return own
}

function append(timeline: Timeline, entry: Entry): void {
  const early = timeline.early[entry.id]
  if (early !== undefined) delete timeline.early[entry.id]
  timeline.entries.push(early === undefined ? entry : { ...entry, ...early })
  timeline.last = entry.seq
  if (entry.kind === 'note' && entry.by.kind === 'system' && entry.body.erased !== undefined) erase(timeline, entry.body.erased)
}

/** Takes the words out of an entry that is open here: the house's note says that they were erased. */
function erase(timeline: Timeline, seq: number): void {
  const found = timeline.entries.find((one) => one.seq === seq)
  if (found === undefined) return
  const { text, attachments, prompt, mentions, form, note, summary, comment, ...facts } = found.body
  found.body = { ...facts, redacted: true }
}

function drainHeld(timeline: Timeline): void {
  timeline.held.sort((a, b) => a.seq - b.seq)
  while (timeline.held.length > 0) {
    const next = timeline.held[0] as Entry
    if (next.seq > timeline.last && next.prev > timeline.last) return
    timeline.held.shift()
    if (next.seq > timeline.last) append(timeline, next)
  }
}

function replaceKnown(timeline: Timeline, entry: Entry): Applied {
  const index = timeline.entries.findIndex((one) => one.seq === entry.seq)
  const known = timeline.entries[index]
  if (known === undefined) return 'known'
  const same = known.body.redacted === entry.body.redacted && known.status === entry.status && known.why === entry.why
  if (same) return 'known'
  timeline.entries[index] = { ...entry, client_id: entry.client_id ?? known.client_id }
  return 'changed'
}
