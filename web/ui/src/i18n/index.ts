/** The desk's two languages. Messages are interpreted without eval, so a strict CSP holds. */
import { createI18n } from 'vue-i18n'
import { en } from './en'
import { zhCN } from './zh-CN'

export type Locale = 'zh-CN' | 'en'
export const LOCALES: readonly { id: Locale; name: string }[] = [
  { id: 'zh-CN', name: '简体中文' },
  { id: 'en', name: 'English' },
]

const KEY = 'hub.locale'

function first(): Locale {
  const kept = localStorage.getItem(KEY)
  return kept === 'en' || kept === 'zh-CN' ? kept : 'zh-CN'
}

export const i18n = createI18n({
  legacy: false,
  locale: first(),
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zhCN, en },
})

export const t = i18n.global.t
export const has = (key: string): boolean => i18n.global.te(key)

export function locale(): Locale {
  return i18n.global.locale.value
}

/** Orders names as readers of the current language expect: Chinese by its sounds. */
export function byName(a: string, b: string): number {
  return a.localeCompare(b, locale())
}

export function setLocale(wanted: Locale): void {
  i18n.global.locale.value = wanted
  document.documentElement.lang = wanted
  localStorage.setItem(KEY, wanted)
}
