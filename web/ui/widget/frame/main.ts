/** Starts the widget inside its frame, or as a page of its own (`data-mode="page"`). */
import './frame.css'
import { App } from './app'
import { Bridge, type FromPage } from './bridge'
import { keepElsewhere } from './keep'
import { Panel } from './view/panel'
import { readable } from './view/colour'
import { localeOf, wordsFor } from './words'

const { inbox = '', mode = 'page', origin = '', colour = '' } = document.body.dataset
const locale = localeOf(document.documentElement.lang)
const framed = mode === 'frame' && window.parent !== window && origin !== ''
const touch = matchMedia('(pointer: coarse)').matches
let app: App | null = null
let panel: Panel | null = null

if (/^#[0-9a-f]{6}$/i.test(colour)) {
  document.documentElement.style.setProperty('--brand', colour)
  document.documentElement.style.setProperty('--on-brand', readable(colour))
}

const bridge = framed ? new Bridge(origin, heard) : null
if (bridge) bridge.tell({ t: 'ready' })
else {
  const started = start()
  started.page = { url: document.referrer || location.href, title: document.title }
  see(true)
  void started.open()
}

function start(): App {
  const started = new App({ inbox, locale })
  const shown = new Panel(started, wordsFor(locale), locale, bridge ? () => bridge.tell({ t: 'close' }) : null)
  document.body.append(shown.element)
  let scheduled = false
  started.changed = () => {
    if (scheduled) return
    scheduled = true
    queueMicrotask(() => {
      scheduled = false
      shown.render()
      if (bridge) tell(bridge, started)
    })
  }
  shown.render()
  panel = shown
  return (app = started)
}

let unread = -1
let going: boolean | null = null

function tell(page: Bridge, started: App): void {
  if (!started.session) return
  const count = started.visible ? 0 : started.unread
  if (count !== unread) page.tell({ t: 'unread', count: (unread = count) })
  if (started.going !== going) page.tell({ t: 'conversation', open: (going = started.going) })
}

function heard(message: FromPage): void {
  if (message.t === 'init') {
    if (app) return
    keepElsewhere(message.kept ?? {}, (key, value) => bridge?.tell({ t: 'keep', key, value }))
    const started = start()
    started.page = message.page
    see(message.visible)
    void started.open()
  } else if (message.t === 'visible') see(message.on)
  else if (message.t === 'identify') void app?.identify(message.identity)
  else if (message.t === 'attributes') void app?.describe(message.attributes)
  else if (message.t === 'reset') void app?.reset()
}

function see(on: boolean): void {
  app?.show(on)
  if (on) requestAnimationFrame(() => panel?.shown(!touch))
}
