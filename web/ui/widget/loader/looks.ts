/** Bubble and panel: a constructed style sheet, so that the page's own CSP does not matter. */

const CSS = `
:host{all:initial;--side:right}
.bubble,.panel{position:fixed;z-index:2147483000;right:20px;bottom:20px}
:host([data-side=left]) .bubble,:host([data-side=left]) .panel{right:auto;left:20px}
.bubble{display:grid;place-items:center;width:56px;height:56px;padding:0;border:0;border-radius:50%;background:#1b1f24;color:#fff;cursor:pointer;box-shadow:0 4px 16px rgb(20 28 40/24%);transition:transform 140ms}
.bubble:hover{transform:scale(1.04)}
.bubble:focus-visible{outline:3px solid #83a9f8;outline-offset:2px}
.bubble svg{display:block;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
.badge{position:absolute;top:-2px;right:-2px;min-width:20px;height:20px;padding:0 5px;box-sizing:border-box;border-radius:10px;border:2px solid #fff;background:#c02a2a;color:#fff;font:600 11px/16px system-ui,sans-serif;text-align:center;font-variant-numeric:tabular-nums}
[hidden]{display:none!important}
.panel{bottom:88px;width:380px;height:600px;max-width:calc(100vw - 40px);max-height:calc(100vh - 108px);border-radius:6px;overflow:hidden;background:#fff;box-shadow:0 8px 32px rgb(20 28 40/20%),0 0 0 1px rgb(20 28 40/6%);animation:rise 160ms ease-out}
iframe{display:block;width:100%;height:100%;border:0;color-scheme:normal}
@keyframes rise{from{opacity:0;transform:translateY(8px)}}
@media (max-width:480px),(max-height:480px){.panel,:host([data-side=left]) .panel{inset:0;width:100vw;height:100vh;height:100dvh;max-width:none;max-height:none;border-radius:0}.bubble[aria-expanded=true]{display:none}}
@media (prefers-reduced-motion:reduce){.bubble,.panel{animation:none;transition:none}.bubble:hover{transform:none}}
@media (prefers-color-scheme:dark){.panel{background:#191d22}}
@media print{:host{display:none}}
`

/** Dress the shadow root; older browsers (Safari before 16.4) know only the element. */
export function dress(root: ShadowRoot): void {
  if ('adoptedStyleSheets' in root) {
    const made = new CSSStyleSheet()
    made.replaceSync(CSS)
    root.adoptedStyleSheets = [made]
  } else {
    const style = document.createElement('style')
    style.textContent = CSS
    ;(root as ShadowRoot).append(style)
  }
}

function drawing(path: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  for (const [key, value] of Object.entries({ viewBox: '0 0 24 24', width: '26', height: '26', 'aria-hidden': 'true' })) svg.setAttribute(key, value)
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  line.setAttribute('d', path)
  svg.append(line)
  return svg
}

export const bubbleIcon = (): SVGSVGElement =>
  drawing('M12 3.5a8.5 8.5 0 0 0-7.3 12.9L3.5 20.5l4.2-1.1A8.5 8.5 0 1 0 12 3.5ZM8.2 12h.01M12 12h.01M15.8 12h.01')
export const closeIcon = (): SVGSVGElement => drawing('M6 9.5l6 6 6-6')
