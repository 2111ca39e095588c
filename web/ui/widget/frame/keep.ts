/**
 * What the browser keeps for us. A frame of another site may have no storage of its own (private
 * windows, blocked third-party cookies): then the page around it keeps it for us, and where there is
 * none, memory does until the window is closed.
 */
import type { Item, Keeper } from './outbox'

const memory = new Map<string, string>()
const own = works()
let elsewhere: ((key: string, value: string | null) => void) | null = null

function works(): boolean {
  try {
    localStorage.setItem('omnihub:try', '1')
    localStorage.removeItem('omnihub:try')
    return true
  } catch {
    return false
  }
}

/** Where our own storage is blocked: start with what the page has kept, and let it keep what changes. */
export function keepElsewhere(kept: Record<string, unknown>, keep: (key: string, value: string | null) => void): void {
  if (own) return
  for (const [key, value] of Object.entries(kept)) if (typeof value === 'string') memory.set(key, value)
  elsewhere = keep
}

export function get(key: string): string | null {
  return (own ? localStorage.getItem(key) : null) ?? memory.get(key) ?? null
}

export function set(key: string, value: string | null): void {
  if (get(key) === value) return
  try {
    if (own) {
      if (value === null) localStorage.removeItem(key)
      else localStorage.setItem(key, value)
      memory.delete(key)
      return
    }
  } catch {
    // the quota is used up: memory is better than nothing
  }
  if (value === null) memory.delete(key)
  else memory.set(key, value)
  elsewhere?.(key, value)
}

export function keeper(key: string): Keeper {
  return {
    read() {
      try {
        const items: unknown = JSON.parse(get(key) ?? '[]')
        return Array.isArray(items) ? (items as Item[]) : []
      } catch {
        return []
      }
    },
    write(items) {
      set(key, items.length > 0 ? JSON.stringify(items) : null)
    },
  }
}

/** Run `work` while no other tab of this browser runs it; where locks are blocked, just run it. */
export async function exclusive(name: string, work: () => Promise<void>): Promise<void> {
  let begun = false
  try {
    await navigator.locks.request(name, () => {
      begun = true
      return work()
    })
  } catch (error) {
    if (begun) throw error
    await work()
  }
}
