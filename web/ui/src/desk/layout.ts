/** Turns entries into what the timeline draws: bubbles, notes, folded events, date and "new" lines. Pure. */
import type { Entry } from '@/api/types'
import type { OutboxItem } from './outbox'

export type Item =
  | { type: 'date'; key: string; at: string }
  | { type: 'new'; key: string }
  | { type: 'speech'; key: string; entry: Entry; ours: boolean; joined: boolean }
  | { type: 'note'; key: string; entry: Entry }
  | { type: 'events'; key: string; entries: Entry[] }
  | { type: 'pending'; key: string; item: OutboxItem }

/** Two messages of one person closer than this stand together under one name. */
const JOINED_WITHIN_MS = 3 * 60_000

/** Told between the hub and its router; the agent reads `assigned` and `offer_ended` instead. */
const SILENT_KINDS = new Set(['continued'])

export function layout(entries: readonly Entry[], pending: readonly OutboxItem[], newAfter: number | null): Item[] {
  const items: Item[] = []
  const said = new Set(entries.map((entry) => entry.client_id).filter((id) => id != null))
  let day = ''
  let marked = newAfter === null
  for (const entry of entries) {
    if (SILENT_KINDS.has(entry.kind)) continue
    const today = localDay(entry.at)
    if (today !== day) {
      items.push({ type: 'date', key: `d${today}`, at: entry.at })
      day = today
    }
    if (!marked && entry.seq > (newAfter ?? 0) && entry.by.kind === 'contact' && entry.kind === 'message') {
      items.push({ type: 'new', key: 'new' })
      marked = true
    }
    put(items, entry)
  }
  for (const item of pending) {
    if (!said.has(item.client_id)) items.push({ type: 'pending', key: item.client_id, item })
  }
  return items
}

function put(items: Item[], entry: Entry): void {
  const key = entry.client_id ?? `e${entry.seq}`
  const before = items.at(-1)
  if (entry.kind === 'message') {
    const joined = before?.type === 'speech' && isJoined(before.entry, entry)
    items.push({ type: 'speech', key, entry, ours: entry.by.kind !== 'contact', joined })
  } else if (entry.kind === 'note' && !byHouse(entry)) {
    items.push({ type: 'note', key, entry })
  } else if (before?.type === 'events' && foldable(entry) && foldable(before.entries[0] as Entry)) {
    before.entries.push(entry)
  } else {
    items.push({ type: 'events', key: `e${entry.seq}`, entries: [entry] })
  }
}

/** A note that the house itself wrote is something that happened, not somebody's words. */
function byHouse(entry: Entry): boolean {
  return entry.by.kind === 'system' && entry.body.event !== undefined
}

/** An event that carries words somebody wrote is read on its own line, never folded away. */
export function foldable(entry: Entry): boolean {
  const { note, summary, comment } = entry.body
  return !(note || summary || comment) && entry.kind !== 'rated'
}

function isJoined(a: Entry, b: Entry): boolean {
  return a.by.kind === b.by.kind && a.by.id === b.by.id && Date.parse(b.at) - Date.parse(a.at) < JOINED_WITHIN_MS
}

export function localDay(at: string): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`
}
