/** The form for when nobody answers: name, a way to reach the customer, his question. */
import type { App } from '../app'
import { h, put, show } from '../dom'
import { get, set } from '../keep'
import type { Words } from '../words'

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
const PHONE = /^\+?[0-9][0-9 ()-]{4,19}$/

/** The text as a phone number or an e-mail address; null where it is neither. */
export function reachOf(text: string): { phone: string } | { email: string } | null {
  const value = text.trim()
  if (EMAIL.test(value)) return { email: value }
  return PHONE.test(value) ? { phone: value } : null
}

export class OfflineForm {
  readonly element: HTMLElement
  private readonly form: HTMLFormElement
  private readonly thanks: HTMLElement
  private readonly name: HTMLInputElement
  private readonly reach: HTMLInputElement
  private readonly text: HTMLTextAreaElement
  private readonly error: HTMLElement
  private readonly nothing: HTMLElement

  constructor(
    private readonly app: App,
    private readonly words: Words,
  ) {
    this.name = h('input', { class: 'field', type: 'text', maxlength: 60, autocomplete: 'name', testid: 'chat-offline-name', id: 'offline-name' })
    this.reach = h('input', { class: 'field', type: 'text', maxlength: 120, autocomplete: 'tel', testid: 'chat-offline-contact', id: 'offline-reach', 'aria-required': 'true', 'aria-describedby': 'offline-error' })
    this.text = h('textarea', { class: 'field', rows: 4, testid: 'chat-offline-text', id: 'offline-text', 'aria-required': 'true', 'aria-describedby': 'offline-error' })
    this.error = h('p', { class: 'error', role: 'alert', id: 'offline-error', hidden: true })
    const label = (id: string, text: string, extra = ''): HTMLElement => h('label', { for: id }, text, extra && h('span', { class: 'hint' }, extra))
    this.form = h(
      'form',
      { class: 'offline', novalidate: true },
      h('h2', {}, words.leaveTitle),
      h('p', { class: 'hint' }, words.leaveHint),
      label('offline-name', words.name, words.optional),
      this.name,
      label('offline-reach', words.reach),
      this.reach,
      label('offline-text', words.question),
      this.text,
      this.error,
      h('button', { class: 'primary', type: 'submit', testid: 'chat-offline-send' }, words.leave),
    )
    this.form.addEventListener('submit', (event) => {
      event.preventDefault()
      this.submit()
    })
    this.thanks = h(
      'div',
      { class: 'offline thanks', role: 'status', hidden: true, testid: 'chat-offline-done' },
      h('p', {}, words.left),
      h('button', { class: 'link', type: 'button', on: { click: () => this.anew() } }, words.leftAgain),
    )
    this.nothing = h('p', { class: 'offline', hidden: true }, words.noForm)
    this.element = h('section', { class: 'card', label: words.leaveTitle, hidden: true }, this.form, this.thanks, this.nothing)
    this.name.value = get(app.key('name')) ?? ''
    this.reach.value = get(app.key('reach')) ?? ''
  }

  private anew(): void {
    this.app.offlineSent = false
    this.text.value = ''
    this.render()
    this.text.focus()
  }

  private submit(): void {
    const { words } = this
    const reach = reachOf(this.reach.value)
    const most = this.app.session?.inbox.max_text ?? 4000
    const text = this.text.value.trim()
    if (!this.reach.value.trim()) return this.refuse(words.needReach, this.reach)
    if (!reach) return this.refuse(words.wrongReach, this.reach)
    if (!text) return this.refuse(words.needText, this.text)
    if ([...text].length > most) return this.refuse(words.tooLong(most), this.text)
    this.refuse('', null)
    const name = this.name.value.trim()
    set(this.app.key('name'), name || null)
    set(this.app.key('reach'), this.reach.value.trim())
    this.app.write({ path: 'offline-message', body: { ...(name ? { name } : {}), ...reach, text } })
  }

  private refuse(text: string, field: HTMLElement | null): void {
    put(this.error, text)
    show(this.error, text !== '')
    for (const other of [this.reach, this.text]) other.setAttribute('aria-invalid', String(other === field))
    field?.focus()
  }

  render(): void {
    const { app } = this
    const form = app.session?.inbox.offline === 'message'
    const sent = app.offlineSent || app.outbox.items.some((item) => item.path === 'offline-message' && !item.failed)
    show(this.element, app.closedNow || app.offlineSent)
    show(this.form, form && !sent)
    show(this.thanks, form && sent)
    show(this.nothing, !form)
  }
}
