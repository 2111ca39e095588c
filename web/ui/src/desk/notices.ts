/** Short messages at the foot of the screen: what was done, with a way back, or what went wrong. */
import { reactive } from 'vue'
import { newId } from './ids'

export interface Notice {
  id: string
  tone: 'done' | 'info' | 'wrong'
  text: string
  /** Error code to quote to whoever helps. */
  code?: string
  action?: { label: string; run: () => void }
}

export const notices = reactive<Notice[]>([])
const timers = new Map<string, number>()

export function tell(notice: Omit<Notice, 'id'>): void {
  const same = notices.findIndex((one) => one.text === notice.text && one.code === notice.code)
  if (same >= 0) notices.splice(same, 1)
  const made = { ...notice, id: newId() }
  notices.push(made)
  if (notices.length > 4) notices.shift()
  resume(made)
}

export function dismiss(id: string): void {
  const index = notices.findIndex((notice) => notice.id === id)
  if (index >= 0) notices.splice(index, 1)
  hold(id)
}

/** The pointer or the focus is on it: it stays. */
export function hold(id: string): void {
  const timer = timers.get(id)
  if (timer !== undefined) window.clearTimeout(timer)
  timers.delete(id)
}

export function resume(notice: Notice): void {
  hold(notice.id)
  const ms = notice.tone === 'wrong' || notice.action !== undefined ? 10_000 : 5_000
  timers.set(notice.id, window.setTimeout(() => dismiss(notice.id), ms))
}
