/** What the widget knows and does; the views only show it. */
import { Api, Refusal, type SessionRequest } from './api'
import { Cursor } from './cursor'
import { exclusive, get, keeper, set } from './keep'
import { newId } from './ids'
import { Link } from './link'
import { Marks } from './marks'
import { backoff, Outbox, type Item, type Outcome } from './outbox'
import type { Attachment, Attributes, Conversation, Entry, Identity, ServerFrame, Session } from './protocol'
import type { Upload } from './rows'
import { Typing } from './typing'

export interface Settings {
  inbox: string
  locale: string
}

const STALE = 300_000 // milliseconds after which the inbox's facts are asked again

export class App {
  session: Session | null = null
  conversation: Conversation | null = null
  readonly cursor = new Cursor()
  readonly outbox: Outbox
  readonly api: Api
  readonly link: Link
  uploads: Upload[] = []
  readonly typing = new Typing(() => this.changed())
  /** Ended by the customer here; the agent may still write his closing. */
  ended = false
  offlineSent = false
  visible = false
  /** A code that ends all trying, or null. */
  problem: string | null = null
  reachable = true
  changed: () => void = () => undefined
  page: { url: string; title: string } | undefined
  private identity: Identity | undefined
  private attributes: Attributes | undefined
  private opening: Promise<void> | null = null
  private openedAt = 0
  private telling = false
  private fetching = false
  private fetchAgain = false
  private readonly marks: Marks

  constructor(readonly settings: Settings) {
    const root = `/webchat/${encodeURIComponent(settings.inbox)}`
    this.api = new Api(root)
    this.api.token = get(this.key('token'))
    this.outbox = new Outbox(keeper(this.key('outbox')), {
      send: (item) => this.send(item),
      changed: () => this.changed(),
      random: Math.random,
      exclusive: (work) => exclusive(this.key('outbox'), work),
    })
    this.link = new Link(() => `${location.origin.replace(/^http/, 'ws')}${this.session?.socket ?? `${root}/socket`}`, {
      hello: () => (this.api.token ? { t: 'hello', token: this.api.token, ...this.cursor.ask() } : null),
      frame: (frame) => this.heard(frame),
      changed: () => this.changed(),
      unknown: () => this.open(),
    })
    this.marks = new Marks(this.cursor, this.link, this.api)
    addEventListener('online', () => this.outbox.kick())
    addEventListener('storage', (event) => event.key === this.key('outbox') && this.changed())
    document.addEventListener('visibilitychange', () => this.looked())
  }

  key(name: string): string {
    return `omnihub:${this.settings.inbox}:${name}`
  }

  /** Whether a conversation goes on, so that the customer is expected to come back to it. */
  get going(): boolean {
    return this.conversation !== null && this.conversation.state !== 'closed'
  }

  /** Whether the form stands in place of the composer. */
  get closedNow(): boolean {
    return this.session !== null && !this.session.inbox.open && !this.going
  }

  get unread(): number {
    return this.marks.unread(this.conversation?.read ?? 0)
  }

  /** Open a session and go on until there is one; ends early where it is refused for good. */
  open(): Promise<void> {
    this.opening ??= this.tryToOpen().finally(() => {
      this.opening = null
    })
    return this.opening
  }

  private async tryToOpen(): Promise<void> {
    for (let n = 0; ; n++) {
      try {
        await this.openOnce()
        return
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        if (error.code === 'identity_invalid' && this.identity) {
          console.warn('OmniHub: the hash does not belong to the id; the visitor stays anonymous')
          this.identity = undefined
          continue
        }
        if (error.status === 403 || error.status === 404) {
          this.problem = error.code
          this.changed()
          return
        }
        this.reachable = false
        this.changed()
        await new Promise((resolve) => setTimeout(resolve, backoff(n, Math.random(), error.after) * 1000))
      }
    }
  }

  private async openOnce(): Promise<void> {
    const request: SessionRequest = {
      token: this.api.token ?? undefined,
      identity: this.identity,
      attributes: this.attributes,
      page: this.page,
      locale: this.settings.locale,
    }
    const session = await this.api.session(request)
    const another = this.api.token !== null && session.token !== this.api.token
    this.api.token = session.token
    set(this.key('token'), session.token)
    if (another) {
      this.link.stop()
      this.cursor.clear()
      this.conversation = null
    }
    this.session = session
    this.openedAt = Date.now()
    this.reachable = true
    this.follow(session.conversation)
    this.outbox.kick()
    this.changed()
  }

  identify(identity: Identity): Promise<void> {
    if (this.identity && this.identity.id !== identity.id) this.forget()
    this.identity = identity
    return this.reopen()
  }

  describe(attributes: Attributes): Promise<void> {
    this.attributes = { ...this.attributes, ...attributes }
    return this.reopen()
  }

  /** Another person sits here now: nothing of the former one stays in this browser. */
  async reset(): Promise<void> {
    this.identity = undefined
    this.attributes = undefined
    this.forget()
    await this.reopen()
  }

  /** Open again, after the one under way: that one does not know what has just changed. */
  private async reopen(): Promise<void> {
    await this.opening
    await this.open()
  }

  private forget(): void {
    this.link.stop()
    this.api.token = null
    set(this.key('token'), null)
    this.outbox.clear()
    this.cursor.clear()
    this.conversation = null
    this.ended = this.offlineSent = false
  }

  private follow(conversation: Conversation | null): void {
    if (conversation?.id !== this.conversation?.id) this.marks.anew()
    this.conversation = conversation
    if (conversation) this.link.start()
  }

  private heard(frame: ServerFrame): void {
    if (frame.t === 'entry') this.take(frame.entry)
    else if (frame.t === 'state') this.follow(frame.conversation)
    else if (frame.t === 'position' && this.conversation) {
      this.conversation = { ...this.conversation, position: frame.position, wait_seconds: frame.wait_seconds, staffed: frame.staffed }
    } else if (frame.t === 'seen' && this.conversation) {
      this.conversation = { ...this.conversation, seen: Math.max(this.conversation.seen, frame.seq) }
    } else if (frame.t === 'typing') this.typing.set(frame.on)
    else if (frame.t === 'caught_up') this.outbox.kick()
    this.changed()
  }

  private take(entry: Entry): void {
    if (this.cursor.take(entry) === 'gap') {
      void this.catchUp()
      return
    }
    if (entry.kind === 'message' && entry.by.kind !== 'contact') this.typing.set(false)
    this.held()
  }

  /** Tell how far we are, once for everything that came together: the hub limits frames. */
  private held(): void {
    if (this.telling) return
    this.telling = true
    queueMicrotask(() => {
      this.telling = false
      this.marks.acknowledge()
      this.looked()
    })
  }

  /** Fetch what is missing, over as many conversations as have passed meanwhile. */
  private async catchUp(): Promise<void> {
    this.fetchAgain = true
    if (this.fetching) return
    this.fetching = true
    try {
      while (this.fetchAgain) {
        this.fetchAgain = false
        const page = await this.api.entries(this.cursor.ask())
        for (const entry of page.items) this.cursor.take(entry)
        this.follow(page.conversation)
        if (page.items.length > 0 && this.cursor.last < page.last) this.fetchAgain = true
        else if (page.next) {
          this.cursor.follow(page.next)
          this.fetchAgain = true
        }
      }
      this.held()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error // the next frame, or a new hello, finds the same gap
    } finally {
      this.fetching = false
      this.changed()
    }
  }

  /** What stands on the screen has been read. */
  looked(): void {
    if (!this.visible || document.hidden) return
    if (this.marks.looked(this.conversation?.read ?? 0)) this.changed()
  }

  show(visible: boolean): void {
    this.visible = visible
    if (visible && this.session && !this.going && Date.now() - this.openedAt > STALE) void this.open()
    this.looked()
    this.changed()
  }

  write(item: Omit<Item, 'client_id' | 'at'>): void {
    this.ended = false
    const clientId = newId()
    this.outbox.add({ ...item, body: { client_id: clientId, ...item.body }, client_id: clientId, at: Date.now() })
  }

  private async send(item: Item): Promise<Outcome> {
    try {
      if (!this.session) await this.open()
      if (this.problem) return { failed: this.problem }
      const token = this.api.token
      const stored = await this.api.store(item.path, item.body)
      if (token !== this.api.token) return { done: true } // somebody else sits here now
      this.follow(stored.conversation)
      this.take(stored.entry)
      if (item.path === 'offline-message') this.offlineSent = true
      return { done: true }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (error.status === 401) {
        await this.open()
        return { retry: 0 }
      }
      return error.passing ? { retry: error.after } : { failed: error.code }
    }
  }

  /** The attachments of an entry with fresh tickets. */
  async fresh(id: string): Promise<Attachment[]> {
    const entry = this.cursor.entries.find((held) => held.id === id)
    if (!entry) return []
    const page = await this.api.entries({ conversation: entry.conversation, after: entry.prev }, 1)
    return page.items[0]?.body.attachments ?? []
  }

  type(on: boolean): void {
    if (this.going) this.link.send({ t: 'typing', on })
  }

  async leave(): Promise<void> {
    this.ended = true
    this.changed()
    await this.api.leave().catch(() => undefined)
  }
}
