/** Tells others that I am writing: at most every 4 s, and that I stopped after 5 s of rest. */

export interface TypingMark { touch: (writing: boolean) => void; stop: () => void }

export function useTypingMark(tell: (on: boolean) => void): TypingMark {
  let told = 0
  let rest: number | null = null
  const stop = (): void => {
    if (rest !== null) window.clearTimeout(rest)
    rest = null
    if (told > 0) tell(false)
    told = 0
  }
  const touch = (writing: boolean): void => {
    if (!writing) {
      stop()
      return
    }
    if (Date.now() - told > 4000) {
      told = Date.now()
      tell(true)
    }
    if (rest !== null) window.clearTimeout(rest)
    rest = window.setTimeout(stop, 5000)
  }
  return { touch, stop }
}
