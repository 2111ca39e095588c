/** Canned replies: which ones match what was typed after "/", and their variables filled in. Pure. */
import type { CannedReply } from '@/api/types'

export interface Values {
  contact: { name: string }
  agent: { name: string }
  queue: { name: string }
}

/** Names an administrator may use, also listed on the settings page. */
export const VARIABLES = ['contact.name', 'agent.name', 'queue.name'] as const

/** Fills {{contact.name}} and its like; an unknown name stays, so that the agent sees it. */
export function expand(text: string, values: Values): string {
  const known: Record<string, string> = {
    'contact.name': values.contact.name,
    'agent.name': values.agent.name,
    'queue.name': values.queue.name,
  }
  return text.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (whole, name: string) => known[name] ?? whole)
}

/** What stands after a "/" that opens the list: at the start or after a space, up to the caret. */
export function slashQuery(text: string, caret: number): { from: number; query: string } | null {
  const found = /(^|\s)[/／]([^\s/／]*)$/.exec(text.slice(0, caret))
  if (found === null) return null
  const query = found[2] ?? ''
  return { from: caret - query.length - 1, query }
}

/** Replies of the conversation's queue and those for all; a shortcut that begins with the query comes first. */
export function matching(replies: readonly CannedReply[], query: string, queue: string | null): CannedReply[] {
  const wanted = query.toLowerCase()
  const rank = (reply: CannedReply): number => {
    const shortcut = reply.shortcut.toLowerCase()
    if (shortcut.startsWith(wanted)) return 0
    if (shortcut.includes(wanted) || reply.title.toLowerCase().includes(wanted)) return 1
    return reply.text.toLowerCase().includes(wanted) ? 2 : 3
  }
  return replies
    .filter((reply) => reply.queues.length === 0 || (queue !== null && reply.queues.includes(queue)))
    .map((reply) => ({ reply, rank: rank(reply) }))
    .filter((found) => found.rank < 3)
    .sort((a, b) => a.rank - b.rank || a.reply.shortcut.localeCompare(b.reply.shortcut))
    .map((found) => found.reply)
}
