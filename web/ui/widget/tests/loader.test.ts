import { describe, expect, it } from 'vitest'
import { installApi, type OmniHub, type Queued } from '../loader/api'

function fake(): { api: OmniHub; calls: unknown[] } {
  const calls: unknown[] = []
  const note = (name: string) => (...rest: unknown[]) => void calls.push([name, ...rest])
  const api = { open: note('open'), close: note('close'), identify: note('identify'), setAttributes: note('setAttributes'), reset: note('reset') }
  return { api, calls }
}

describe('window.OmniHub', () => {
  it('does what was asked before the script had loaded', () => {
    const { api, calls } = fake()
    const page: { OmniHub?: Queued } = { OmniHub: [['identify', { id: '1' }], ['open']] }
    installApi(page, api)
    expect(calls).toEqual([['identify', { id: '1' }], ['open']])
  })

  it('still takes calls by push afterwards, and no others', () => {
    const { api, calls } = fake()
    const page: { OmniHub?: Queued } = {}
    installApi(page, api)
    ;(page.OmniHub as { push(...calls: unknown[]): void }).push(['close'], ['constructor'], ['__proto__'], ['nothing'])
    expect(calls).toEqual([['close']])
  })
})
