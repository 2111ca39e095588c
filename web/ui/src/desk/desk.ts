/** The live desk: its state, its socket, its outbox, and how they are started and stopped together. */
import { reactive, watch } from 'vue'
import { ApiError } from '@/api/client'
import { conversations } from '@/api/hub'
import type { Entry } from '@/api/types'
import { newId, tabId } from './ids'
import { Outbox, type OutboxItem } from './outbox'
import { DeskSocket, type Line, type StopReason } from './socket'
import { applyEvent, newDeskState, takeEntry, watermarks, type Effects, type RingingOffer } from './state'

export const state = reactive(newDeskState())
export const outboxItems = reactive<OutboxItem[]>([])

/** What other modules do when something happens; each is called in the order it was added. */
interface Listeners {
  gap: ((conversation: string) => void)[]
  entry: ((entry: Entry) => void)[]
  offer: ((offer: RingingOffer) => void)[]
  offerGone: ((offer: RingingOffer, reason: string) => void)[]
  snapshot: (() => void)[]
  caughtUp: (() => void)[]
  config: (() => void)[]
  contact: ((contact: string) => void)[]
  stopped: ((reason: StopReason) => void)[]
}

export const listeners: Listeners = {
  gap: [], entry: [], offer: [], offerGone: [], snapshot: [], caughtUp: [], config: [], contact: [], stopped: [],
}

export const effects: Effects = {
  now: () => Date.now(),
  onGap: (conversation) => listeners.gap.forEach((run) => run(conversation)),
  onEntry: (entry) => {
    if (entry.client_id != null) outbox?.drop(entry.client_id)
    listeners.entry.forEach((run) => run(entry))
  },
  onOffer: (offer) => listeners.offer.forEach((run) => run(offer)),
  onOfferGone: (offer, reason) => listeners.offerGone.forEach((run) => run(offer, reason)),
  onSnapshot: () => listeners.snapshot.forEach((run) => run()),
  onCaughtUp: () => {
    listeners.caughtUp.forEach((run) => run())
    outbox?.kick()
  },
  onConfig: () => listeners.config.forEach((run) => run()),
  onContact: (contact) => listeners.contact.forEach((run) => run(contact)),
}

/** An entry that came as an answer goes the same way as one from the socket. */
export function receive(entry: Entry): void {
  takeEntry(state, entry, null, effects)
}

let outbox: Outbox | null = null

export function theOutbox(): Outbox {
  if (outbox === null) throw new Error('the desk is not started')
  return outbox
}

export const socket = new DeskSocket({
  open: () => {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    return new WebSocket(`${scheme}://${location.host}/api/desk`) as unknown as Line
  },
  tab: tabId(sessionStorage),
  resume: () => watermarks(state),
  onEvent: (event) => applyEvent(state, event, effects),
  onState: (line) => { state.line = line },
  onStop: (reason) => listeners.stopped.forEach((run) => run(reason)),
  timers: { set: (run, ms) => window.setTimeout(run, ms), clear: (timer) => window.clearTimeout(timer) },
  random: Math.random,
})

export function startDesk(user: string): void {
  if (outbox !== null) return
  outbox = new Outbox({
    items: outboxItems,
    shelf: localStorage,
    prefix: `hub.outbox.${user}.`,
    tab: tabId(sessionStorage),
    send: (item) => {
      const attachments = item.attachments.map((attachment) => attachment.file)
      const speech = {
        client_id: item.client_id,
        ...(item.text === '' ? {} : { text: item.text }),
        ...(attachments.length === 0 ? {} : { attachments }),
      }
      const mentions = item.mentions ?? []
      return item.kind === 'note'
        ? conversations.note(item.conversation, mentions.length === 0 ? speech : { ...speech, mentions })
        : conversations.say(item.conversation, speech)
    },
    onEntry: receive,
    judge: (error) => {
      if (!(error instanceof ApiError)) return { again: false, code: 'unexpected' }
      if (error.status === 401) return { again: true, afterMs: 30_000 }
      if (error.passing) return { again: true, afterMs: error.retryAfter === null ? null : error.retryAfter * 1000 }
      return { again: false, code: error.code }
    },
    newId,
    now: () => Date.now(),
    later: (run, ms) => void window.setTimeout(run, ms),
    random: Math.random,
  })
  outbox.restore()
  socket.start()
}

export function stopDesk(): void {
  socket.stop()
  outbox = null
  outboxItems.splice(0)
  Object.assign(state, newDeskState())
}

/** A woken tab, a network that is back, and what other tabs stored. */
export function watchBrowser(): void {
  const wake = (): void => {
    socket.wake()
    outbox?.kick()
  }
  window.addEventListener('online', wake)
  document.addEventListener('visibilitychange', () => { if (!document.hidden) wake() })
  window.addEventListener('storage', (event) => outbox?.onShelf(event.key, event.newValue))
  watch(() => state.offers.length, (count) => {
    document.title = count > 0 ? `(${count}) OmniHub` : 'OmniHub'
  })
}
