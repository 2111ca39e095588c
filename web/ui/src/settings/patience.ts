/**
 * What becomes of somebody who waits, along time: what is asked of an agent, and what happens
 * when. Pure; the queue page draws it while it is edited.
 */
import type { OverflowStep, Queue, RelaxationStep } from '@/api/types'

export type Plan = Pick<Queue, 'skills' | 'relaxation' | 'any_agent_after' | 'last_agent_seconds' | 'overflow' | 'service_level_seconds'>
export type Mark =
  | { kind: 'relax'; step: RelaxationStep }
  | { kind: 'any' }
  | { kind: 'overflow'; step: OverflowStep }
  | { kind: 'alone_ends' }
  | { kind: 'promise' }

/** From `from` seconds until `until` (null: for good) this is asked for; `marks`: what happens at its beginning. */
export interface Stretch {
  from: number
  until: number | null
  marks: Mark[]
  /** Only the last agent may take it, where there is one. */
  alone: boolean
  /** No skill is asked for. */
  any: boolean
  /** Levels of the queue's own demand, as relaxed. */
  asks: Record<string, number>
  /** For demands that the queue does not know: levels lowered by so many in all, skills not asked for any more. */
  lowered: number
  dropped: string[]
  /** It waits in another queue now; null: still in this one. */
  moved: string | null
}

/** Levels with these steps in force, as the hub counts: at least 1, dropped skills gone. */
export function relaxed(skills: Readonly<Record<string, number>>, steps: readonly RelaxationStep[]): Record<string, number> {
  let asked = { ...skills }
  for (const step of steps) {
    asked = Object.fromEntries(Object.entries(asked)
      .filter(([skill]) => !step.drop.includes(skill))
      .map(([skill, level]) => [skill, Math.max(level - step.lower, 1)]))
  }
  return asked
}

type Timed = { at: number; mark: Mark }
const usable = (seconds: number | null | undefined): seconds is number => typeof seconds === 'number' && seconds > 0
const order: Record<Mark['kind'], number> = { alone_ends: 0, relax: 1, any: 2, promise: 3, overflow: 4 }

/** Everything that happens, in order; what would come after the move to another queue never happens. */
export function marks(plan: Plan): Timed[] {
  const moves = plan.overflow.filter((step) => step.to === 'queue' && usable(step.after)).map((step) => step.after)
  const end = Math.min(...moves, Infinity)
  const found: Timed[] = [
    ...(usable(plan.last_agent_seconds) ? [{ at: plan.last_agent_seconds, mark: { kind: 'alone_ends' } as const }] : []),
    ...plan.relaxation.map((step) => ({ at: step.after, mark: { kind: 'relax', step } as const })),
    ...(usable(plan.any_agent_after) ? [{ at: plan.any_agent_after, mark: { kind: 'any' } as const }] : []),
    ...(usable(plan.service_level_seconds) ? [{ at: plan.service_level_seconds, mark: { kind: 'promise' } as const }] : []),
    ...plan.overflow.map((step) => ({ at: step.after, mark: { kind: 'overflow', step } as const })),
  ]
  return found.filter(({ at }) => usable(at) && at <= end)
    .sort((a, b) => a.at - b.at || order[a.mark.kind] - order[b.mark.kind])
}

/** The line of time, cut where something happens. */
export function stretches(plan: Plan): Stretch[] {
  const all = marks(plan)
  const cuts = [...new Set([0, ...all.map(({ at }) => at)])].sort((a, b) => a - b)
  return cuts.map((from, number) => {
    const until = cuts[number + 1] ?? null
    const inForce = plan.relaxation.filter((step) => usable(step.after) && step.after <= from)
    const moved = plan.overflow.find((step) => step.to === 'queue' && usable(step.after) && step.after <= from)
    const any = usable(plan.any_agent_after) && plan.any_agent_after <= from
    return {
      from,
      until,
      marks: all.filter(({ at }) => at === from).map(({ mark }) => mark),
      alone: moved === undefined && from < plan.last_agent_seconds,
      any,
      asks: any ? {} : relaxed(plan.skills, inForce),
      lowered: inForce.reduce((sum, step) => sum + step.lower, 0),
      dropped: [...new Set(inForce.flatMap((step) => step.drop))],
      moved: moved === undefined ? null : (moved.queue ?? ''),
    }
  })
}

/** Shares of the line's length: long stretches are longer, but an hour does not push twenty seconds out of sight. */
export function shares(all: readonly Stretch[]): number[] {
  const lengths = all.map(({ from, until }) => (until === null ? null : Math.sqrt(until - from)))
  const longest = Math.max(...lengths.map((length) => length ?? 0), 1)
  return lengths.map((length) => Math.round(100 * Math.max(0.4, (length ?? longest * 0.6) / longest)) / 100)
}

/** How strict a stretch is against the beginning, 1 to 0: the line is thinner where less is asked. */
export function strictness(plan: Plan, stretch: Stretch): number {
  if (stretch.any || stretch.moved !== null) return 0
  const before = Object.values(plan.skills).reduce((sum, level) => sum + level, 0)
  if (before === 0) return Math.max(0.2, 1 - stretch.lowered / 10 - stretch.dropped.length / 5)
  return Object.values(stretch.asks).reduce((sum, level) => sum + level, 0) / before
}

/** By how many minutes one of higher priority may have come later and still be served first; null: by any. */
export function headStart(points: number, ageing: number): number | null {
  return ageing > 0 ? points / ageing : null
}

/** A time for the next step: as long after the last one as that came after the one before, at least so many seconds. */
export function nextAfter(steps: readonly { after: number }[], least: number): number {
  const last = steps.at(-1)?.after ?? 0
  const before = steps.at(-2)?.after ?? 0
  return Math.min(last + Math.max(least, last - before), 86_400)
}
