import type { desk as shape } from '../zh-CN/desk'

export const desk: typeof shape = {
  state: { bot: 'Bot', waiting: 'Waiting', offered: 'Offered', assigned: 'Open', snoozed: 'Snoozed', closed: 'Closed', continued: 'Continued' },
  list: {
    label: 'Conversations', lists: 'Lists', queues: 'Queues', mine: 'Mine', queue: 'Queue', all: 'All', closed: 'Closed', all_queues: 'All queues',
    waiting_count: '{n} waiting', unread: '{n} unanswered', rated: 'Rating {score}', nothing_said: 'No messages yet', you: 'You', bot: 'Bot', by: '{who}: {text}',
    wait_calm: 'Waiting for {time}', wait_late: 'Waiting for {time}, close to the service level', wait_over: 'Waiting for {time}, over the service level', see_queues: 'See the queues', callback: 'Asks for a callback to {where}',
    empty_mine: 'You have no conversations', empty_mine_hint: 'Once you are ready, conversations are offered to you here; you can also take one from a queue.',
    empty_mine_viewer_hint: 'Your account takes no conversations; you can look at all of them.', see_all: 'See all',
    empty_queue: 'Nobody is waiting', empty_queue_hint: 'Customers who write appear here in the order they came.',
    empty_all: 'No open conversations', empty_all_hint: 'All open conversations you may see are listed here.',
    empty_closed: 'No closed conversations yet', empty_closed_hint: 'Closed conversations stay here and can be reopened.',
  },
  offer: {
    title: 'New offer: {name}', aloud: 'New offer: {name}, queue {queue}, good for {seconds} seconds. Press A to accept, D to decline.',
    waited: 'Waited', learned: 'Handed over with: {text}', why: 'Why you: {facts}', accept: 'Accept', decline: 'Decline', somebody: 'an agent',
    ended_expired: 'The offer of {name} ran out and went to the next agent', ended_withdrawn: 'The offer of {name} was withdrawn', ended_gone: '{name} has left, the offer is off',
  },
  why: {
    longest_idle: 'idle longest', longest_idle_for: 'idle longest ({time})', least_busy: 'fewest open conversations', round_robin: 'your turn', best_skill: 'best skilled',
    linear: 'first in the order', last_agent: 'you served this customer last', waited: 'customer waited {time}', skill: 'needs “{skill}” at level {level} or higher',
    relaxed: 'asks for less, step {step}', any_agent: 'waited long, no skill is asked for any more',
  },
  conversation: {
    back: 'Back to the list', more: 'More', pull: 'Accept', reopen: 'Reopen', copy_link: 'Copy link', link_copied: 'Link copied',
    also_viewing: '{names} also here', snoozed_until: 'snoozed until {time}', customer_left: 'customer has left',
    none_open: 'Choose a conversation', none_open_hint: 'Move in the list with J and K, open with Enter.', read_only: 'You can read this conversation but not reply.',
    is_closed: 'This conversation is closed', is_continued: 'The customer came back: continued in a new conversation', is_waiting: 'Waiting in the queue', is_offered: 'Offered to {name}',
    is_offered_you: 'Offered to you', is_snoozed: 'Snoozed until {time}', wake: 'Open now', is_bot: 'The bot is talking to the customer', is_theirs: '{name} is working on it',
  },
  timeline: {
    label: 'Timeline', loading_older: 'Loading what came before', beginning: 'The conversation began here', new: 'New', latest: 'Latest', latest_new: '{n} new message | {n} new messages',
    typing: '{names} is typing…', typing_short: 'typing…', redacted: 'Deleted', download: 'Download {name}', events: '{n} event | {n} events',
  },
  note: { internal: 'Internal note, the customer does not see it', by: 'Note by {name}' },
  event: {
    agent: 'an agent', customer: 'Customer', system: 'System', with_note: '{text}: {note}',
    queued: 'Waiting in {queue}', queued_bot: 'Bot handed over to {queue}', queued_agent: '{who} transferred to queue {queue}',
    offered: 'Offered to {agent}', offer_declined: 'Offer declined', offer_expired: 'Offer not answered', offer_gone: 'Offer ended, the customer left', offer_withdrawn: 'Offer withdrawn',
    assigned_accept: '{agent} accepted', assigned_pull: '{agent} took it from the queue', assigned_transfer: '{who} transferred to {agent}', assigned_reopen: '{agent} reopened',
    queued_overflow: 'Waited too long, overflowed to {queue}', queued_taken_back: '{who} took it back, waiting again in {queue}', assigned_given: '{who} gave it to {agent}',
    overflowed_message: 'Waited too long, asked for patience', overflowed_voicemail: 'Waited too long, asked to leave a message', overflowed_number: 'Waited too long, on to {number}', overflowed_callback: 'Waited too long, a callback was offered',
    overflowed_queue: 'Waited too long, on to another queue', skipped: '{text} (not done: {why})', skipped_no_such_queue: 'the queue is not there any more', skipped_not_possible_here: 'not possible on this channel', skipped_other: 'not possible now',
    prioritised: '{who} set the priority to {n}', callback: 'The customer asks for a callback to {where}', callback_noted: '{who} noted: call the customer back at {where}',
    released: 'Agent went offline, back to the queue', closed_done: 'Closed by {who}', closed_left: 'Closed, the customer left', closed_idle: 'Closed, the customer did not answer any more',
    closed_bot: 'Closed by the bot', closed_as: '{text} as {disposition}', continued: 'Continued in a new conversation', snoozed: '{who} snoozed until {time}', woken: 'Time is up, open again',
    left: 'The customer left the page', returned: 'The customer is back', rated: 'Rated {score} of 5',
    erased: '{who} deleted what entry {n} said',
    bot_gone: 'No bot is there any more, a person takes over', bot_slow: 'The bot did not answer in time, a person takes over',
    bot_failed: 'The bot could not go on, a person takes over', bot_no_queue: 'The bot named a queue that is not there, a person takes over',
  },
  delivery: {
    sending: 'Sending', sent: 'Sent', delivered: 'Delivered', read: 'Read', failed: 'Failed', unknown: 'Not known whether it arrived', again: 'Send again', take_back: 'Back to the text box',
    failed_why: 'Not delivered: {why}', no_reason: 'the channel gave no reason', unknown_why: 'The channel did not confirm; it may have arrived. Ask the customer before you send again', not_sent: 'Not sent: {why}',
  },
  composer: {
    label: 'Write', kind: 'To whom', reply: 'Reply', note: 'Note', send: 'Send', send_key: 'Enter sends, Shift+Enter breaks the line', add_note: 'Add note',
    reply_hint: 'Reply to the customer, / for canned replies', note_hint: "To your colleagues, the customer does not see it; {'@'} mentions somebody", canned: 'Canned replies', canned_key: 'Canned replies (/)', no_canned: 'No canned replies yet; an administrator adds them in the settings', no_match: 'No canned reply matches',
    emoji: 'Emoji', attach: 'Attach files', files: 'Files to send', remove: 'Remove {name}', drop: 'Drop to attach',
  },
  transfer: {
    button: 'Transfer', title: 'Transfer {name}', to: 'Transfer to', queue: 'Queue', agent: 'Agent', note: 'Note', note_hint: 'For whoever takes over: what the customer wants, what was done', confirm: 'Transfer',
    done: '{name} transferred to {to}', here_now: 'current', load: '{open}/{room} open', no_queue: 'No such queue', no_agent: 'No such agent',
  },
  close: {
    button: 'Close', title: 'Close the conversation with {name}', disposition: 'Disposition', required: 'required', no_dispositions: 'No dispositions yet; an administrator adds them in the settings', summary: 'Summary',
    summary_hint: 'The outcome, for those who read it later', confirm: 'Close conversation', choose_first: 'Choose a disposition first', done: 'Conversation with {name} closed', new_messages: 'The customer has just written; read it before you close',
  },
  snooze: { half_hour: 'Snooze 30 minutes', two_hours: 'Snooze 2 hours', tomorrow: 'Until tomorrow morning', next_week: 'Until Monday', done: '{name} snoozed, back in your list when it is time' },
  contact: {
    panel: 'Customer', customer: 'Customer', history: 'History', name: 'Name', vip: 'VIP', unnamed: 'Visitor', address: 'Address', claimed: 'Said by the customer', claimed_hint: 'Given by the web page, not verified',
    this_conversation: 'This conversation', began: 'Began', queue: 'Queue', skills: 'Skills needed', skill_level: '{skill} level {level}', page: 'From page', rating: 'Rating', stars: '{n} of 5',
    callback: 'Callback to', first_time: 'First contact', first_time_hint: 'This customer has no earlier conversations.',
  },
  attribute: { name: 'Name', email: 'E-mail', phone: 'Phone', page: 'Page address', locale: 'Language', url: 'Page address', title: 'Page', page_url: 'Page address', page_title: 'Page', address: 'Address', meter: 'Meter number', account: 'Account number' },
}
