import type { live as shape } from '../zh-CN/live'

export const live: typeof shape = {
  live: {
    nav: 'Live', title: 'Queues now', every: 'Every 3 seconds', stale: 'No new figures at the moment, these are of {time}',
    not_allowed: 'You may not watch the queues', not_allowed_hint: 'Ask your administrator if you need it.',
    queue: 'Queue', waiting: 'Waiting', oldest: 'Longest', offered: 'Offered', expected: 'Expected wait', service_level: 'Service level (24 h)', agents: 'Agents',
    none: 'none', about: 'about {time}', error: '± {time}', unknown: 'not known yet', closed: 'closed',
    unknown_hint: 'It can be estimated after a few answers.', target: 'target {percent}% in {seconds} s', percent: '{percent}%',
    answered: 'Answered {answered}, in time {in_time}, abandoned {abandoned}', no_calls: 'none answered', below: 'below the target',
    no_queues: 'No queues yet', no_queues_hint: 'Once an administrator adds queues in the settings, they are shown here.',
    nobody_waits: 'Nobody is waiting', nobody_waits_hint: 'Customers who enter this queue appear here, with who could take them and why they still wait.',
    back: 'All queues', who_waits: 'Who waits', most_shown: 'Only the first {n} are shown',
    priority: 'Priority {n}', callback: 'Call back {where}', asks: 'Asks for', asks_nothing: 'no skills', first_asked: 'was {level}', not_asked: 'not any more',
    in_time: 'in {time}: {what}', now: 'now: {what}', everybody: 'Agents', fold: 'Hide agents', skill_level: '{skill} {level}',
    give: 'Give to agent', set_priority: 'Priority', open: 'Open', no_agents: 'No agents', no_agents_hint: 'Once an administrator adds agents under Users, what they do is shown here.',
    agents_queue: 'Agents of this queue', no_agents_queue: 'Nobody works in this queue', no_agents_queue_hint: 'Add agents to this queue under Skills or Users.',
    load: '{open} open', set_state: 'Set state', set_state_of: 'Set the state of {name}', only_himself: 'only the agent can come back', state_set: '{name}: {state}',
    cannot_ready: '{name} has no desk open; only the agent can come back.',
  },
  give: { title: 'Give {name} to an agent', confirm: 'Give', done: '{name} given to {to}', own: 'has it already' },
  take_back: { button: 'Take back to the queue', done: 'Taken back, {name} waits again', from: 'from {agent}' },
  priority: { button: 'Change priority', title: 'Priority of {name}', label: 'Priority', hint: '0 to 10, the higher is served first; the place in line changes at once.', confirm: 'Save', done: '{name} now has priority {n}' },
  erase: {
    button: 'Erase', title: 'Erase what this says', hint: 'Words and files are erased for good; time and number stay.', reason: 'Reason',
    reason_hint: 'For example: the customer sent an identity number by mistake. It goes into the log; name no person in it.', confirm: 'Erase for good', done: 'Erased', what: 'What is erased',
  },
  mention: { label: 'Mention', none: 'No such colleague' },
  standing: {
    skill: '{skill} ≥ {level}', nobody: 'Nobody works in this queue', sticky: 'Kept for the last agent {agent} ({how})',
    everybody: '{n} agent in the queue: {parts} | {n} agents in the queue: {parts}', able: '{n} agent has {skills}: {parts} | {n} agents have {skills}: {parts}',
    none_able: 'The one agent of the queue does not have {skills} | None of the {n} agents of the queue has {skills}',
    part: '{n} {how}', since: '{how} (since {time})', since_for: '{how} ({reason}, since {time})',
    any_agent: 'no skill is asked for any more, any agent will do', step: 'relaxed {step} of {steps}',
    change: 'asks for less', change_lower: 'one level less | {n} levels less', change_drop: 'no longer {skills}', change_any: 'any agent will do', change_sticky: 'no longer only the last agent',
    overflow: 'overflows',
  },
  verdict: {
    fits: 'free', busy: 'full', blocked: 'busy on another channel', refused: 'just declined', on_break: 'on a break', unresponsive: 'not responding', offline: 'offline',
    not_preferred: 'not the last agent', unskilled: 'without the skills',
  },
  overflow: {
    queue: 'overflows to queue {queue}', message: 'a message asks for patience', voicemail: 'goes to voicemail', number: 'goes to {number}', callback: 'a callback is offered',
  },
  trace: {
    title: 'Routing', none: 'Not offered to anybody yet', chosen: 'Offered to {agent}', chosen_because: 'Offered to {agent}: {why}',
    last_agent: 'served this customer last', only_one: 'the only one who could take it', longest_idle_for: 'idle longest ({time})',
    by: { longest_idle: 'idle longest', least_busy: 'fewest open conversations', round_robin: 'longest without an offer', best_skill: 'best skilled', linear: 'first in the order' },
    waited: 'waited {time} in the queue', asked: 'asked for {skills}', asked_nothing: 'no skills asked for', step: 'relaxed {step} times', priority: 'priority {n}',
    next: 'Next would be {agents}', waits: 'Still waiting', position: 'number {n} in line', expected: 'about {time} to go',
  },
}
