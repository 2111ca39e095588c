/** Ids made in the browser. */

/** A random UUID; `crypto.randomUUID` exists only on https and localhost, the desk also runs on plain http. */
export function newId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** This tab's id: the same after a reload, another one in another tab. */
export function tabId(shelf: Pick<Storage, 'getItem' | 'setItem'>): string {
  const known = shelf.getItem('hub.tab')
  if (known !== null) return known
  const made = newId()
  shelf.setItem('hub.tab', made)
  return made
}
