/** The whole panel: header, connection line, timeline, queue place, composer or form. */
import type { App } from '../app'
import { h, icon, put, show } from '../dom'
import { placeSentence, type Locale, type Words } from '../words'
import { readable } from './colour'
import { Composer } from './composer'
import { OfflineForm } from './offline'
import { RatingView } from './rating'
import { errorWords, TimelineView } from './timeline'

const RESTORED = 2_000 // milliseconds the line says that all is well again
const PATIENCE = 1_500 // milliseconds of a cut that nobody need notice

export class Panel {
  readonly element: HTMLElement
  private readonly name = h('h1', { class: 'name' })
  private readonly status: HTMLElement
  private readonly line: HTMLElement
  private readonly position: HTMLElement
  private readonly end: HTMLElement
  private readonly transcript: HTMLElement
  private readonly timeline: TimelineView
  private readonly composer: Composer
  private readonly rating: RatingView
  private readonly offline: OfflineForm
  private colour = ''
  private down = false
  private focusing = false
  private lineTimer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly app: App,
    private readonly words: Words,
    locale: Locale,
    close: (() => void) | null,
  ) {
    this.status = h('p', { class: 'state', role: 'status', testid: 'chat-status' })
    this.line = h('p', { class: 'line', role: 'status', hidden: true })
    this.position = h('p', { class: 'position', role: 'status', testid: 'chat-position', hidden: true })
    this.transcript = h('button', { class: 'tool', type: 'button', label: words.transcript, title: words.transcript, testid: 'chat-transcript', hidden: true, on: { click: () => void this.save() } }, icon('download'))
    this.end = h('button', { class: 'tool text', type: 'button', label: words.endLong, title: words.endLong, testid: 'chat-end', hidden: true, on: { click: () => void app.leave() } }, words.end)
    const fold = close && h('button', { class: 'tool', type: 'button', label: words.close, title: words.close, testid: 'chat-close', on: { click: close } }, icon('close'))
    this.rating = new RatingView(app, words)
    this.offline = new OfflineForm(app, words)
    this.timeline = new TimelineView(app, words, locale, h('div', { class: 'tail' }, this.rating.element, this.offline.element))
    this.composer = new Composer(app, words, () => this.timeline.toEnd())
    const head = h('header', { class: 'head' }, h('div', { class: 'who' }, this.name, this.status), this.transcript, this.end, fold)
    this.element = h('main', { class: 'panel' }, head, this.line, this.timeline.element, this.position, this.composer.element)
    if (close) document.addEventListener('keydown', (event) => event.key === 'Escape' && !event.isComposing && close())
  }

  /** The panel has come into sight: go to the end and let the customer write. */
  shown(focus: boolean): void {
    this.composer.shown()
    this.timeline.toEnd()
    this.focusing = focus
    this.focus()
  }

  /** Put the customer into the composer once he has opened the panel and there is one. */
  private focus(): void {
    if (!this.focusing || this.composer.element.hidden) return
    this.focusing = false
    this.composer.input.focus()
  }

  render(): void {
    const { app, words } = this
    const inbox = app.session?.inbox
    if (inbox) this.paint(inbox.colour)
    put(this.name, inbox?.name ?? document.body.dataset['name'] ?? words.panel)
    const [state, text] = this.state()
    put(this.status, text)
    this.status.dataset['state'] = state
    const waiting = app.going && !app.ended && !app.offlineSent && app.conversation?.state === 'waiting'
    const open = inbox?.open ?? true
    put(this.position, waiting ? this.place() : '')
    show(this.position, waiting)
    show(this.end, app.going && !app.ended && (open || app.conversation?.state === 'assigned'))
    show(this.transcript, app.cursor.entries.length > 0)
    show(this.composer.element, inbox !== undefined && !app.closedNow && !app.offlineSent)
    this.connection()
    this.rating.render()
    this.offline.render()
    this.composer.render()
    this.timeline.render()
    this.focus()
  }

  /** Where he stands in the queue; outside opening hours, that his message is kept. */
  private place(): string {
    const { session, conversation } = this.app
    if (session && !session.inbox.open) return this.words.left
    if (conversation && !conversation.staffed) return this.words.keptForLater
    return placeSentence(this.words, conversation?.position ?? null, conversation?.wait_seconds ?? null)
  }

  private state(): [string, string] {
    const { app, words } = this
    if (app.problem) return ['problem', errorWords(words, app.problem, app)]
    if (!app.session) return ['connecting', '']
    const { conversation } = app
    if (app.ended) return ['closed', words.endedLeft]
    if (conversation?.state === 'assigned') {
      return ['assigned', conversation.agent?.name ? words.serving(conversation.agent.name) : words.servingNobody]
    }
    if (conversation?.state === 'waiting') return ['waiting', app.session.inbox.open ? words.waiting : words.closedShort]
    if (conversation?.state === 'bot') return ['bot', words.bot]
    if (app.closedNow) return ['offline', words.closedShort]
    if (conversation?.state === 'closed') return ['closed', words.ended]
    return ['none', app.session.inbox.hours_text ? words.hours(app.session.inbox.hours_text) : words.always]
  }

  /** The thin line: nothing for a short cut, then that it reconnects, then that all is there again. */
  private connection(): void {
    const { app, words } = this
    const down = !app.problem && (app.link.state === 'down' || !app.reachable)
    if (down === this.down) return
    this.down = down
    clearTimeout(this.lineTimer)
    if (down) {
      this.lineTimer = setTimeout(() => this.say(app.session ? words.reconnecting : words.unreachable, false), PATIENCE)
    } else if (!this.line.hidden) {
      this.say(words.caughtUp, true)
      this.lineTimer = setTimeout(() => show(this.line, false), RESTORED)
    }
  }

  private say(text: string, good: boolean): void {
    put(this.line, text)
    this.line.classList.toggle('good', good)
    show(this.line, true)
  }

  private paint(colour: string): void {
    if (colour === this.colour) return
    this.colour = colour
    document.documentElement.style.setProperty('--brand', colour)
    document.documentElement.style.setProperty('--on-brand', readable(colour))
  }

  private async save(): Promise<void> {
    const text = await this.app.api.transcript().catch(() => null)
    if (!text) return
    const url = URL.createObjectURL(text)
    h('a', { href: url, download: `${this.words.transcript}.txt` }).click()
    setTimeout(() => URL.revokeObjectURL(url), 10_000)
  }
}
