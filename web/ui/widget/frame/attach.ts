/** Files on their way: checked here first (the hub checks again, by content), uploaded, then sent as a message. */
import { Refusal } from './api'
import type { App } from './app'
import { newId } from './ids'
import type { Upload } from './rows'

const BY_NAME: Record<string, string> = {
  jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', gif: 'image/gif', webp: 'image/webp',
  mp3: 'audio/mpeg', m4a: 'audio/mp4', ogg: 'audio/ogg', wav: 'audio/x-wav', amr: 'audio/amr',
  mp4: 'video/mp4', pdf: 'application/pdf', txt: 'text/plain', csv: 'text/csv',
  doc: 'application/msword', xls: 'application/vnd.ms-excel', ppt: 'application/vnd.ms-powerpoint',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
}

/** The value of the file dialog's `accept`. */
export function accepted(types: string[]): string {
  const endings = Object.entries(BY_NAME).filter(([, type]) => types.includes(type)).map(([ending]) => `.${ending}`)
  return [...types, ...endings].join(',')
}

/** Why this file cannot be sent, as a code, or null. */
export function obstacle(file: { name: string; size: number; type: string }, most: number, types: string[]): string | null {
  if (file.size === 0) return 'file_empty'
  if (file.size > most) return 'file_too_large'
  const guess = BY_NAME[file.name.split('.').pop()?.toLowerCase() ?? ''] ?? file.type
  return types.includes(guess) || types.includes(file.type) ? null : 'file_type'
}

export function attach(app: App, files: Iterable<File>): void {
  for (const file of files) void send(app, file)
}

async function send(app: App, file: File): Promise<void> {
  const inbox = app.session?.inbox
  const abort = new AbortController()
  const image = file.type.startsWith('image/') ? URL.createObjectURL(file) : undefined
  const upload: Upload = { id: newId(), name: file.name, size: file.size, percent: 0, image, cancel }
  function cancel(): void {
    abort.abort()
    drop()
  }
  function drop(): void {
    app.uploads = app.uploads.filter((other) => other !== upload)
    app.changed()
  }
  app.uploads = [...app.uploads, upload]
  upload.failed = inbox ? obstacle(file, inbox.max_file_bytes, inbox.file_types) ?? undefined : 'unreachable'
  app.changed()
  if (upload.failed) return
  try {
    const progress = (percent: number): void => {
      upload.percent = percent
      app.changed()
    }
    const stored = await app.api.upload(file, progress, abort.signal)
    const { id, ...facts } = stored
    app.write({ path: 'messages', body: { attachments: [id] }, attachments: [{ file: id, url: image, ...facts }] })
    drop()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    upload.failed = error.code
    app.changed()
  }
}
