/** "@" in notes: finding whom, and who is named when the note goes out. Pure. */

/** So many the hub takes with one note. */
const MOST = 20

export interface Named { id: string; name: string }

/** The word after an "@" that stands before the caret; null where none is being typed. */
export function mentionQuery(text: string, caret: number): { from: number; query: string } | null {
  const before = text.slice(0, caret)
  const found = /(^|[^\w.])@([^\s@]{0,30})$/u.exec(before)
  return found === null ? null : { from: before.length - (found[2] ?? '').length - 1, query: found[2] ?? '' }
}

export function mentionable(people: readonly Named[], query: string): Named[] {
  const wanted = query.toLowerCase()
  return people.filter((one) => one.name.toLowerCase().includes(wanted))
}

export interface Piece { text: string; name: boolean }

/** A note cut at the names it mentions, the longest name first. */
export function pieces(text: string, names: readonly string[]): Piece[] {
  const marks = [...new Set(names)].filter((name) => name !== '').sort((a, b) => b.length - a.length).map((name) => `@${name}`)
  const found: Piece[] = []
  let plain = ''
  for (let at = 0; at < text.length;) {
    const mark = marks.find((one) => text.startsWith(one, at))
    if (mark === undefined) {
      plain += text[at]
      at += 1
      continue
    }
    if (plain !== '') found.push({ text: plain, name: false })
    plain = ''
    found.push({ text: mark, name: true })
    at += mark.length
  }
  if (plain !== '') found.push({ text: plain, name: false })
  return found
}

/** The ids of those whose "@name" stands in a note. */
export function mentioned(text: string, people: readonly Named[]): string[] {
  const names = new Set(pieces(text, people.map((one) => one.name)).filter((piece) => piece.name).map((piece) => piece.text.slice(1)))
  return people.filter((one) => names.has(one.name)).map((one) => one.id).slice(0, MOST)
}
