/** Conditions and outcomes of rules in words. */
import type { Condition, Plain, Then, Value } from '@/api/routing'
import { inboxName, queueName, skillName } from '@/desk/config'
import { has, locale, t } from '@/i18n'
import { shapeOf } from './conditions'

/* 2024-01-01 was a Monday. */
export const dayName = (day: number, weekday: 'short' | 'long' = 'short'): string => new Date(2024, 0, 1 + day).toLocaleDateString(locale(), { weekday })
export const fieldText = (field: string): string => t(`routing.subject.${field}`)

/** Some operators read differently by what they compare. */
export function opText(field: string, op: string): string {
  const shape = shapeOf(field, op)
  if (op === 'contains_any' && field !== 'text' && field !== 'page' && field !== 'contact') return t('routing.op.one_of')
  if (op === 'matches_none' && field !== 'text' && field !== 'page' && field !== 'contact') return t('routing.op.none_of')
  if (op === 'at_least' && shape === 'hour') return t('routing.op.from_hour')
  return t(`routing.op.${op}`)
}

function one(field: string, value: Plain, calendars: Readonly<Record<string, string>>): string {
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no')
  if (field === 'weekday') return dayName(Number(value))
  if (field === 'hour') return `${value}:00`
  if (field === 'channel') return has(`channel.${value}`) ? t(`channel.${value}`) : String(value)
  if (field === 'inbox') return inboxName(String(value)) || String(value)
  if (field === 'hours') return calendars[String(value)] ?? String(value)
  return typeof value === 'string' ? t('routing.quoted', { word: value }) : String(value)
}

function valueText({ field, op, value }: { field: string; op: string; value: Value }, calendars: Readonly<Record<string, string>>): string {
  if (value === null) return ''
  if (!Array.isArray(value)) return one(field, value, calendars)
  const parts = value.map((each) => one(field, each, calendars))
  return parts.join(op === 'between' ? t('routing.until') : t('common.comma'))
}

/** `calendars`: names by id. */
export function conditionText(condition: Condition, calendars: Readonly<Record<string, string>> = {}): string {
  const subject = condition.field === 'contact' ? t('routing.contact_field', { key: condition.key ?? '' }) : fieldText(condition.field)
  return t('routing.condition', { subject, op: opText(condition.field, condition.op), value: valueText(condition, calendars) }).trim()
}

export function outcomeParts(then: Then): string[] {
  const skills = then.skills === null ? [] : Object.entries(then.skills)
  return [
    ...(then.queue === null ? [] : [t('routing.outcome.queue', { queue: queueName(then.queue) || then.queue })]),
    ...(then.skills === null ? [] : [skills.length === 0 ? t('routing.outcome.no_skills') : t('routing.outcome.skills', { skills: skills.map(([id, level]) => t('routing.line.level', { skill: skillName(id), level })).join(t('common.comma')) })]),
    ...(then.priority === null ? [] : [t('routing.outcome.priority', { n: then.priority })]),
    ...(then.vip === null ? [] : [t(then.vip ? 'routing.outcome.vip' : 'routing.outcome.not_vip')]),
  ]
}
