/** What an agent does, each with its words when it worked and when it did not. */
import type { Router } from 'vue-router'
import { agents, conversations, deliveries } from '@/api/hub'
import type { Attachment, Entry } from '@/api/types'
import { t } from '@/i18n'
import { complain } from '@/i18n/complain'
import { account } from './account'
import { agentName, queueName } from './config'
import { effects, receive, state, theOutbox } from './desk'
import { newId } from './ids'
import { tell } from './notices'
import { may } from './permissions'
import { endOffer, type RingingOffer } from './state'

let router: Router | null = null
export function useRouterForVerbs(given: Router): void {
  router = given
}

export function goTo(conversation: string): void {
  void router?.push({ name: 'conversation', params: { id: conversation } })
}

async function attempt(run: () => Promise<void>): Promise<boolean> {
  try {
    await run()
    return true
  } catch (error) {
    complain(error)
    return false
  }
}

export function accept(offer: RingingOffer): Promise<boolean> {
  return attempt(async () => {
    receive(await conversations.accept(offer.conversation, newId(), offer.slot))
    endOffer(state, offer.conversation, offer.slot, 'accepted', effects)
    goTo(offer.conversation)
  })
}

export function decline(offer: RingingOffer): Promise<boolean> {
  return attempt(async () => {
    await conversations.decline(offer.conversation, offer.slot)
    endOffer(state, offer.conversation, offer.slot, 'declined', effects)
  })
}

export function pull(conversation: string): Promise<boolean> {
  return attempt(async () => receive(await conversations.pull(conversation, newId())))
}

export function reopen(conversation: string): Promise<boolean> {
  return attempt(async () => {
    receive(await conversations.reopen(conversation, newId()))
    goTo(conversation)
  })
}

/** Errors are left to the dialog, which keeps what was typed. */
export async function close(conversation: string, seen: number, disposition: string | null, summary: string): Promise<void> {
  receive(await conversations.close(conversation, {
    client_id: newId(),
    seen,
    ...(disposition === null ? {} : { disposition }),
    ...(summary === '' ? {} : { summary }),
  }))
  tell({
    tone: 'done',
    text: t('close.done', { name: nameOf(conversation) }),
    action: { label: t('conversation.reopen'), run: () => void reopen(conversation) },
  })
}

export async function toQueue(conversation: string, queue: string, note: string): Promise<void> {
  receive(await conversations.toQueue(conversation, { client_id: newId(), queue, ...(note === '' ? {} : { note }) }))
  tell({ tone: 'done', text: t('transfer.done', { name: nameOf(conversation), to: queueName(queue) }) })
}

export async function toAgent(conversation: string, agent: string, note: string): Promise<void> {
  receive(await conversations.toAgent(conversation, { client_id: newId(), agent, ...(note === '' ? {} : { note }) }))
  tell({ tone: 'done', text: t('transfer.done', { name: nameOf(conversation), to: agentName(agent) }) })
}

export function snooze(conversation: string, until: Date): Promise<boolean> {
  return attempt(async () => {
    const seen = state.timelines[conversation]?.last ?? state.rows[conversation]?.seq ?? 0
    receive(await conversations.snooze(conversation, { client_id: newId(), seen, until: until.toISOString() }))
    tell({ tone: 'done', text: t('snooze.done', { name: nameOf(conversation) }) })
  })
}

export function say(conversation: string, kind: 'message' | 'note', text: string, attachments: Attachment[], mentions: string[] = []): void {
  theOutbox().add({ conversation, kind, text, attachments, ...(mentions.length === 0 ? {} : { mentions }) })
}

/** A message the channel did not take: delivered anew by those who may, said anew by everybody else. */
export function sendAgain(entry: Entry): Promise<boolean> {
  return attempt(async () => {
    if (may(account.me, 'replay')) await deliveries.replay(entry.id)
    else say(entry.conversation, 'message', entry.body.text ?? '', entry.body.attachments ?? [])
  })
}

export function setPresence(wanted: 'ready' | 'break' | 'offline', reason?: string): Promise<boolean> {
  return attempt(async () => {
    const me = await agents.presence(wanted, reason)
    state.me = me
    state.agents[me.id] = me
  })
}

export function endAfterWork(slot: string): Promise<boolean> {
  return attempt(async () => {
    await agents.endAfterWork(slot)
    if (state.me?.after_work) {
      state.me = { ...state.me, after_work: state.me.after_work.filter((one) => one.slot !== slot) }
    }
  })
}

function nameOf(conversation: string): string {
  return state.rows[conversation]?.contact_name ?? ''
}
