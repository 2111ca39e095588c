/** Who could take one that waits, and what it will ask for next, in sentences. Pure. */
import type { Asking, Standing } from '@/api/live'
import { list, skillList, type Words } from './words'

/** What a queue's configuration says of the time to come; seconds since the conversation entered it. */
export interface Plan {
  relaxation?: { after: number; lower: number; drop: string[] }[]
  any_agent_after?: number | null
  last_agent_seconds?: number
  overflow?: { after: number; to: string; queue?: string | null; number?: string | null }[]
}

/** Those nearest to taking it first. */
const ORDER = ['fits', 'busy', 'blocked', 'refused', 'on_break', 'unresponsive', 'offline', 'not_preferred', 'unskilled']
/** Presence says since when only of these. */
const TIMED = new Set(['on_break', 'unresponsive', 'offline'])

/** "3 agents have 燃气表 ≥ 5: 2 full, 1 on a break (since 10:02)". */
export function couldTake(asking: Asking, w: Words): string {
  const everybody = asking.agents
  if (everybody.length === 0) return w.t('standing.nobody')
  const preferred = asking.sticky ? everybody.find((one) => one.id === asking.preferred) : undefined
  if (preferred !== undefined) {
    return w.t('standing.sticky', { agent: preferred.name, how: verdictText(preferred, w) })
  }
  const skills = skillList(asking.skills, w)
  if (skills === '') return w.t('standing.everybody', { n: everybody.length, parts: partsOf(everybody, w) }, everybody.length)
  const able = everybody.filter((one) => Object.entries(asking.skills).every(([skill, level]) => (one.skills[skill] ?? 0) >= level))
  if (able.length === 0) return w.t('standing.none_able', { skills, n: everybody.length }, everybody.length)
  return w.t('standing.able', { n: able.length, skills, parts: partsOf(able, w) }, able.length)
}

function partsOf(people: readonly Standing[], w: Words): string {
  const parts: string[] = []
  for (const verdict of ORDER) {
    const these = people.filter((one) => one.verdict === verdict)
    const first = these[0]
    if (first === undefined) continue
    parts.push(these.length === 1
      ? w.t('standing.part', { n: 1, how: verdictText(first, w) })
      : w.t('standing.part', { n: these.length, how: w.t(`verdict.${verdict}`) }))
  }
  return list(parts, w)
}

/** One agent: how he stands, and since when where that says something. */
export function verdictText(one: Standing, w: Words): string {
  const how = w.t(`verdict.${one.verdict}`)
  if (!TIMED.has(one.verdict)) return how
  const reason = one.verdict === 'on_break' && one.reason !== null ? w.breakReason(one.reason) : ''
  const time = w.time(one.since)
  return reason === '' || reason === how ? w.t('standing.since', { how, time }) : w.t('standing.since_for', { how, reason, time })
}

/** "4 agents: 1 offline, 3 free", from counts alone; empty where nobody was counted. */
export function countsText(considered: Readonly<Record<string, number>>, w: Words): string {
  const parts = ORDER.filter((verdict) => (considered[verdict] ?? 0) > 0)
    .map((verdict) => w.t('standing.part', { n: considered[verdict] ?? 0, how: w.t(`verdict.${verdict}`) }))
  const n = considered.queue_agents ?? 0
  return n === 0 || parts.length === 0 ? '' : w.t('standing.everybody', { n, parts: list(parts, w) }, n)
}

/** How far its demand has come down. */
export function stepText(asking: Asking, w: Words): string {
  if (asking.any_agent) return w.t('standing.any_agent')
  return asking.step > 0 ? w.t('standing.step', { step: asking.step, steps: asking.steps }) : ''
}

/** What changes at `next_change_at`; empty where nothing will. */
export function changeText(asking: Asking, plan: Plan | null, w: Words): string {
  if (asking.next_change_at === null) return ''
  const step = plan?.relaxation?.[asking.step]
  const ahead: { after: number; text: string }[] = []
  if (asking.sticky) ahead.push({ after: plan?.last_agent_seconds ?? 0, text: w.t('standing.change_sticky') })
  if (step !== undefined && !asking.any_agent) ahead.push({ after: step.after, text: relaxationText(step, w) })
  if (plan?.any_agent_after != null && !asking.any_agent) ahead.push({ after: plan.any_agent_after, text: w.t('standing.change_any') })
  ahead.sort((a, b) => a.after - b.after)
  return ahead[0]?.text ?? w.t('standing.change')
}

function relaxationText(step: { lower: number; drop: string[] }, w: Words): string {
  const parts: string[] = []
  if (step.lower > 0) parts.push(w.t('standing.change_lower', { n: step.lower }, step.lower))
  if (step.drop.length > 0) parts.push(w.t('standing.change_drop', { skills: list(step.drop.map(w.skill), w) }))
  return parts.length === 0 ? w.t('standing.change') : list(parts, w)
}

/** Where it goes at `next_overflow_at`; empty where nowhere. */
export function overflowText(asking: Asking, plan: Plan | null, w: Words): string {
  if (asking.next_overflow_at === null) return ''
  const step = plan?.overflow?.[asking.overflow_step]
  if (step === undefined) return w.t('standing.overflow')
  return w.t(`overflow.${step.to}`, { queue: step.queue == null ? '' : w.queue(step.queue), number: step.number ?? '' })
}
