/** What sentence builders need of the language and of names: handed in, so that they are pure. */
export interface Words {
  /** `n` chooses between singular and plural. */
  t: (key: string, values?: Record<string, string | number>, n?: number) => string
  skill: (id: string) => string
  queue: (id: string) => string
  agent: (id: string) => string
  breakReason: (id: string) => string
  /** A stamp as the time of day. */
  time: (at: string) => string
  /** Seconds as a clock. */
  span: (seconds: number) => string
}

export function list(parts: readonly string[], w: Words): string {
  return parts.join(w.t('common.comma'))
}

export function skillList(skills: Readonly<Record<string, number>>, w: Words): string {
  return list(Object.entries(skills).map(([skill, level]) => w.t('standing.skill', { skill: w.skill(skill), level })), w)
}
