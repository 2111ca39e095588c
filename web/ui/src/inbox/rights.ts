/** What I may do with a conversation: the hub's word where it has come, the row's state until then. Pure. */
import type { ConversationDetail, Row } from '@/api/types'

export interface Rights {
  reply: boolean
  note: boolean
  close: boolean
  transfer: boolean
  snooze: boolean
  pull: boolean
  reopen: boolean
}

export function rightsOn(row: Row, detail: ConversationDetail | undefined, me: string): Rights {
  const mine = row.agent === me && row.state === 'assigned'
  const guess: Rights = {
    reply: mine,
    note: row.state !== 'continued',
    close: mine,
    transfer: mine,
    snooze: mine,
    pull: row.state === 'waiting' || row.state === 'bot',
    reopen: row.state === 'closed' || row.state === 'snoozed',
  }
  // An older answer speaks of an older state.
  if (detail === undefined || detail.seq < row.seq && detail.state !== row.state) return guess
  const may = new Set(detail.may)
  const any = (...verbs: string[]): boolean => verbs.some((verb) => may.has(verb))
  return {
    reply: guess.reply && any('post', 'reply', 'message', 'messages'),
    note: any('note', 'notes'),
    close: any('close'),
    transfer: any('to_queue', 'to_agent', 'transfer', 'queue', 'agent'),
    snooze: any('snooze') && row.state === 'assigned',
    pull: any('pull'),
    reopen: any('reopen'),
  }
}

/** What a supervisor may do with it, by its state. */
export function directing(row: Row): { takeBack: boolean; give: boolean; priority: boolean } {
  const inLine = row.state === 'waiting' || row.state === 'offered'
  return { takeBack: row.state === 'assigned', give: inLine || row.state === 'assigned', priority: inLine }
}
