/** Facts about a contact as people read them. */
import { has, t } from '@/i18n'

/** Names we know come translated; an installation's own fields show their key. */
export function attributeName(key: string): string {
  return has(`attribute.${key}`) ? t(`attribute.${key}`) : key
}

export function attributeText(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? t('common.yes') : t('common.no')
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}
