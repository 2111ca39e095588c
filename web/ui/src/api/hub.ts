/** The hub's verbs as functions: the only place that knows its paths. */
import { call, get, patch, post, put, remove, upload } from './client'
import type {
  Agent, AgentProfile, Badges, Contact, ConversationDetail, Delivery, Entry, EntryPage, Me, Page, Role, Row,
  Stored, UploadedFile,
} from './types'

const id = encodeURIComponent
const conversation = (which: string, tail = ''): string => `/api/conversations/${id(which)}${tail}`

export interface RowQuery {
  list: 'mine' | 'queue' | 'all' | 'contact'
  queue?: string | null
  contact?: string | null
  state?: 'open' | 'waiting' | 'closed' | 'any'
  cursor?: string | null
  limit?: number
}

export interface Speech { client_id: string; text?: string; attachments?: string[] }

export const session = {
  current: () => get<Me>('/api/session'),
  signIn: (login: string, password: string) => post<{ user: Me }>('/api/session', { login, password }),
  signOut: () => remove('/api/session'),
  setPassword: (current: string, next: string) => post<void>('/api/me/password', { current, new: next }),
  setLocale: (locale: string) => patch<Me>('/api/me', { locale }),
}

export const conversations = {
  list: (query: RowQuery) => get<Page<Row>>('/api/conversations', { ...query }),
  badges: () => get<Badges>('/api/conversations/badges'),
  /** The answer carries the whole contact where a row has only its id: told apart here, once. */
  one: async (which: string): Promise<ConversationDetail> => {
    const answer = await get<Omit<ConversationDetail, 'contact'> & { contact: string | Contact }>(conversation(which))
    const { contact } = answer
    return typeof contact === 'string'
      ? { ...answer, contact, contact_card: answer.contact_card ?? null }
      : { ...answer, contact: contact.id, contact_card: contact }
  },
  entries: (which: string, query: { after?: number; before?: number; limit?: number }) =>
    get<EntryPage>(conversation(which, '/entries'), query),
  say: (which: string, speech: Speech) => post<Entry>(conversation(which, '/messages'), speech),
  note: (which: string, speech: Speech & { mentions?: string[] }) => post<Entry>(conversation(which, '/notes'), speech),
  accept: (which: string, client_id: string, slot: string) => post<Entry>(conversation(which, '/accept'), { client_id, slot }),
  decline: (which: string, slot: string) => post<Entry>(conversation(which, '/decline'), { slot }),
  pull: (which: string, client_id: string) => post<Entry>(conversation(which, '/pull'), { client_id }),
  reopen: (which: string, client_id: string) => post<Entry>(conversation(which, '/reopen'), { client_id }),
  close: (which: string, body: { client_id: string; seen: number; disposition?: string; summary?: string }) =>
    post<Entry>(conversation(which, '/close'), body),
  snooze: (which: string, body: { client_id: string; seen: number; until: string }) =>
    post<Entry>(conversation(which, '/snooze'), body),
  toQueue: (which: string, body: { client_id: string; queue: string; note?: string }) =>
    post<Entry>(conversation(which, '/queue'), body),
  toAgent: (which: string, body: { client_id: string; agent: string; note?: string }) =>
    post<Entry>(conversation(which, '/agent'), body),
  read: (which: string, seq: number) => post<void>(conversation(which, '/read'), { seq }),
}

export const files = {
  upload: (file: File, progress: (share: number) => void) => upload<UploadedFile>('/api/files', file, progress),
  address: (file: string, shown: boolean): string => `/api/files/${id(file)}${shown ? '?inline=1' : ''}`,
}

export const agents = {
  list: () => get<Page<Agent> | Agent[]>('/api/agents'),
  presence: (state: 'ready' | 'break' | 'offline', reason?: string) =>
    put<Agent>('/api/presence', reason === undefined ? { state } : { state, reason }),
  endAfterWork: (slot: string) => post<void>(`/api/after-work/${id(slot)}/end`),
  setProfile: (agent: string, profile: AgentProfile) => put<AgentProfile>(`/api/agents/${id(agent)}/profile`, profile),
}

export const contacts = {
  search: (search: string, cursor?: string) => get<Page<Contact>>('/api/contacts', { search, cursor }),
  one: (which: string) => get<Contact>(`/api/contacts/${id(which)}`),
  change: (which: string, body: Partial<Contact>) => patch<Contact>(`/api/contacts/${id(which)}`, body),
}

export const deliveries = {
  list: (status: 'failed' | 'unknown', cursor?: string) => get<Page<Delivery> | Delivery[]>('/api/deliveries', { status, cursor }),
  replay: (which: string) => post<void>(`/api/deliveries/${id(which)}/replay`),
}

export type ResourceName =
  | 'queues' | 'skills' | 'canned-replies' | 'dispositions' | 'break-reasons' | 'inboxes' | 'users' | 'calendars' | 'routing/rules'

/** The configured things all answer to the same five calls. */
export interface Resource<T extends Stored> {
  all: () => Promise<T[]>
  add: (body: Partial<T>) => Promise<T>
  change: (which: string, body: Partial<T>) => Promise<T>
  drop: (which: string) => Promise<void>
}

export function resource<T extends Stored>(name: ResourceName): Resource<T> {
  const path = `/api/${name}`
  return {
    all: async () => {
      const found: T[] = []
      let cursor: string | null | undefined
      do {
        const page = await get<Page<T> | T[]>(path, { cursor })
        if (Array.isArray(page)) return page
        found.push(...page.items)
        cursor = page.next
      } while (cursor !== null && cursor !== undefined && cursor !== '')
      return found
    },
    add: (body) => post<T>(path, body),
    change: (which, body) => patch<T>(`${path}/${id(which)}`, body),
    drop: (which) => call<void>('DELETE', `${path}/${id(which)}`),
  }
}

export const roles = async (): Promise<Role[]> => {
  const page = await get<Page<Role> | Role[]>('/api/roles')
  return Array.isArray(page) ? page : page.items
}
