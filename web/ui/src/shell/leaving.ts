/** Signing out, and being signed out. */
import type { Router } from 'vue-router'
import { session } from '@/api/hub'
import { forget } from '@/desk/account'
import { stopDesk } from '@/desk/desk'
import { forgetLists } from '@/desk/lists'
import { forgetOpening } from '@/desk/opening'
import { complain } from '@/i18n/complain'

/** Leaves the desk; unsent messages stay in the browser and go out after the next sign-in. */
export async function leave(router: Router): Promise<void> {
  try {
    await session.signOut()
  } catch (error) {
    complain(error)
    return
  }
  clear()
  await router.push({ name: 'sign-in' })
}

/** The hub no longer knows us: back to the sign-in page, and afterwards to where we were. */
export async function signedOutElsewhere(router: Router): Promise<void> {
  const here = router.currentRoute.value
  clear()
  if (here.name === 'sign-in') return
  await router.push({ name: 'sign-in', query: { next: here.fullPath, ended: '1' } })
}

function clear(): void {
  forget()
  stopDesk()
  forgetLists()
  forgetOpening()
}
