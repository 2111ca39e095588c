/** One offer of the decision trace in sentences. Pure. */
import type { Entry } from '@/api/types'
import { countsText } from './standing'
import { list, skillList, type Words } from './words'

/** The facts that the router wrote down with an offer (routing/decisions.py). */
export interface Decision {
  strategy?: string
  step?: number
  any_agent?: boolean
  sticky?: boolean
  considered?: Record<string, number>
  next?: string[]
  idle_since?: string | null
  waited_seconds?: number
  skills?: Record<string, number>
  priority?: number
}

export interface Told { title: string; lines: string[] }

export function offerTold(entry: Entry, w: Words): Told {
  const facts = entry.body.trace
  const agent = w.agent(entry.body.agent ?? '') || entry.body.agent_name || w.t('event.agent')
  if (facts === undefined) return { title: w.t('trace.chosen', { agent }), lines: [] }
  return {
    title: w.t('trace.chosen_because', { agent, why: whyChosen(facts, entry.at, w) }),
    lines: [asked(facts, w), countsText(facts.considered ?? {}, w), followed(facts, w)].filter((line) => line !== ''),
  }
}

function whyChosen(facts: Decision, at: string, w: Words): string {
  if (facts.sticky) return w.t('trace.last_agent')
  const fitting = facts.considered?.fits ?? 0
  const idle = facts.idle_since == null ? '' : w.span(Math.max(0, (Date.parse(at) - Date.parse(facts.idle_since)) / 1000))
  if (fitting === 1) return w.t('trace.only_one')
  if (facts.strategy === 'longest_idle' && idle !== '') return w.t('trace.longest_idle_for', { time: idle })
  return w.t(`trace.by.${facts.strategy ?? 'longest_idle'}`)
}

function asked(facts: Decision, w: Words): string {
  const parts: string[] = []
  if (facts.waited_seconds !== undefined) parts.push(w.t('trace.waited', { time: w.span(facts.waited_seconds) }))
  const skills = skillList(facts.skills ?? {}, w)
  if (facts.any_agent) parts.push(w.t('standing.any_agent'))
  else if (skills !== '') parts.push(w.t('trace.asked', { skills }))
  else if (!facts.sticky) parts.push(w.t('trace.asked_nothing'))
  if (!facts.any_agent && (facts.step ?? 0) > 0) parts.push(w.t('trace.step', { step: facts.step ?? 0 }))
  if ((facts.priority ?? 0) > 0) parts.push(w.t('trace.priority', { n: facts.priority ?? 0 }))
  return list(parts, w)
}

function followed(facts: Decision, w: Words): string {
  const next = (facts.next ?? []).map(w.agent).filter((name) => name !== '')
  return next.length === 0 ? '' : w.t('trace.next', { agents: list(next, w) })
}
