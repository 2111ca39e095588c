/**
 * The one script a company puts into its pages:
 *
 *     <script src="https://hub.example/widget.js" data-inbox="i_…" async></script>
 *
 * It draws a bubble in a shadow root and nothing else. The chat is a frame of ours, loaded after the
 * click, or when a conversation goes on, after the page itself has loaded and is idle.
 */
import { installApi, type Queued } from './api'
import { bubbleIcon, closeIcon, dress } from './looks'

const CHINESE = { open: '在线客服', close: '收起在线客服', unread: (n: number) => `在线客服，${n} 条未读` }
const ENGLISH = { open: 'Chat with us', close: 'Close the chat', unread: (n: number) => `Chat with us, ${n} unread` }

const script = document.currentScript as HTMLScriptElement | null
const source = script ? new URL(script.src) : null
const inbox = script?.dataset['inbox'] ?? source?.searchParams.get('inbox') ?? ''

if (source && inbox && !document.getElementById('omnihub-widget')) begin(source.origin, inbox, script?.dataset ?? {})
else if (!inbox) console.warn('OmniHub: data-inbox is missing in the script line')

function begin(hub: string, inbox: string, options: DOMStringMap): void {
  const key = `omnihub:${inbox}`
  // A page may change its language after it was loaded: what counts is the one at the click.
  const tag = (): string => options['locale'] ?? (document.documentElement.lang || navigator.language || 'zh-CN')
  const words = (): typeof CHINESE => (tag().toLowerCase().startsWith('zh') ? CHINESE : ENGLISH)
  let frame: HTMLIFrameElement | null = null
  let ready = false
  let open = false
  let unread = 0
  let waiting: Record<string, unknown>[] = []

  const host = document.createElement('div')
  host.id = 'omnihub-widget'
  const root = host.attachShadow({ mode: 'open' })
  const bubble = document.createElement('button')
  bubble.type = 'button'
  bubble.className = 'bubble'
  bubble.dataset['testid'] = 'widget-bubble'
  const badge = document.createElement('span')
  badge.className = 'badge'
  badge.hidden = true
  const panel = document.createElement('div')
  panel.className = 'panel'
  panel.hidden = true
  if (options['side'] === 'left') host.setAttribute('data-side', 'left')
  dress(root)
  root.append(panel, bubble)
  bubble.addEventListener('click', () => toggle(!open))
  draw()

  function draw(): void {
    bubble.replaceChildren(open ? closeIcon() : bubbleIcon(), badge)
    bubble.setAttribute('aria-expanded', String(open))
    bubble.setAttribute('aria-label', open ? words().close : unread > 0 ? words().unread(unread) : words().open)
    badge.textContent = unread > 99 ? '99+' : String(unread)
    badge.hidden = open || unread === 0
    panel.hidden = !open
  }

  function toggle(on: boolean): void {
    if (on === open) return
    open = on
    if (on) load()
    draw()
    tell({ t: 'visible', on })
    if (on) frame?.focus()
    else bubble.focus({ preventScroll: true })
  }

  function load(): void {
    if (frame) return
    frame = document.createElement('iframe')
    frame.title = words().open
    frame.dataset['testid'] = 'widget-frame'
    const query = new URLSearchParams({ origin: location.origin, locale: tag() })
    frame.src = `${hub}/webchat/${encodeURIComponent(inbox)}/frame?${query}`
    frame.allow = 'autoplay; clipboard-write'
    panel.append(frame)
  }

  function tell(message: Record<string, unknown>): void {
    if (!ready) return
    frame?.contentWindow?.postMessage({ omnihub: 1, ...message }, hub)
  }

  addEventListener('message', (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== hub || event.data?.omnihub !== 1) return
    const message = event.data as { t: string; count?: number; open?: boolean; key?: unknown; value?: unknown }
    if (message.t === 'ready') {
      ready = true
      tell({ t: 'init', page: { url: location.href, title: document.title }, visible: open, kept: kept() })
      for (const held of waiting) tell(held)
      waiting = []
    } else if (message.t === 'unread') {
      unread = message.count ?? 0
      draw()
    } else if (message.t === 'conversation') remember(message.open === true)
    else if (message.t === 'keep') keep(message.key, message.value)
    else if (message.t === 'close') toggle(false)
  })

  /** Whether a conversation goes on, so that the next page loads the frame by itself. */
  function remember(going: boolean): void {
    try {
      if (going) localStorage.setItem(key, '1')
      else localStorage.removeItem(key)
    } catch {
      // storage is blocked: the frame is then loaded on the click only
    }
  }

  function remembered(): boolean {
    try {
      return localStorage.getItem(key) === '1'
    } catch {
      return false
    }
  }

  /** What a frame without storage of its own asked us to keep: its token, draft, unsent messages. */
  function kept(): Record<string, unknown> {
    try {
      return JSON.parse(localStorage.getItem(`${key}:kept`) ?? '{}')
    } catch {
      return {}
    }
  }

  function keep(name: unknown, value: unknown): void {
    if (typeof name !== 'string' || !name.startsWith(`${key}:`)) return
    const all = kept()
    if (typeof value === 'string') all[name] = value
    else delete all[name]
    try {
      localStorage.setItem(`${key}:kept`, JSON.stringify(all))
    } catch {
      // nobody keeps it: it lasts as long as the page
    }
  }

  function pass(message: Record<string, unknown>): void {
    if (ready) tell(message)
    else waiting = [...waiting.filter((held) => held['t'] !== message['t'] || message['t'] === 'attributes'), message]
  }

  function idle(work: () => void): void {
    if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: 5000 })
    else setTimeout(work, 1000)
  }

  function attach(): void {
    document.body.append(host)
    if (remembered()) {
      if (document.readyState === 'complete') idle(load)
      else addEventListener('load', () => idle(load), { once: true })
    }
  }

  if (document.body) attach()
  else document.addEventListener('DOMContentLoaded', attach, { once: true })

  installApi(window as Window & { OmniHub?: Queued }, {
    open: () => toggle(true),
    close: () => toggle(false),
    identify: (identity) => pass({ t: 'identify', identity }),
    setAttributes: (attributes) => pass({ t: 'attributes', attributes }),
    reset: () => {
      remember(false)
      pass({ t: 'reset' })
    },
  })
}
