/** Text with its web addresses found. Only http and https; everything else stays text. */

export type Piece = string | { href: string; text: string }

const ADDRESS = /https?:\/\/[^\s<>"'`，。；：！？、（）【】《》“”]+/gi
const TRAILING = /[.,;:!?)\]}]+$/

export function pieces(text: string): Piece[] {
  const found: Piece[] = []
  let from = 0
  for (const match of text.matchAll(ADDRESS)) {
    let address = match[0].replace(TRAILING, '')
    if (match[0][address.length] === ')' && address.includes('(')) address += ')'
    const href = safe(address)
    if (href === null) continue
    if (match.index > from) found.push(text.slice(from, match.index))
    found.push({ href, text: address })
    from = match.index + address.length
  }
  if (from < text.length) found.push(text.slice(from))
  return found
}

function safe(address: string): string | null {
  try {
    const url = new URL(address)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null
  } catch {
    return null
  }
}
