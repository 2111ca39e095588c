/** Offers whose time is up on this machine, and the words when one ends otherwise. */
import { watch } from 'vue'
import { t } from '@/i18n'
import { localNow } from './clock'
import { effects, listeners, state } from './desk'
import { tell } from './notices'
import { endOffer } from './state'

/** The hub says when an offer ends; should that be lost, it goes a little after its time. */
const GRACE_MS = 3_000
/** Ends that I caused or that need no word. */
const SILENT = new Set(['accept', 'accepted', 'declined', 'lost'])

export function watchOffers(): void {
  watch(localNow, (now) => {
    for (const offer of [...state.offers]) {
      if (offer.endsAt + GRACE_MS < now) endOffer(state, offer.conversation, offer.slot, 'lost', effects)
    }
  })
  listeners.offerGone.push((offer, reason) => {
    if (SILENT.has(reason)) return
    const known = reason === 'expired' || reason === 'withdrawn' || reason === 'gone' ? reason : 'withdrawn'
    tell({ tone: 'info', text: t(`offer.ended_${known}`, { name: offer.row.contact_name }) })
  })
}
