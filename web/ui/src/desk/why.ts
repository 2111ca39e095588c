/** The router's reasons, in whatever of the agreed shapes they come, as facts with parameters. Pure. */
import type { Why } from '@/api/types'

export interface Fact { fact: string; values: Record<string, string | number> }

export function facts(why: Why | undefined): Fact[] {
  if (why == null) return []
  if (typeof why === 'string') return [{ fact: why, values: {} }]
  if (Array.isArray(why)) return why.map(one)
  return Object.entries(why)
    .filter(([, value]) => value !== null && value !== false)
    .flatMap(([fact, value]) =>
      isRecord(value) && Object.keys(value).length === 0 ? [] : [{ fact, values: scalars(isRecord(value) ? value : { value }) }])
}

function one(part: Record<string, unknown> | string): Fact {
  if (typeof part === 'string') return { fact: part, values: {} }
  const { fact, ...rest } = part
  return { fact: typeof fact === 'string' ? fact : 'other', values: scalars(rest) }
}

function scalars(record: Record<string, unknown>): Record<string, string | number> {
  const kept: Record<string, string | number> = {}
  for (const [key, value] of Object.entries(record)) {
    if (typeof value === 'string' || typeof value === 'number') kept[key] = value
    else if (value === true) kept[key] = 1
    else if (Array.isArray(value)) kept[key] = value.join('、')
    else if (isRecord(value)) kept[key] = Object.entries(value).map(([name, level]) => `${name} ${String(level)}`).join('、')
  }
  return kept
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
