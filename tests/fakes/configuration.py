"""Configuration made by hand: one inbox, two queues, a bot where a test puts one."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

from hub.bots import Bot, HandOver, Say, Turn
from hub.channel import Channel
from hub.doors import Door, QueueFacts
from hub.entries import Entry
from hub.errors import NotFound
from hub.ids import InboxId
from hub.sharing import ALONE
from routing.configuration import Plan
from routing.queues import Queue
from tests.fakes.channel import FakeChannel

ORGANISATION = "o_main"
GROUP = "g_main"
CHANNEL = "chat"
INBOX = InboxId("i_1")
QUEUE = "q_1"
OTHER_QUEUE = "q_2"
OFFER_SECONDS = 20.0


class FakeConfiguration:
    """Implements Doors, the router's Configuration, ChannelOf, SpeakerNames and Bots."""

    def __init__(self, channel: FakeChannel) -> None:
        self.doors = {str(INBOX): Door(ORGANISATION, CHANNEL, GROUP, QUEUE)}
        self.queues = {
            QUEUE: QueueFacts(ORGANISATION, GROUP),
            OTHER_QUEUE: QueueFacts(ORGANISATION, GROUP),
        }
        self.offers: dict[str, float] = {}
        self.lines: dict[str, dict[str, Any]] = {}
        self.closed: set[str] = set()
        self.sharing = ALONE
        self.usual_offer = OFFER_SECONDS
        self.bot: tuple[str, Bot] | None = None
        self.fake_channel = channel

    def set_door(self, change: Callable[[Door], Door]) -> None:
        """Configure the inbox otherwise."""
        self.doors[str(INBOX)] = change(self.doors[str(INBOX)])

    def put_bot(self, bot: Bot, name: str = "b_1") -> None:
        """A bot stands at the door from now on."""
        self.bot = (name, bot)
        self.set_door(lambda door: replace(door, bot=name))

    async def door(self, inbox: str) -> Door:
        found = self.doors.get(inbox)
        if found is None:
            raise NotFound("no such inbox")
        return found

    async def queue(self, queue: str) -> QueueFacts:
        found = self.queues.get(queue)
        if found is None:
            raise NotFound("no such queue")
        return found

    async def groups(self) -> set[str]:
        return {facts.group for facts in self.queues.values()}

    async def plan(self, group: str) -> Plan:
        queues = {id: self._queue(id) for id, facts in self.queues.items() if facts.group == group}
        return Plan(queues=queues, closed=frozenset(self.closed), sharing=self.sharing)

    async def find(self, queue: str) -> Queue | None:
        return self._queue(queue) if queue in self.queues else None

    def _queue(self, id: str) -> Queue:
        """A queue as it is configured: ``lines`` holds what a story says of it."""
        facts = self.queues[id]
        queue = Queue(
            id=id,
            organisation=facts.organisation,
            name=id,
            group=facts.group,
            offer_seconds=round(self.offers.get(id, self.usual_offer)),
        )
        return msgspec.structs.replace(queue, **self.lines.get(id, {}))

    async def channel(self, inbox: InboxId) -> Channel:
        if str(inbox) not in self.doors:
            raise KeyError(inbox)
        return self.fake_channel

    async def public_name(self, kind: str, id: str) -> str:
        return f"{kind} {id}"

    async def at_door(self, inbox: str) -> tuple[str, Bot] | None:
        return self.bot

    async def fallback_queue(self, inbox: str) -> str:
        return QUEUE


class ScriptedBot:
    """Answers "bot: …", hands over when asked for a person; may be made to think long, or to fail."""

    def __init__(self) -> None:
        self.heard: list[Entry] = []
        self.fails: Exception | None = None
        self._thinking: asyncio.Event | None = None
        self.turn: Turn | None = None

    def think_long(self) -> asyncio.Event:
        """From now on it thinks until this event is set."""
        self._thinking = asyncio.Event()
        return self._thinking

    async def think(self, message: Entry) -> Turn:
        self.heard.append(message)
        text = str(message.body.get("text"))
        if self._thinking is not None and "person" not in text:
            await self._thinking.wait()
        if self.fails is not None:
            raise self.fails
        if self.turn is not None:
            return self.turn
        if "person" in text:
            return HandOver(QUEUE, note="wants a person")
        return Say({"text": f"bot: {text}"})
