/** The entry whose words somebody is about to erase; one dialog serves the whole timeline. */
import { reactive } from 'vue'
import { supervising } from '@/api/live'
import type { Entry } from '@/api/types'
import { receive, state } from '@/desk/desk'
import { tell } from '@/desk/notices'
import { opening } from '@/desk/opening'
import { refresh } from '@/desk/timeline'
import { t } from '@/i18n'

export const erasing = reactive<{ entry: Entry | null }>({ entry: null })

export function mayErase(entry: Entry): boolean {
  return !entry.body.redacted && (opening.details[entry.conversation]?.may.includes('redact') ?? false)
}

export async function erase(entry: Entry, reason: string): Promise<void> {
  const erased = await supervising.redact(entry.conversation, entry.id, reason)
  const timeline = state.timelines[entry.conversation]
  if (timeline === undefined) receive(erased)
  else refresh(timeline, { items: [erased], last: timeline.last })
  tell({ tone: 'done', text: t('erase.done') })
}
