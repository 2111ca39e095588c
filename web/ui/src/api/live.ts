/** Queues as they stand, why a conversation waits or went to whom, and a supervisor's verbs: paths and shapes. */
import { get, post, put } from './client'
import type { components } from './schema'
import type { Agent, Entry } from './types'

type Given<Name extends keyof components['schemas']> = components['schemas'][Name]
export type QueueNow = Given<'QueueNow'>
export type WaitingNow = Given<'WaitingNow'>
export type WaitsNow = Given<'WaitsNow'>
export type Standing = Given<'Standing'>
export type LineNow = Given<'LineNow'>
/** What one that waits asks for, in its queue's line and in its own trace alike. */
export type Asking = Omit<WaitsNow, 'queue' | 'position' | 'expected_seconds'>

export interface Trace { entries: Entry[]; names: Record<string, string>; now: WaitsNow | null }

const id = encodeURIComponent
const conversation = (which: string, tail: string): string => `/api/conversations/${id(which)}${tail}`

export const live = {
  queues: () => get<{ items: QueueNow[] }>('/api/routing/live'),
  line: (queue: string) => get<LineNow>(`/api/routing/live/${id(queue)}`),
  trace: (which: string) => get<Trace>(conversation(which, '/routing')),
}

export const supervising = {
  give: (which: string, body: { client_id: string; agent: string }) => post<Entry>(conversation(which, '/give'), body),
  takeBack: (which: string, body: { client_id: string; queue?: string }) => post<Entry>(conversation(which, '/take-back'), body),
  prioritise: (which: string, body: { client_id: string; priority: number }) => post<Entry>(conversation(which, '/priority'), body),
  redact: (which: string, entry: string, reason: string) => post<Entry>(conversation(which, `/entries/${id(entry)}/redact`), { reason }),
  presence: (agent: string, state: 'ready' | 'break' | 'offline', reason?: string) =>
    put<Agent>(`/api/agents/${id(agent)}/state`, reason === undefined ? { state } : { state, reason }),
}
