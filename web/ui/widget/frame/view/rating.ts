/** The rating after a conversation: one click counts, the comment may follow. */
import type { App } from '../app'
import { h, icon, put, show } from '../dom'
import { newId } from '../ids'
import type { Words } from '../words'

export class RatingView {
  readonly element: HTMLElement
  private readonly stars: HTMLButtonElement[]
  private readonly word: HTMLElement
  private readonly more: HTMLFormElement
  private readonly comment: HTMLTextAreaElement
  private readonly title: HTMLElement
  private score = 0
  private done = false
  private of: string | null = null

  constructor(
    private readonly app: App,
    private readonly words: Words,
  ) {
    this.title = h('p', { class: 'rating-title', id: 'rating-title' }, words.rate)
    this.stars = [1, 2, 3, 4, 5].map((n) =>
      h(
        'button',
        { class: 'star', type: 'button', role: 'radio', 'aria-checked': 'false', testid: `chat-rating-${n}`, label: words.score(n), title: words.scoreWord(n), on: { click: () => void this.rate(n) } },
        icon('star', 28),
      ),
    )
    const group = h('div', { class: 'stars', role: 'radiogroup', 'aria-labelledby': 'rating-title' }, ...this.stars)
    group.addEventListener('keydown', (event) => this.keys(event))
    this.word = h('p', { class: 'rating-word', role: 'status' })
    this.comment = h('textarea', { class: 'field', rows: 2, maxlength: 1000, placeholder: words.why, label: words.why, testid: 'chat-rating-comment' })
    this.more = h('form', { class: 'rating-more', hidden: true }, this.comment, h('button', { class: 'primary', type: 'submit', testid: 'chat-rating-send' }, words.submit))
    this.more.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.finish()
    })
    this.element = h('section', { class: 'card rating', hidden: true }, this.title, group, this.word, this.more)
  }

  private keys(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key]
    if (!step) return
    event.preventDefault()
    const at = this.stars.indexOf(document.activeElement as HTMLButtonElement)
    this.stars[Math.max(0, Math.min(4, at + step))]?.focus()
  }

  private async rate(score: number): Promise<void> {
    this.score = score
    this.render()
    await this.app.api.rate(score, undefined, newId()).catch(() => undefined)
  }

  private async finish(): Promise<void> {
    const comment = this.comment.value.trim()
    this.done = true
    this.render()
    if (comment) await this.app.api.rate(this.score, comment, newId()).catch(() => undefined)
  }

  render(): void {
    const { app, words } = this
    const { conversation } = app
    if (conversation && this.of !== conversation.id) {
      this.of = conversation.id
      this.score = conversation.rating ?? 0
      this.done = conversation.rating !== null
      this.comment.value = ''
    }
    const over = conversation !== null && (conversation.state === 'closed' || app.ended)
    const served = app.cursor.entries.some((entry) => entry.conversation === conversation?.id && (entry.by.kind === 'agent' || entry.by.kind === 'bot'))
    if (!over && this.score > 0) this.score = conversation?.rating ?? 0
    show(this.element, over && served)
    put(this.title, this.done ? words.thanks : words.rate)
    put(this.word, this.score > 0 ? words.scoreWord(this.score) : '')
    show(this.more, this.score > 0 && !this.done)
    this.stars.forEach((star, i) => {
      star.classList.toggle('on', i < this.score)
      star.setAttribute('aria-checked', String(i + 1 === this.score))
      star.tabIndex = i + 1 === (this.score || 1) ? 0 : -1
      star.disabled = this.done
    })
  }
}
