/** Sound and desktop notices for offers and new messages. */
import { t } from '@/i18n'
import { queueName } from './config'
import { listeners, socket, state } from './desk'
import { preferences } from './preferences'
import { goTo } from './verbs'

let sound: AudioContext | null = null

/** Browsers let a page sound only after the person touched it: call it from a click or key. */
export function unlockSound(): void {
  sound ??= new AudioContext()
  if (sound.state === 'suspended') void sound.resume()
}

function chime(notes: readonly number[]): void {
  if (!preferences.sound || sound === null || sound.state !== 'running') return
  notes.forEach((frequency, index) => {
    const context = sound as AudioContext
    const start = context.currentTime + index * 0.16
    const tone = context.createOscillator()
    const volume = context.createGain()
    tone.frequency.value = frequency
    volume.gain.setValueAtTime(0, start)
    volume.gain.linearRampToValueAtTime(0.16, start + 0.02)
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.3)
    tone.connect(volume).connect(context.destination)
    tone.start(start)
    tone.stop(start + 0.32)
  })
}

export type DesktopNotices = 'on' | 'off' | 'blocked' | 'impossible'

/** Browsers allow them only on https and localhost. */
export function desktopNotices(): DesktopNotices {
  if (!('Notification' in window) || !window.isSecureContext) return 'impossible'
  if (Notification.permission === 'denied') return 'blocked'
  return preferences.desktop && Notification.permission === 'granted' ? 'on' : 'off'
}

export async function askForDesktopNotices(): Promise<DesktopNotices> {
  if (desktopNotices() === 'impossible') return 'impossible'
  preferences.desktop = (await Notification.requestPermission()) === 'granted'
  return desktopNotices()
}

function notify(conversation: string, title: string, body: string): void {
  if (desktopNotices() !== 'on' || document.hasFocus()) return
  const notice = new Notification(title, { body, tag: conversation, lang: document.documentElement.lang })
  notice.onclick = () => {
    window.focus()
    goTo(conversation)
    notice.close()
  }
}

export function startAlerts(): void {
  window.addEventListener('pointerdown', unlockSound)
  window.addEventListener('keydown', unlockSound)
  listeners.offer.push((offer) => {
    socket.send({ t: 'rang', conversation: offer.conversation, slot: offer.slot })
    chime([659, 880])
    notify(offer.conversation, t('offer.title', { name: offer.row.contact_name }), queueName(offer.row.queue))
  })
  listeners.entry.push((entry) => {
    const row = state.rows[entry.conversation]
    if (state.line !== 'live' || entry.kind !== 'message' || entry.by.kind !== 'contact') return
    if (row === undefined || row.agent !== state.me?.id || document.hasFocus()) return
    chime([587])
    notify(entry.conversation, row.contact_name, entry.body.text || t('media.file'))
  })
}
