"""The customer's side: what contacts write and do, made durable before it is acknowledged."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from datetime import timedelta
from typing import cast

import msgspec

from hub.clock import Clock, parse_stamp
from hub.documents import Document, Insert, Json, PutIf
from hub.doors import Arrival, Door, Doors, Origin, QueueFacts, RoutingRules
from hub.entries import Actor, By, Entry, Kind, State
from hub.errors import NotAllowed, NotFound
from hub.ids import Address, ContactId, ConversationId, InboxId, conversation_id, thread_id
from hub.writer import Attempt, Draft, Found, Place, Writer


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """Which conversation with an address is the current one; truth, not projection."""

    id: str
    version: int
    inbox: InboxId
    address: Address
    generation: int
    contact: ContactId


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's message as a channel hands it over.

    ``client_id`` is made by the customer's client, ``external_id`` by the channel; at least
    one makes a repetition recognisable. ``body``: text, attachments, choice. ``queue``,
    ``skills``, ``priority``: the channel's own word, which goes before rules and door.
    ``origin`` is asked only where a conversation begins.
    """

    inbox: InboxId
    address: Address
    contact: ContactId
    body: dict[str, Json]
    client_id: str | None = None
    external_id: str | None = None
    skills: dict[str, int] | None = None
    queue: str | None = None
    priority: int | None = None
    origin: Callable[[], Awaitable[Origin]] | None = None


class Intake:
    """Verbs of contacts."""

    def __init__(
        self, writer: Writer, doors: Doors, clock: Clock, *, rules: RoutingRules | None = None
    ) -> None:
        """Over this writer; ``doors`` says how an inbox takes customers in, ``rules`` what goes elsewhere."""
        self._writer = writer
        self._doors = doors
        self._clock = clock
        self._rules = rules

    async def current(self, inbox: InboxId, address: Address) -> ConversationId | None:
        """The current conversation with this address, if there ever was one."""
        document = await self._writer.documents.get("threads", thread_id(inbox, address))
        if document is None:
            return None
        thread = msgspec.convert(document, Thread)
        return conversation_id(inbox, address, thread.generation)

    async def receive(self, incoming: Incoming) -> Entry:
        """Store a customer's message in the current conversation, or begin or continue one.

        The answer is the message's own entry; it is durable. Sending the same again
        (client id or external id) answers the entry of the first time.
        """
        by = By(Actor.CONTACT, incoming.contact)
        door = await self._doors.door(incoming.inbox)
        group, queue, skills, priority = door.group, door.queue, door.skills, door.priority
        if incoming.queue is not None:
            facts = await self._doors.queue(incoming.queue)
            group, queue, skills, priority = facts.group, incoming.queue, facts.skills, facts.priority

        draft = Draft(
            kind=Kind.MESSAGE,
            by=by,
            body=incoming.body,
            client_id=incoming.client_id,
            external_id=incoming.external_id,
            group=group,
            queue=queue,
            skills=dict(skills) if incoming.skills is None else incoming.skills,
            priority=priority if incoming.priority is None else incoming.priority,
            door=State.WAITING if door.bot is None else State.BOT,
        )

        async def decide(attempt: Attempt) -> None:
            key = thread_id(incoming.inbox, incoming.address)
            document = await self._writer.documents.get("threads", key)
            if document is None:
                await self._begin(attempt, incoming, door, draft, generation=1, thread=None)
                return
            thread = msgspec.convert(document, Thread)
            conversation = conversation_id(incoming.inbox, incoming.address, thread.generation)
            last = await self._writer.timeline.last(conversation)
            if last is None:
                raise NotFound("the thread names a conversation without entries")
            if last.after.state is State.CONTINUED:
                raise NotAllowed("continued", code="continued")  # the thread has moved on: look again
            if last.after.state is State.CLOSED and not await self._reopens(last, door):
                await self._continue(attempt, incoming, door, draft, thread, last)
                return
            await self._writer.append(attempt, Place.following(last), draft)

        external = None if incoming.external_id is None else (incoming.inbox, incoming.external_id)
        while True:
            try:
                return await self._writer.settle(
                    decide,
                    by=by,
                    first=(Kind.MESSAGE, incoming.body),
                    client_id=incoming.client_id,
                    external=external,
                )
            except NotAllowed as error:
                if error.code != "continued":
                    raise

    async def _reopens(self, last: Entry, door: Door) -> bool:
        """Whether it was closed recently enough; what was noted or rated afterwards does not count."""
        closed: Entry | None = last
        if last.kind is not Kind.CLOSED:
            closed = await self._writer.timeline.newest(last.conversation, Kind.CLOSED)
        since = parse_stamp((closed or last).at)
        return self._clock.now() - since < timedelta(seconds=door.reopen_within)

    async def _is_away(self, last: Entry) -> bool:
        """Whether the customer left and has neither come back nor written since."""
        newest = await self._writer.timeline.newest(last.conversation, Kind.LEFT, Kind.RETURNED)
        return newest is not None and newest.kind is Kind.LEFT and newest.seq > last.after.heard

    async def _begin(
        self,
        attempt: Attempt,
        incoming: Incoming,
        door: Door,
        draft: Draft,
        *,
        generation: int,
        thread: Thread | None,
    ) -> None:
        new = Thread(
            id=thread_id(incoming.inbox, incoming.address),
            version=1 if thread is None else thread.version + 1,
            inbox=incoming.inbox,
            address=incoming.address,
            generation=generation,
            contact=incoming.contact,
        )
        document = cast(Document, msgspec.to_builtins(new))
        if thread is None:
            attempt.steps.append(Insert("threads", document))
        else:
            attempt.steps.append(PutIf("threads", document, thread.version))
        place = Place(
            organisation=door.organisation,
            conversation=conversation_id(incoming.inbox, incoming.address, generation),
            inbox=incoming.inbox,
            address=incoming.address,
            generation=generation,
            channel=door.channel,
        )
        await self._writer.append(attempt, place, await self._ruled(incoming, door, draft))

    async def _ruled(self, incoming: Incoming, door: Door, draft: Draft) -> Draft:
        """The first message's draft as the rules say; where a bot meets him, with what they need later.

        ``routed`` and ``origin`` in the body are for staff; contacts never see them.
        """
        if self._rules is None:
            return draft
        origin = Origin() if incoming.origin is None else await incoming.origin()
        if door.bot is not None:
            return draft if origin == Origin() else replace(draft, extra={"origin": asdict(origin)})
        ruling = await self._rules.rule(
            Arrival(
                organisation=door.organisation,
                channel=door.channel,
                inbox=incoming.inbox,
                contact=incoming.contact,
                text=str(incoming.body.get("text") or ""),
                origin=origin,
            )
        )
        if ruling is None:
            return draft
        if incoming.queue is None and ruling.queue is not None:
            facts = await self._queue(ruling.queue)
            if facts is not None:
                draft = replace(
                    draft,
                    group=facts.group,
                    queue=ruling.queue,
                    skills=dict(facts.skills) if incoming.skills is None else incoming.skills,
                    priority=facts.priority if incoming.priority is None else incoming.priority,
                )
        if incoming.skills is None and ruling.skills is not None:
            draft = replace(draft, skills=dict(ruling.skills))
        if incoming.priority is None and ruling.priority is not None:
            draft = replace(draft, priority=ruling.priority)
        routed: dict[str, Json] = {"rules": list(ruling.rules), "queue": draft.queue}
        if ruling.vip is not None:
            routed["vip"] = ruling.vip
        return replace(draft, extra={"routed": routed})

    async def _queue(self, queue: str) -> QueueFacts | None:
        try:
            return await self._doors.queue(queue)
        except NotFound:
            return None  # deleted a moment ago: the door's own queue is there

    async def _continue(
        self,
        attempt: Attempt,
        incoming: Incoming,
        door: Door,
        draft: Draft,
        thread: Thread,
        last: Entry,
    ) -> None:
        # Before "continued": an earlier attempt of this very message may stand (rule 2).
        if incoming.client_id is not None:
            standing = await self._writer.timeline.by_client_id(draft.by, incoming.client_id)
            if standing is not None:
                raise Found(standing)
        if incoming.external_id is not None:
            standing = await self._writer.timeline.by_external_id(incoming.inbox, incoming.external_id)
            if standing is not None:
                raise Found(standing)
        generation = thread.generation + 1
        following = conversation_id(incoming.inbox, incoming.address, generation)
        continued = Draft(kind=Kind.CONTINUED, by=By(Actor.SYSTEM, "intake"), body={"to": following})
        await self._writer.append(attempt, Place.following(last), continued)
        draft = replace(draft, last_agent=last.after.last_agent)
        await self._begin(attempt, incoming, door, draft, generation=generation, thread=thread)

    async def leave(self, conversation: ConversationId, contact: ContactId) -> Entry:
        """The customer is gone: closed where nobody holds it, else an event that the agent sees.

        Who wants to be called back has not left: he keeps his place.
        """
        by = By(Actor.CONTACT, contact)

        async def decide(attempt: Attempt) -> None:
            last = await self._owned(conversation, contact)
            waits = last.after.state in (State.BOT, State.WAITING, State.OFFERED)
            if waits and last.after.callback is None:
                draft = Draft(kind=Kind.CLOSED, by=by, body={"reason": "left"})
            elif await self._is_away(last):
                raise Found(last)
            else:
                draft = Draft(kind=Kind.LEFT, by=by, body={})
            await self._writer.append(attempt, Place.following(last), draft)

        return await self._writer.settle(decide, by=by, first=(Kind.LEFT, {}))

    async def come_back(self, conversation: ConversationId, contact: ContactId) -> Entry:
        """The customer who had left is there again; nothing is written where he had not left."""
        by = By(Actor.CONTACT, contact)

        async def decide(attempt: Attempt) -> None:
            last = await self._owned(conversation, contact)
            if not await self._is_away(last):
                raise Found(last)
            draft = Draft(kind=Kind.RETURNED, by=by, body={})
            await self._writer.append(attempt, Place.following(last), draft)

        return await self._writer.settle(decide, by=by, first=(Kind.RETURNED, {}))

    async def call_back(
        self, conversation: ConversationId, contact: ContactId, *, where: str, client_id: str | None = None
    ) -> Entry:
        """The customer who waits wants to be called back ``where`` he says; he keeps his place."""
        by = By(Actor.CONTACT, contact)
        body: dict[str, Json] = {"where": where}

        async def decide(attempt: Attempt) -> None:
            last = await self._owned(conversation, contact)
            draft = Draft(kind=Kind.CALLBACK, by=by, body=body, callback=where, client_id=client_id)
            await self._writer.append(attempt, Place.following(last), draft)

        return await self._writer.settle(
            decide, by=by, first=(Kind.CALLBACK, body), within=conversation, client_id=client_id
        )

    async def rate(
        self,
        conversation: ConversationId,
        contact: ContactId,
        *,
        score: int,
        comment: str | None,
        client_id: str,
    ) -> Entry:
        """The customer's rating, 1 (bad) to 5 (good)."""
        by = By(Actor.CONTACT, contact)
        body: dict[str, Json] = {"score": score, "comment": comment}

        async def decide(attempt: Attempt) -> None:
            last = await self._owned(conversation, contact)
            draft = Draft(kind=Kind.RATED, by=by, body=body, client_id=client_id)
            await self._writer.append(attempt, Place.following(last), draft)

        return await self._writer.settle(
            decide, by=by, first=(Kind.RATED, body), within=conversation, client_id=client_id
        )

    async def _owned(self, conversation: ConversationId, contact: ContactId) -> Entry:
        last = await self._writer.last(conversation)
        document = await self._writer.documents.get(
            "threads", thread_id(InboxId(last.inbox), Address(last.address))
        )
        if document is None or document["contact"] != contact:
            raise NotFound("no such conversation")
        return last
