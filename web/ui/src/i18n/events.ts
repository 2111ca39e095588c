/** Entries that are no speech, as one sentence for the timeline. */
import type { Entry, Participant } from '@/api/types'
import { agentName, dispositionName, queueName } from '@/desk/config'
import { has, t } from '.'
import { exactTime } from './format'

function who(by: Participant): string {
  if (by.kind === 'agent') return (by.name ?? agentName(by.id)) || t('event.agent')
  if (by.kind === 'contact') return t('event.customer')
  return by.kind === 'bot' ? (by.name ?? t('list.bot')) : t('event.system')
}

function withNote(text: string, note: string | null | undefined): string {
  return note ? t('event.with_note', { text, note }) : text
}

function noteOfHouse({ body }: Entry): string {
  const key = `event.${body.event}`
  return has(key) ? t(key, { who: agentName(body.by) || t('event.agent'), n: body.erased ?? 0 }) : t('event.system')
}

function overflowed({ body }: Entry): string {
  const text = t(`event.overflowed_${body.to ?? 'message'}`, { number: body.number ?? '' })
  if (body.skipped === undefined) return text
  const key = `event.skipped_${body.skipped}`
  return t('event.skipped', { text, why: has(key) ? t(key) : t('event.skipped_other') })
}

export function eventText(entry: Entry): string {
  const { body, by, after } = entry
  const agent = (body.agent_name ?? agentName(after?.agent)) || t('event.agent')
  switch (entry.kind) {
    case 'queued': {
      const queue = queueName(body.queue ?? after?.queue)
      const text = body.how === 'overflow' ? t('event.queued_overflow', { queue })
        : body.how === 'taken_back' ? t('event.queued_taken_back', { who: who(by), queue })
        : by.kind === 'agent' ? t('event.queued_agent', { who: who(by), queue })
        : by.kind === 'bot' ? t('event.queued_bot', { queue }) : t('event.queued', { queue })
      return withNote(text, body.note)
    }
    case 'offered':
      return t('event.offered', { agent })
    case 'offer_ended':
      return t(`event.offer_${body.reason === 'declined' || body.reason === 'expired' || body.reason === 'gone' ? body.reason : 'withdrawn'}`)
    case 'assigned':
      return withNote(t(`event.assigned_${body.how ?? 'accept'}`, { agent, who: who(by) }), body.note)
    case 'released':
      return t('event.released')
    case 'closed': {
      const reason = body.reason === 'left' || body.reason === 'idle' || body.reason === 'bot' ? body.reason : 'done'
      const named = dispositionName(body.disposition)
      const text = t(`event.closed_${reason}`, { who: who(by) })
      return withNote(named === '' ? text : t('event.closed_as', { text, disposition: named }), body.summary)
    }
    case 'snoozed':
      return t('event.snoozed', { who: who(by), time: body.until === undefined ? '' : exactTime(body.until) })
    case 'woken':
      return t('event.woken')
    case 'left':
      return t('event.left')
    case 'returned':
      return t('event.returned')
    case 'rated':
      return withNote(t('event.rated', { score: body.score ?? 0 }), body.comment)
    case 'continued':
      return t('event.continued')
    case 'note':
      return noteOfHouse(entry)
    case 'overflowed':
      return overflowed(entry)
    case 'prioritised':
      return t('event.prioritised', { who: who(by), n: body.priority ?? 0 })
    case 'callback':
      return t(by.kind === 'agent' ? 'event.callback_noted' : 'event.callback', { who: who(by), where: body.where ?? '' })
    default:
      return entry.kind
  }
}
