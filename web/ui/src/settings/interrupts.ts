/** Which channels may interrupt which: the same rule as hub/sharing.py. Pure. */

/** For a new conversation's channel, the channels whose holding does not stand in its way. */
export type Interrupts = Record<string, string[]>

/** Whether the matrix decides it: not for a second one of the same channel that is not live (room alone does). */
export function governed(live: readonly string[], fresh: string, held: string): boolean {
  return live.includes(fresh) || live.includes(held)
}

export function allows(interrupts: Interrupts, live: readonly string[], fresh: string, held: string): boolean {
  if (!governed(live, fresh, held)) return true
  return (interrupts[fresh] ?? []).includes(held)
}

export function toggled(interrupts: Interrupts, fresh: string, held: string): Interrupts {
  const before = interrupts[fresh] ?? []
  const after = before.includes(held) ? before.filter((one) => one !== held) : [...before, held].sort()
  const { [fresh]: _, ...rest } = interrupts
  return after.length === 0 ? rest : { ...rest, [fresh]: after }
}

export function changedCells(channels: readonly string[], live: readonly string[], before: Interrupts, after: Interrupts): number {
  return channels.flatMap((fresh) => channels.filter((held) => allows(before, live, fresh, held) !== allows(after, live, fresh, held))).length
}
