import { describe, expect, it } from 'vitest'
import { accepted, obstacle } from '../frame/attach'
import { pieces } from '../frame/text'
import { clock, dayWords, localeOf, placeSentence, sizeWords, wordsFor } from '../frame/words'
import { readable } from '../frame/view/colour'
import { reachOf } from '../frame/view/offline'

const zh = wordsFor('zh-CN')
const en = wordsFor('en')

describe('the queue place', () => {
  it('is a sentence', () => {
    expect(placeSentence(zh, 3, 170)).toBe('您前面还有 2 位，约 3 分钟')
    expect(placeSentence(zh, 1, 20)).toBe('下一位就是您，不到 1 分钟')
    expect(placeSentence(zh, 2, null)).toBe('您前面还有 1 位')
    expect(placeSentence(zh, null, null)).toBe('正在为您接入客服')
    expect(placeSentence(zh, 90, 7200)).toBe('您前面还有 89 位，超过 1 小时')
    expect(placeSentence(en, 3, 170)).toBe('2 people are ahead of you, about 3 min')
    expect(placeSentence(en, 2, 60)).toBe('1 person is ahead of you, about 1 min')
  })
})

describe('languages', () => {
  it('are Chinese by default', () => {
    expect([undefined, '', 'zh', 'zh-TW', 'ZH-cn'].map(localeOf)).toEqual(Array(5).fill('zh-CN'))
    expect(['en', 'en-GB', 'de'].map(localeOf)).toEqual(['en', 'en', 'en'])
  })

  it('have no exclamation marks and say 您 to customers', () => {
    const texts = [zh, en].flatMap((words) => Object.values(words).map((word) => (typeof word === 'function' ? (word as (x: never) => string)(3 as never) : word)))
    for (const text of texts) expect(text).not.toMatch(/[!！]|你/)
  })

  it('name days', () => {
    const now = new Date(2026, 10, 25, 12)
    expect(dayWords(new Date(2026, 10, 25, 1), now, zh, 'zh-CN')).toBe('今天')
    expect(dayWords(new Date(2026, 10, 24, 23), now, en, 'en')).toBe('Yesterday')
    expect(dayWords(new Date(2026, 10, 1), now, zh, 'zh-CN')).toBe('11月1日')
    expect(dayWords(new Date(2025, 0, 2), now, zh, 'zh-CN')).toBe('2025年1月2日')
    expect(clock(new Date(2026, 10, 25, 9, 5), 'zh-CN')).toBe('09:05')
  })

  it('say when it opens again', () => {
    expect(zh.closedNow('', '')).toBe('现在是非服务时间')
    expect(zh.closedNow('周一至周五 08:30–17:30', '11月30日（周一）08:30')).toBe('现在是非服务时间。11月30日（周一）08:30 开始服务。服务时间：周一至周五 08:30–17:30')
    expect(en.closedNow('', 'Mon 30 Nov, 08:30')).toBe('We are closed now. We open on Mon 30 Nov, 08:30')
  })

  it('name sizes', () => {
    expect([0, 999, 48_213, 1_234_567, 20_000_000].map(sizeWords)).toEqual(['0 B', '999 B', '48 kB', '1.2 MB', '20 MB'])
  })
})

describe('addresses in a text', () => {
  const links = (text: string): string[] => pieces(text).flatMap((piece) => (typeof piece === 'string' ? [] : [piece.href]))

  it('become links where they are http or https', () => {
    expect(pieces('见 https://a.example/b。')).toEqual(['见 ', { href: 'https://a.example/b', text: 'https://a.example/b' }, '。'])
    expect(links('http://a.example/x?y=1&z=2, and https://b.example.')).toEqual(['http://a.example/x?y=1&z=2', 'https://b.example/'])
    expect(links('(https://a.example/w_(x))')).toEqual(['https://a.example/w_(x)'])
    expect(links('https://a.example/中文，谢谢')).toEqual(['https://a.example/%E4%B8%AD%E6%96%87'])
  })

  it('stay text where they are anything else', () => {
    expect(links('javascript:alert(1) data:text/html,x ftp://a.example //a.example www.example.com')).toEqual([])
    expect(pieces('<img src=x onerror=alert(1)>')).toEqual(['<img src=x onerror=alert(1)>'])
    expect(links('https://"onmouseover=alert(1)')).toEqual([])
    expect(pieces('')).toEqual([])
  })
})

describe('files', () => {
  const file = (name: string, size = 10, type = ''): { name: string; size: number; type: string } => ({ name, size, type })

  it('are looked at before they are sent', () => {
    expect(obstacle(file('a.png', 10, 'image/png'), 100, ['image/png'])).toBeNull()
    expect(obstacle(file('a.PDF'), 100, ['application/pdf'])).toBeNull()
    expect(obstacle(file('a.png', 101, 'image/png'), 100, ['image/png'])).toBe('file_too_large')
    expect(obstacle(file('a.exe'), 100, ['image/png'])).toBe('file_type')
    expect(obstacle(file('a.png', 0), 100, ['image/png'])).toBe('file_empty')
  })

  it('are offered by the dialog', () => {
    expect(accepted(['image/jpeg', 'text/plain'])).toBe('image/jpeg,text/plain,.jpg,.jpeg,.txt')
  })
})

describe('how to reach a customer', () => {
  it('is a phone number or an e-mail address', () => {
    expect(reachOf(' 13800002210 ')).toEqual({ phone: '13800002210' })
    expect(reachOf('+86 138-0000-2210')).toEqual({ phone: '+86 138-0000-2210' })
    expect(reachOf('w@example.com')).toEqual({ email: 'w@example.com' })
    for (const wrong of ['', 'abc', '12', 'a@b', '138 0000 2210 ext']) expect(reachOf(wrong)).toBeNull()
  })
})

describe('the company colour', () => {
  it('carries text that can be read', () => {
    expect(['#2b59c3', '#0b6e4f', '#000000', '#c02a2a'].map(readable)).toEqual(Array(4).fill('#ffffff'))
    expect(['#ffffff', '#ffd400', '#9be3c5'].map(readable)).toEqual(Array(3).fill('#1b1f24'))
  })
})
