/** Moving one of a list up or down. Pure. */
export function moved<T>(all: readonly T[], index: number, by: -1 | 1): T[] {
  const there = index + by
  if (index < 0 || index >= all.length || there < 0 || there >= all.length) return [...all]
  const next = [...all]
  const [one] = next.splice(index, 1)
  next.splice(there, 0, one as T)
  return next
}
