/** How late an answer is against the queue's service level. Pure. */

export type WaitLevel = 'calm' | 'late' | 'over'

/** Amber from 70 % of the service level, red from 100 %; a queue without one stays calm. */
export function waitLevel(waitedMs: number, serviceLevelSeconds: number | null | undefined): WaitLevel {
  if (serviceLevelSeconds == null || serviceLevelSeconds <= 0) return 'calm'
  const share = waitedMs / (serviceLevelSeconds * 1000)
  if (share >= 1) return 'over'
  return share >= 0.7 ? 'late' : 'calm'
}

/** 00:07, 12:40, 1:02:03 */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const tail = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  return hours > 0 ? `${hours}:${tail}` : tail
}

/** Presence shows its hours always, so that the top line does not jump: 00:12:40. */
export function longClock(ms: number): string {
  const text = clock(ms)
  return text.length > 5 ? text.padStart(8, '0') : `00:${text}`
}

export type Ago = { unit: 'now' | 'minutes' | 'hours' | 'days'; count: number }

export function ago(ms: number): Ago {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return { unit: 'now', count: 0 }
  if (minutes < 60) return { unit: 'minutes', count: minutes }
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? { unit: 'hours', count: hours } : { unit: 'days', count: Math.floor(hours / 24) }
}
