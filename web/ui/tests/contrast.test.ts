import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const css = readFileSync(join(import.meta.dirname, '../src/styles/tokens.css'), 'utf8')

function tokens(start: string): Record<string, string> {
  const block = css.slice(css.indexOf(start), css.indexOf('}', css.indexOf(start)))
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((match) => [match[1], match[2]]))
}

function light(colour: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
  const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [low, high] = [light(a), light(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

/** Text on what it stands on; the last number is what WCAG AA asks for. */
const pairs: [string, string, number][] = [
  ...['ground', 'surface', 'surface-hover', 'surface-sunk', 'accent-soft', 'customer', 'mine'].flatMap(
    (on): [string, string, number][] => [['text', on, 4.5], ['text-2', on, 4.5]],
  ),
  ['text-3', 'surface', 4.5],
  ['accent', 'surface', 4.5],
  ['accent', 'surface-hover', 4.5],
  ['accent', 'accent-soft', 4.5],
  ['accent', 'ground', 4.5],
  ['on-accent', 'accent', 4.5],
  ['text', 'note', 4.5],
  ['note-text', 'note', 4.5],
  ['ok', 'ok-soft', 4.5],
  ['warn', 'warn-soft', 4.5],
  ['bad', 'bad-soft', 4.5],
  ['warn', 'surface', 4.5],
  ['bad', 'surface', 4.5],
  ['bad', 'accent-soft', 4.5],
  ['warn', 'accent-soft', 4.5],
  ['on-state', 'bad', 4.5],
  ['line-strong', 'surface', 3],
]

describe.each([['light', ':root {'], ['dark', 'html[data-theme="dark"] {']])('the %s theme', (_name, start) => {
  const theme = tokens(start)
  it.each(pairs)('%s on %s can be read', (text, on, least) => {
    expect(contrast(theme[text] ?? '', theme[on] ?? '')).toBeGreaterThanOrEqual(least)
  })
})
