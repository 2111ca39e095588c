/** Where keys go, and a page that stays above a phone's keyboard. */

/** True while a key belongs to a text field or an open dialog. */
export function isWriting(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true
  const target = event.target
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable
    || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
    || target.closest('[role="dialog"],[role="menu"],[role="listbox"]') !== null
}

/** Phones lay their keyboard over the page: the frame takes the height that is really visible. */
export function fitToKeyboard(): void {
  const seen = window.visualViewport
  if (seen === null) return
  const fit = (): void => document.documentElement.style.setProperty('--app-height', `${Math.round(seen.height)}px`)
  fit()
  seen.addEventListener('resize', fit)
}
