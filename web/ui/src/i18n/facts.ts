/** The router's reasons in words. */
import { skillName } from '@/desk/config'
import type { Fact } from '@/desk/why'
import { clock } from '@/desk/waiting'
import { has, t } from '.'

/** `at`: the moment of the choice, for facts that say since when. */
export function factText({ fact, values }: Fact, at: number): string {
  const shown: Record<string, string | number> = { ...values }
  if (typeof shown.skill === 'string') shown.skill = skillName(shown.skill)
  if (typeof shown.ms === 'number') shown.time = clock(shown.ms)
  if (typeof shown.seconds === 'number') shown.time = clock(shown.seconds * 1000)
  if (typeof shown.since === 'string') shown.time = clock(at - Date.parse(shown.since))
  const key = keyOf(fact, shown)
  if (has(key)) return t(key, shown)
  const rest = Object.values(shown).join(' ')
  return rest === '' ? fact : `${fact} ${rest}`
}

/** Some facts say more where more is known. */
function keyOf(fact: string, shown: Record<string, string | number>): string {
  if (fact === 'longest_idle' && shown.time !== undefined) return 'why.longest_idle_for'
  return fact === 'relaxed' && shown.any_agent === 1 ? 'why.any_agent' : `why.${fact}`
}
