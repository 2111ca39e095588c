"""What a customer may read: his conversations, their entries and state, and the transcript."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Protocol

from channels.webchat.answers import Conversation, Entries, EntryView, Named, Standing
from channels.webchat.config import Locale
from channels.webchat.identity import Tokens
from channels.webchat.visitors import Caller
from channels.webchat.wire import attached_files, body_for_contact, speaker, state_for_contact
from channels.webchat.words import transcript
from hub.documents import Document, Documents
from hub.entries import Actor, Entry, Kind, State
from hub.errors import NotFound
from hub.ids import Address, ConversationId, FileId, InboxId, conversation_id, thread_id
from hub.places import QueuePlaces
from hub.timeline import Audience, Seen, Timeline, may_see

PAGE = 50
MOST_IN_PAGE = 100
MOST_IN_TRANSCRIPT = 5_000
STAFFED_FRESH = 2.0  # seconds


class Names(Protocol):
    """Names of those who speak, as customers should see them."""

    async def public_name(self, kind: str, id: str) -> str:
        """The name of an agent or bot, empty where there is none to show."""
        ...


@dataclass(frozen=True, slots=True)
class Run:
    """All conversations with one visitor: generations 1 to ``current`` of his thread (0: none)."""

    inbox: InboxId
    address: Address
    current: int

    def id(self, generation: int) -> ConversationId:
        """The conversation of a generation."""
        return conversation_id(self.inbox, self.address, generation)

    @property
    def latest(self) -> ConversationId | None:
        """The one that counts now."""
        return self.id(self.current) if self.current else None

    def generation(self, conversation: str) -> int:
        """Which one this is; :class:`NotFound` where it is none of his."""
        for generation in range(self.current, 0, -1):
            if self.id(generation) == conversation:
                return generation
        raise NotFound("there is no such conversation")

    def following(self, conversation: str) -> ConversationId | None:
        """The one that came after it."""
        generation = self.generation(conversation)
        return self.id(generation + 1) if generation < self.current else None


class Reader:
    """Reads for customers."""

    def __init__(
        self,
        documents: Documents,
        *,
        names: Names,
        places: QueuePlaces,
        tokens: Tokens,
        now: Callable[[], float],
    ) -> None:
        """``now``: seconds since 1970, for tickets."""
        self._documents = documents
        self.timeline = Timeline(documents)
        self._names = names
        self._places = places
        self._tokens = tokens
        self._now = now
        self._staffed: dict[str, tuple[float, bool]] = {}

    async def run(self, inbox: InboxId, address: Address) -> Run:
        """Which conversations there are with this address."""
        thread = await self._documents.get("threads", thread_id(inbox, address))
        generation = 0 if thread is None else thread["generation"]
        return Run(inbox, address, generation if isinstance(generation, int) else 0)

    async def run_of(self, caller: Caller) -> Run:
        """Which conversations there are with this caller."""
        return await self.run(InboxId(caller.inbox.id), caller.address)

    async def last(self, conversation: ConversationId) -> Entry:
        """The entry that decides where the conversation stands."""
        last = await self.timeline.last(conversation)
        if last is None:
            raise NotFound("there is no such conversation")
        return last

    async def state(self, conversation: ConversationId) -> Conversation:
        """The conversation as its customer sees it now."""
        return await self.state_after(await self.last(conversation))

    async def state_with(self, entry: Entry) -> Conversation:
        """The conversation as its customer sees it who has just stored this entry: mostly its last one."""
        document = await self._document(entry.conversation)
        is_last = document.get("version") == entry.seq
        return await self._state(entry if is_last else await self.last(entry.conversation), document)

    async def state_after(self, last: Entry) -> Conversation:
        """The conversation as its customer sees it after its last entry."""
        return await self._state(last, await self._document(last.conversation))

    async def _document(self, conversation: ConversationId) -> Document:
        return await self._documents.get("conversations", conversation) or {}

    async def _state(self, last: Entry, document: Document) -> Conversation:
        conversation = last.conversation
        contact = document.get("contact")
        handler = last.after.agent or document.get("last_agent")
        waiting = last.after.state in (State.WAITING, State.OFFERED)
        standing = await self.standing(conversation, last.after.queue) if waiting else Standing()
        rating = document.get("rating")
        reason = last.body.get("reason") if last.kind is Kind.CLOSED else None
        return Conversation(
            id=conversation,
            state=state_for_contact(last.after.state),
            position=standing.position,
            wait_seconds=standing.wait_seconds,
            staffed=standing.staffed,
            agent=await self._holder(last),
            last=await self._newest(last),
            read=await self._mark(conversation, contact),
            seen=await self._mark(conversation, handler),
            reason=reason if isinstance(reason, str) else None,
            rating=rating if isinstance(rating, int) else None,
        )

    async def standing(self, conversation: ConversationId, queue: str | None) -> Standing:
        """Where a customer stands who waits in this queue."""
        place = await self._places.place(conversation)
        staffed = queue is None or await self.staffed(queue)
        if place is None:
            return Standing(staffed=staffed)
        return Standing(place.position, place.wait_seconds, staffed)

    async def staffed(self, queue: str) -> bool:
        """Whether somebody of this queue is signed in; remembered for a moment."""
        now = self._now()
        at, known = self._staffed.get(queue, (-STAFFED_FRESH, False))
        if now - at >= STAFFED_FRESH:
            known = await self._places.staffed(queue)
            self._staffed[queue] = (now, known)
        return known

    async def _newest(self, last: Entry) -> int:
        """The number of the last entry that its customer may see."""
        if may_see(last, Audience.CONTACT):
            return last.seq
        return await self.timeline.before(last, audience=Audience.CONTACT)

    async def _holder(self, last: Entry) -> Named | None:
        if last.after.state is not State.ASSIGNED or last.after.agent is None:
            return None
        return Named(await self._names.public_name(Actor.AGENT.value, last.after.agent))

    async def _mark(self, conversation: str, reader: object) -> int:
        if not isinstance(reader, str):
            return 0
        mark = await self._documents.get("marks", f"{conversation}:{reader}")
        seq = 0 if mark is None else mark.get("seq")
        return seq if isinstance(seq, int) else 0

    async def current_state(self, caller: Caller) -> Conversation | None:
        """The state of the caller's current conversation."""
        if caller.visitor is None:
            return None
        latest = (await self.run_of(caller)).latest
        return None if latest is None else await self.state(latest)

    async def view(self, seen: Seen) -> EntryView:
        """One entry as its customer sees it."""
        entry = seen.entry
        agent = ""
        if entry.kind is Kind.ASSIGNED and entry.after.agent is not None:
            agent = await self._names.public_name(Actor.AGENT.value, entry.after.agent)
        name = await self._names.public_name(entry.by.kind.value, entry.by.id)
        inbox = InboxId(entry.inbox)
        tickets = {file: self.file_url(inbox, FileId(file)) for file in attached_files(entry)}
        own = entry.by.kind is Actor.CONTACT
        return EntryView(
            id=entry.id,
            conversation=entry.conversation,
            seq=entry.seq,
            prev=seen.prev,
            kind=entry.kind.value,
            by=speaker(entry, name),
            at=entry.at,
            body=body_for_contact(entry, agent=agent, tickets=tickets),
            client_id=entry.client_id if own else None,
        )

    def file_url(self, inbox: InboxId, file: FileId) -> str:
        """Where a file can be fetched for about an hour."""
        return f"/webchat/{inbox}/files/{file}?ticket={self._tokens.ticket(inbox, file, now=self._now())}"

    async def views(self, seen: Sequence[Seen]) -> list[EntryView]:
        """Several entries."""
        return [await self.view(one) for one in seen]

    async def view_of(self, entry: Entry) -> EntryView:
        """An entry that was stored just now."""
        return await self.view(Seen(entry, await self.timeline.before(entry, audience=Audience.CONTACT)))

    async def page(self, caller: Caller, *, conversation: str | None, after: int, limit: int) -> Entries:
        """Entries above ``after`` of one conversation, by default the current one."""
        run = await self.run_of(caller)
        of = ConversationId(conversation) if conversation else run.latest
        if of is None:
            return Entries(of=None, next=None, items=[], last=0, conversation=None)
        following = run.following(of)
        limit = max(1, min(limit, MOST_IN_PAGE))
        seen = await self.timeline.following(of, after, audience=Audience.CONTACT, limit=limit)
        last = seen[-1].entry.seq if seen else after
        if len(seen) == limit:
            newest = await self.timeline.preceding(of, None, audience=Audience.CONTACT, limit=1)
            last = newest[-1].entry.seq if newest else last
        current = run.latest
        state = await self.state(current) if current is not None else None
        return Entries(of=of, next=following, items=await self.views(seen), last=last, conversation=state)

    async def transcript(self, caller: Caller, *, title: str, zone: tzinfo, locale: Locale) -> str:
        """What was said in all conversations of the caller, as text; times in this zone."""
        run = await self.run_of(caller)
        said: list[EntryView] = []
        for generation in range(1, run.current + 1):
            after = 0
            while len(said) < MOST_IN_TRANSCRIPT:
                page = await self.timeline.following(
                    run.id(generation), after, audience=Audience.CONTACT, limit=MOST_IN_PAGE
                )
                if not page:
                    break
                said += await self.views(page)
                after = page[-1].entry.seq
        return transcript(said, title=title, zone=zone, locale=locale)
