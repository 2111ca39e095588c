/** Facts about a contact as people read them. */
import { config } from '@/desk/config'
import { has, t } from '@/i18n'

/** Names we know come translated; an installation's own fields show their key. */
export function attributeName(key: string): string {
  return has(`attribute.${key}`) ? t(`attribute.${key}`) : key
}

/** A web visitor's address is a random name that says nothing to people. */
export function reached(one: { inbox: string; address: string }): string {
  const channel = config.inboxes.find((inbox) => inbox.id === one.inbox)?.channel
  return channel === 'webchat' ? t('channel.webchat') : one.address
}

export function attributeText(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? t('common.yes') : t('common.no')
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}
