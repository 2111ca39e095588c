/** The timeline: keyed rows, changed in place, never redrawn; it stays at the end only if it was there. */
import type { App } from '../app'
import { h, icon, put, show } from '../dom'
import { rows, type Row } from '../rows'
import type { Locale, Words } from '../words'
import { messageNode, uploadNode, type MessageActions } from './message'

interface Held {
  signature: string
  node: HTMLElement
}

const NEAR = 60 // pixels from the end that still count as "at the end"

export class TimelineView {
  readonly element: HTMLElement
  private readonly log: HTMLElement
  private readonly first: HTMLElement
  private readonly greeting: HTMLElement
  private readonly typing: HTMLElement
  private readonly latest: HTMLElement
  private readonly scroll: HTMLElement
  private held = new Map<string, Held>()
  private below = 0

  constructor(
    private readonly app: App,
    private readonly words: Words,
    private readonly locale: Locale,
    tail: HTMLElement,
  ) {
    this.first = h('p', { class: 'notice first' })
    this.greeting = h('div', { class: 'message theirs greeting', hidden: true }, h('div', { class: 'bubble' }))
    this.log = h('div', { class: 'log', role: 'log', 'aria-live': 'polite', label: words.messages })
    this.typing = h('p', { class: 'typing', role: 'status', hidden: true }, h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')), words.typing)
    const content = h('div', { class: 'content' }, this.first, this.greeting, this.log, this.typing, tail)
    this.scroll = h('div', { class: 'scroll', tabindex: '0', label: words.messages }, content)
    this.latest = h('button', { class: 'latest', type: 'button', hidden: true, on: { click: () => this.toEnd() } })
    this.element = h('div', { class: 'timeline' }, this.scroll, this.latest)
    this.scroll.addEventListener('scroll', () => this.scrolled(), { passive: true })
    const sizes = new ResizeObserver(() => {
      if (this.stuck) this.toEnd()
    })
    sizes.observe(this.scroll)
    sizes.observe(content) // a picture that arrives late
  }

  private stuck = true
  private top = 0

  /** Only a hand that scrolls up lets go of the end; content that grows below does not. */
  private scrolled(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.scroll
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.stuck = true
    else if (scrollTop < this.top) this.stuck = false
    this.top = scrollTop
    if (this.stuck) this.below = 0
    this.showLatest()
  }

  toEnd(): void {
    this.scroll.scrollTop = this.scroll.scrollHeight
    this.stuck = true
    this.below = 0
    this.showLatest()
  }

  private showLatest(): void {
    show(this.latest, !this.stuck)
    if (this.stuck) return
    const text = this.below > 0 ? this.words.fresh(this.below) : this.words.latest
    if (this.latest.textContent !== text) this.latest.replaceChildren(icon('down', 16), text)
  }

  render(): void {
    const { app, words } = this
    const inbox = app.session?.inbox
    put(this.first, inbox ? opening(app, words) : '')
    show(this.first, inbox !== undefined)
    put(this.greeting.firstElementChild as HTMLElement, inbox?.greeting ?? '')
    show(this.greeting, Boolean(inbox?.greeting))
    const list = rows(app.cursor.entries, {
      words,
      locale: this.locale,
      now: new Date(),
      conversation: app.conversation,
      pending: app.outbox.items,
      uploads: app.uploads,
    })
    this.place(list)
    show(this.typing, app.typing.on)
    if (this.stuck) this.toEnd()
    else this.showLatest()
  }

  private place(list: Row[]): void {
    const kept = new Map<string, Held>()
    let before: HTMLElement | null = null
    for (const row of list) {
      const signature = JSON.stringify(row)
      const old = this.held.get(row.key)
      let held = old
      if (!held || held.signature !== signature) {
        held = { signature, node: this.node(row) }
        if (old) old.node.replaceWith(held.node)
        else this.arrived(row)
      }
      kept.set(row.key, held)
      const next: Element | null = before === null ? this.log.firstElementChild : before.nextElementSibling
      if (next !== held.node) this.log.insertBefore(held.node, next)
      before = held.node
    }
    for (const [key, held] of this.held) if (!kept.has(key)) held.node.remove()
    this.held = kept
  }

  private arrived(row: Row): void {
    const mine = row.kind === 'upload' || (row.kind === 'message' && row.mine)
    if (mine) this.stuck = true
    else if (row.kind === 'message' && !this.stuck) this.below++
  }

  private node(row: Row): HTMLElement {
    if (row.kind === 'day') return h('p', { class: 'day' }, h('span', {}, row.text))
    if (row.kind === 'notice') return h('p', { class: 'notice' }, row.text)
    if (row.kind === 'upload') return uploadNode(row.upload, this.words, this.app)
    return messageNode(row, this.words, this.locale, this.actions)
  }

  private readonly actions: MessageActions = {
    again: (id) => this.app.outbox.retry(id),
    discard: (id) => this.app.outbox.remove(id),
    choose: (entry, option) =>
      this.app.write({ path: 'messages', body: { choice: option.value, reply_to: entry }, shown: option.label }),
    fresh: (entry) => this.app.fresh(entry),
    error: (code) => errorWords(this.words, code, this.app),
  }
}

/** The first line says when people answer. */
export function opening(app: App, words: Words): string {
  const inbox = app.session?.inbox
  if (!inbox) return ''
  if (!inbox.open) return words.closedNow(inbox.hours_text, inbox.opens_text)
  if (!inbox.staffed && !app.going) return words.unstaffed
  return inbox.hours_text ? words.hours(inbox.hours_text) : words.always
}

/** A code as a sentence that says what to do. */
export function errorWords(words: Words, code: string, app: App): string {
  const most = app.session?.inbox.max_text ?? 4000
  const known: Record<string, string> = {
    closed_now: words.closedError,
    text_too_long: words.tooLong(most),
    file_type: words.fileType,
    file_empty: words.fileEmpty,
    origin_not_allowed: words.notAllowed,
    not_found: words.noInbox,
    unreachable: words.unreachable,
  }
  if (code === 'file_too_large') return words.fileTooLarge(`${Math.floor((app.session?.inbox.max_file_bytes ?? 0) / 1_000_000)} MB`)
  return known[code] ?? words.refused(code)
}
