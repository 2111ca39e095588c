/** What was typed and not sent stays with its conversation, through reloads, per person. */
import { account } from './account'

export type Tab = 'reply' | 'note'

const key = (conversation: string, tab: Tab): string => `hub.draft.${account.me?.id ?? ''}.${conversation}.${tab}`

export function readDraft(conversation: string, tab: Tab): string {
  return localStorage.getItem(key(conversation, tab)) ?? ''
}

export function keepDraft(conversation: string, tab: Tab, text: string): void {
  try {
    if (text === '') localStorage.removeItem(key(conversation, tab))
    else localStorage.setItem(key(conversation, tab), text)
  } catch {
    // Storage full or forbidden: the text is still in the box.
  }
}
