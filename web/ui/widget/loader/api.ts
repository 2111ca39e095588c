/**
 * `window.OmniHub`, what the page may ask. The script is loaded late, so a page may queue calls
 * before: `window.OmniHub = window.OmniHub || []; OmniHub.push(["identify", {…}])`.
 */

export interface OmniHub {
  /** Show the panel, loading it the first time. */
  open(): void
  close(): void
  /** Who the visitor is. `hash`: HMAC-SHA256 of `id` with the inbox's secret, made on your server, in hex. */
  identify(identity: { id: string; name?: string; email?: string; phone?: string; hash?: string }): void
  /** What else agents should see; shown as not verified. */
  setAttributes(attributes: Record<string, string | number | boolean>): void
  /** The visitor has signed out of your site: nothing of him stays in this browser. */
  reset(): void
}

export type Call = [keyof OmniHub, ...unknown[]]
export type Queued = Call[] | (OmniHub & { push(...calls: Call[]): void })

export function installApi(page: { OmniHub?: Queued; dispatchEvent?: (event: Event) => boolean }, api: OmniHub): void {
  const push = (...calls: Call[]): void => {
    for (const [name, ...rest] of calls) {
      const call = Object.prototype.hasOwnProperty.call(api, name) ? (api[name] as (...all: unknown[]) => void) : null
      call?.(...rest)
    }
  }
  const before = page.OmniHub
  page.OmniHub = Object.assign(api, { push })
  if (Array.isArray(before)) push(...before)
  page.dispatchEvent?.(new Event('omnihub:ready'))
}
