/** The customer's panel: beside the timeline on wide screens, over it (and in the address) on narrow ones. */
import { computed, onBeforeUnmount, ref, type ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { preferences } from '@/desk/preferences'

export interface Side {
  open: ComputedRef<boolean>
  overlaid: ComputedRef<boolean>
  toggle: () => void
}

export function useSide(): Side {
  const route = useRoute()
  const router = useRouter()
  const wide = window.matchMedia('(min-width: 1200px)')
  const isWide = ref(wide.matches)
  const follow = (): void => { isWide.value = wide.matches }
  wide.addEventListener('change', follow)
  onBeforeUnmount(() => wide.removeEventListener('change', follow))

  const overlaid = computed(() => !isWide.value)
  const open = computed(() => (overlaid.value ? route.query.panel === '1' : preferences.side))
  const toggle = (): void => {
    if (!overlaid.value) {
      preferences.side = !preferences.side
    } else if (open.value && window.history.state?.back != null) {
      router.back()
    } else if (open.value) {
      void router.replace({ query: { ...route.query, panel: undefined } })
    } else {
      void router.push({ query: { ...route.query, panel: '1' } })
    }
  }
  return { open, overlaid, toggle }
}
