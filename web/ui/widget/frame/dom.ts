/** Making elements without markup strings: text is always a text node. */

type Child = Node | string | null | undefined | false
type Handlers = { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void }

export interface Properties {
  class?: string
  testid?: string
  label?: string // aria-label
  hidden?: boolean
  on?: Handlers
  [attribute: string]: unknown
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  const { class: name, testid, label, hidden, on, ...attributes } = properties
  if (name) element.className = name
  if (testid) element.dataset['testid'] = testid
  if (label) element.setAttribute('aria-label', label)
  if (hidden) element.hidden = true
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, '')
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(key, String(value))
  }
  for (const [event, handler] of Object.entries(on ?? {})) element.addEventListener(event, handler as EventListener)
  for (const child of children) if (child) element.append(child)
  return element
}

const ICONS = {
  close: 'M18 6 6 18M6 6l12 12',
  send: 'M5 12h14M13 6l6 6-6 6',
  attach: 'm21 11-8.6 8.6a5.5 5.5 0 0 1-7.8-7.8l8.6-8.6a3.7 3.7 0 0 1 5.2 5.2l-8.6 8.6a1.8 1.8 0 0 1-2.6-2.6l7.9-7.9',
  download: 'M12 4v11m-5-5 5 5 5-5M5 20h14',
  file: 'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zM14 3v5h5',
  star: 'm12 3.6 2.6 5.3 5.9.9-4.3 4.1 1 5.8L12 17l-5.2 2.7 1-5.8-4.3-4.1 5.9-.9z',
  tick: 'm5 12.5 4.5 4.5L19 7.5',
  ticks: 'm2 12.5 4.5 4.5L16 7.5m-4 8 1.5 1.5L23 7.5',
  clock: 'M12 7v5l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0',
  alert: 'M12 8v5m0 3v.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0',
  down: 'M12 5v14m-6-6 6 6 6-6',
} as const

export type Icon = keyof typeof ICONS

export function icon(name: Icon, size = 20): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  for (const [key, value] of Object.entries({ viewBox: '0 0 24 24', width: size, height: size, 'aria-hidden': 'true', class: `icon icon-${name}` }))
    svg.setAttribute(key, String(value))
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', ICONS[name])
  svg.append(path)
  return svg
}

/** Set text only where it differs, so that screen readers do not read it again. */
export function put(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

export function show(element: HTMLElement, on: boolean): void {
  if (element.hidden === on) element.hidden = !on
}
