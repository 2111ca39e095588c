/**
 * The reader's side of the cursor protocol. `prev` of an entry is the highest number below it
 * that this reader may see: where it is not the last one held, something is missing.
 */
import type { Entry } from './protocol'

export type Step =
  | 'appended' // new, in its place
  | 'changed' // known, its body is another now (erased)
  | 'known' // nothing to do
  | 'gap' // entries before it are missing: fetch after `last`

export class Cursor {
  /** The conversation that is followed, and the last number held of it. */
  conversation: string | null = null
  last = 0
  private order: Entry[] = []
  private places = new Map<string, number>()

  /** Every entry held, oldest first; former conversations stand before the current one. */
  get entries(): readonly Entry[] {
    return this.order
  }

  take(entry: Entry): Step {
    const place = this.places.get(entry.id)
    if (place !== undefined) {
      const before = this.order[place]
      this.order[place] = entry
      return JSON.stringify(before?.body) === JSON.stringify(entry.body) ? 'known' : 'changed'
    }
    if (entry.conversation !== this.conversation) {
      if (entry.prev !== 0) return 'gap'
      if (this.order.some((held) => held.conversation === entry.conversation)) return 'known'
      this.conversation = entry.conversation
      this.last = 0
    }
    if (entry.seq <= this.last) return 'known'
    if (entry.prev !== this.last) return 'gap'
    this.places.set(entry.id, this.order.length)
    this.order.push(entry)
    this.last = entry.seq
    return 'appended'
  }

  /** What to ask for: the conversation followed and the last number held of it. */
  ask(): { conversation?: string; after: number } {
    return this.conversation === null ? { after: 0 } : { conversation: this.conversation, after: this.last }
  }

  /** Go on with the conversation that came after the one followed. */
  follow(conversation: string): void {
    if (conversation === this.conversation) return
    this.conversation = conversation
    this.last = 0
  }

  clear(): void {
    this.conversation = null
    this.last = 0
    this.order = []
    this.places.clear()
  }
}
