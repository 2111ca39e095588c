/** Spans of time as one says them: 20 秒, 2 分钟, 1 分钟 30 秒, 1 小时. */
import { t } from '@/i18n'

export function spanText(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds <= 0) return t('routing.span.seconds', { n: 0 }, 0)
  const whole = Math.round(seconds)
  const parts = [
    { n: Math.floor(whole / 3600), key: 'hours' },
    { n: Math.floor(whole / 60) % 60, key: 'minutes' },
    { n: whole % 60, key: 'seconds' },
  ].filter(({ n }) => n > 0)
  return parts.map(({ n, key }) => t(`routing.span.${key}`, { n }, n)).join(' ')
}
