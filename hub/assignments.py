"""The router's verbs: offer, expire, withdraw, release. Each is fenced by the router's lease.

``fence`` is the router's own deadline, asked right before each write; the epoch in the
agent's document refuses whoever was deposed without knowing it (protocol, rule 3).
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from hub.documents import Json
from hub.entries import Actor, By, Entry, Kind
from hub.errors import Away, NoRoom, NotAllowed
from hub.ids import ConversationId
from hub.sharing import ALONE, Sharing
from hub.slots import Agent, can_be_offered, fits, holds, room
from hub.writer import Attempt, Deposed, Draft, Place, Writer

_HOUSE = By(Actor.SYSTEM, "hub")


@dataclass(frozen=True, slots=True)
class Tenure:
    """A router's claim to a routing group: its epoch, and whether its lease still runs."""

    group: str
    epoch: int
    holds: Callable[[], bool]


class Assignments:
    """What only the owner of a routing group may do to conversations."""

    def __init__(self, writer: Writer) -> None:
        """Over this writer."""
        self._writer = writer

    async def _fenced(self, attempt: Attempt, agent: str, tenure: Tenure) -> Agent:
        document = await self._writer.agent(attempt, agent)
        if document.epochs.get(tenure.group, 0) != tenure.epoch:
            raise Deposed("another router owns the group")
        return document

    async def offer(
        self,
        conversation: ConversationId,
        *,
        agent: str,
        tenure: Tenure,
        facts: dict[str, Json],
        skills: dict[str, int] | None = None,
        sharing: Sharing = ALONE,
    ) -> Entry:
        """Reserve a slot and offer; ``facts`` (why him) stand in the timeline.

        ``skills``: what is still demanded after relaxation, None: all that it asks for.

        Raises :class:`Away` or :class:`NoRoom` where he cannot be rung any more,
        :class:`hub.errors.NotAllowed` where the conversation does not wait any more.
        """
        by = By(Actor.ROUTER, tenure.group)
        body: dict[str, Json] = {"agent": agent, "epoch": tenure.epoch, **facts}
        draft = Draft(kind=Kind.OFFERED, by=by, body=body, agent=agent, group=tenure.group)

        async def decide(attempt: Attempt) -> None:
            last = await self._writer.last(conversation)
            taker = await self._fenced(attempt, agent, tenure)
            if not can_be_offered(taker):
                raise Away("he cannot be rung now")
            demanded = last.after.skills if skills is None else skills
            if not fits(taker, queue=last.after.queue, skills=demanded):
                raise NotAllowed("it asks for something else by now", code="changed")
            if room(taker, last.after.channel) <= 0:
                raise NoRoom("he has no room left")
            if not sharing.allows(last.after.channel, holds(taker)):
                raise NoRoom("what he has on another channel stands in its way")
            await self._writer.append(attempt, Place.following(last), draft, epoch=tenure.epoch)

        return await self._writer.settle(decide, by=by, first=(Kind.OFFERED, body), fence=tenure.holds)

    async def expire(self, conversation: ConversationId, *, slot: str, rang: bool, tenure: Tenure) -> Entry:
        """The offer's time is over: it goes on with its place kept.

        An agent whose desk really rang becomes "not responding" in the same commit.
        """
        return await self._end(conversation, slot, "expired", tenure, unresponsive=rang)

    async def withdraw(self, conversation: ConversationId, *, slot: str, tenure: Tenure) -> Entry:
        """The offer is taken back because the agent cannot be rung any more; nobody is blamed."""
        return await self._end(conversation, slot, "gone", tenure, unresponsive=False)

    async def _end(
        self, conversation: ConversationId, slot: str, reason: str, tenure: Tenure, *, unresponsive: bool
    ) -> Entry:
        by = By(Actor.ROUTER, tenure.group)
        body: dict[str, Json] = {"reason": reason, "slot": slot}
        draft = Draft(kind=Kind.OFFER_ENDED, by=by, body=body, slot=slot)

        async def decide(attempt: Attempt) -> None:
            last = await self._writer.last(conversation)
            if last.after.slot == slot and last.after.agent is not None:
                holder = await self._fenced(attempt, last.after.agent, tenure)
                if reason == "gone" and can_be_offered(holder):
                    raise Away("he can be rung again", code="agent_is_back")
            await self._writer.append(attempt, Place.following(last), draft)
            if unresponsive and last.after.agent is not None:
                agent = attempt.agents[last.after.agent]
                attempt.agents[agent.id] = msgspec.structs.replace(agent, unresponsive=True)

        return await self._writer.settle(decide, by=by, first=(Kind.OFFER_ENDED, body), fence=tenure.holds)

    async def overflow(
        self,
        conversation: ConversationId,
        *,
        step: int,
        outcome: dict[str, Json],
        tenure: Tenure,
        words: str | None = None,
        queue: tuple[str, str, dict[str, int]] | None = None,
    ) -> Entry:
        """Carry out one step of its queue's overflow on a conversation that still waits there.

        ``outcome`` stands in the timeline (``step``, ``to``, what the channel needs); with ``words``
        the customer is told something in the same commit; with ``queue`` (id, group, skills) it goes
        on to that queue in its old place. :class:`NotAllowed` where ``step`` is not the next one.
        """
        by = By(Actor.ROUTER, tenure.group)
        body: dict[str, Json] = {"step": step, **outcome}
        if queue is None:
            draft = Draft(kind=Kind.OVERFLOWED, by=by, body=body)
        else:
            id, group, skills = queue
            body = {**body, "how": "overflow", "queue": id}
            draft = Draft(kind=Kind.QUEUED, by=by, body=body, group=group, queue=id, skills=skills)

        async def decide(attempt: Attempt) -> None:
            last = await self._writer.last(conversation)
            if last.after.overflow != step:
                raise NotAllowed("that step is done", code="changed")
            place = Place.following(last)
            if words:
                said = Draft(kind=Kind.MESSAGE, by=_HOUSE, body={"text": words, "auto": "overflow"})
                place = Place.following(await self._writer.append(attempt, place, said))
            await self._writer.append(attempt, place, draft)

        return await self._writer.settle(decide, by=by, first=(draft.kind, body), fence=tenure.holds)

    async def release(self, conversation: ConversationId, *, slot: str, tenure: Tenure) -> Entry:
        """Take an open conversation from an agent who is offline; it waits again in its old place."""
        by = By(Actor.ROUTER, tenure.group)
        body: dict[str, Json] = {"reason": "offline", "slot": slot}
        draft = Draft(kind=Kind.RELEASED, by=by, body=body, slot=slot)

        async def decide(attempt: Attempt) -> None:
            last = await self._writer.last(conversation)
            if last.after.slot == slot and last.after.agent is not None:
                agent = await self._fenced(attempt, last.after.agent, tenure)
                if agent.away is None:
                    raise Away("he is back", code="agent_is_back")
            await self._writer.append(attempt, Place.following(last), draft)

        return await self._writer.settle(decide, by=by, first=(Kind.RELEASED, body), fence=tenure.holds)
