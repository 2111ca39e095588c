/** Offers stand on top of the list; where no list is on screen they float over the page instead. */
import { computed, onBeforeUnmount, ref, type ComputedRef } from 'vue'
import { useRoute } from 'vue-router'

export function useOfferPlace(place: 'list' | 'floating'): ComputedRef<boolean> {
  const route = useRoute()
  const narrow = window.matchMedia('(max-width: 767px)')
  const isNarrow = ref(narrow.matches)
  const follow = (): void => { isNarrow.value = narrow.matches }
  narrow.addEventListener('change', follow)
  onBeforeUnmount(() => narrow.removeEventListener('change', follow))
  const listShown = computed(() => route.name === 'inbox' || (route.name === 'conversation' && !isNarrow.value))
  return computed(() => listShown.value === (place === 'list'))
}
