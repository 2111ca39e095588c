import type { Messages } from '../zh-CN'

export const shell: Omit<Messages, 'settings' | 'error' | keyof typeof import('../zh-CN/desk').desk | keyof typeof import('../zh-CN/live').live | 'routing'> = {
  common: {
    cancel: 'Cancel', save: 'Save', edit: 'Edit', close: 'Close', back: 'Back', more: 'More', search: 'Search',
    try_again: 'Try again', reload: 'Reload', dismiss: 'Dismiss', on: 'On', off: 'Off', yes: 'Yes', no: 'No', comma: ', ',
  },
  nav: { label: 'Main', inbox: 'Inbox', queues: 'Queues', settings: 'Settings', skip: 'Skip to content' },
  signin: {
    title: 'Sign in to OmniHub', login: 'Login', password: 'Password', submit: 'Sign in',
    both: 'Enter your login and password', ended: 'Your session has ended. Sign in again; unsent text is kept on this computer.',
  },
  presence: {
    label: 'My presence', ready: 'Ready', busy: 'Full', after_work: 'After-contact work', break: 'Break', unresponsive: 'Not responding', offline: 'Offline',
    offline_hint: 'gives open conversations back', go_ready: 'Go ready', end_after_work: 'End after-contact work',
    not_responding_line: 'Not responding: the last offer was not accepted, nothing new is offered to you', back_to_ready: 'Back to ready',
  },
  connection: { lost: 'Reconnecting, your work is saved', caught_up: 'Connected again, all caught up' },
  search: {
    open: 'Search contacts and conversations', title: 'Search', placeholder: 'Name, address or words of a conversation', conversations: 'Conversations', contacts: 'Contacts',
    none: 'Nothing found, try another word', of: 'Conversations of {name}',
  },
  keys: {
    title: 'Keyboard', move: 'Move in the list', open: 'Open the conversation', back: 'Leave the text box, or go back to the list', offer: 'Accept or decline an offer',
    write: 'Write a reply or a note', canned: 'Open canned replies in a reply', newline: 'New line', search: 'Search',
  },
  account: {
    title: 'My account', menu: 'My menu', language: 'Language', looks: 'Display', theme: 'Theme', theme_hint: 'On this computer only',
    theme_auto: 'As the system', theme_light: 'Light', theme_dark: 'Dark', sign_out: 'Sign out', gives_back: 'gives {n} conversation back | gives {n} conversations back',
    password: 'Change password', password_current: 'Current password', password_next: 'New password', password_again: 'New password again',
    password_hint: 'At least 10 characters; longer is safer', password_differs: 'The two new passwords differ', password_save: 'Change password',
    password_changed: 'Password changed; other devices must sign in again',
  },
  alerts: {
    title: 'Alerts', sound: 'Sound', sound_hint: 'A short sound for offers and new messages', desktop: 'Desktop notices', desktop_hint: 'Shown while this window is not in front',
    desktop_on: 'On', desktop_off: 'Off', desktop_blocked: 'blocked by the browser', desktop_impossible: 'not available',
    desktop_blocked_why: 'The browser blocks notices of this site. Allow them in the site settings beside the address.',
    desktop_impossible_why: 'Browsers allow desktop notices only over https or on localhost. Ask your administrator.',
  },
  time: { now: 'now', minutes: '{n} min', hours: '{n} h', today: 'Today', yesterday: 'Yesterday' },
  channel: { webchat: 'Web chat', wechat: 'WeChat', email: 'E-mail', sms: 'SMS', telegram: 'Telegram', voice: 'Phone' },
  media: { image: '[picture]', audio: '[voice note]', file: '[file]' },
  role: { admin: 'Administrator', supervisor: 'Supervisor', agent: 'Agent' },
}
