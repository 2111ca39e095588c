/** The conversation on screen: loading it, filling holes, marking it read, telling others that I look at it. */
import { reactive } from 'vue'
import { contacts, conversations } from '@/api/hub'
import type { ConversationDetail } from '@/api/types'
import { listeners, socket, state } from './desk'
import { markRead, putRow } from './rows'
import { keepTimelines } from './state'
import { applyEarlier, applyLater, applyLatest, applyReadMarks, newTimeline, refresh, type Timeline } from './timeline'

const PAGE = 50
const MOST_TIMELINES = 20

interface Opening {
  id: string | null
  error: unknown
  loadingOlder: boolean
  details: Record<string, ConversationDetail>
}

export const opening = reactive<Opening>({ id: null, error: null, loadingOlder: false, details: {} })

const order: string[] = []
const filling = new Set<string>()

export async function openConversation(id: string | null): Promise<void> {
  if (opening.id !== null && opening.id !== id) socket.send({ t: 'unwatch', conversation: opening.id })
  opening.id = id
  opening.error = null
  if (id === null) return
  remember(id)
  socket.send({ t: 'watch', conversation: id })
  state.timelines[id] ??= newTimeline(id)
  try {
    await loadDetail(id)
    const timeline = state.timelines[id]
    if (timeline !== undefined && !timeline.loaded) {
      const before = (state.rows[id]?.seq ?? 0) + 1
      const page = await conversations.entries(id, { before, limit: PAGE })
      const still = state.timelines[id]
      if (still !== undefined && !still.loaded) {
        applyLatest(still, page, PAGE)
        if (still.held.length > 0 || still.last < page.last) void fillGap(id)
      }
    }
  } catch (error) {
    if (opening.id === id) opening.error = error
  }
}

export async function loadDetail(id: string): Promise<void> {
  const detail = await conversations.one(id)
  opening.details[id] = detail
  putRow(state.rows, detail)
  const timeline = state.timelines[id]
  if (timeline !== undefined) applyReadMarks(timeline, detail.receipts)
}

export async function loadOlder(timeline: Timeline): Promise<void> {
  const first = timeline.entries[0]
  if (first === undefined || timeline.complete || opening.loadingOlder) return
  opening.loadingOlder = true
  try {
    applyEarlier(timeline, await conversations.entries(timeline.conversation, { before: first.seq, limit: PAGE }), PAGE)
  } finally {
    opening.loadingOlder = false
  }
}

/** Asks for everything after `last` until nothing is missing; one at a time per conversation. */
export async function fillGap(id: string): Promise<void> {
  if (filling.has(id)) return
  filling.add(id)
  try {
    for (let round = 0; round < 200; round += 1) {
      const timeline = state.timelines[id]
      if (timeline === undefined) return
      const page = await conversations.entries(id, { after: timeline.last, limit: PAGE })
      const filled = applyLater(timeline, page)
      if (filled || page.items.length === 0) return
    }
  } catch {
    // The line is down: the next hello asks for the same again.
  } finally {
    filling.delete(id)
  }
}

let readTimer: number | null = null

/** Called while the newest entry is on screen and the page has the focus. */
export function seen(id: string): void {
  const last = state.timelines[id]?.last ?? 0
  if (last === 0 || last <= (state.rows[id]?.my_read ?? 0)) return
  markRead(state.rows, id, last)
  if (readTimer !== null) window.clearTimeout(readTimer)
  readTimer = window.setTimeout(() => {
    readTimer = null
    conversations.read(id, state.rows[id]?.my_read ?? last).catch(() => undefined)
  }, 300)
}

let detailTimer: number | null = null

export function startOpening(): void {
  listeners.gap.push((conversation) => void fillGap(conversation))
  listeners.entry.push((entry) => {
    // What I may do here changes with events, not with messages.
    if (entry.conversation !== opening.id || entry.kind === 'message' || entry.kind === 'note') return
    if (detailTimer !== null) window.clearTimeout(detailTimer)
    detailTimer = window.setTimeout(() => {
      if (opening.id !== null) loadDetail(opening.id).catch(() => undefined)
    }, 150)
  })
  listeners.contact.push((contact) => void renamed(contact))
  listeners.caughtUp.push(() => {
    const id = opening.id
    if (id === null) return
    socket.send({ t: 'watch', conversation: id })
    loadDetail(id).catch(() => undefined)
    const timeline = state.timelines[id]
    if (timeline?.loaded) {
      // States of messages and erasures are not numbered: look at the last page again.
      conversations.entries(id, { before: timeline.last + 1, limit: PAGE })
        .then((page) => refresh(timeline, page))
        .catch(() => undefined)
    } else if (timeline !== undefined) {
      void openConversation(id)
    }
  })
}

/** A colleague edited a customer's card: rows and the open panel show it at once. */
async function renamed(contact: string): Promise<void> {
  const rows = Object.values(state.rows).filter((row) => row.contact === contact)
  const id = opening.id
  try {
    if (id !== null && opening.details[id]?.contact === contact) await loadDetail(id)
    if (rows.length === 0) return
    const { name } = await contacts.one(contact)
    for (const { id: which } of rows) {
      const row = state.rows[which]
      if (row !== undefined) state.rows[which] = { ...row, contact_name: name ?? '' }
    }
  } catch {
    // Only a name: the next list or detail that is loaded brings it.
  }
}

export function forgetOpening(): void {
  Object.assign(opening, { id: null, error: null, loadingOlder: false, details: {} })
  order.splice(0)
}

function remember(id: string): void {
  const index = order.indexOf(id)
  if (index >= 0) order.splice(index, 1)
  order.unshift(id)
  keepTimelines(state, order, MOST_TIMELINES)
}
