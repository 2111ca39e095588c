import { describe, expect, it } from 'vitest'
import { Cursor } from '../frame/cursor'
import type { Entry } from '../frame/protocol'

const entry = (seq: number, prev: number, conversation = 'c1', text = 'x'): Entry => ({
  id: `${conversation}-${seq}`,
  conversation,
  seq,
  prev,
  kind: 'message',
  by: { kind: 'agent' },
  at: '2026-11-25T13:00:00.000Z',
  body: { text },
})

describe('cursor', () => {
  it('takes entries in order, over numbers it may not see', () => {
    const cursor = new Cursor()
    expect([entry(1, 0), entry(4, 1), entry(5, 4)].map((one) => cursor.take(one))).toEqual(['appended', 'appended', 'appended'])
    expect(cursor.ask()).toEqual({ conversation: 'c1', after: 5 })
  })

  it('notices that something is missing and does not show what came too early', () => {
    const cursor = new Cursor()
    cursor.take(entry(1, 0))
    expect(cursor.take(entry(7, 4))).toBe('gap')
    expect(cursor.entries.map((one) => one.seq)).toEqual([1])
    expect(cursor.take(entry(4, 1))).toBe('appended')
    expect(cursor.take(entry(7, 4))).toBe('appended')
  })

  it('takes nothing twice', () => {
    const cursor = new Cursor()
    cursor.take(entry(1, 0))
    expect(cursor.take(entry(1, 0))).toBe('known')
    expect(cursor.entries.length).toBe(1)
  })

  it('replaces the body of an erased entry', () => {
    const cursor = new Cursor()
    cursor.take(entry(1, 0))
    expect(cursor.take({ ...entry(1, 0), body: { redacted: true } })).toBe('changed')
    expect(cursor.entries[0]?.body).toEqual({ redacted: true })
    expect(cursor.last).toBe(1)
  })

  it('follows into the next conversation from its first entry', () => {
    const cursor = new Cursor()
    cursor.take(entry(1, 0))
    expect(cursor.take(entry(3, 1, 'c2'))).toBe('gap')
    expect(cursor.take(entry(1, 0, 'c2'))).toBe('appended')
    expect(cursor.ask()).toEqual({ conversation: 'c2', after: 1 })
    expect(cursor.take(entry(1, 0, 'c1'))).toBe('known')
  })

  it('does not fall back to a former conversation', () => {
    const cursor = new Cursor()
    cursor.take(entry(1, 0))
    cursor.follow('c2')
    expect(cursor.ask()).toEqual({ conversation: 'c2', after: 0 })
    expect(cursor.take({ ...entry(1, 0), id: 'another' })).toBe('known')
    expect(cursor.conversation).toBe('c2')
  })

  it('asks for everything when it holds nothing', () => {
    expect(new Cursor().ask()).toEqual({ after: 0 })
  })
})
