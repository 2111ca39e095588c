/** Names of the rights the desk asks for; the hub decides, the desk only hides what would be refused. */
import type { Me } from '@/api/types'

export const RIGHTS = {
  queues: 'queues.edit',
  skills: 'skills.edit',
  replies: 'canned_replies.edit',
  dispositions: 'dispositions.edit',
  breaks: 'break_reasons.edit',
  inboxes: 'inboxes.edit',
  calendars: 'calendars.edit',
  rules: 'routing_rules.edit',
  users: 'users.edit',
  deliveries: 'deliveries.read',
  replay: 'deliveries.replay',
  agents: 'agents.edit',
  contacts: 'contacts.edit',
  watch: 'routing.watch',
  direct: 'conversations.direct',
  presence: 'presence.force',
} as const

export type Right = keyof typeof RIGHTS

export function may(me: Me | null, right: Right): boolean {
  return me !== null && me.permissions.includes(RIGHTS[right])
}

/** Settings pages in the order they are shown, each with the right it needs. */
export const SETTINGS_PAGES = [
  { path: 'queues', right: 'queues' },
  { path: 'skills', right: 'skills' },
  { path: 'rules', right: 'rules' },
  { path: 'calendars', right: 'calendars' },
  { path: 'interrupts', right: 'queues' },
  { path: 'canned-replies', right: 'replies' },
  { path: 'dispositions', right: 'dispositions' },
  { path: 'break-reasons', right: 'breaks' },
  { path: 'inboxes', right: 'inboxes' },
  { path: 'users', right: 'users' },
  { path: 'deliveries', right: 'deliveries' },
] as const satisfies readonly { path: string; right: Right }[]
