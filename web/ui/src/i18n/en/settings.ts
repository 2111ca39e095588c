import type { settings as shape } from '../zh-CN/settings'

export const settings: typeof shape = {
  page: {
    queues: 'Queues', skills: 'Skills', rules: 'Rules', calendars: 'Calendars', interrupts: 'Interrupts', 'canned-replies': 'Canned replies', dispositions: 'Dispositions', 'break-reasons': 'Break reasons', inboxes: 'Inboxes', users: 'Users', deliveries: 'Not delivered',
  },
  add: 'New', create: 'Create', save: 'Save: {fields}', saved: '{name} saved', nothing_changed: 'Nothing changed', undo: 'Undo', remove: 'Delete', removed: '{name} deleted',
  remove_title: 'Delete {name}', remove_text: 'This cannot be undone. Type the name “{name}” to confirm.',
  empty: 'Nothing here yet', choose: 'Choose one on the left', gone: 'It is not there; it may have been deleted', no_match: 'Nothing matches “{words}”', clear_search: 'Clear the search',
  leave_title: 'Leave this page', leave_text: 'Not saved yet: {fields}', stay: 'Stay', leave: 'Discard changes',
  not_allowed: 'You do not have the right to this page', not_allowed_hint: 'Ask your administrator if you need it.',
  seconds: 'seconds', minutes: 'minutes', all_queues: 'All queues',
  field: {
    name: 'Name', offer_seconds: 'Offer time', service_level_seconds: 'Service level', after_work_seconds: 'After-contact work', disposition_required: 'Disposition required', priority: 'Priority', skills: 'Skills needed',
    shortcut: 'Shortcut', title: 'Title', text: 'Text', queues: 'Queues', parent: 'Above it', fill_text: 'Summary filled in', channel: 'Channel', queue: 'Queue', enabled: 'On', hours: 'Opening hours', settings: 'Channel settings',
    login: 'Login', password: 'Password', roles: 'Roles', agent: 'Takes conversations', locale: 'Language', disabled: 'Disabled',
  },
  queues: {
    hint: 'Where conversations wait for an agent', add: 'New queue', offer_hint: 'Not accepted within this time, it is offered to the next agent', level_hint: 'The longest a customer should wait; amber at 70 %, red at 100 %', after_hint: 'Time for the agent after closing, 0 for none',
    priority_hint: 'Higher numbers are offered first, 0 to 10', disposition_hint: 'When on, a conversation cannot be closed without a disposition', skills_hint: 'Levels a conversation needs when nothing else was said', effect: '{n} waiting conversation will be offered by the new settings | {n} waiting conversations will be offered by the new settings',
  },
  skills: {
    hint: 'Levels 1 to 10, – for none', add: 'New skill', edit: 'Change skill {name}', agent: 'Agent', search: 'Search agents', save: 'Save {n} change | Save {n} changes', saved: '{n} change saved | {n} changes saved', level_of: 'Level of {name}',
    none: 'No skills yet', none_hint: 'Add a skill, then give agents their levels.', no_agents: 'No agents yet', no_agents_hint: 'Switch on “Takes conversations” for a user.',
  },
  canned: {
    hint: 'Agents type / and the shortcut', add: 'New canned reply', shortcut_hint: 'Without spaces, for example hello', variables: 'Variables:', preview: 'Preview', example_contact: 'Ms Wang', example_queue: 'Repairs',
  },
  dispositions: {
    hint: 'Chosen when a conversation is closed, in two levels', add: 'New disposition', top: 'First level', parent_hint: 'With one above it, it is of the second level', has_below: 'Others stand below it, so it stays on the first level', fill_hint: 'Filled into the summary when chosen; the agent can change it',
  },
  breaks: { hint: 'Chosen when an agent takes a break', add: 'New break reason', name_hint: 'For example lunch, training, meeting' },
  inboxes: {
    hint: 'Where customers come in', add: 'New inbox', off: 'off', queue_hint: 'Conversations from here wait in this queue', enabled_hint: 'When off, customers cannot write here', off_effect: 'Customers on the web page cannot write any more at once',
    script: 'Line for the web page', script_hint: 'Put this line before </body> of your pages', copy: 'Copy', copied: 'Copied', copy_by_hand: 'The browser does not allow copying; select the text and copy it', try: 'Open the full-page chat',
    words: 'Words to customers', title: 'Title', title_en: 'Title (English)', title_hint: 'On top of the chat; empty for the inbox’s name', greeting: 'Greeting', greeting_en: 'Greeting (English)', greeting_hint: 'Seen first when the chat opens', goodbye: 'Goodbye', goodbye_hint: 'Sent when a conversation ends by itself because the customer is silent',
    offline: 'When nobody is there', offline_message: 'Ask for a message', offline_none: 'Only say the opening hours', looks: 'Looks and origin', colour: 'Header colour', colour_hint: 'Your company’s colour, on the header only', usual: 'Usual',
    origins: 'Allowed sites', origins_hint: 'Sites that carry the line above, one per line; empty for this site only, * for any', ending: 'Ending by itself', silent_after: 'End when the customer is silent for', left_after: 'End when the customer has left for', reopen_within: 'Same conversation when the customer is back within', reopen_hint: 'Later, a message begins a new conversation', zero_never: '0 for never, empty for the usual',
  },
  hours: {
    hint: 'Outside them customers see the hours and can leave a message', always: 'Always open', closed: 'closed', from: '{day} from', to: '{day} to', add: 'Add a time on {day}', drop: 'Drop this time on {day}',
    add_day: 'Add a special day', drop_day: 'Drop this day',
  },
  users: {
    hint: 'People who can sign in', add: 'New user', disabled: 'disabled', login_hint: 'Cannot be changed later', password_hint: 'At least 10 characters; ask them to change it after signing in', new_password: 'Set a new password', new_password_hint: 'Leave empty to keep it; a new one signs this person out',
    agent_hint: 'When on, conversations are offered to this person', not_yourself: 'You cannot disable yourself', disabled_hint: 'Cannot sign in; what was done stays', disabled_effect: 'This person is signed out at once and open conversations go back to the queue',
  },
  profile: {
    title: 'Taking conversations', hint: 'Skill levels are set on the page “Skills”', no_queues: 'In no queue', room: 'Conversations at once', room_hint: 'On channels without a number of their own', room_webchat: 'Of these, web chat', room_webchat_hint: 'Empty: the same as above', save: 'Save this part', saved: 'Saved',
  },
  deliveries: {
    failed: 'Failed', unknown: 'Not known', hint_failed: 'Messages that the channel did not deliver', hint_unknown: 'Messages that the channel did not confirm; they may have arrived. Look at the conversation before you deliver again', none_failed: 'No failed messages', none_unknown: 'No messages in doubt',
    none_hint: 'When a channel has trouble, what did not arrive shows up here.', tries: '{n} try | {n} tries', open: 'Open conversation', replay: 'Deliver again', replayed: 'Sent again',
  },
}
