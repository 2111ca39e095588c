"""Bots take part by the same verbs as people; this runs their turns, once each.

A contact's message in state *bot* owes a turn (``todo.bot``). The bot thinks, then its one
answer is written under that entry's id as client id: taken up again after a crash, the
answer is still one.
"""

import asyncio
from enum import StrEnum
from typing import Protocol

import msgspec
import structlog

from hub.clock import Clock
from hub.conversations import Conversations
from hub.documents import Documents, Json, StoreError
from hub.doors import Arrival, Origin, RoutingRules
from hub.entries import Actor, By, Entry, Kind, State
from hub.errors import Busy, Mismatch, NotAllowed, NotFound
from hub.timeline import Audience, Timeline

LONGEST_THOUGHT = 30.0  # seconds until a bot that does not answer hands over
_MOST_READ = 100  # entries of the conversation that rules know at a handover
_log = structlog.get_logger(__name__)


class Say(msgspec.Struct, frozen=True):
    """The bot answers and waits for the customer."""

    body: dict[str, Json]


class HandOver(msgspec.Struct, frozen=True):
    """The bot hands over to a queue, with what it learned; no queue: as the rules say, else the door's."""

    queue: str | None = None
    note: str | None = None
    skills: dict[str, int] | None = None
    priority: int | None = None


class Finish(msgspec.Struct, frozen=True):
    """The bot ends the conversation; refused where the customer has written since."""

    reason: str = "bot"


Turn = Say | HandOver | Finish


class Failure(StrEnum):
    """Why the house hands over instead of the bot, as its note in the timeline says it."""

    GONE = "bot_gone"  # none stands at the door any more
    SLOW = "bot_slow"
    FAILED = "bot_failed"  # it raised, or its answer was nonsense
    NO_QUEUE = "bot_no_queue"  # it named a queue that is not there


class Bot(Protocol):
    """Something that answers messages at an inbox's door."""

    async def think(self, message: Entry) -> Turn:
        """What to do about this message; may take long, may raise."""
        ...


class Bots(Protocol):
    """Finds the bot that stands at an inbox's door."""

    async def at_door(self, inbox: str) -> tuple[str, Bot] | None:
        """The bot's id and itself, None where none stands there any more."""
        ...

    async def fallback_queue(self, inbox: str) -> str:
        """Where conversations go when the bot is gone or fails; NotFound where there is no such inbox."""
        ...


class BotRunner:
    """Takes the turns that messages owe."""

    def __init__(
        self,
        documents: Documents,
        conversations: Conversations,
        bots: Bots,
        *,
        clock: Clock,
        rules: RoutingRules | None = None,
    ) -> None:
        """Over this store; ``bots`` are asked at each turn, ``rules`` where one names no queue."""
        self._clock = clock
        self._documents = documents
        self._timeline = Timeline(documents)
        self._conversations = conversations
        self._bots = bots
        self._rules = rules

    async def take_turn(self, entry: Entry) -> None:
        """Think about one marked message and act; the mark is cleared also when it is refused."""
        last = await self._timeline.last(entry.conversation)
        if last is not None and last.after.state is State.BOT:
            await self._act(entry)
        await self._documents.clear("entries", entry.id, "todo.bot")

    async def _act(self, entry: Entry) -> None:
        found = await self._bots.at_door(entry.inbox)
        name, bot = ("none", None) if found is None else found
        by = By(Actor.BOT, name)
        turn = Failure.GONE if bot is None else await self._think(name, bot, entry)
        try:
            if isinstance(turn, Failure):
                await self._give_up(entry, by, turn)
            else:
                await self._perform(entry, by, turn)
        except (Mismatch, NotAllowed):
            return  # an earlier run of this turn decided otherwise, or it may not speak any more

    async def _think(self, name: str, bot: Bot, entry: Entry) -> Turn | Failure:
        """The bot's turn, or why there is none: it fails, or takes too long."""
        thinking = asyncio.ensure_future(bot.think(entry))
        alarm = asyncio.ensure_future(self._clock.sleep(LONGEST_THOUGHT))
        try:
            await asyncio.wait((thinking, alarm), return_when=asyncio.FIRST_COMPLETED)
            if thinking.done():
                return thinking.result()
            _log.warning("A bot thought too long and handed over", bot=name)
            return Failure.SLOW
        except Exception:  # noqa: BLE001 - a plugged-in bot may raise anything
            _log.exception("A bot failed and handed over", bot=name)
            return Failure.FAILED
        finally:
            thinking.cancel()
            alarm.cancel()

    async def _perform(self, entry: Entry, by: By, turn: Turn) -> None:
        """Do what the bot decided; hand over where that cannot be done."""
        try:
            if isinstance(turn, Say):
                await self._conversations.post(entry.conversation, by=by, body=turn.body, client_id=entry.id)
            elif isinstance(turn, HandOver):
                await self._hand_over(entry, by, turn)
            else:
                await self._conversations.close(
                    entry.conversation, by=by, seen=entry.seq, reason=turn.reason, client_id=entry.id
                )
        except (Mismatch, NotAllowed, Busy, StoreError):
            raise
        except NotFound:
            _log.warning("A bot named a queue that is not there", bot=by.id)
            note = turn.note if isinstance(turn, HandOver) else None
            await self._give_up(entry, by, Failure.NO_QUEUE, note=note)
        except Exception:  # noqa: BLE001 - a plugged-in bot may answer anything
            _log.exception("A bot failed and handed over", bot=by.id)
            await self._give_up(entry, by, Failure.FAILED)

    async def _hand_over(self, entry: Entry, by: By, turn: HandOver) -> None:
        queue, turn = await self._placed(entry, turn)
        await self._conversations.to_queue(
            entry.conversation,
            by=by,
            queue=queue,
            note=turn.note,
            skills=turn.skills,
            priority=turn.priority,
            client_id=entry.id,
        )

    async def _give_up(self, entry: Entry, by: By, why: Failure, note: str | None = None) -> None:
        """Nobody is left alone with a bot: the conversation goes where people see it, and says why."""
        turn, queue = HandOver(note=note), None
        try:
            queue, turn = await self._placed(entry, turn)
        except (Busy, StoreError):
            raise
        except NotFound:
            _log.warning("Nothing says where to hand over", inbox=entry.inbox)
        except Exception:  # noqa: BLE001 - whatever is wrong there, the customer is not left alone
            _log.exception("Nothing says where to hand over", inbox=entry.inbox)
        await self._conversations.bot_gives_up(
            entry.conversation,
            by=by,
            queue=queue,
            why=why.value,
            note=note,
            skills=turn.skills,
            priority=turn.priority,
            client_id=entry.id,
        )

    async def _placed(self, entry: Entry, turn: HandOver) -> tuple[str, HandOver]:
        """Where a handover goes, with what the rules ask for where the bot says nothing of it."""
        if turn.queue is not None:
            return turn.queue, turn
        ruling = None if self._rules is None else await self._rules.rule(await self._arrival(entry))
        if ruling is None:
            return await self._bots.fallback_queue(entry.inbox), turn
        skills = None if ruling.skills is None else dict(ruling.skills)
        turn = HandOver(
            note=turn.note,
            skills=skills if turn.skills is None else turn.skills,
            priority=ruling.priority if turn.priority is None else turn.priority,
        )
        return ruling.queue or await self._bots.fallback_queue(entry.inbox), turn

    async def _arrival(self, entry: Entry) -> Arrival:
        """What the rules may know: also what he has told the bot, and where he wrote from at first."""
        seen = await self._timeline.following(
            entry.conversation, 0, audience=Audience.CONTACT, limit=_MOST_READ
        )
        told = [one.entry for one in seen if one.entry.by == entry.by and one.entry.kind is Kind.MESSAGE]
        origin = told[0].body.get("origin") if told else None
        return Arrival(
            organisation=entry.organisation,
            channel=entry.after.channel,
            inbox=entry.inbox,
            contact=entry.by.id,
            text="\n".join(str(one.body.get("text") or "") for one in told),
            origin=Origin() if not isinstance(origin, dict) else msgspec.convert(origin, Origin),
        )
