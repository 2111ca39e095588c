/** One second hand for everything on screen that counts, on the hub's time. */
import { computed, ref, type ComputedRef } from 'vue'
import { state } from './desk'

const here = ref(Date.now())
let timer: number | null = null

export function startClock(): void {
  if (timer !== null) return
  timer = window.setInterval(() => { here.value = Date.now() }, 1000)
  document.addEventListener('visibilitychange', () => { here.value = Date.now() })
}

/** This machine's clock, ticking. */
export const localNow: ComputedRef<number> = computed(() => here.value)
/** The hub's clock, ticking: to be compared with what the hub stamped. */
export const hubNow: ComputedRef<number> = computed(() => here.value + state.clockOffset)
