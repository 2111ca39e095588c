/** The wire form of docs/channels/webchat.md, as the widget reads it. */

export type ConversationState = 'bot' | 'waiting' | 'assigned' | 'closed'

export interface Conversation {
  id: string
  state: ConversationState
  /** 1 is the next to be served; null where nobody can say. */
  position: number | null
  wait_seconds: number | null
  /** False while waiting and nobody who could answer is signed in. */
  staffed: boolean
  agent: { name: string } | null
  /** The highest sequence number this customer may see. */
  last: number
  /** How far he has read, and how far the agent has read him. */
  read: number
  seen: number
  reason: string | null
  rating: number | null
}

export interface Attachment {
  file: string
  name: string
  type: string
  size: number
  media: 'image' | 'audio' | 'file'
  url?: string
}

export interface Option {
  value: string
  label: string
}

export interface Body {
  text?: string
  attachments?: Attachment[]
  prompt?: { text?: string; options: Option[] }
  choice?: string
  reply_to?: string
  redacted?: boolean
  agent?: { name: string }
  reason?: string
  score?: number
  comment?: string
}

export interface Entry {
  id: string
  conversation: string
  seq: number
  prev: number
  kind: 'message' | 'assigned' | 'closed' | 'rated'
  by: { kind: 'contact' | 'agent' | 'bot' | 'system'; name?: string }
  at: string
  body: Body
  client_id?: string
}

export interface Inbox {
  id: string
  name: string
  open: boolean
  /** When it opens next, in words; empty: open, or not known. */
  opens_text: string
  staffed: boolean
  hours_text: string
  greeting: string
  colour: string
  offline: 'message' | 'none'
  max_text: number
  max_file_bytes: number
  file_types: string[]
}

export interface Session {
  token: string
  contact: { name?: string; verified: boolean }
  inbox: Inbox
  conversation: Conversation | null
  socket: string
}

export interface Identity {
  id: string
  name?: string
  email?: string
  phone?: string
  hash?: string
}

export type Attributes = Record<string, string | number | boolean>

export interface Page {
  of: string | null
  /** The conversation that came after `of`, where there is one. */
  next: string | null
  items: Entry[]
  last: number
  conversation: Conversation | null
}

export interface Stored {
  entry: Entry
  conversation: Conversation
}

export interface Uploaded {
  id: string
  name: string
  type: string
  size: number
  media: Attachment['media']
}

export type ServerFrame =
  | { t: 'entry'; entry: Entry }
  | { t: 'state'; conversation: Conversation }
  | { t: 'typing'; on: boolean }
  | { t: 'position'; position: number | null; wait_seconds: number | null; staffed: boolean }
  | { t: 'seen'; seq: number }
  | { t: 'caught_up' }
  | { t: 'pong' }

export type ClientFrame =
  | { t: 'hello'; token: string; conversation?: string; after: number }
  | { t: 'ack'; conversation: string; seq: number }
  | { t: 'read'; conversation: string; seq: number }
  | { t: 'typing'; on: boolean }
  | { t: 'ping' }
