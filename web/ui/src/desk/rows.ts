/** The conversations the desk knows, and which list shows which of them in which order. Pure. */
import type { Row } from '@/api/types'

export type ListName = 'mine' | 'queue' | 'all' | 'closed'
export type Rows = Record<string, Row>

/** Keeps the newer of two states of a conversation; my own read mark only grows. */
export function putRow(rows: Rows, row: Row): void {
  const known = rows[row.id]
  if (known === undefined) {
    rows[row.id] = row
    return
  }
  const my_read = Math.max(known.my_read ?? 0, row.my_read ?? 0)
  rows[row.id] = known.seq > row.seq ? { ...known, my_read } : { ...row, my_read }
}

export function markRead(rows: Rows, id: string, seq: number): void {
  const known = rows[id]
  if (known !== undefined && (known.my_read ?? 0) < seq) rows[id] = { ...known, my_read: seq }
}

export function isOver(row: Row): boolean {
  return row.state === 'closed' || row.state === 'continued'
}

export function isIn(list: ListName, row: Row, me: string, queue: string | null): boolean {
  switch (list) {
    case 'mine':
      // A snoozed one holds no slot; it still belongs to whoever put it off.
      return row.state === 'snoozed' ? (row.agent ?? row.last_agent) === me : row.agent === me && row.state === 'assigned'
    case 'queue':
      return (row.state === 'waiting' || row.state === 'offered') && (queue === null || row.queue === queue)
    case 'closed':
      return isOver(row)
    case 'all':
      return !isOver(row)
  }
}

/** Waiting ones stand in the order they will be served; all others by what happened last. */
export function order(list: ListName, a: Row, b: Row): number {
  if (list === 'queue') {
    if (a.priority !== b.priority) return b.priority - a.priority
    const first = (a.waiting_since ?? a.created_at).localeCompare(b.waiting_since ?? b.created_at)
    return first === 0 ? a.id.localeCompare(b.id) : first
  }
  const last = b.updated_at.localeCompare(a.updated_at)
  return last === 0 ? a.id.localeCompare(b.id) : last
}

/** How far a list has been loaded: rows older than `until` would leave a hole below them. */
export interface Loaded { next: string | null; until: string | null }

export function listed(rows: Rows, list: ListName, me: string, queue: string | null, loaded: Loaded | null): Row[] {
  const found = Object.values(rows).filter((row) => isIn(list, row, me, queue))
  const until = loaded?.next == null || list === 'mine' || list === 'queue' ? null : loaded.until
  const shown = until === null ? found : found.filter((row) => row.updated_at >= until)
  return shown.sort((a, b) => order(list, a, b))
}

/**
 * The order on screen while the pointer rests on the list: rows that were there keep
 * their places, new ones go below them, so nothing moves under the pointer.
 */
export function heldOrder(shown: readonly string[], wanted: readonly string[]): string[] {
  const still = new Set(wanted)
  const before = new Set(shown)
  return [...shown.filter((id) => still.has(id)), ...wanted.filter((id) => !before.has(id))]
}

export function isUnread(row: Row, me: string): boolean {
  const said = row.preview
  if (said === null || (said.by === 'agent' && said.by_id === me)) return false
  if (said.by !== 'contact' && said.by !== 'agent') return false
  return row.seq > (row.my_read ?? 0) && (said.by === 'agent' || row.unanswered > 0)
}
