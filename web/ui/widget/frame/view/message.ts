/** One message, and one upload under way. */
import type { App } from '../app'
import { h, icon, type Icon } from '../dom'
import type { Attachment, Option } from '../protocol'
import type { MessageRow, Status, Upload } from '../rows'
import { pieces } from '../text'
import { clock, sizeWords, type Locale, type Words } from '../words'
import { errorWords } from './timeline'

export interface MessageActions {
  again(clientId: string): void
  discard(clientId: string): void
  choose(entry: string, option: Option): void
  /** A file's address with a new ticket; the one in the entry lasts an hour. */
  fresh(entry: string): Promise<Attachment[]>
  error(code: string): string
}

export function messageNode(row: MessageRow, words: Words, locale: Locale, actions: MessageActions): HTMLElement {
  const content: HTMLElement[] = []
  if (row.erased) content.push(h('div', { class: 'bubble erased' }, words.erased))
  if (row.text) content.push(h('div', { class: 'bubble' }, ...linked(row.text)))
  for (const attachment of row.attachments) content.push(attachmentNode(attachment, row, words, actions))
  if (row.prompt) content.push(promptNode(row, actions))
  return h(
    'div',
    { class: `message ${row.mine ? 'mine' : 'theirs'}${row.author ? ' speaks' : ''} ${row.status}`, testid: 'chat-message' },
    h('span', { class: 'unseen' }, row.mine ? `${words.you}：` : ''),
    row.author && h('span', { class: 'author' }, row.author),
    ...content,
    row.status === 'failed' ? failure(row, words, actions) : row.meta && meta(row, words, locale),
  )
}

function linked(text: string): (Node | string)[] {
  return pieces(text).map((piece) =>
    typeof piece === 'string'
      ? piece
      : h('a', { href: piece.href, target: '_blank', rel: 'noopener noreferrer nofollow' }, piece.text),
  )
}

const STATUS_ICONS: Record<Exclude<Status, 'none' | 'failed'>, Icon> = { sending: 'clock', sent: 'tick', read: 'ticks' }

function meta(row: MessageRow, words: Words, locale: Locale): HTMLElement {
  const time = h('time', { datetime: row.at.toISOString(), title: row.at.toLocaleString(locale) }, clock(row.at, locale))
  if (row.status === 'none' || row.status === 'failed') return h('span', { class: 'meta' }, time)
  const status = h('span', { class: `status ${row.status}`, role: 'img', label: words[row.status], title: words[row.status] })
  status.append(icon(STATUS_ICONS[row.status], 14))
  return h('span', { class: 'meta' }, time, status)
}

function failure(row: MessageRow, words: Words, actions: MessageActions): HTMLElement {
  const id = row.clientId ?? ''
  return h(
    'span',
    { class: 'failure', role: 'alert' },
    icon('alert', 14),
    `${words.failed}：${actions.error(row.code ?? '')}`,
    h('button', { type: 'button', class: 'link', on: { click: () => actions.again(id) } }, words.again),
    h('button', { type: 'button', class: 'link', on: { click: () => actions.discard(id) } }, words.discard),
  )
}

function promptNode(row: MessageRow, actions: MessageActions): HTMLElement {
  const { text, options, active, entry } = row.prompt!
  const buttons = options.map((option) =>
    h('button', { type: 'button', class: 'option', disabled: !active, on: { click: () => actions.choose(entry, option) } }, option.label),
  )
  return h('div', { class: 'prompt', role: 'group', label: text || row.text }, text && h('div', { class: 'bubble' }, ...linked(text)), ...buttons)
}

function attachmentNode(file: Attachment, row: MessageRow, words: Words, actions: MessageActions): HTMLElement {
  const renew = async (): Promise<string | undefined> =>
    (await actions.fresh(row.key)).find((other) => other.file === file.file)?.url
  if (file.media === 'audio') {
    return h('audio', { class: 'audio', controls: true, preload: 'none', src: file.url, label: `${words.audio} ${file.name}` })
  }
  const open = async (event: Event): Promise<void> => {
    const link = event.currentTarget as HTMLAnchorElement
    if (link.dataset['fresh'] || row.status === 'sending') return
    event.preventDefault()
    const tab = file.media === 'image' ? window.open('', '_blank') : null
    if (tab) tab.opener = null
    const url = (await renew().catch(() => undefined)) ?? file.url
    if (!url) return
    if (tab) tab.location.href = inline(url)
    else {
      link.href = url
      link.dataset['fresh'] = '1'
      link.click()
      delete link.dataset['fresh']
    }
  }
  const on = { click: (event: Event) => void open(event) }
  const target = { href: file.url ?? '#', target: '_blank', rel: 'noopener noreferrer', on }
  if (file.media === 'image') {
    const image = h('img', { src: inline(file.url ?? ''), alt: file.name, loading: 'lazy' })
    let renewed = false
    image.addEventListener('error', () => {
      if (renewed) return
      renewed = true
      void renew().then((url) => url && (image.src = inline(url)), () => undefined)
    })
    return h('a', { class: 'image', label: words.openImage(file.name), ...target }, image)
  }
  return h(
    'a',
    { class: 'file', label: words.download(file.name), ...target, download: file.name },
    icon('file', 24),
    h('span', { class: 'file-name' }, file.name),
    h('span', { class: 'file-size' }, sizeWords(file.size)),
  )
}

function inline(url: string): string {
  return url.startsWith('blob:') ? url : `${url}&inline=1`
}

export function uploadNode(upload: Upload, words: Words, app: App): HTMLElement {
  const failed = upload.failed
  const percent = h('progress', { max: 100, value: upload.percent, label: words.uploading(upload.percent) })
  return h(
    'div',
    { class: `message mine ${failed ? 'failed' : 'sending'}`, testid: 'chat-upload' },
    h(
      'div',
      { class: 'file' },
      upload.image ? h('img', { class: 'thumb', src: upload.image, alt: '' }) : icon('file', 24),
      h('span', { class: 'file-name' }, upload.name),
      h('span', { class: 'file-size' }, failed ? sizeWords(upload.size) : words.uploading(upload.percent)),
      !failed && percent,
    ),
    h(
      'span',
      { class: failed ? 'failure' : 'meta', role: failed ? 'alert' : undefined },
      failed && icon('alert', 14),
      failed && errorWords(words, failed, app),
      h('button', { type: 'button', class: 'link', on: { click: upload.cancel } }, failed ? words.discard : words.cancel),
    ),
  )
}
