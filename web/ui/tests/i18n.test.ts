import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'
import { en } from '@/i18n/en'
import { zhCN } from '@/i18n/zh-CN'

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, before = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(before + key, value)
    else for (const [path, text] of flat(value, `${before}${key}.`)) found.set(path, text)
  }
  return found
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) => {
    const path = join(folder, one.name)
    if (one.isDirectory()) return ['zh-CN', 'en'].includes(one.name) ? [] : sources(path)
    return /\.(vue|ts)$/.test(one.name) ? [readFileSync(path, 'utf8')] : []
  })
}

const chinese = flat(zhCN)
const english = flat(en)
const code = sources(join(import.meta.dirname, '../src'))
const all = code.join('\n')

/** Keys in full, and the fixed beginnings of those that are put together: `state.${…}` gives "state.". */
const literal = new Set([...all.matchAll(/['"`]([a-z_]+(?:\.[\w-]+)+)['"`]/g)].map((match) => match[1] as string))
const begun = [...all.matchAll(/`([a-z_]+\.(?:[\w-]+\.)*[\w-]*)\$\{/g)].map((match) => match[1] as string)
  .filter((start) => start.split('.')[0] !== 'hub')
const called = [...all.matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => match[1] as string)

const names = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string))].sort()

describe('the words', () => {
  it('are the same keys in both languages', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
  })

  it('have every key the code asks for', () => {
    expect(called.length).toBeGreaterThan(300)
    expect(called.filter((key) => !chinese.has(key))).toEqual([])
    const put = begun.filter((start) => ![...chinese.keys()].some((key) => key.startsWith(start)))
    expect(put).toEqual([])
  })

  it('have no key that nothing asks for', () => {
    const unused = [...chinese.keys()].filter((key) => !literal.has(key) && !begun.some((start) => key.startsWith(start)))
    expect(unused, unused.join()).toEqual([])
  })

  it('use the same variables in both languages', () => {
    const differ = [...chinese].filter(([key, text]) => names(text).join() !== names(english.get(key) ?? '').join())
    expect(differ.map(([key]) => key)).toEqual([])
  })

  it('can be read by the translator: no stray sign of its own language', () => {
    for (const [locale, texts] of [['zh-CN', chinese], ['en', english]] as const) {
      const { global } = createI18n({ legacy: false, locale, messages: { 'zh-CN': zhCN, en } })
      for (const key of texts.keys()) expect(() => global.t(key, {}, 2), key).not.toThrow()
    }
  })

  it('are never empty, never shout, and say 你 to staff', () => {
    for (const [key, text] of [...chinese, ...english]) {
      expect(text.trim(), key).not.toBe('')
      expect(text, key).not.toMatch(/[!！]/)
    }
    const polite = [...chinese].filter(([, text]) => text.includes('您')).map(([key]) => key)
    expect(polite).toEqual(['settings.inboxes.greeting_hint'])
  })

  it('stand in the language files, not in the code', () => {
    const bare = code.flatMap((text) => text.split('\n'))
      .filter((line) => /[\u4e00-\u9fff]/.test(line) && !line.includes('简体中文') && !/^\s*(\*|\/\/|\/\*)/.test(line))
    expect(bare).toEqual([])
  })
})
