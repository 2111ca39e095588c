"""The one way into a timeline: read the last entry, decide, commit at seq + 1, and settle the outcome.

Rules 1 to 4 of the protocol live here, so that every verb obeys them: a refused commit
looks for its own entry first and then decides again from nothing; a lost one is never
assumed; "refused" is said only after the author's own entry was looked for, after the
last entry was read; slot and entry change in one commit.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

import msgspec

from hub.clock import Clock, stamp
from hub.documents import Document, Documents, Insert, Json, Lost, PutIf, Refused, Step, StoreError
from hub.entries import Act, Actor, After, By, Entry, Kind, State, Todo, after, digest
from hub.errors import Away, Busy, HubError, Mismatch, NotFound, unanswered
from hub.events import AgentChanged, Bus, Committed
from hub.ids import ConversationId, EntryId, Ids
from hub.projections import project
from hub.slots import AfterWork, Agent, Slot, SlotKind, free, reserve
from hub.timeline import Timeline

ATTEMPTS = 40
_DELIVERED_BY = frozenset({Actor.AGENT, Actor.BOT, Actor.SYSTEM})


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which timeline an entry would go: after ``last``, or as the first of a new one."""

    organisation: str
    conversation: ConversationId
    inbox: str
    address: str
    generation: int
    channel: str
    last: Entry | None = None

    @classmethod
    def following(cls, last: Entry) -> "Place":
        """The place after this entry."""
        return cls(
            last.organisation,
            last.conversation,
            last.inbox,
            last.address,
            last.generation,
            last.after.channel,
            last,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an author wants to add. Fields as in :class:`hub.entries.Act`; ``work`` in seconds.

    ``extra`` is stored in the body, but is nothing the author asked for: it does not count where
    a repetition is compared with the first time.
    """

    kind: Kind
    by: By
    body: dict[str, Json]
    how: str | None = None
    seen: int | None = None
    slot: str | None = None
    agent: str | None = None
    group: str | None = None
    queue: str | None = None
    skills: dict[str, int] | None = None
    priority: int | None = None
    door: State = State.WAITING
    callback: str | None = None
    last_agent: str | None = None
    client_id: str | None = None
    external_id: str | None = None
    work: int = 0
    extra: Mapping[str, Json] = field(default_factory=dict)


class Found(Exception):
    """An attempt came upon the author's own entry: it stands already."""

    def __init__(self, entry: Entry) -> None:
        """``entry``: what stands."""
        super().__init__(entry.id)
        self.entry = entry


class Deposed(HubError):
    """The router that wanted to write owns its group no more."""

    code = "deposed"


@dataclass(slots=True)
class Attempt:
    """What one attempt would commit: entries, agents' documents, and other steps."""

    entries: list[Entry] = field(default_factory=list)
    conversations: list[Document | None] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    before: dict[str, Agent] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)

    def commit_steps(self) -> list[Step]:
        """Everything as steps of one commit; each agent's version is raised by one."""
        steps = list(self.steps)
        for id, agent in self.agents.items():
            old = self.before[id].version
            new = msgspec.structs.replace(agent, version=old + 1)
            steps.append(PutIf("agents", cast(Document, msgspec.to_builtins(new)), old))
        return steps


Decide = Callable[[Attempt], Awaitable[None]]


class Writer:
    """Writes entries for the verbs."""

    def __init__(
        self, documents: Documents, *, clock: Clock, ids: Ids, bus: Bus, inline_projection: bool = True
    ) -> None:
        """``inline_projection``: put the conversation document into the entry's own commit."""
        self.documents = documents
        self.timeline = Timeline(documents)
        self._clock = clock
        self._ids = ids
        self._bus = bus
        self._inline = inline_projection

    async def last(self, conversation: ConversationId) -> Entry:
        """The last entry; NotFound where there is no such conversation."""
        last = await self.timeline.last(conversation)
        if last is None:
            raise NotFound("no such conversation")
        return last

    async def agent(self, attempt: Attempt, id: str) -> Agent:
        """The agent's document as this attempt would leave it; read once in an attempt."""
        known = attempt.agents.get(id) or attempt.before.get(id)
        if known is not None:
            return known  # what was checked is what is committed
        document = await self.documents.get("agents", id)
        if document is None:
            raise NotFound("no such agent", code="no_such_agent")
        agent = msgspec.convert(document, Agent)
        attempt.before[id] = agent
        return agent

    async def settle(
        self,
        decide: Decide,
        *,
        by: By,
        first: tuple[Kind, dict[str, Json]],
        within: ConversationId | None = None,
        client_id: str | None = None,
        external: tuple[str, str] | None = None,
        fence: Callable[[], bool] | None = None,
    ) -> Entry:
        """Try until the outcome is known; the author's entry, which may be one of an earlier call.

        ``first`` is the kind and body as asked for, compared by digest with an entry found
        under the same client id. ``within``: the conversation a client id must belong to
        (None: the entry's first place counts). ``fence`` is asked right before each write.
        Raises what ``decide`` raises, :class:`Mismatch`, or :class:`Busy` where the store
        is away or its answers stay lost.
        """
        tried: list[EntryId] = []
        asked = digest(*first)

        async def mine() -> Entry | None:
            for id in reversed(tried):
                found = await self.timeline.by_id(id)
                if found is not None:
                    return found
            found = None
            if client_id is not None:
                found = await self.timeline.by_client_id(by, client_id)
            if found is None and external is not None:
                found = await self.timeline.by_external_id(*external)
            if found is None:
                return None
            if external is None and (
                found.digest != asked or (within is not None and found.conversation != within)
            ):
                raise Mismatch("this client id was used before for something else")
            return found

        try:
            for number in range(ATTEMPTS):
                attempt = Attempt()
                try:
                    await decide(attempt)
                except Found as found:
                    return found.entry
                except HubError:
                    standing = await mine()
                    if standing is not None:
                        return standing
                    raise
                if fence is not None and not fence():
                    raise Deposed("the lease has run out")
                tried.append(attempt.entries[-1].id)
                try:
                    await self.documents.commit(attempt.commit_steps())
                except (Refused, Lost) as error:
                    standing = await mine()
                    if standing is not None:
                        return standing
                    if isinstance(error, Lost):
                        await self._clock.sleep(min(0.02 * 2**number, 1.0))
                    elif number > 3:
                        await self._clock.sleep(0.002 * number)
                    continue
                self._publish(attempt)
                return attempt.entries[-1]
        except StoreError as error:
            raise unanswered(error) from error
        raise Busy("others were faster too often; send the same again")

    def _publish(self, attempt: Attempt) -> None:
        for entry, conversation in zip(attempt.entries, attempt.conversations, strict=True):
            self._bus.publish(Committed(entry, conversation))
        for agent in attempt.agents:
            self._bus.publish(AgentChanged(agent))

    async def append(
        self, attempt: Attempt, place: Place, draft: Draft, *, epoch: int | None = None
    ) -> Entry:
        """Add an entry to the attempt, with the slot it takes or frees and its projection.

        Raises :class:`hub.errors.NotAllowed`, :class:`NoRoom`, :class:`Away`.
        """
        last = place.last
        id = EntryId(self._ids.new("e"))
        seq = 1 if last is None else last.seq + 1
        at = stamp(self._clock.now())
        state = after(
            None if last is None else last.after,
            Act(
                kind=draft.kind,
                by=draft.by,
                id=id,
                seq=seq,
                at=at,
                how=draft.how,
                seen=draft.seen,
                slot=draft.slot,
                agent=draft.agent,
                group=draft.group,
                queue=draft.queue,
                skills=draft.skills,
                priority=draft.priority,
                channel=place.channel,
                door=draft.door,
                callback=draft.callback,
                last_agent=draft.last_agent,
            ),
        )
        before = None if last is None else last.after
        await self._change_slots(attempt, place, draft, before, state, id=id, at=at, epoch=epoch)
        entry = Entry(
            id=id,
            version=1,
            organisation=place.organisation,
            conversation=place.conversation,
            seq=seq,
            kind=draft.kind,
            by=draft.by,
            at=at,
            body={"v": 1, **draft.body, **draft.extra},
            digest=digest(draft.kind, draft.body),
            after=state,
            inbox=place.inbox,
            address=place.address,
            generation=place.generation,
            seen=draft.seen,
            client_id=draft.client_id,
            external_id=draft.external_id,
        )
        await self._project(attempt, entry)
        return entry

    async def _change_slots(
        self,
        attempt: Attempt,
        place: Place,
        draft: Draft,
        before: After | None,
        state: After,
        *,
        id: EntryId,
        at: str,
        epoch: int | None,
    ) -> None:
        if before is not None and before.slot is not None and before.slot != state.slot:
            holder = await self.agent(attempt, cast(str, before.agent))
            work = None
            if draft.work > 0 and draft.kind is Kind.CLOSED and draft.by.kind is Actor.AGENT:
                work = AfterWork(place.conversation, state.channel, state.queue, draft.work, at)
            attempt.agents[holder.id] = free(holder, id=before.slot, at=at, work=work)
        if state.slot == id:
            taker = await self.agent(attempt, cast(str, state.agent))
            if taker.organisation != place.organisation:
                raise Away("no such agent here")
            group = state.group or ""
            kind = SlotKind.OFFER if draft.kind is Kind.OFFERED else SlotKind.TAKEN
            number = taker.epochs.get(group, 0) if epoch is None else epoch
            slot = Slot(place.conversation, group, kind, number, state.channel)
            attempt.agents[taker.id] = reserve(taker, id=id, slot=slot, at=at)

    async def _project(self, attempt: Attempt, entry: Entry) -> None:
        todo = Todo(
            project=True,
            deliver=entry.kind is Kind.MESSAGE and entry.by.kind in _DELIVERED_BY,
            bot=(
                entry.kind is Kind.MESSAGE
                and entry.by.kind is Actor.CONTACT
                and entry.after.state is State.BOT
            ),
        )
        projected: Document | None = None
        if self._inline:
            document = None
            if entry.seq > 1:
                document = await self.documents.get("conversations", entry.conversation)
            version = 0 if document is None else cast(int, document["version"])
            if version == entry.seq - 1:
                projected = project(document, entry)
                todo = msgspec.structs.replace(todo, project=False)
                attempt.steps.append(
                    Insert("conversations", projected)
                    if document is None
                    else PutIf("conversations", projected, version)
                )
        if todo != Todo():
            entry = msgspec.structs.replace(entry, todo=todo)
        attempt.entries.append(entry)
        attempt.conversations.append(projected)
        attempt.steps.append(Insert("entries", cast(Document, msgspec.to_builtins(entry))))
