/** What stands in the timeline, as data: pure, so that it can be tested without a page. */
import type { Item } from './outbox'
import type { Attachment, Body, Conversation, Entry, Option } from './protocol'
import { dayWords, type Locale, type Words } from './words'

export type Status = 'none' | 'sending' | 'sent' | 'read' | 'failed'

export interface Upload {
  id: string
  name: string
  size: number
  percent: number
  failed?: string
  image?: string // a preview made in this browser
  cancel(): void
}

export interface MessageRow {
  kind: 'message'
  key: string
  mine: boolean
  author: string // shown where the speaker changes, '' elsewhere
  text: string
  attachments: Attachment[]
  prompt: { text: string; options: Option[]; active: boolean; entry: string } | null
  erased: boolean
  at: Date
  meta: boolean // whether time and status are shown: last of a group, or failed
  status: Status
  code?: string
  clientId?: string
}

export type Row =
  | { kind: 'day'; key: string; text: string }
  | { kind: 'notice'; key: string; text: string }
  | { kind: 'upload'; key: string; upload: Upload }
  | MessageRow

export interface Surroundings {
  words: Words
  locale: Locale
  now: Date
  conversation: Conversation | null
  pending: Item[]
  uploads: Upload[]
}

const GROUP = 120_000 // milliseconds between two messages that share one time

export function rows(entries: readonly Entry[], around: Surroundings): Row[] {
  const { words, conversation, pending } = around
  const result: Row[] = []
  const held = new Set(entries.map((entry) => entry.client_id).filter(Boolean))
  const waiting = pending.filter((item) => item.path === 'messages' && !held.has(item.client_id))
  const answerable = lastPrompt(entries, waiting, conversation)
  for (const entry of entries) {
    day(result, new Date(entry.at), around)
    if (entry.kind === 'message') result.push(message(entry, answerable, around))
    else if (entry.kind !== 'rated') result.push({ kind: 'notice', key: entry.id, text: notice(entry, words) })
  }
  for (const item of waiting) {
    const at = new Date(item.at)
    day(result, at, around)
    result.push(unsent(item, at))
  }
  for (const upload of around.uploads) result.push({ kind: 'upload', key: `upload:${upload.id}`, upload })
  return grouped(result)
}

function day(result: Row[], at: Date, around: Surroundings): void {
  const key = `day:${at.getFullYear()}-${at.getMonth()}-${at.getDate()}`
  if (result.some((row) => row.key === key)) return
  result.push({ kind: 'day', key, text: dayWords(at, around.now, around.words, around.locale) })
}

function message(entry: Entry, answerable: string | null, around: Surroundings): MessageRow {
  const { body, by } = entry
  const mine = by.kind === 'contact'
  const seen = around.conversation?.id === entry.conversation ? around.conversation.seen : Infinity
  return {
    kind: 'message',
    key: entry.id,
    mine,
    author: mine ? '' : by.name || authorWord(by.kind, around.words),
    text: body.text ?? '',
    attachments: body.attachments ?? [],
    prompt: body.prompt
      ? { text: body.prompt.text ?? '', options: body.prompt.options, active: answerable === entry.id, entry: entry.id }
      : null,
    erased: body.redacted === true,
    at: new Date(entry.at),
    meta: true,
    status: !mine ? 'none' : entry.seq <= seen ? 'read' : 'sent',
    clientId: entry.client_id,
  }
}

function unsent(item: Item, at: Date): MessageRow {
  return {
    kind: 'message',
    key: `pending:${item.client_id}`,
    mine: true,
    author: '',
    text: item.shown ?? (item.body as Body).text ?? '',
    attachments: item.attachments ?? [],
    prompt: null,
    erased: false,
    at,
    meta: true,
    status: item.failed === undefined ? 'sending' : 'failed',
    code: item.failed,
    clientId: item.client_id,
  }
}

/** The prompt that may still be answered: the last thing said in a conversation that is open. */
function lastPrompt(entries: readonly Entry[], waiting: Item[], conversation: Conversation | null): string | null {
  if (waiting.length > 0 || !conversation || conversation.state === 'closed') return null
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i]
    if (!entry || entry.kind !== 'message') continue
    return entry.by.kind !== 'contact' && entry.body.prompt ? entry.id : null
  }
  return null
}

function authorWord(kind: Entry['by']['kind'], words: Words): string {
  return kind === 'bot' ? words.bot : kind === 'system' ? words.system : words.agent
}

function notice(entry: Entry, words: Words): string {
  if (entry.kind === 'assigned') {
    const name = entry.body.agent?.name
    return name ? words.joined(name) : words.joinedNobody
  }
  const reasons: Record<string, string> = { idle: words.endedIdle, left: words.endedLeft }
  return reasons[entry.body.reason ?? ''] ?? words.ended
}

/** Leave author and time only where they say something new. */
function grouped(result: Row[]): Row[] {
  result.forEach((row, i) => {
    const before = result[i - 1]
    if (row.kind !== 'message' || before?.kind !== 'message') return
    const same = before.mine === row.mine && speaker(result, i - 1) === row.author
    if (!same || row.at.getTime() - before.at.getTime() > GROUP) return
    if (before.status !== 'failed' && before.status === row.status) before.meta = false
    speakers.set(row, row.author)
    row.author = ''
  })
  return result
}

const speakers = new WeakMap<MessageRow, string>()

function speaker(result: Row[], i: number): string {
  const row = result[i]
  return row?.kind === 'message' ? speakers.get(row) ?? row.author : ''
}
