/** What the hub sends and takes, as the contract says; shapes the whole desk shares. */

import type { Decision } from '@/live/trace'

export type ConversationState =
  | 'bot' | 'waiting' | 'offered' | 'assigned' | 'snoozed' | 'closed' | 'continued'
export type ParticipantKind = 'contact' | 'agent' | 'bot' | 'router' | 'system'
export type AgentState = 'ready' | 'busy' | 'after_work' | 'break' | 'unresponsive' | 'offline'
export type DeliveryStatus = 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'unknown'
export type MediaKind = 'image' | 'audio' | 'file'
export type EntryKind =
  | 'message' | 'note' | 'queued' | 'offered' | 'offer_ended' | 'assigned' | 'released' | 'closed'
  | 'continued' | 'snoozed' | 'woken' | 'left' | 'returned' | 'rated'
  | 'overflowed' | 'prioritised' | 'callback'

export interface Participant { kind: ParticipantKind; id: string; name?: string | null }

export interface Me {
  id: string
  login: string
  name: string
  roles: string[]
  permissions: string[]
  locale: string | null
  agent: boolean
  organisation: string
  public_url: string
}

/** The line a list shows; `media` where the message is a file. */
export interface Preview { text: string; media: MediaKind | null; by: ParticipantKind; by_id: string; at: string }

export interface Row {
  id: string
  inbox: string
  channel: string
  contact: string
  contact_name: string
  state: ConversationState
  queue: string | null
  agent: string | null
  agent_name?: string | null
  last_agent?: string | null
  slot: string | null
  waiting_since: string | null
  created_at: string
  updated_at: string
  preview: Preview | null
  unanswered: number
  seq: number
  my_read?: number | null
  disposition?: string | null
  rating?: number | null
  left_at?: string | null
  snoozed_until?: string | null
  /** Where the customer who waits wants to be called back. */
  callback?: string | null
  priority: number
  skills: Record<string, number>
}

export interface Contact {
  id: string
  version?: number
  name: string | null
  addresses: { inbox: string; address: string }[]
  attributes: Record<string, unknown>
  unverified: Record<string, unknown>
  vip: boolean
  created_at: string
  updated_at: string
}

export interface Receipts { delivered: number; read: number }
export type ConversationDetail = Row & {
  contact_card?: Contact | null
  receipts: Receipts
  may: string[]
  origin?: { url?: string | null; title?: string | null } | null
  locale?: string | null
}

export interface Attachment { file: string; name: string; type: string; size: number; media: MediaKind }
export interface UploadedFile { id: string; name: string; type: string; size: number; media: MediaKind }

/** Every kind's body in one shape: which fields are there depends on the entry's kind. */
export interface EntryBody {
  v?: number
  redacted?: boolean
  text?: string | null
  attachments?: Attachment[]
  prompt?: { text: string; options: { value: string; label: string }[] } | null
  mentions?: string[]
  /** How a customer who left a message can be reached. */
  form?: { name?: string; email?: string; phone?: string }
  queue?: string | null
  note?: string | null
  from?: string | null
  waited_ms?: number
  why?: Why
  reason?: string | null
  agent?: string | null
  agent_name?: string | null
  /** Of an assignment: who took or gave it; of a queue: why it waits there (again). */
  how?: 'accept' | 'pull' | 'transfer' | 'reopen' | 'given' | 'taken_back' | 'overflow'
  disposition?: string | null
  summary?: string | null
  /** An agent, or where a conversation overflowed to; with `skipped`: why not. */
  to?: string
  skipped?: string
  number?: string | null
  /** Where the customer wants to be called back. */
  where?: string
  priority?: number | null
  /** The router's decision in full, beside `why`. */
  trace?: Decision
  until?: string
  score?: number
  comment?: string | null
  /** What a note of the house itself tells of; with it, the number of the entry that was erased. */
  event?: string
  erased?: number
  by?: string
}

export interface EntryAfter {
  state: ConversationState
  queue: string | null
  agent: string | null
  slot: string | null
  waiting_since?: string | null
}

export interface Entry {
  id: string
  conversation: string
  seq: number
  prev: number
  kind: EntryKind
  by: Participant
  at: string
  body: EntryBody
  after?: EntryAfter | null
  client_id?: string | null
  status?: DeliveryStatus | null
  why?: string | null
}

/** Facts the router gave for its choice: a list of facts, or plain key and value. */
export type Why = Record<string, unknown> | (Record<string, unknown> | string)[] | string | null

export interface AfterWork {
  slot: string
  conversation: string
  channel: string
  queue: string
  seconds: number
  since: string
}

export interface Agent {
  id: string
  name: string
  state: AgentState
  reason: string | null
  since: string
  queues: string[]
  capacity: Record<string, number>
  load: Record<string, number>
  open: number
  skills?: Record<string, number>
  after_work?: AfterWork[]
}

export interface QueueLive {
  id: string
  name: string
  waiting: number
  oldest: string | null
  service_level_seconds: number
}

export interface Offer {
  conversation: string
  slot: string
  row: Row
  expires_in_ms: number
  total_ms: number
  why: Why
  latest: Entry[]
}

export interface Badges { mine: number; offered: number; queues: Record<string, number> }
export interface Page<T> { items: T[]; next?: string | null }
export interface EntryPage { items: Entry[]; last: number }

/* Configuration */
export interface Stored { id: string; version?: number }
/** From `after` seconds in the queue on, every level is so many lower and some skills are not asked for any more. */
export interface RelaxationStep { after: number; lower: number; drop: string[] }
export type OverflowTo = 'queue' | 'message' | 'voicemail' | 'number' | 'callback'
export interface OverflowStep { after: number; to: OverflowTo; queue: string | null; text: string | null; number: string | null }
export type Strategy = 'longest_idle' | 'least_busy' | 'round_robin' | 'best_skill' | 'linear'
/** Times in seconds. */
export interface Queue extends Stored {
  name: string
  group: string
  strategy: Strategy
  /** Agents' ids, for `linear`. */
  order: string[]
  last_agent_seconds: number
  relaxation: RelaxationStep[]
  /** From then on nothing is asked for; null: never. */
  any_agent_after: number | null
  /** Points of priority gained per minute; 0: strict priority. */
  ageing: number
  overflow: OverflowStep[]
  offer_seconds: number
  offer_seconds_by_channel: Record<string, number>
  service_level_seconds: number
  service_level_percent: number
  after_work_seconds: number
  disposition_required: boolean
  priority: number
  skills: Record<string, number>
  /** A calendar's id; none: always open. */
  hours?: string | null
}
export interface Skill extends Stored { name: string }
export interface CannedReply extends Stored { shortcut: string; title: string; text: string; queues: string[] }
export interface Disposition extends Stored {
  name: string
  parent: string | null
  queues: string[]
  fill_text?: string | null
}
export interface BreakReason extends Stored { name: string }
export interface Inbox extends Stored {
  channel: string
  name: string
  enabled: boolean
  queue: string
  /** A calendar's id; none: always open. */
  hours?: string | null
  settings: Record<string, unknown>
}
export interface Span { from: string; to: string }
/** A day, or some in a row (both ends included), with hours of their own; none: closed. */
export interface SpecialDay { first: string; last: string; name: string; spans: Span[] }
/** When somebody answers. `week`: seven days, Monday first; `makeup_as`: 0 is Monday. */
export interface Calendar extends Stored {
  name: string
  timezone: string
  week: Span[][]
  special: SpecialDay[]
  follows: string | null
  on_holidays: Span[]
  makeup_as: number
}
export interface User extends Stored {
  login: string
  name: string
  roles: string[]
  disabled: boolean
  locale: string | null
  agent: boolean
  password?: string
}
export interface Role { id: string }
export interface AgentProfile { queues: string[]; skills: Record<string, number>; capacity: Record<string, number> }
export interface Delivery {
  id: string
  conversation: string
  inbox: string
  status: DeliveryStatus | 'started'
  why?: string | null
  tries: number
  next_at?: string | null
}

/* The desk's socket: the server sends arrays of these. */
export type ServerEvent =
  | { t: 'snapshot'; now: string; me: Agent; mine: Row[]; queues: QueueLive[]; agents: Agent[]; offers: Offer[]; config: string }
  | { t: 'caught_up' }
  | { t: 'entry'; entry: Entry; row?: Row | null }
  | { t: 'offer'; offer: Offer }
  | { t: 'offer_gone'; conversation: string; slot: string; reason: string }
  | { t: 'agents'; agents: Agent[] }
  | { t: 'queues'; queues: QueueLive[] }
  | { t: 'me'; me: Agent }
  | { t: 'typing'; conversation: string; by: Participant; on: boolean }
  | { t: 'viewing'; conversation: string; agents: string[] }
  | { t: 'delivery'; conversation: string; entry: string; status: DeliveryStatus; why?: string | null }
  | { t: 'read_marks'; conversation: string; delivered: number; read: number }
  | { t: 'pong' }
  | { t: 'config' }
  | { t: 'contact'; contact: string }
  | { t: 'bye'; reason: 'slow' | 'signed_out' | 'draining' }

export type ClientFrame =
  | { t: 'hello'; tab: string; resume: Record<string, number> }
  | { t: 'watch' | 'unwatch'; conversation: string }
  | { t: 'typing'; conversation: string; on: boolean }
  | { t: 'rang'; conversation: string; slot: string }
  | { t: 'ping' }
