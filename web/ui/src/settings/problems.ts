/** What the hub refused of a document: which field, and why. Reading it is pure. */
import { ApiError } from '@/api/client'

/** `field` as the API names it, such as `relaxation[0].after`; `words`: a sentence in English. */
export interface Problem { field: string; words: string }
/** The words for a field, empty where nothing is wrong with it. */
export type Said = (field: string) => string

const FIELD = /(?:^|(?<=[.!?] ))([a-z_]+(?:\[\d+\])*(?:\.[a-z_]+)*): /g

/** The hub joins its sentences, each with its field in front: `name: … relaxation[1].after: …`. */
export function parted(said: string): Problem[] {
  const starts = [...said.matchAll(FIELD)]
  return starts.map((start, number) => ({
    field: start[1] ?? '',
    words: said.slice(start.index + start[0].length, starts[number + 1]?.index).trim(),
  }))
}

/** `relaxation.0.after` of a form that was not read becomes `relaxation[0].after`. */
export const indexed = (path: string): string => path.replace(/\.(\d+)(?=\.|$)/g, '[$1]')

export function problemsOf(error: unknown): Problem[] {
  if (!(error instanceof ApiError)) return []
  const { problems } = (error.details ?? {}) as { problems?: { field: string; message: string }[] }
  if (Array.isArray(problems)) return problems.map((one) => ({ field: indexed(one.field), words: one.message }))
  return error.code === 'invalid' && error.said !== null ? parted(error.said) : []
}

/** Where it stands in the document: `relaxation` of `relaxation[0].after`. */
export const topOf = (field: string): string => /^[a-z_]+/.exec(field)?.[0] ?? field

/** The hub's sentences that can be said in the reader's language; what they name follows as {what}. */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/must come later than the one before/, 'rising'],
  [/neither lowers a level nor drops/, 'step_empty'],
  [/any agent may take it/, 'after_any'],
  [/there is no such queue/, 'no_queue'],
  [/lead back to this queue/, 'loop'],
  [/make it the last step/, 'not_last'],
  [/outside number is missing/, 'number_missing'],
  [/say what the customer is told/, 'text_missing'],
  [/of this name already/, 'name_taken'],
  [/there is no such calendar|there is no calendar/, 'no_calendar'],
  [/there is no (?:skill|queue|inbox)/, 'no_such'],
  [/^(?<what>\S+) and (?<other>\S+) overlap/, 'overlap'],
  [/ends when it begins/, 'no_length'],
  [/begins when the day ends/, 'begins_late'],
  [/there is no time zone/, 'no_zone'],
  [/there is no such day/, 'no_day'],
  [/before it begins/, 'ends_early'],
  [/both say what holds on (?<what>\S+?)\.?$/, 'twice'],
  [/nothing lies between/, 'nothing_between'],
  [/have no effect/, 'no_effect'],
  [/name the contact's field|dots are not in/, 'key'],
  [/greater than or equal to (?<what>[\d.]*\d)/, 'least'],
  [/less than or equal to (?<what>[\d.]*\d)/, 'most'],
  [/pattern|right form/, 'form'],
  [/at least (?:1|one)|needed here|empty text|Field required|give it a name|valid (?:integer|number|string)|^name the calendar/, 'missing'],
]

export function sentenceOf(words: string): { key: string; what: string; other: string } | null {
  for (const [pattern, key] of SENTENCES) {
    const found = pattern.exec(words)
    if (found !== null) return { key, what: found.groups?.what ?? '', other: found.groups?.other ?? '' }
  }
  return null
}
