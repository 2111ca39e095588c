/** The one way the desk speaks HTTP with the hub; every failure is an ApiError with a stable code. */

export class ApiError extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly hint: string | null = null,
    readonly details: unknown = null,
    readonly retryAfter: number | null = null,
    /** What the hub says of it, in English: of a refused document, which field is wrong and why. */
    readonly said: string | null = null,
  ) {
    super(code)
  }

  /** True when the same call may succeed later without anybody changing anything. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

type Query = Record<string, string | number | boolean | null | undefined>

/** Told when the hub no longer knows who we are, so that the shell can ask to sign in again. */
let onSignedOut: () => void = () => undefined
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener
}

export function address(path: string, query: Query = {}): string {
  const pairs = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') pairs.set(key, String(value))
  }
  const tail = pairs.toString()
  return tail === '' ? path : `${path}?${tail}`
}

export async function failure(response: { status: number; text: () => Promise<string>; retryAfter: string | null }): Promise<ApiError> {
  let code = `http_${response.status}`
  let hint: string | null = null
  let details: unknown = null
  let said: string | null = null
  try {
    const parsed = JSON.parse(await response.text()) as { error?: { code?: string; message?: string; hint?: string; details?: unknown } }
    code = parsed.error?.code ?? code
    hint = parsed.error?.hint ?? null
    details = parsed.error?.details ?? null
    said = parsed.error?.message ?? null
  } catch {
    // A proxy's page instead of ours: the status is all we can quote.
  }
  const wait = response.retryAfter === null ? null : Number.parseInt(response.retryAfter, 10)
  return new ApiError(code, response.status, hint, details, Number.isNaN(wait) ? null : wait, said)
}

export async function call<T>(method: string, path: string, body?: unknown, query?: Query, limitMs = 20_000): Promise<T> {
  const cut = new AbortController()
  const timer = setTimeout(() => cut.abort(), limitMs)
  let response: Response
  try {
    response = await fetch(address(path, query), {
      method,
      credentials: 'same-origin',
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      signal: cut.signal,
    })
  } catch {
    throw new ApiError(cut.signal.aborted ? 'timed_out' : 'unreachable', 0)
  } finally {
    clearTimeout(timer)
  }
  if (!response.ok) {
    const error = await failure({
      status: response.status,
      text: () => response.text(),
      retryAfter: response.headers.get('Retry-After'),
    })
    if (response.status === 401 && path !== '/api/session') onSignedOut()
    throw error
  }
  if (response.status === 204) return undefined as T
  try {
    return (await response.json()) as T
  } catch {
    throw new ApiError('unreadable_answer', 0)
  }
}

export const get = <T>(path: string, query?: Query): Promise<T> => call<T>('GET', path, undefined, query)
export const post = <T>(path: string, body: unknown = {}): Promise<T> => call<T>('POST', path, body)
export const put = <T>(path: string, body: unknown): Promise<T> => call<T>('PUT', path, body)
export const patch = <T>(path: string, body: unknown): Promise<T> => call<T>('PATCH', path, body)
export const remove = (path: string): Promise<void> => call<void>('DELETE', path)

/** Sends one file, telling how much of it is out (0 to 1); XMLHttpRequest because fetch cannot tell. */
export function upload<T>(path: string, file: File, progress: (share: number) => void): { done: Promise<T>; cancel: () => void } {
  const request = new XMLHttpRequest()
  const done = new Promise<T>((resolve, reject) => {
    request.open('POST', path)
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total)
    }
    request.onerror = () => reject(new ApiError('unreachable', 0))
    request.onabort = () => reject(new ApiError('cancelled', 0))
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) {
        resolve(JSON.parse(request.responseText) as T)
        return
      }
      const text = request.responseText
      const retryAfter = request.getResponseHeader('Retry-After')
      void failure({ status: request.status, text: () => Promise.resolve(text), retryAfter }).then(reject)
    }
    const form = new FormData()
    form.append('file', file, file.name)
    request.send(form)
  })
  return { done, cancel: () => request.abort() }
}
