/** What can be asked of a conversation that begins: the same table as routing/conditions.py. Pure. */
import type { Condition, Value } from '@/api/routing'

export type Shape = 'word' | 'words' | 'plain' | 'number' | 'numbers' | 'hour' | 'hours' | 'day' | 'days' | 'span' | 'flag' | 'calendar'
type Operators = Readonly<Record<string, Shape>>

const WORDS: Operators = { contains_any: 'words', contains: 'word', is: 'word', is_not: 'word', starts_with: 'word', matches_none: 'words' }
const NAMES: Operators = { is: 'word', is_not: 'word', contains_any: 'words', matches_none: 'words' }
export const FITS: Readonly<Record<string, Operators>> = {
  text: WORDS,
  channel: NAMES,
  inbox: NAMES,
  page: { ...WORDS },
  language: NAMES,
  vip: { is: 'flag', is_not: 'flag' },
  contact: { ...WORDS, is: 'plain', is_not: 'plain', at_least: 'number', between: 'numbers' },
  hours: { open: 'calendar', closed: 'calendar' },
  hour: { between: 'hours', at_least: 'hour' },
  weekday: { between: 'span', is: 'day', is_not: 'day', contains_any: 'days', matches_none: 'days' },
}
export const FIELDS = Object.keys(FITS)
export const operators = (field: string): string[] => Object.keys(FITS[field] ?? {})
export const shapeOf = (field: string, op: string): Shape => FITS[field]?.[op] ?? 'word'

const BLANK: Readonly<Record<Shape, Value>> = {
  word: '', words: [], plain: '', number: 0, numbers: [0, 10], hour: 18, hours: [18, 9], day: 0, days: [], span: [0, 4], flag: true, calendar: '',
}
export const blank = (shape: Shape): Value => {
  const value = BLANK[shape]
  return Array.isArray(value) ? [...value] : value
}

/** A value that still says the same under another operator; otherwise an empty one of the right shape. */
export function recast(value: Value, from: Shape, to: Shape): Value {
  if (from === to) return value
  if (to === 'words' && typeof value === 'string') return value === '' ? [] : [value]
  if (to === 'days' && typeof value === 'number') return [value]
  if ((to === 'word' || to === 'plain') && Array.isArray(value) && typeof value[0] === 'string') return value[0]
  if ((to === 'word' || to === 'plain') && typeof value === 'string') return value
  if (to === 'day' && Array.isArray(value) && typeof value[0] === 'number') return value[0]
  return blank(to)
}

export function fresh(field: string): Condition {
  const op = operators(field)[0] ?? 'is'
  return { field, op, value: blank(shapeOf(field, op)), key: field === 'contact' ? '' : null }
}

export function withOp(condition: Condition, op: string): Condition {
  return { ...condition, op, value: recast(condition.value, shapeOf(condition.field, condition.op), shapeOf(condition.field, op)) }
}

/** What was typed where a text, a number, yes or no may stand: 12 is a number, "true" a yes. */
export function typed(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d{1,12}(\.\d+)?$/.test(text) && !/^-?0\d/.test(text) ? Number(text) : text
}

/** One that is not filled in yet. */
export function unfinished({ field, op, value, key }: Condition): boolean {
  const shape = shapeOf(field, op)
  if (field === 'contact' && (key ?? '').trim() === '') return true
  if (shape === 'words' || shape === 'days') return !Array.isArray(value) || value.length === 0
  return value === '' || value === null
}
