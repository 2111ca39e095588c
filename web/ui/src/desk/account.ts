/** Who is signed in. */
import { reactive } from 'vue'
import { ApiError } from '@/api/client'
import { session } from '@/api/hub'
import type { Me } from '@/api/types'
import { setLocale, type Locale } from '@/i18n'

export const account = reactive<{ me: Me | null; asked: boolean }>({ me: null, asked: false })

/** Asks the hub who we are; null when nobody. Throws when the hub cannot be asked. */
export async function whoAmI(): Promise<Me | null> {
  try {
    take(await session.current())
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error
    account.me = null
  }
  account.asked = true
  return account.me
}

export async function signIn(login: string, password: string): Promise<void> {
  take((await session.signIn(login, password)).user)
  account.asked = true
}

export function forget(): void {
  account.me = null
}

export async function chooseLocale(locale: Locale): Promise<void> {
  setLocale(locale)
  if (account.me !== null) account.me = await session.setLocale(locale)
}

function take(me: Me): void {
  account.me = me
  if (me.locale === 'en' || me.locale === 'zh-CN') setLocale(me.locale)
}
