/** What administrators set up and agents use: queues, canned replies, dispositions and the like. */
import { computed, reactive } from 'vue'
import { resource } from '@/api/hub'
import type { BreakReason, CannedReply, Disposition, Inbox, Queue, Skill, Stored } from '@/api/types'
import { state } from './desk'

interface Config {
  queues: Queue[]
  skills: Skill[]
  replies: CannedReply[]
  dispositions: Disposition[]
  breaks: BreakReason[]
  inboxes: Inbox[]
}

export const config = reactive<Config>({
  queues: [], skills: [], replies: [], dispositions: [], breaks: [], inboxes: [],
})

/** Loads all of it; a part that cannot be had stays as it was and is tried at the next change. */
export async function loadConfig(): Promise<void> {
  const take = async <T extends Stored>(all: Promise<T[]>, into: (found: T[]) => void): Promise<void> => {
    try {
      into(await all)
    } catch {
      // The desk works without it: names fall back, lists say that they are empty.
    }
  }
  await Promise.all([
    take(resource<Queue>('queues').all(), (found) => { config.queues = found }),
    take(resource<Skill>('skills').all(), (found) => { config.skills = found }),
    take(resource<CannedReply>('canned-replies').all(), (found) => { config.replies = found }),
    take(resource<Disposition>('dispositions').all(), (found) => { config.dispositions = found }),
    take(resource<BreakReason>('break-reasons').all(), (found) => { config.breaks = found }),
    take(resource<Inbox>('inboxes').all(), (found) => { config.inboxes = found }),
  ])
}

const queuesById = computed(() => new Map(config.queues.map((queue) => [queue.id, queue])))

export function queueOf(id: string | null | undefined): Queue | null {
  return id == null ? null : (queuesById.value.get(id) ?? null)
}

export function queueName(id: string | null | undefined): string {
  if (id == null) return ''
  return queueOf(id)?.name ?? state.queues.find((queue) => queue.id === id)?.name ?? ''
}

export function serviceLevel(id: string | null | undefined): number | null {
  if (id == null) return null
  return queueOf(id)?.service_level_seconds ?? state.queues.find((queue) => queue.id === id)?.service_level_seconds ?? null
}

export function breakName(id: string | null | undefined): string {
  return config.breaks.find((reason) => reason.id === id)?.name ?? id ?? ''
}

export function inboxName(id: string | null | undefined): string {
  return config.inboxes.find((inbox) => inbox.id === id)?.name ?? ''
}

export function skillName(id: string): string {
  return config.skills.find((skill) => skill.id === id)?.name ?? id
}

/** Both levels: 报修 / 不走字. */
export function dispositionName(id: string | null | undefined): string {
  const found = config.dispositions.find((one) => one.id === id)
  if (found === undefined) return ''
  const parent = config.dispositions.find((one) => one.id === found.parent)
  return parent === undefined ? found.name : `${parent.name} / ${found.name}`
}

export function agentName(id: string | null | undefined): string {
  return id == null ? '' : (state.agents[id]?.name ?? '')
}
