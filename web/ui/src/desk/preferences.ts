/** What one person likes on this machine; kept in the browser only. */
import { reactive, watch } from 'vue'

export type Theme = 'auto' | 'light' | 'dark'

interface Preferences {
  theme: Theme
  sound: boolean
  /** Desktop notices, when the browser allowed them. */
  desktop: boolean
  /** The contact's panel on wide screens. */
  side: boolean
}

const KEY = 'hub.preferences'

function read(): Preferences {
  const usual: Preferences = { theme: 'auto', sound: true, desktop: false, side: true }
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) }
  } catch {
    return usual
  }
}

export const preferences = reactive<Preferences>(read())

const dark = window.matchMedia('(prefers-color-scheme: dark)')

function paint(): void {
  const theme = preferences.theme === 'auto' ? (dark.matches ? 'dark' : 'light') : preferences.theme
  document.documentElement.dataset.theme = theme
}

export function startPreferences(): void {
  paint()
  dark.addEventListener('change', paint)
  watch(preferences, () => {
    paint()
    try {
      localStorage.setItem(KEY, JSON.stringify(preferences))
    } catch {
      // Forbidden or full: the choice lasts as long as the page.
    }
  })
}
