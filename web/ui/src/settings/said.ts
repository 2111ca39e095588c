/** Problems in the reader's language, where this side knows the sentence. */
import { t } from '@/i18n'
import { sentenceOf, type Problem } from './problems'

export function problemText({ words }: Problem): string {
  const known = sentenceOf(words)
  if (known === null) return t('routing.problem.other', { words })
  return t(`routing.problem.${known.key}`, { what: known.what, other: known.other })
}
