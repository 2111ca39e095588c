/** Asks again and again while the page is on screen; what was got last stays when an answer fails. */
import { onBeforeUnmount, onMounted, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export interface Poll<T> {
  data: ShallowRef<T | null>
  /** Of the last try; null when it worked. */
  error: ShallowRef<unknown>
  /** When `data` came, by this machine's clock. */
  at: Ref<number>
  again: () => Promise<void>
}

export function usePoll<T>(ask: () => Promise<T>, everyMs: number): Poll<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<unknown>(null)
  const at = ref(0)
  let timer: number | null = null
  let asked = 0
  let gone = false

  function plan(): void {
    if (timer !== null) window.clearTimeout(timer)
    timer = gone || document.hidden ? null : window.setTimeout(() => void again(), everyMs)
  }

  /** An answer that a later question has overtaken is thrown away. */
  async function again(): Promise<void> {
    asked += 1
    const mine = asked
    try {
      const found = await ask()
      if (mine !== asked || gone) return
      data.value = found
      at.value = Date.now()
      error.value = null
    } catch (wrong) {
      if (mine !== asked || gone) return
      error.value = wrong
    }
    plan()
  }

  function onVisibility(): void {
    if (!document.hidden) void again()
  }

  onMounted(() => {
    document.addEventListener('visibilitychange', onVisibility)
    void again()
  })
  onBeforeUnmount(() => {
    gone = true
    if (timer !== null) window.clearTimeout(timer)
    document.removeEventListener('visibilitychange', onVisibility)
  })
  return { data, error, at, again }
}
