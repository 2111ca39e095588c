/** What routing knows of agents, as the settings pages edit it. */
import { agents } from '@/api/hub'
import { byName } from '@/i18n'
import type { Agent, AgentProfile, Page } from '@/api/types'

export async function allAgents(): Promise<Agent[]> {
  const page: Agent[] | Page<Agent> = await agents.list()
  return (Array.isArray(page) ? page : page.items).sort((a, b) => byName(a.name, b.name))
}

export const profileOf = (agent: Agent): AgentProfile => ({
  queues: [...agent.queues],
  skills: { ...agent.skills },
  capacity: { ...agent.capacity },
})

export async function findProfile(id: string): Promise<AgentProfile | null> {
  const found = (await allAgents()).find((agent) => agent.id === id)
  return found === undefined ? null : profileOf(found)
}
