/** Opening hours of days: reading what was typed, copying, and dates of a month. Pure. */
import type { Span } from '@/api/types'

/** 830, 8:30 and 8：30 become 08:30; 24:00 is midnight. Anything else stays for the hub to refuse. */
export function tidy(text: string): string {
  const found = /^(\d{1,2})[:：]?(\d{2})$/.exec(text.trim())
  if (found === null) return /^\d{1,2}$/.test(text.trim()) ? `${text.trim().padStart(2, '0')}:00` : text.trim()
  return `${(found[1] ?? '').padStart(2, '0')}:${found[2] ?? ''}`
}

export const office = (): Span[] => [{ from: '08:30', to: '17:30' }]
export const copied = (spans: readonly Span[]): Span[] => spans.map((one) => ({ ...one }))

/** The next span of a day: after the last one, or office hours. */
export function another(spans: readonly Span[]): Span {
  const last = spans.at(-1)?.to
  if (last === undefined) return office()[0] as Span
  const hour = Number.parseInt(last, 10)
  if (!(hour < 22)) return { from: '22:00', to: '24:00' }
  return { from: `${String(hour + 1).padStart(2, '0')}:00`, to: `${String(Math.min(hour + 4, 24)).padStart(2, '0')}:00` }
}

/** A week with the hours of `day` also on `others`; 0 is Monday. */
export function spread(week: readonly Span[][], day: number, others: readonly number[]): Span[][] {
  return week.map((spans, index) => copied(index === day || !others.includes(index) ? spans : (week[day] ?? [])))
}

const two = (value: number): string => String(value).padStart(2, '0')
export const iso = (year: number, month: number, day: number): string => `${year}-${two(month)}-${two(day)}`

/** The Monday on or before the first of the month, and how many days the month's weeks take: 28, 35 or 42. */
export function monthWeeks(year: number, month: number): { first: string; days: number } {
  const begin = new Date(Date.UTC(year, month - 1, 1))
  const before = (begin.getUTCDay() + 6) % 7
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const first = new Date(begin.getTime() - before * 86_400_000)
  return { first: iso(first.getUTCFullYear(), first.getUTCMonth() + 1, first.getUTCDate()), days: Math.ceil((before + length) / 7) * 7 }
}

export function shifted(year: number, month: number, by: number): { year: number; month: number } {
  const at = year * 12 + month - 1 + by
  return { year: Math.floor(at / 12), month: (at % 12) + 1 }
}
