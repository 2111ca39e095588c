/** Where the customer writes. Enter sends, Shift+Enter breaks the line; the draft survives a reload. */
import type { App } from '../app'
import { accepted, attach } from '../attach'
import { h, icon, put, show } from '../dom'
import { get, set } from '../keep'
import type { Words } from '../words'

const TYPING_EVERY = 3_000 // milliseconds
const TYPING_STOPS = 5_000

export class Composer {
  readonly element: HTMLElement
  readonly input: HTMLTextAreaElement
  private readonly button: HTMLButtonElement
  private readonly files: HTMLInputElement
  private readonly error: HTMLElement
  private typedAt = 0
  private stop: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly app: App,
    private readonly words: Words,
    private readonly sent: () => void,
  ) {
    this.input = h('textarea', { class: 'input', testid: 'chat-input', rows: 1, placeholder: words.write, label: words.write, enterkeyhint: 'send' })
    this.button = h('button', { class: 'send', type: 'submit', testid: 'chat-send', label: words.send, title: words.send }, icon('send'))
    this.files = h('input', { type: 'file', class: 'unseen', multiple: true, tabindex: '-1', testid: 'chat-files', 'aria-hidden': 'true' })
    const clip = h('button', { class: 'attach', type: 'button', testid: 'chat-attach', label: words.attach, title: words.attach }, icon('attach'))
    this.error = h('p', { class: 'error', role: 'alert', hidden: true })
    this.element = h('form', { class: 'composer' }, this.error, h('div', { class: 'line-in' }, clip, this.files, this.input, this.button))
    clip.addEventListener('click', () => this.files.click())
    this.files.addEventListener('change', () => {
      attach(app, this.files.files ?? [])
      this.files.value = ''
    })
    this.element.addEventListener('submit', (event) => {
      event.preventDefault()
      this.submit()
    })
    this.input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
      event.preventDefault()
      this.submit()
    })
    this.input.addEventListener('input', () => this.edited())
    this.input.addEventListener('paste', (event) => {
      const pasted = event.clipboardData?.files
      if (!pasted || pasted.length === 0) return
      event.preventDefault()
      attach(app, pasted)
    })
    this.input.value = get(app.key('draft')) ?? ''
  }

  private edited(): void {
    set(this.app.key('draft'), this.input.value || null)
    this.grow()
    this.check()
    clearTimeout(this.stop)
    if (Date.now() - this.typedAt > TYPING_EVERY) {
      this.typedAt = Date.now()
      this.app.type(true)
    }
    this.stop = setTimeout(() => this.still(), TYPING_STOPS)
  }

  private still(): void {
    clearTimeout(this.stop)
    if (this.typedAt === 0) return
    this.typedAt = 0
    this.app.type(false)
  }

  private grow(): void {
    this.input.style.height = ''
    const wanted = this.input.scrollHeight // 0 while it is hidden
    if (wanted > this.input.clientHeight) this.input.style.height = `${Math.min(wanted, 132)}px`
  }

  /** Whether the text may be sent; says why not where it is too long. */
  private check(): boolean {
    const most = this.app.session?.inbox.max_text ?? 4000
    const long = [...this.input.value].length > most
    put(this.error, long ? this.words.tooLong(most) : '')
    show(this.error, long)
    this.button.disabled = long || this.input.value.trim() === ''
    return !this.button.disabled
  }

  private submit(): void {
    if (!this.check()) return
    this.app.write({ path: 'messages', body: { text: this.input.value.trim() } })
    this.input.value = ''
    this.edited()
    this.still()
    this.input.focus()
    this.sent()
  }

  render(): void {
    this.files.accept = accepted(this.app.session?.inbox.file_types ?? [])
    const over = this.app.ended || this.app.conversation?.state === 'closed'
    const hint = over ? this.words.writeAgain : this.words.write
    if (this.input.placeholder !== hint) this.input.placeholder = hint
    this.check()
  }

  shown(): void {
    this.grow()
  }
}
