/** Says in the reader's language what went wrong and what to do, with the code to quote. */
import { ApiError } from '@/api/client'
import { tell } from '@/desk/notices'
import { has, t } from '.'

export interface Complaint { text: string; code: string }

export function explain(error: unknown): Complaint {
  if (!(error instanceof ApiError)) {
    console.error(error)
    return { text: t('error.unexpected'), code: 'unexpected' }
  }
  const { code } = error
  if (error.status === 429) return { text: t('error.too_many', { seconds: error.retryAfter ?? 10 }), code }
  return { text: codeText(code, error.status), code }
}

export function codeText(code: string, status = 400): string {
  if (has(`error.${code}`)) return t(`error.${code}`)
  return status >= 500 ? t('error.hub_failed') : t('error.refused')
}

export function complain(error: unknown): void {
  tell({ tone: 'wrong', ...explain(error) })
}
