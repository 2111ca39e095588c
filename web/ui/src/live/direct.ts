/** A supervisor's verbs, each with its words when it worked. Errors are left to who asked. */
import { supervising } from '@/api/live'
import type { Agent, Row } from '@/api/types'
import { agentName } from '@/desk/config'
import { receive, state } from '@/desk/desk'
import { newId } from '@/desk/ids'
import { tell } from '@/desk/notices'
import { t } from '@/i18n'

/** What the dialogs need to know of a conversation; rows and those in line have it alike. */
export interface Target {
  id: string
  name: string
  channel: string
  priority: number
  /** Who holds it; he is not offered. */
  agent: string | null
}

export function targetOf(row: Row): Target {
  return { id: row.id, name: row.contact_name || t('contact.unnamed'), channel: row.channel, priority: row.priority, agent: row.agent }
}

export async function give(target: Target, agent: string): Promise<void> {
  receive(await supervising.give(target.id, { client_id: newId(), agent }))
  tell({ tone: 'done', text: t('give.done', { name: target.name, to: agentName(agent) }) })
}

export async function takeBack(target: Target): Promise<void> {
  receive(await supervising.takeBack(target.id, { client_id: newId() }))
  tell({ tone: 'done', text: t('take_back.done', { name: target.name }) })
}

export async function prioritise(target: Target, priority: number): Promise<void> {
  receive(await supervising.prioritise(target.id, { client_id: newId(), priority }))
  tell({ tone: 'done', text: t('priority.done', { name: target.name, n: priority }) })
}

export async function setPresenceOf(agent: Agent, wanted: 'ready' | 'break' | 'offline', reason: string | undefined, word: string): Promise<void> {
  const now = await supervising.presence(agent.id, wanted, reason)
  state.agents[now.id] = now
  tell({ tone: 'done', text: t('live.state_set', { name: agent.name, state: word }) })
}
