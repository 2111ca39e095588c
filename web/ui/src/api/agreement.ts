/**
 * Holds the desk's own types (types.ts, which know the closed sets of states and kinds) against
 * the generated ones (schema.ts): a field that the desk needs and the hub no longer has, or that
 * the desk sends and the hub does not take, fails `npm run check`. No code comes out of this file.
 */
import type { components } from './schema'
import type * as own from './types'

type Given<Name extends keyof components['schemas']> = components['schemas'][Name]
type Needed<T> = { [Key in keyof T]-?: undefined extends T[Key] ? never : Key }[keyof T]
/** What we read without asking whether it is there, and they do not give. */
type NotGiven<Ours, Theirs> = Exclude<Needed<Ours>, keyof Theirs>
/** What they want to have, and we do not send. */
type NotSent<Ours, Theirs> = Exclude<Needed<Theirs>, keyof Ours>

type Reading = [
  NotGiven<own.Me, Given<'Me'>>,
  NotGiven<own.Row, Given<'RowView'>>,
  NotGiven<Omit<own.ConversationDetail, 'contact_card'>, Given<'ConversationView'>>,
  NotGiven<own.Preview, Given<'Preview'>>,
  NotGiven<own.Entry, Given<'EntryView'>>,
  NotGiven<own.Agent, Given<'AgentView'>>,
  NotGiven<own.AfterWork, Given<'AfterWorkView'>>,
  NotGiven<own.Contact, Given<'ContactGiven'>>,
  NotGiven<own.Badges, Given<'Badges'>>,
  NotGiven<own.UploadedFile, Given<'FileGiven'>>,
  NotGiven<own.Delivery, Given<'DeliveryGiven'>>,
  NotGiven<own.Queue, Given<'QueueGiven'>>,
  NotGiven<own.CannedReply, Given<'CannedReplyGiven'>>,
  NotGiven<own.Disposition, Given<'DispositionGiven'>>,
  NotGiven<own.BreakReason, Given<'BreakReasonGiven'>>,
  NotGiven<own.Inbox, Given<'InboxGiven'>>,
  NotGiven<own.Calendar, Given<'CalendarGiven'>>,
  NotGiven<own.User, Given<'UserGiven'>>,
  NotGiven<own.Role, Given<'RoleGiven'>>,
]
type Sending = [
  NotSent<own.Queue, Given<'QueueNew'>>,
  NotSent<own.CannedReply, Given<'CannedReplyNew'>>,
  NotSent<own.Disposition, Given<'DispositionNew'>>,
  NotSent<own.Inbox, Given<'InboxNew'>>,
  NotSent<own.Calendar, Given<'CalendarNew'>>,
  NotSent<own.User, Given<'UserNew'>>,
  NotSent<own.AgentProfile, Given<'Profile'>>,
]
type Nothing<T extends readonly never[]> = T
export type Agreed = [Nothing<Reading>, Nothing<Sending>]
