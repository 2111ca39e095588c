import type { routing as shape } from '../zh-CN/routing'

export const routing: typeof shape = {
  field: {
    group: 'Group', strategy: 'Strategy', order: 'Order', last_agent_seconds: 'Last agent first', relaxation: 'Relaxation', any_agent_after: 'Any agent', ageing: 'Ageing', overflow: 'Overflow',
    offer_seconds_by_channel: 'Offer time by channel', service_level_percent: 'Share within the service level', hours: 'Opening hours',
    inboxes: 'Inboxes', when: 'Conditions', then: 'Outcome', stop: 'Stop here',
    timezone: 'Time zone', week: 'Week', special: 'Special days', follows: 'Public holidays', on_holidays: 'Hours on holidays', makeup_as: 'Make-up workdays',
  },
  span: { seconds: '{n} s', minutes: '{n} min', hours: '{n} h', same: '= {span}' },
  section: {
    chosen: 'Who is chosen', waits: 'While somebody waits', waits_hint: 'Counted from when a customer enters this queue. The thinner the line, the less is asked of an agent.', order: 'Who is first', offers: 'Offers and service level', after: 'Afterwards, and the group',
  },
  strategy: {
    longest_idle: 'Longest idle', longest_idle_hint: 'The agent who has been free for longest', least_busy: 'Least busy', least_busy_hint: 'The agent with the fewest conversations', round_robin: 'In turn', round_robin_hint: 'The agent whose last offer is longest ago',
    best_skill: 'Best skill', best_skill_hint: 'The agent whose levels of the skills needed add up to most', linear: 'Fixed order', linear_hint: 'Always from the top of a list downwards',
  },
  order: { add: 'Add an agent', remove: 'Take {name} out', rest: 'Agents who are not named come after, longest idle first', stranger: 'not in this queue' },
  up: 'Move {name} up', down: 'Move {name} down',
  last_agent_hint: 'When a customer comes back, for so long only the agent who served them last gets it (nobody waits for one who is offline); 0 for never',
  group_hint: 'Queues of one group are routed together. Rarely changed, and not while conversations are open',
  line: {
    title: 'What happens while somebody waits', start: '0', alone: 'Last agent only, at first', asks: 'Needed: ', asks_any: 'Any agent', asks_given: 'The skills it needs', asks_lower: 'Every level {n} lower', asks_without: 'Without {skills}',
    level: '{skill} ≥ {level}', moved: 'Waits in the other queue', lower: '{n} level lower | {n} levels lower', drop: 'No more {skills}', relax_nothing: 'Relaxed by nothing yet', any: 'Any agent', alone_ends: 'Not the last agent only', promise: 'Service level {percent}%',
    to_queue: '→ {queue}', some_queue: 'another queue', to_message: 'Message', to_voicemail: 'Asked to leave a message', to_number: 'To {number}', to_callback: 'Callback proposed', kind_overflow: 'Overflow: ', kind_relax: 'Relaxed: ',
  },
  relax: {
    title: 'Relaxation', after: 'After', after_of: 'Time of relaxation {n}', lower: 'ask for', lower_of: 'Levels lowered by relaxation {n}', levels: 'levels less', drop_none: 'All skills stay', drop_of: 'Skills dropped by relaxation {n}', remove: 'Take relaxation {n} out', add: 'Add a relaxation',
    any: 'In the end any agent may take it', any_after: 'After how long any agent may take it',
  },
  overflow: {
    title: 'Overflow', message: 'Send a message', queue: 'To another queue', callback: 'Propose a callback', voicemail: 'Ask to leave a message', number: 'To an outside number', after_of: 'Time of overflow {n}', to_of: 'What overflow {n} does',
    which_queue: 'Which queue', which_number: 'Number', text: 'What the customer is told', text_of: 'What the customer is told at overflow {n}', remove: 'Take overflow {n} out', add: 'Add an overflow',
    usual_message: 'Many people are waiting just now. We will be with you as soon as we can.', usual_voicemail: 'Nobody is free just now. Please leave a message, we will answer soon.', usual_callback: 'Many people are waiting just now. Leave a number and we will call you back; you keep your place.',
  },
  ageing: {
    unit: 'points per minute waited', strict: 'Higher priority always comes first, however long the others have waited; among equals, who came first.', means: 'A customer with {points} points more may pass those who came up to {span} earlier, and nobody who came before that.',
  },
  offer: { of: 'Offer time on {channel}', drop: 'No time of its own for {channel}', add: 'Another time for one channel' },
  level: { percent: 'Share within the service level', within: '% of customers within', answered: 'answered' },
  caution: {
    nobody_works_here: 'No agent works in this queue, so nobody can take what comes in. Add agents on the page “Users”.', nobody_has_skill: 'No agent reaches {skill} {level} (the best has {best}), not even after relaxation.', order_names_strangers: 'The order names agents who are not in this queue; they are passed over.',
    relaxation_without_skills: 'The queue asks for no skill itself; relaxing matters only for conversations of which a rule or a transfer asks for some.', no_hours: 'No calendar is chosen: it counts as always open.', outcome_not_possible: 'No channel here can do this; the step will be skipped.',
  },
  problem: {
    count: '{n} thing to change, marked above. | {n} things to change, marked above.', other: '{words}', rising: 'Each step must come later than the one before.', step_empty: 'This step relaxes nothing.', after_any: 'Any agent may take it by then; later steps change nothing.', no_queue: 'There is no such queue.', loop: 'This would lead back to this queue.',
    not_last: 'Another queue must be the last step.', number_missing: 'The outside number is missing.', text_missing: 'Say what the customer is told.', name_taken: 'The name is taken; choose another.', no_calendar: 'There is no such calendar.', no_such: 'What was chosen is gone; choose again.',
    overlap: '{what} and {other} overlap.', no_length: 'It ends when it begins; the whole day is 00:00–24:00.', begins_late: 'It cannot begin at 24:00; write it on the next day.', no_zone: 'There is no such time zone; one is Asia/Shanghai.', no_day: 'There is no such day.', ends_early: 'It ends before it begins.',
    twice: '{what} is named twice.', nothing_between: 'The first number must not be more than the second.', no_effect: 'It says nothing and goes on, so it has no effect.', key: 'Name the field of the contact, without dots.', least: 'Not less than {what}.', most: 'Not more than {what}.', form: 'The form is not right.', missing: 'Fill this in.',
  },
  quoted: '“{word}”', until: ' to ', condition: '{subject} {op} {value}', contact_field: 'Contact’s {key}',
  subject: { channel: 'Channel', inbox: 'Inbox', text: 'First words', contact: 'Contact’s field', hours: 'Calendar', hour: 'Hour', weekday: 'Weekday', vip: 'VIP', language: 'Language', page: 'Web page' },
  op: { is: 'is', is_not: 'is not', contains: 'contains', contains_any: 'contains one of', starts_with: 'starts with', matches_none: 'contains none of', between: 'between', open: 'is open', closed: 'is closed', at_least: 'is at least', one_of: 'is one of', none_of: 'is none of', from_hour: 'is not before' },
  language: { zh: 'Chinese', en: 'English' },
  outcome: { queue: 'to {queue}', skills: 'needs {skills}', no_skills: 'needs no skill', priority: 'priority {n}', vip: 'counts as VIP', not_vip: 'does not count as VIP', nothing: 'no outcome' },
  rule: {
    hint: 'Looked at from the top when a conversation begins: which queue, what is needed. Order and switches take effect at once', add: 'New rule', all_inboxes: 'All inboxes', when: 'Conditions (all must hold)', always_hint: 'No conditions: it always holds.', and: 'and', add_condition: 'Add a condition', then: 'Outcome', then_hint: 'What is not said here is left to later rules or to the queue.',
    unsaid: 'Not said', unsaid_queue: 'Not said (the inbox decides)', say_skills: 'Skills needed', skills_hint: 'Instead of the queue’s own; none chosen means that none is needed.', say_priority: 'Say a priority', vip_hint: 'Counts for later rules and is noted with the conversation; the contact stays as it is.',
    stop_hint: 'When it holds, later rules are not looked at.', go_on_hint: 'When it holds, later rules are looked at too; what was said stays.', goes_on: 'goes on', never: 'Never reached: {by} always holds and stops before it', enabled_of: 'Switch {name} on',
    field_of: 'What condition {n} looks at', op_of: 'How condition {n} compares', value_of: 'Value of condition {n}', key: 'Field, for example level', choose: 'Choose', words: 'Type a word, then Enter', plain: 'A text, a number, true or false', choose_calendar: 'Which calendar', from: 'From', to: 'To', drop: 'Take condition {n} out',
  },
  try: {
    open: 'Try', title: 'Try the rules', hint: 'Suppose a conversation begins like this: see how each rule fares. Rules that are off are tried, too, but do not count.', text: 'The customer’s first words', any_inbox: 'Not given', unknown: 'Not known', page: 'Web page', at: 'Time (empty: now)', attributes_hint: 'One a line, for example level=gold', run: 'Try',
    result: 'Outcome', nothing: 'No rule holds', placed: 'Goes to {queue}, {skills}, priority {n}', no_skills: 'needs no skill', nowhere: 'No rule names a queue and no inbox is chosen, so the queue is not known.', moment: 'As of {time} ({day}, {hour}:00)',
    held: 'holds', off: 'off', elsewhere: 'not for this inbox', failed: 'does not hold', not_reached: 'not reached', is_so: 'So: ', is_not_so: 'Not so: ', no_conditions: 'No conditions: it always holds',
  },
  calendar: {
    hint: 'When somebody answers; queues and inboxes go by it', add: 'New calendar', days_open: '{n} day a week | {n} days a week', week_hint: '830 is 08:30; an end before the beginning is on the next day.', copy: 'Copy the times of {day} to other days', to_workdays: 'Copy to Monday to Friday', to_weekend: 'Copy to the weekend', to_all: 'Copy to every day',
    special_hint: 'Special days go first, then public holidays, then the week.', special_name: 'Name, for example party', first: 'First day', last: 'Last day',
    follow_cn: 'Follow China’s public holidays and make-up workdays', follow: 'Follow the public holidays of {country}', known: 'Known for {first} to {last}. Those of {next} are not published yet; they are followed once they are and the hub was updated. Until then the week holds.', holidays_hint: 'Empty: closed on holidays', holiday: 'Holidays', makeup_hint: 'Whose hours a weekend day has that is worked instead of a holiday', as_day: 'As on {day}',
    preview: 'Month', before: 'Month before', next: 'Next month', as_kept: 'As it is kept; it follows when you save.', not_published: 'The public holidays of {year} are not published yet; shown by the week for now.', makeup: 'Make-up workday ({name})', whole_day: 'all day',
    open_until: 'Open now, until {time}', open_always: 'Open now, and never closed', closed_until: 'Closed now, opens {time}', closed_always: 'Closed now, and not open within a year',
  },
  matrix: {
    hint: 'Whether a new conversation on one channel may be offered to an agent who holds one on another. Live channels such as calls are exclusive unless you say otherwise.', corner: 'New conversation', holds: 'Holding {channel}', fresh: 'New {channel}', live: 'live', same: 'by room', may: 'may be offered', may_not: 'not offered', cell: 'Offer a new {fresh} while holding {held}', save: 'Save {n} change | Save {n} changes',
    one_channel: 'Only one channel is plugged in: {channel}', one_channel_hint: 'With a second one, you say here whether they may interrupt each other. For now each agent’s room decides.',
  },
}
