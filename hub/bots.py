"""Bots take part by the same verbs as people; this runs their turns, once each.

A contact's message in state *bot* owes a turn (``todo.bot``). The bot thinks, then its one
answer is written under that entry's id as client id: taken up again after a crash, the
answer is still one.
"""

import asyncio
from typing import Protocol

import msgspec
import structlog

from hub.clock import Clock
from hub.conversations import Conversations
from hub.documents import Documents, Json
from hub.entries import Actor, By, Entry, State
from hub.errors import HubError, Mismatch
from hub.timeline import Timeline

LONGEST_THOUGHT = 30.0  # seconds until a bot that does not answer hands over
_log = structlog.get_logger(__name__)


class Say(msgspec.Struct, frozen=True):
    """The bot answers and waits for the customer."""

    body: dict[str, Json]


class HandOver(msgspec.Struct, frozen=True):
    """The bot hands over to a queue, with what it learned."""

    queue: str
    note: str | None = None
    skills: dict[str, int] | None = None
    priority: int | None = None


class Finish(msgspec.Struct, frozen=True):
    """The bot ends the conversation; refused where the customer has written since."""

    reason: str = "bot"


Turn = Say | HandOver | Finish


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
        """Where conversations go when the bot is gone or fails."""
        ...


class BotRunner:
    """Takes the turns that messages owe."""

    def __init__(
        self, documents: Documents, conversations: Conversations, bots: Bots, *, clock: Clock
    ) -> None:
        """Over this store; ``bots`` are asked at each turn."""
        self._clock = clock
        self._documents = documents
        self._timeline = Timeline(documents)
        self._conversations = conversations
        self._bots = bots

    async def take_turn(self, entry: Entry) -> None:
        """Think about one marked message and act; the mark is cleared also when it is refused."""
        last = await self._timeline.last(entry.conversation)
        if last is not None and last.after.state is State.BOT:
            await self._act(entry)
        await self._documents.clear("entries", entry.id, "todo.bot")

    async def _act(self, entry: Entry) -> None:
        found = await self._bots.at_door(entry.inbox)
        if found is None:
            by = By(Actor.BOT, "none")
            turn: Turn = HandOver(await self._bots.fallback_queue(entry.inbox))
        else:
            name, bot = found
            by = By(Actor.BOT, name)
            turn = await self._think(name, bot, entry)
        try:
            await self._perform(entry, by, turn)
        except Mismatch:
            return  # an earlier run of this turn decided otherwise: its answer stands
        except HubError as error:
            if error.code == "store_unavailable":
                raise

    async def _think(self, name: str, bot: Bot, entry: Entry) -> Turn:
        """The bot's turn; a handover where it fails or takes too long: nobody is left alone with it."""
        thinking = asyncio.ensure_future(bot.think(entry))
        alarm = asyncio.ensure_future(self._clock.sleep(LONGEST_THOUGHT))
        try:
            await asyncio.wait((thinking, alarm), return_when=asyncio.FIRST_COMPLETED)
            if thinking.done():
                return thinking.result()
            _log.warning("A bot thought too long and handed over", bot=name)
        except Exception:  # noqa: BLE001 - a plugged-in bot may raise anything
            _log.exception("A bot failed and handed over", bot=name)
        finally:
            thinking.cancel()
            alarm.cancel()
        return HandOver(await self._bots.fallback_queue(entry.inbox))

    async def _perform(self, entry: Entry, by: By, turn: Turn) -> None:
        conversation = entry.conversation
        if isinstance(turn, Say):
            await self._conversations.post(conversation, by=by, body=turn.body, client_id=entry.id)
        elif isinstance(turn, HandOver):
            await self._conversations.to_queue(
                conversation,
                by=by,
                queue=turn.queue,
                note=turn.note,
                skills=turn.skills,
                priority=turn.priority,
                client_id=entry.id,
            )
        else:
            await self._conversations.close(
                conversation, by=by, seen=entry.seq, reason=turn.reason, client_id=entry.id
            )
