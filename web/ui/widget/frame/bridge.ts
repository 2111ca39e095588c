/**
 * The talk with the page around the frame. Only messages from the window that embeds us, and from
 * the origin the hub has allowed for this inbox, are heard; answers go to that origin only.
 */
import type { Attributes, Identity } from './protocol'

export type FromPage =
  | { omnihub: 1; t: 'init'; page: { url: string; title: string }; visible: boolean; kept?: Record<string, unknown> }
  | { omnihub: 1; t: 'visible'; on: boolean }
  | { omnihub: 1; t: 'identify'; identity: Identity }
  | { omnihub: 1; t: 'attributes'; attributes: Attributes }
  | { omnihub: 1; t: 'reset' }

export type ToPage =
  | { t: 'ready' }
  | { t: 'unread'; count: number }
  | { t: 'conversation'; open: boolean }
  | { t: 'keep'; key: string; value: string | null }
  | { t: 'close' }

export class Bridge {
  constructor(
    private readonly origin: string,
    heard: (message: FromPage) => void,
  ) {
    addEventListener('message', (event) => {
      if (event.source !== window.parent || event.origin !== this.origin) return
      const message: unknown = event.data
      if (typeof message === 'object' && message !== null && (message as { omnihub?: unknown }).omnihub === 1) heard(message as FromPage)
    })
  }

  tell(message: ToPage): void {
    window.parent.postMessage({ omnihub: 1, ...message }, this.origin)
  }
}
