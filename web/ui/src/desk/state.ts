/** Everything the desk knows, and how each event of the socket changes it. Pure: effects are handed in. */
import type { Agent, Entry, Offer, Participant, QueueLive, Row, ServerEvent } from '@/api/types'
import { putRow, type Rows } from './rows'
import type { LineState } from './socket'
import { applyDelivery, applyEntry, applyReadMarks, type Timeline } from './timeline'

/** An offer with the moment it ends by this machine's clock. */
export interface RingingOffer extends Offer { endsAt: number; since: number }

export interface DeskState {
  /** My own agent document; null for people who take no conversations. */
  me: Agent | null
  rows: Rows
  timelines: Record<string, Timeline>
  queues: QueueLive[]
  agents: Record<string, Agent>
  offers: RingingOffer[]
  typing: Record<string, { by: Participant; until: number }[]>
  viewing: Record<string, string[]>
  line: LineState
  /** The hub's clock minus ours, so that clocks on screen agree with everybody's. */
  clockOffset: number
  /** The first snapshot has come. */
  ready: boolean
}

export interface Effects {
  now: () => number
  /** A hole was seen: ask for what comes after the timeline's `last`. */
  onGap: (conversation: string) => void
  onEntry: (entry: Entry, row: Row | null) => void
  onOffer: (offer: RingingOffer) => void
  onOfferGone: (offer: RingingOffer, reason: string) => void
  /** A new snapshot: lists other than mine may be stale. */
  onSnapshot: () => void
  onCaughtUp: () => void
  onConfig: () => void
  /** A contact's name or card was edited somewhere. */
  onContact: (contact: string) => void
}

/** A typing mark dies by itself when its end was lost. */
const TYPING_LASTS_MS = 8_000

export function newDeskState(): DeskState {
  return {
    me: null,
    rows: {},
    timelines: {},
    queues: [],
    agents: {},
    offers: [],
    typing: {},
    viewing: {},
    line: 'stopped',
    clockOffset: 0,
    ready: false,
  }
}

export function applyEvent(state: DeskState, event: ServerEvent, effects: Effects): void {
  switch (event.t) {
    case 'snapshot':
      applySnapshot(state, event, effects)
      break
    case 'caught_up':
      effects.onCaughtUp()
      break
    case 'entry':
      takeEntry(state, event.entry, event.row ?? null, effects)
      break
    case 'offer':
      takeOffer(state, event.offer, effects)
      break
    case 'offer_gone':
      endOffer(state, event.conversation, event.slot, event.reason, effects)
      break
    case 'agents':
      for (const agent of event.agents) state.agents[agent.id] = agent
      break
    case 'queues':
      takeQueues(state, event.queues)
      break
    case 'me':
      state.me = event.me
      if (event.me !== null) state.agents[event.me.id] = event.me
      break
    case 'typing':
      takeTyping(state, event.conversation, event.by, event.on, effects.now())
      break
    case 'viewing':
      state.viewing[event.conversation] = event.agents
      break
    case 'delivery': {
      const timeline = state.timelines[event.conversation]
      if (timeline !== undefined) applyDelivery(timeline, event.entry, event.status, event.why ?? null)
      break
    }
    case 'read_marks': {
      const timeline = state.timelines[event.conversation]
      if (timeline !== undefined) applyReadMarks(timeline, event)
      break
    }
    case 'config':
      effects.onConfig()
      break
    case 'contact':
      effects.onContact(event.contact)
      break
    case 'pong':
    case 'bye':
      break
  }
}

/** One entry, whether the socket or an answer brought it. */
export function takeEntry(state: DeskState, entry: Entry, row: Row | null, effects: Effects): void {
  if (row !== null) putRow(state.rows, row)
  const timeline = state.timelines[entry.conversation]
  if (timeline !== undefined) {
    const applied = applyEntry(timeline, entry)
    if (applied === 'gap' && timeline.loaded) effects.onGap(entry.conversation)
  }
  if (entry.kind === 'message' || entry.kind === 'note') {
    takeTyping(state, entry.conversation, entry.by, false, 0)
  }
  effects.onEntry(entry, row)
}

/** What is asked for at the next hello. */
export function watermarks(state: DeskState): Record<string, number> {
  const marks: Record<string, number> = {}
  for (const timeline of Object.values(state.timelines)) {
    if (timeline.loaded) marks[timeline.conversation] = timeline.last
  }
  return marks
}

/** Drops the longest unused timelines; `order` is newest first. */
export function keepTimelines(state: DeskState, order: readonly string[], most: number): void {
  const kept = new Set(order.slice(0, most))
  for (const id of Object.keys(state.timelines)) if (!kept.has(id)) delete state.timelines[id]
}

function applySnapshot(state: DeskState, event: Extract<ServerEvent, { t: 'snapshot' }>, effects: Effects): void {
  state.me = event.me
  state.clockOffset = Date.parse(event.now) - effects.now()
  state.queues = event.queues
  state.agents = Object.fromEntries(event.agents.map((agent) => [agent.id, agent]))
  state.typing = {}
  state.viewing = {}
  const rows: Rows = {}
  for (const id of Object.keys(state.timelines)) {
    const known = state.rows[id]
    if (known !== undefined) rows[id] = known
  }
  for (const row of event.mine) {
    const known = state.rows[row.id]
    if (known !== undefined) rows[row.id] = known
    putRow(rows, row)
  }
  state.rows = rows
  const ringing = state.offers
  state.offers = []
  for (const offer of event.offers) {
    const known = ringing.find((one) => one.conversation === offer.conversation && one.slot === offer.slot)
    if (known === undefined) takeOffer(state, offer, effects)
    else {
      putRow(state.rows, offer.row)
      state.offers.push({ ...offer, since: known.since, endsAt: effects.now() + offer.expires_in_ms })
    }
  }
  state.ready = true
  effects.onSnapshot()
}

function takeOffer(state: DeskState, offer: Offer, effects: Effects): void {
  const now = effects.now()
  const ringing: RingingOffer = { ...offer, since: now, endsAt: now + offer.expires_in_ms }
  putRow(state.rows, offer.row)
  const index = state.offers.findIndex((one) => one.conversation === offer.conversation && one.slot === offer.slot)
  if (index >= 0) {
    state.offers[index] = ringing
    return
  }
  state.offers.push(ringing)
  effects.onOffer(ringing)
}

export function endOffer(state: DeskState, conversation: string, slot: string | null, reason: string, effects: Effects): void {
  const index = state.offers.findIndex((one) => one.conversation === conversation && (slot === null || one.slot === slot))
  const [ended] = index < 0 ? [] : state.offers.splice(index, 1)
  if (ended !== undefined) effects.onOfferGone(ended, reason)
}

/** The hub sends the changed queues; those it leaves out stay as they are. */
function takeQueues(state: DeskState, queues: QueueLive[]): void {
  for (const queue of queues) {
    const index = state.queues.findIndex((one) => one.id === queue.id)
    if (index < 0) state.queues.push(queue)
    else state.queues[index] = queue
  }
}

function takeTyping(state: DeskState, conversation: string, by: Participant, on: boolean, now: number): void {
  const others = (state.typing[conversation] ?? []).filter((one) => one.by.id !== by.id)
  if (on) others.push({ by, until: now + TYPING_LASTS_MS })
  state.typing[conversation] = others
}
