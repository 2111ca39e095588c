/** That the other side types: shown until it stops saying so, at the latest after a while. */

const SHOWN = 6_000 // milliseconds

export class Typing {
  on = false
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly changed: () => void) {}

  set(on: boolean): void {
    clearTimeout(this.timer)
    this.on = on
    if (!on) return
    this.timer = setTimeout(() => {
      this.on = false
      this.changed()
    }, SHOWN)
  }
}
