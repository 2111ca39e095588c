/** Calls to the hub: one function per endpoint of docs/channels/webchat.md. */
import type { Attributes, Identity, Page, Session, Stored, Uploaded } from './protocol'

const TIMEOUT = 15_000 // milliseconds

/** A refusal (`status` 4xx, 5xx) or no answer at all (`status` 0). */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly after: number | null,
  ) {
    super(code)
  }

  /** Whether the same call may succeed later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500
  }
}

export interface SessionRequest {
  token?: string
  identity?: Identity
  attributes?: Attributes
  page?: { url: string; title: string }
  locale?: string
}

export class Api {
  token: string | null = null

  constructor(private readonly root: string) {}

  session(request: SessionRequest): Promise<Session> {
    return this.call('POST', '/session', request)
  }

  store(path: 'messages' | 'offline-message', body: unknown): Promise<Stored> {
    return this.call('POST', `/${path}`, body)
  }

  entries(ask: { conversation?: string; after: number }, limit = 100): Promise<Page> {
    const query = new URLSearchParams({ after: String(ask.after), limit: String(limit) })
    if (ask.conversation) query.set('conversation', ask.conversation)
    return this.call('GET', `/entries?${query}`)
  }

  read(conversation: string, seq: number): Promise<void> {
    return this.call('POST', '/read', { conversation, seq })
  }

  rate(score: number, comment: string | undefined, clientId: string): Promise<void> {
    return this.call('POST', '/rating', { client_id: clientId, score, comment })
  }

  leave(): Promise<void> {
    return this.call('POST', '/leave', {})
  }

  async transcript(): Promise<Blob> {
    const answer = await this.fetch('GET', '/transcript')
    return answer.blob()
  }

  /** Upload one file; `progress` is called with 0 to 100. */
  upload(file: File, progress: (percent: number) => void, cancelled: AbortSignal): Promise<Uploaded> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      request.open('POST', `${this.root}/files`)
      request.setRequestHeader('Authorization', `Bearer ${this.token ?? ''}`)
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) progress(Math.round((event.loaded / event.total) * 100))
      }
      request.onload = () => {
        if (request.status < 300) resolve(JSON.parse(request.responseText) as Uploaded)
        else reject(refusal(request.status, parse(request.responseText), request.getResponseHeader('Retry-After')))
      }
      request.onerror = request.ontimeout = () => reject(new Refusal(0, 'unreachable', null))
      request.onabort = () => reject(new Refusal(499, 'cancelled', null))
      cancelled.addEventListener('abort', () => request.abort())
      const form = new FormData()
      form.append('file', file, file.name)
      request.send(form)
    })
  }

  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.fetch(method, path, body)
    const text = await answer.text()
    return (text ? JSON.parse(text) : undefined) as T
  }

  private async fetch(method: string, path: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = {}
    if (this.token) headers['Authorization'] = `Bearer ${this.token}`
    if (body !== undefined) headers['Content-Type'] = 'application/json'
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), TIMEOUT)
    let answer: Response
    try {
      answer = await fetch(this.root + path, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: abort.signal,
        credentials: 'omit',
      })
    } catch {
      throw new Refusal(0, 'unreachable', null)
    } finally {
      clearTimeout(timer)
    }
    if (!answer.ok) throw refusal(answer.status, parse(await answer.text()), answer.headers.get('Retry-After'))
    return answer
  }
}

interface ErrorBody {
  error?: { code?: string; details?: { after?: number } }
}

function parse(text: string): ErrorBody {
  try {
    return JSON.parse(text) as ErrorBody
  } catch {
    return {}
  }
}

function refusal(status: number, body: ErrorBody, retryAfter: string | null): Refusal {
  const named = body.error?.details?.after ?? (retryAfter === null ? NaN : Number(retryAfter))
  return new Refusal(status, body.error?.code ?? `http_${status}`, Number.isFinite(named) ? named : null)
}
