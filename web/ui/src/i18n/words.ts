/** The current language and the desk's names, for the sentence builders. */
import { agentName, breakName, queueName, skillName } from '@/desk/config'
import { clock } from '@/desk/waiting'
import type { Words } from '@/live/words'
import { t } from '.'
import { timeOf } from './format'

export const words: Words = {
  t: (key, values = {}, n) => (n === undefined ? t(key, values) : t(key, values, n)),
  skill: skillName,
  queue: queueName,
  agent: agentName,
  breakReason: breakName,
  time: timeOf,
  span: (seconds) => clock(seconds * 1000),
}

/** The same, with names that came along with what is told of. */
export function wordsWith(names: Readonly<Record<string, string>>): Words {
  return { ...words, agent: (id) => names[id] || agentName(id) }
}
