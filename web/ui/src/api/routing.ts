/** How queues, rules and calendars are set up beyond their registers: paths and shapes. */
import { get, post, put } from './client'
import type { components } from './schema'
import type { Stored } from './types'

type Given<Name extends keyof components['schemas']> = components['schemas'][Name]
export type Caution = Given<'Caution'>
export type Matrix = Given<'MatrixGiven'>
export type OpenDays = Given<'OpenDays'>
export type OpenDay = OpenDays['days'][number]
export type OpenNow = Given<'OpenNow'>
export type PublicCalendar = Given<'PublicCalendar'>
export type RuleWarning = Given<'RuleWarning'>
export type Trial = Given<'TrialGiven'>

export type Plain = string | number | boolean
export type Value = Plain | (string | number)[] | null
export interface Condition { field: string; op: string; value: Value; key: string | null }
/** What a rule says; null: nothing of it. */
export interface Then { queue: string | null; skills: Record<string, number> | null; priority: number | null; vip: boolean | null }
export interface Rule extends Stored {
  name: string
  enabled: boolean
  position: number
  inboxes: string[]
  when: Condition[]
  then: Then
  stop: boolean
}
export interface RuleList { items: Rule[]; warnings: RuleWarning[] }
/** A conversation that might begin. */
export interface Attempt {
  inbox?: string
  channel?: string
  text: string
  vip?: boolean
  attributes?: Record<string, Plain>
  page?: string
  language?: string
  at?: string
}

const id = encodeURIComponent

export const routing = {
  warnings: (queue: string) => get<{ items: Caution[] }>(`/api/queues/${id(queue)}/warnings`),
  matrix: () => get<Matrix>('/api/routing/settings'),
  setMatrix: (version: number, interrupts: Record<string, string[]>) => put<Matrix>('/api/routing/settings', { version, interrupts }),
  rules: () => get<RuleList>('/api/routing/rules'),
  reorder: (rules: string[]) => put<RuleList>('/api/routing/rules/order', { rules }),
  attempt: (body: Attempt) => post<Trial>('/api/routing/rules/try', body),
}

export const calendars = {
  days: (which: string, first: string, days: number) => get<OpenDays>(`/api/calendars/${id(which)}/days`, { first, days }),
  now: (which: string) => get<OpenNow>(`/api/calendars/${id(which)}/now`),
  public: () => get<{ items: PublicCalendar[] }>('/api/public-calendars'),
}
