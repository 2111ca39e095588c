"""The verbs of those who answer: agents, bots and the house itself.

One function per verb; each checks, commits and publishes through :class:`hub.writer.Writer`.
People, bots and menus use the same ones.
"""

from hub.documents import Json
from hub.doors import Doors, QueueFacts
from hub.entries import SYSTEM, Actor, By, Entry, Kind, State
from hub.errors import Invalid, NotFound
from hub.ids import ConversationId
from hub.writer import Attempt, Draft, Found, Place, Writer


class Conversations:
    """Post, note, accept, decline, pull, transfer, snooze, close, reopen."""

    def __init__(self, writer: Writer, doors: Doors) -> None:
        """Over this writer; ``doors`` knows the queues."""
        self._writer = writer
        self._doors = doors

    async def _one(
        self,
        conversation: ConversationId,
        draft: Draft,
        *,
        organisation: str | None = None,
    ) -> Entry:
        """Append one entry after the last one, whatever that is."""

        async def decide(attempt: Attempt) -> None:
            last = await self._writer.last(conversation)
            if organisation is not None and last.organisation != organisation:
                raise NotFound("no such conversation")
            await self._writer.append(attempt, Place.following(last), draft)

        return await self._writer.settle(
            decide,
            by=draft.by,
            first=(draft.kind, draft.body),
            within=conversation,
            client_id=draft.client_id,
        )

    async def post(
        self, conversation: ConversationId, *, by: By, body: dict[str, Json], client_id: str | None = None
    ) -> Entry:
        """Say something to the customer; only who holds the conversation may."""
        draft = Draft(kind=Kind.MESSAGE, by=by, body=body, client_id=client_id)
        return await self._one(conversation, draft)

    async def note(
        self, conversation: ConversationId, *, by: By, body: dict[str, Json], client_id: str | None = None
    ) -> Entry:
        """Write an internal note; contacts never see it."""
        return await self._one(conversation, Draft(kind=Kind.NOTE, by=by, body=body, client_id=client_id))

    async def accept(
        self, conversation: ConversationId, *, agent: str, slot: str, client_id: str | None = None
    ) -> Entry:
        """Take the offer that stands with this slot; :class:`hub.errors.Gone` where it has ended."""
        draft = Draft(
            kind=Kind.ASSIGNED,
            by=By(Actor.AGENT, agent),
            body={"how": "accept", "slot": slot},
            how="accept",
            slot=slot,
            agent=agent,
            client_id=client_id,
        )
        return await self._one(conversation, draft)

    async def decline(self, conversation: ConversationId, *, agent: str, slot: str) -> Entry:
        """Refuse the offer; the conversation keeps its place and goes on to the next agent."""
        by = By(Actor.AGENT, agent)
        draft = Draft(kind=Kind.OFFER_ENDED, by=by, body={"reason": "declined", "slot": slot}, slot=slot)
        return await self._one(conversation, draft)

    async def pull(self, conversation: ConversationId, *, agent: str, client_id: str | None = None) -> Entry:
        """Take a waiting conversation out of its queue."""
        return await self._take(conversation, agent, "pull", client_id)

    async def reopen(
        self, conversation: ConversationId, *, agent: str, client_id: str | None = None
    ) -> Entry:
        """Take a closed or snoozed conversation up again."""
        return await self._take(conversation, agent, "reopen", client_id)

    async def _take(self, conversation: ConversationId, agent: str, how: str, client_id: str | None) -> Entry:
        draft = Draft(
            kind=Kind.ASSIGNED,
            by=By(Actor.AGENT, agent),
            body={"how": how},
            how=how,
            agent=agent,
            client_id=client_id,
        )
        return await self._one(conversation, draft)

    async def to_agent(
        self,
        conversation: ConversationId,
        *,
        by: str,
        agent: str,
        note: str | None = None,
        client_id: str | None = None,
    ) -> Entry:
        """Hand it to a colleague who has room; it is his at once."""
        draft = Draft(
            kind=Kind.ASSIGNED,
            by=By(Actor.AGENT, by),
            body={"how": "transfer", "to": agent, "note": note},
            how="transfer",
            agent=agent,
            client_id=client_id,
        )
        return await self._one(conversation, draft)

    async def give(
        self, conversation: ConversationId, *, by: str, agent: str, client_id: str | None = None
    ) -> Entry:
        """A supervisor gives a conversation that waits, rings or is held to an agent who has room."""
        draft = Draft(
            kind=Kind.ASSIGNED,
            by=By(Actor.AGENT, by),
            body={"how": "given", "to": agent},
            how="given",
            agent=agent,
            client_id=client_id,
        )
        return await self._one(conversation, draft)

    async def take_back(
        self,
        conversation: ConversationId,
        *,
        by: str,
        queue: str | None = None,
        client_id: str | None = None,
    ) -> Entry:
        """A supervisor takes it from its agent: it waits in its old place, here or in ``queue``."""
        author = By(Actor.AGENT, by)
        body: dict[str, Json] = {"how": "taken_back", "queue": queue}

        async def decide(attempt: Attempt) -> None:
            last = await self._writer.last(conversation)
            target = queue or last.after.queue
            if target is None:
                raise Invalid("queue: name the queue in which it shall wait.", code="no_queue")
            facts = await self._doors.queue(target)
            if last.organisation != facts.organisation:
                raise NotFound("no such queue", code="no_such_queue")
            draft = Draft(
                kind=Kind.QUEUED,
                by=author,
                body=body,
                how="taken_back",
                group=facts.group,
                queue=target,
                client_id=client_id,
            )
            await self._writer.append(attempt, Place.following(last), draft)

        return await self._writer.settle(
            decide, by=author, first=(Kind.QUEUED, body), within=conversation, client_id=client_id
        )

    async def prioritise(
        self, conversation: ConversationId, *, by: str, priority: int, client_id: str | None = None
    ) -> Entry:
        """A supervisor moves a waiting conversation in its line; 0 to 10, a higher one is served first."""
        draft = Draft(
            kind=Kind.PRIORITISED,
            by=By(Actor.AGENT, by),
            body={"priority": priority},
            priority=priority,
            client_id=client_id,
        )
        return await self._one(conversation, draft)

    async def call_back(
        self, conversation: ConversationId, *, by: By, where: str, client_id: str | None = None
    ) -> Entry:
        """Note that the customer who waits shall be called back; he keeps his place."""
        draft = Draft(kind=Kind.CALLBACK, by=by, body={"where": where}, callback=where, client_id=client_id)
        return await self._one(conversation, draft)

    async def to_queue(
        self,
        conversation: ConversationId,
        *,
        by: By,
        queue: str,
        note: str | None = None,
        skills: dict[str, int] | None = None,
        priority: int | None = None,
        client_id: str | None = None,
    ) -> Entry:
        """Put it into a queue: a transfer by its agent, or the handover of a bot."""
        facts = await self._doors.queue(queue)
        draft = Draft(
            kind=Kind.QUEUED,
            by=by,
            body={"queue": queue, "note": note, "skills": _json(skills), "priority": priority},
            group=facts.group,
            queue=queue,
            skills=skills,
            priority=priority,
            client_id=client_id,
        )
        return await self._one(conversation, draft, organisation=facts.organisation)

    async def bot_gives_up(
        self,
        conversation: ConversationId,
        *,
        by: By,
        queue: str | None,
        why: str,
        note: str | None = None,
        skills: dict[str, int] | None = None,
        priority: int | None = None,
        client_id: str | None = None,
    ) -> Entry:
        """The handover of a bot that cannot go on, with a note of the house that says why.

        Into ``queue``; where that is not there either, into the queue that the customer came for.
        ``note``: what the bot had learned all the same.
        """
        body: dict[str, Json] = {"reason": why, "note": note}

        async def decide(attempt: Attempt) -> None:
            last = await self._writer.last(conversation)
            target, group = last.after.queue, last.after.group
            facts = None if queue is None else await self._queue_of(last.organisation, queue)
            if facts is not None:
                target, group = queue, facts.group
            said = Draft(kind=Kind.NOTE, by=SYSTEM, body={"event": why, "bot": by.id})
            told = await self._writer.append(attempt, Place.following(last), said)
            draft = Draft(
                kind=Kind.QUEUED,
                by=by,
                body=body,
                extra={"queue": target, "skills": _json(skills), "priority": priority},
                group=group,
                queue=target,
                skills=skills,
                priority=priority,
                client_id=client_id,
            )
            await self._writer.append(attempt, Place.following(told), draft)

        return await self._writer.settle(
            decide, by=by, first=(Kind.QUEUED, body), within=conversation, client_id=client_id
        )

    async def _queue_of(self, organisation: str, queue: str) -> QueueFacts | None:
        try:
            facts = await self._doors.queue(queue)
        except NotFound:
            return None
        return facts if facts.organisation == organisation else None

    async def close(
        self,
        conversation: ConversationId,
        *,
        by: By,
        seen: int,
        reason: str = "done",
        disposition: str | None = None,
        summary: str | None = None,
        client_id: str | None = None,
    ) -> Entry:
        """End it; refused where the customer has written after ``seen`` (the last number shown).

        The queue may demand a disposition; after-contact work begins as the queue says.
        """
        body: dict[str, Json] = {"reason": reason, "disposition": disposition, "summary": summary}

        async def decide(attempt: Attempt) -> None:
            last = await self._writer.last(conversation)
            work = 0
            if by.kind is Actor.AGENT and last.after.queue is not None:
                facts = await self._doors.queue(last.after.queue)
                work = facts.after_work_seconds
                if facts.disposition_required and not disposition and last.after.agent == by.id:
                    raise Invalid("this queue asks for a disposition", code="disposition_required")
            draft = Draft(kind=Kind.CLOSED, by=by, body=body, seen=seen, client_id=client_id, work=work)
            await self._writer.append(attempt, Place.following(last), draft)

        return await self._writer.settle(
            decide, by=by, first=(Kind.CLOSED, body), within=conversation, client_id=client_id
        )

    async def snooze(
        self, conversation: ConversationId, *, agent: str, seen: int, until: str, client_id: str | None = None
    ) -> Entry:
        """Let it rest until a moment (a :func:`hub.clock.stamp`) or the customer's next message."""
        draft = Draft(
            kind=Kind.SNOOZED,
            by=By(Actor.AGENT, agent),
            body={"until": until},
            seen=seen,
            client_id=client_id,
        )
        return await self._one(conversation, draft)

    async def wake(self, conversation: ConversationId) -> Entry:
        """Put a snoozed conversation back into its queue; nothing is written where it does not sleep."""

        async def decide(attempt: Attempt) -> None:
            last = await self._writer.last(conversation)
            if last.after.state is not State.SNOOZED:
                raise Found(last)
            draft = Draft(kind=Kind.WOKEN, by=SYSTEM, body={})
            await self._writer.append(attempt, Place.following(last), draft)

        return await self._writer.settle(decide, by=SYSTEM, first=(Kind.WOKEN, {}))

    async def close_silent(
        self, conversation: ConversationId, *, after_seq: int, words: str | None
    ) -> Entry | None:
        """Close a conversation whose customer has been silent since ``after_seq``, with a word to him.

        None where something has happened since: nothing is written then.
        """

        async def decide(attempt: Attempt) -> None:
            last = await self._writer.last(conversation)
            if last.seq != after_seq or last.after.state is not State.ASSIGNED:
                raise Found(last)
            place = Place.following(last)
            if words:
                said = Draft(kind=Kind.MESSAGE, by=SYSTEM, body={"text": words, "auto": "idle"})
                place = Place.following(await self._writer.append(attempt, place, said))
            closed = Draft(kind=Kind.CLOSED, by=SYSTEM, body={"reason": "idle"}, seen=last.after.heard)
            await self._writer.append(attempt, place, closed)

        entry = await self._writer.settle(decide, by=SYSTEM, first=(Kind.CLOSED, {"reason": "idle"}))
        return entry if entry.kind is Kind.CLOSED and entry.by == SYSTEM else None

    async def close_left(self, conversation: ConversationId, *, after_seq: int) -> Entry | None:
        """Close a conversation whose customer has left, once its agent was shown all that he wrote.

        None where something has happened since ``after_seq``, or where the agent has not looked yet:
        nothing is written then. An agent who reads by other means than the desk leaves no mark.
        """
        body: dict[str, Json] = {"reason": "left"}

        async def decide(attempt: Attempt) -> None:
            last = await self._writer.last(conversation)
            if last.seq != after_seq or last.after.state is not State.ASSIGNED:
                raise Found(last)
            mark = await self._writer.documents.get("marks", f"{conversation}:{last.after.agent}")
            seen = None if mark is None else mark.get("seq")
            if not isinstance(seen, int) or seen < last.after.heard:
                raise Found(last)
            closed = Draft(kind=Kind.CLOSED, by=SYSTEM, body=body, seen=seen)
            await self._writer.append(attempt, Place.following(last), closed)

        entry = await self._writer.settle(decide, by=SYSTEM, first=(Kind.CLOSED, body))
        return entry if entry.kind is Kind.CLOSED and entry.by == SYSTEM else None


def _json(skills: dict[str, int] | None) -> Json:
    return None if skills is None else dict(skills)
