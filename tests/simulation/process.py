"""One process of the house from its start to its end, put together from the real parts."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, cast

from hub.agents import Agents
from hub.assignments import Assignments
from hub.beats import Heart
from hub.bots import Bot, BotRunner, Finish, HandOver, Say, Turn
from hub.channel import Channel
from hub.conversations import Conversations
from hub.deliverer import Deliverer
from hub.documents import Document, StoreError
from hub.doors import Door, QueueFacts
from hub.entries import Entry, Kind, State
from hub.erasure import Erasure
from hub.errors import HubError, NotFound
from hub.events import Committed, LocalBus, Rang
from hub.ids import ConversationId
from hub.intake import Intake
from hub.projections import Projector
from hub.receipts import Receipts
from hub.silence import Silence
from hub.sweeper import Sweeper
from hub.timeline import Seen
from hub.writer import Writer
from routing.configuration import Plan
from routing.lease import Lease
from routing.queues import Queue
from routing.router import Router
from tests.simulation.channels import SimChannel
from tests.simulation.loop import Loop
from tests.simulation.requests import Copy, drop
from tests.simulation.store import Port
from web.agent_desk.board import Board
from web.agent_desk.desk import Desks
from web.agent_desk.roster import Roster
from web.marks import StaffMarks
from web.presenting import Presenter

if TYPE_CHECKING:
    from tests.simulation.world import World

BEGINNING = datetime(2026, 11, 25, 9, tzinfo=UTC)


class SimClock:
    """The clocks of one process: the wall clock jumps, the monotonic one has a start of its own."""

    def __init__(self, process: "Process") -> None:
        self._process = process

    def now(self) -> datetime:
        process = self._process
        return BEGINNING + timedelta(seconds=process.world.time + process.wall)

    def monotonic(self) -> float:
        return self._process.world.time + self._process.started

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class SimIds:
    """Identifiers from the seed, in no order."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def new(self, prefix: str) -> str:
        return f"{prefix}_{self._random.getrandbits(40):010x}"


class SimBot:
    """Decides anew each time it is asked, and takes its time."""

    def __init__(self, process: "Process") -> None:
        self._process = process

    async def think(self, message: Entry) -> Turn:
        world = self._process.world
        choice = world.random.random()
        if not world.calm and choice < 0.4:
            await self._process.clock.sleep(world.random.choice((0.1, 2.0, 2.0, 100.0)))
        choice = world.random.random()
        if not world.calm and choice < 0.03:
            world.seen["bot fails"] += 1
            raise RuntimeError("a bot may raise anything")
        if choice < 0.45:
            return Say({"text": f"bot {choice:.3f}"})
        if choice < 0.9 or message.seq == 1:
            skills = {"gas": 2} if choice < 0.6 else None
            if world.random.random() < 0.05:
                world.seen["bot names a queue that is not there"] += 1
                return HandOver("q_gone", skills=skills)
            return HandOver(world.random.choice(world.queues), skills=skills)
        return Finish()


class Shown:
    """Presents nothing: what a desk shows is another test's matter."""

    async def row(self, document: Document) -> Document:
        return {}

    async def entries(self, seen: list[Seen]) -> list[Document]:
        return []


class Process:
    """Made new at every start; ``kill`` ends it without a word."""

    def __init__(self, world: "World", place: int, groups: tuple[str, ...]) -> None:
        world.incarnations += 1
        self.world = world
        self.place = place
        self.name = f"p{place}.{world.incarnations}"
        self.wall = world.walls[place]
        self.started = float(world.random.randrange(10_000)) - world.time
        self.up = True
        self.retiring = False
        self.stopped_until: float | None = None
        self.copies: dict[Copy, None] = {}
        self.clock = SimClock(self)
        self.loop = Loop(self.clock.monotonic, self._failed)  # type: ignore[abstract]
        asyncio._set_running_loop(self.loop)
        try:
            self._build(groups)
        finally:
            asyncio._set_running_loop(None)

    def _build(self, groups: tuple[str, ...]) -> None:
        world, clock = self.world, self.clock
        ids = SimIds(world.random)
        self.bus = bus = LocalBus()
        self.port = port = Port(world, self, self.name)
        inline = world.inline_projection
        writer = Writer(port, clock=clock, ids=ids, bus=bus, inline_projection=inline)
        self.timeline = writer.timeline
        self.intake = Intake(writer, self, clock)
        self.conversations = Conversations(writer, self)
        self.agents = Agents(port, clock=clock, bus=bus)
        self.heart = Heart(port, clock=clock, ids=ids, bus=bus)
        self.receipts = Receipts(port, clock=clock, bus=bus)
        self.marks = StaffMarks(port, clock, bus)
        self._channels = {
            "i_web": SimChannel(self, recognises=True),
            "i_sms": SimChannel(self, recognises=False),
        }
        deliverer = Deliverer(
            port, channels=self, names=self, clock=clock, ids=ids, bus=bus, random=world.random
        )
        runner = BotRunner(port, self.conversations, self, clock=clock)
        self.sweeper = Sweeper(
            port, projector=Projector(port, bus), deliverer=deliverer, bots=runner, clock=clock
        )
        if world.hints:
            self.sweeper.listen(bus)
        self.desks = Desks(
            port,
            presenter=cast(Presenter, Shown()),
            agents=self.agents,
            board=cast(Board, self),
            roster=cast(Roster, self),
            offer_clock=self,
            clock=clock,
        )
        bus.listen(Committed, self._offer_hint)
        self.leases: list[Lease] = []
        self.routers = [self._router(group, ids, inline=inline) for group in groups]
        self.erasure = Erasure(writer, clock)
        for router in self.routers:
            self.loop.create_task(router.run())
        if world.silence:
            silence = Silence(port, self.conversations, self, clock)
            self.loop.create_task(silence.run())
        self.loop.create_task(self.heart.run())
        self.loop.create_task(self.sweeper.run())

    def _router(self, group: str, ids: SimIds, *, inline: bool) -> Router:
        world, clock, bus = self.world, self.clock, self.bus
        port = Port(world, self, f"{self.name}.{group}")
        writer = Writer(port, clock=clock, ids=ids, bus=bus, inline_projection=inline)
        lease = Lease(port, group, clock=clock, ids=ids, alone=world.places == 1)
        self.leases.append(lease)
        router = Router(
            port,
            lease,
            assignments=Assignments(writer),
            agents=Agents(port, clock=clock, bus=bus),
            configuration=self,
            clock=clock,
            group=group,
            grace=world.grace,
        )
        if world.hints:
            router.listen(bus)
        return router

    def __str__(self) -> str:
        return self.name

    def _failed(self, words: str, error: BaseException | None) -> None:
        if words.startswith("Future exception"):
            return  # an answer that came while it was stopped, and then it was killed
        self.world.fail("error", f"{self.name}: {words}: {error!r}")

    # --- what it is configured with ---

    async def door(self, inbox: str) -> Door:
        door = self.world.doors[inbox]
        bot = "b_door" if door.bot else None
        return Door(
            "o_main",
            door.channel,
            door.group,
            door.queue,
            bot=bot,
            reopen_within=self.world.reopen_within,
            silent_after=60.0,
            left_after=60.0,
            goodbye="nobody there?",
        )

    async def queue(self, queue: str) -> QueueFacts:
        if queue not in self.world.groups:
            raise NotFound("no such queue")
        work = self.world.after_work if queue == "q_a" else 0
        return QueueFacts("o_main", self.world.groups[queue], after_work_seconds=work)

    def remaining(self, slot: str) -> float | None:
        return None

    async def latest(self, conversation: str) -> list[Seen]:
        return []

    async def offer_seconds(self, queue: str | None, channel: str) -> float:
        return self.world.offer_seconds

    async def groups(self) -> set[str]:
        return set(self.world.groups.values())

    async def plan(self, group: str) -> Plan:
        return self.world.plan(group)

    async def find(self, queue: str) -> Queue | None:
        return self.world.lines.get(queue)

    async def channel(self, inbox: str) -> Channel:
        if inbox == "i_sms" and self.world.unplugged_until > self.world.time:
            raise KeyError(inbox)
        return self._channels[inbox]

    async def public_name(self, kind: str, id: str) -> str:
        return id

    async def at_door(self, inbox: str) -> tuple[str, Bot] | None:
        return ("b_door", SimBot(self))

    async def fallback_queue(self, inbox: str) -> str:
        return self.world.doors[inbox].queue

    # --- desks ---

    def _offer_hint(self, event: Committed) -> None:
        entry = event.entry
        mine = entry.kind is Kind.OFFERED and entry.after.agent in self.heart.connected
        if mine and self.world.hints:
            self.loop.create_task(self._show(entry))

    def show(self, conversation: str) -> None:
        """A desk connected here looks at an offer anew."""
        self.loop.create_task(self._look_and_show(ConversationId(conversation)))

    async def _look_and_show(self, conversation: ConversationId) -> None:
        try:
            last = await self.timeline.last(conversation)
        except StoreError:
            return
        if last is not None and last.after.state is State.OFFERED:
            await self._show(last)

    async def _show(self, entry: Entry) -> None:
        """What the real desk does with an offer; where it has something to show, it rings."""
        try:
            offer = await self.desks.offer(entry)
        except (StoreError, HubError):
            return
        if offer is not None and entry.after.agent in self.heart.connected:
            slot = str(entry.after.slot)
            self.world.checker.ring(slot)
            self.world.tell_rang(self, Rang(entry.conversation, slot))

    # --- its life ---

    @property
    def runs(self) -> bool:
        return self.up and self.stopped_until is None

    def run(self) -> None:
        """Go on until nothing can, unless stopped."""
        if self.up and self.stopped_until is None:
            self.loop.run()

    def retire(self) -> None:
        """End in good order, as on SIGTERM: beat and leases are given up, then it is over."""
        self.retiring = True
        self.loop.create_task(self._retire())

    async def _retire(self) -> None:
        await self.sweeper.drain(1.0)
        await self.heart.stop()
        for lease in self.leases:
            with contextlib.suppress(StoreError):  # it stands still from now on
                await lease.release()
        self.world.retired.append(self)

    def kill(self) -> None:
        """End like kill -9."""
        self.up = False
        self.loop.kill()
        for copy in self.copies:
            drop(copy)
        self.copies.clear()
