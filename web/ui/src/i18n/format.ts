/** Times, sizes and names as a reader of the current language expects them. */
import { ago } from '@/desk/waiting'
import type { Preview } from '@/api/types'
import { locale, t } from '.'

export function timeOf(at: string): string {
  return new Date(at).toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
}

export function exactTime(at: string): string {
  return new Date(at).toLocaleString(locale(), {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  })
}

export function shortDate(at: string): string {
  return new Date(at).toLocaleDateString(locale(), { month: 'short', day: 'numeric' })
}

export function dayName(at: string, now: number): string {
  const day = new Date(at)
  const midnight = new Date(now)
  midnight.setHours(0, 0, 0, 0)
  const days = Math.floor((midnight.getTime() - new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime()) / 86_400_000 + 0.5)
  if (days === 0) return t('time.today')
  if (days === 1) return t('time.yesterday')
  const sameYear = day.getFullYear() === midnight.getFullYear()
  return day.toLocaleDateString(locale(), {
    ...(sameYear ? {} : { year: 'numeric' as const }), month: 'long', day: 'numeric', weekday: 'short',
  })
}

/** For list rows: now, 2 min, 3 h, then the date. */
export function agoText(at: string, now: number): string {
  const { unit, count } = ago(now - Date.parse(at))
  if (unit === 'now') return t('time.now')
  if (unit === 'minutes') return t('time.minutes', { n: count })
  if (unit === 'hours') return t('time.hours', { n: count })
  return shortDate(at)
}

export function previewText({ text, media }: Preview): string {
  return text === '' ? t(`media.${media ?? 'file'}`) : text
}

export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const units = ['kB', 'MB', 'GB']
  let size = bytes / 1024
  let unit = 0
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024
    unit += 1
  }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit] ?? ''}`
}
