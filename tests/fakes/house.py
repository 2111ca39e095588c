"""A hub wired by hand over any store: our real parts; only time, channel and configuration are fakes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from random import Random
from typing import cast

from hub.agents import Agents
from hub.assignments import Assignments
from hub.beats import Heart
from hub.bots import BotRunner
from hub.clock import Clock
from hub.conversations import Conversations
from hub.deliverer import Deliverer
from hub.documents import Document, Documents, Json
from hub.entries import Actor, By, Entry, Kind, State
from hub.erasure import Erasure
from hub.events import Committed, LocalBus, Rang
from hub.ids import Address, ContactId, ConversationId, RandomIds, conversation_id
from hub.intake import Incoming, Intake
from hub.projections import Projector
from hub.receipts import Receipts
from hub.silence import Silence
from hub.slots import Agent
from hub.slots import state as state_of
from hub.sweeper import Sweeper
from hub.timeline import Audience, Timeline
from hub.timers import Timers
from hub.writer import Writer
from routing.lease import Lease
from routing.places import Places
from routing.presence import GRACE
from routing.router import Router
from tests.fakes.clock import VirtualClock
from tests.fakes.configuration import CHANNEL, GROUP, INBOX, ORGANISATION, QUEUE, FakeConfiguration
from tests.fakes.ledger import Ledger
from tests.fakes.watched_documents import WatchedDocuments


class House:
    """One process of a hub."""

    def __init__(
        self,
        documents: Documents,
        *,
        clock: VirtualClock,
        configuration: FakeConfiguration,
        ledger: Ledger,
        own_clock: Clock | None = None,
        alone: bool = True,
        inline: bool = True,
        routes: bool = True,
        beats: bool = True,
        grace: float = GRACE,
        group: str = GROUP,
    ) -> None:
        """``own_clock``: this process's, where it differs; ``alone``: the lease is taken at once.

        ``routes``: it may own the routing; ``beats``: desks may be connected to it.
        """
        time = clock if own_clock is None else own_clock
        self.clock = clock
        self.configuration = configuration
        self.channel = configuration.fake_channel
        self.store = WatchedDocuments(documents, ledger)
        clock.watch(self.store)
        self.ids = RandomIds()
        self.bus = LocalBus()
        store, bus = self.store, self.bus
        self.writer = Writer(store, clock=time, ids=self.ids, bus=bus, inline_projection=inline)
        self.timeline = Timeline(store)
        self.intake = Intake(self.writer, configuration, time)
        self.conversations = Conversations(self.writer, configuration)
        self.assignments = Assignments(self.writer)
        self.agents = Agents(store, clock=time, bus=bus)
        self.lease = Lease(store, group, clock=time, ids=self.ids, alone=alone)
        self.router = Router(
            store,
            self.lease,
            assignments=self.assignments,
            agents=self.agents,
            configuration=configuration,
            clock=time,
            group=group,
            grace=grace,
        )
        self.grace = grace
        self.places = Places(store, self.router, time, bus)
        self.heart = Heart(store, clock=time, ids=self.ids, bus=bus)
        self.projector = Projector(store, bus)
        self.erasure = Erasure(self.writer, time)
        self.deliverer = Deliverer(
            store,
            channels=configuration,
            names=configuration,
            clock=time,
            ids=self.ids,
            bus=bus,
            random=Random(7),
        )
        self.receipts = Receipts(store, clock=time, bus=bus)
        self.bots = BotRunner(store, self.conversations, configuration, clock=clock)
        self.sweeper = Sweeper(
            store, projector=self.projector, deliverer=self.deliverer, bots=self.bots, clock=time
        )
        self.silence = Silence(store, self.conversations, configuration, time)
        self.timers = Timers(store, time)
        self._routes = routes
        self._beats = beats
        self._tasks: list[asyncio.Task[None]] = []
        self.desks: list[Desk] = []

    @property
    def offer_seconds(self) -> float:
        """How long an offer stands where a story says nothing else."""
        return self.configuration.usual_offer

    # --- life ---

    async def start(self) -> None:
        """Run what a process runs; comes back when it owns the routing (or waits for it)."""
        self.sweeper.listen(self.bus)
        runs = {"sweeper": self.sweeper.run(), "silence": self.silence.run()}
        if self._beats:
            runs["heart"] = self.heart.run()
        if self._routes:
            self.router.listen(self.bus)
            runs["router"] = self.router.run()
        for name, run in runs.items():
            self._tasks.append(asyncio.create_task(run, name=name))
        await self.clock.settle()

    async def kill(self) -> None:
        """End without a word; what the store had been asked for may still take effect."""
        failures = await _end(self._tasks)
        await self.sweeper.drain(0)
        await _end([task for desk in self.desks for task in desk.tasks])
        self._tasks.clear()
        if failures:
            raise failures[0]

    # --- agents ---

    async def hire(
        self,
        id: str,
        *,
        capacity: int | dict[str, int] = 1,
        queues: tuple[str, ...] = (QUEUE,),
        skills: dict[str, int] | None = None,
        ready: bool = True,
    ) -> "Desk":
        """An agent at his desk."""
        numbers = {CHANNEL: capacity} if isinstance(capacity, int) else capacity
        await self.agents.add(
            Agent(
                id=id,
                version=1,
                organisation=ORGANISATION,
                name=id,
                groups=[GROUP],
                queues=list(queues),
                skills=skills or {},
                capacity=numbers,
            )
        )
        desk = Desk(self, id)
        if ready:
            await desk.open_tab()
            await self.agents.ready(id)
        return desk

    async def agent(self, id: str) -> Agent:
        """The agent as stored."""
        return await self.agents.get(id)

    async def presence(self, id: str) -> str:
        """What his state is called."""
        return state_of(await self.agents.get(id)).value

    async def held_by(self, id: str) -> list[ConversationId]:
        """The conversations that stand in his slots."""
        slots = (await self.agents.get(id)).slots.values()
        return sorted(ConversationId(slot.conversation) for slot in slots)

    # --- customers ---

    async def write(
        self,
        address: str,
        text: str = "hello",
        *,
        client_id: str | None = None,
        external_id: str | None = None,
        skills: dict[str, int] | None = None,
        priority: int | None = None,
        queue: str | None = None,
    ) -> Entry:
        """A customer's message."""
        if client_id is None and external_id is None:
            client_id = self.ids.new("x")
        return await self.intake.receive(
            Incoming(
                inbox=INBOX,
                address=Address(address),
                contact=contact_of(address),
                body={"text": text},
                client_id=client_id,
                external_id=external_id,
                skills=skills,
                priority=priority,
                queue=queue,
            )
        )

    async def line_up(self, number: int, *, first: int = 0, apart: float = 0.1) -> list[ConversationId]:
        """So many customers write, one after the other: a00, a01 … ; their conversations."""
        found = []
        for one in range(first, first + number):
            found.append((await self.write(f"a{one:02}")).conversation)
            await self.clock.advance(apart)
        return found

    async def leave(self, address: str, generation: int = 1) -> Entry:
        """The customer goes."""
        return await self.intake.leave(conversation_of(address, generation), contact_of(address))

    # --- at the same time ---

    async def together(self, *verbs: Coroutine[object, object, Entry]) -> tuple[list[Entry], list[Exception]]:
        """Run verbs at the same time: what was done, and what was refused."""
        results = await self.clock.play(*verbs)
        done = [one for one in results if isinstance(one, Entry)]
        return done, [one for one in results if isinstance(one, Exception)]

    # --- what stands ---

    async def last(self, conversation: ConversationId) -> Entry:
        """The last entry."""
        last = await self.timeline.last(conversation)
        assert last is not None, f"no entries in {conversation}"
        return last

    async def state(self, conversation: ConversationId) -> State:
        """Where it stands."""
        return (await self.last(conversation)).after.state

    async def entries(self, conversation: ConversationId) -> list[Entry]:
        """The whole timeline."""
        seen = await self.timeline.following(conversation, 0, audience=Audience.STAFF, limit=1000)
        return [one.entry for one in seen]

    async def kinds(self, conversation: ConversationId) -> list[str]:
        """The kinds of all entries."""
        return [entry.kind.value for entry in await self.entries(conversation)]

    async def row(self, conversation: ConversationId) -> Document:
        """The conversation document."""
        document = await self.store.get("conversations", conversation)
        assert document is not None, f"no document of {conversation}"
        return document

    async def rings(self, conversation: ConversationId) -> bool:
        """Whether a desk rings for it: the last entry and the agent's document agree (protocol, *Ring*)."""
        after = (await self.last(conversation)).after
        if after.state is not State.OFFERED or after.slot is None or after.agent is None:
            return False
        agent = await self.agents.get(after.agent)
        held = agent.slots.get(after.slot)
        return held is not None and held.epoch == agent.epochs.get(held.group)


class Desk:
    """An agent's browser, with any number of tabs; rings by itself while one of them is connected."""

    def __init__(self, house: House, agent: str) -> None:
        self.house = house
        self.agent = agent
        self.tabs = 0
        self.mute = False  # offers do not reach the screen
        self.rung: list[str] = []
        self.tasks: set[asyncio.Task[None]] = set()
        house.desks.append(self)
        house.bus.listen(Committed, self._on_committed)

    async def open_tab(self) -> None:
        """A tab connects."""
        self.tabs += 1
        self.house.heart.join(self.agent)
        await self.house.agents.heard_again(self.agent)

    def cut(self) -> None:
        """A tab's socket is gone."""
        self.tabs -= 1
        self.house.heart.part(self.agent)

    async def reload(self) -> None:
        """The page is loaded anew."""
        self.cut()
        await self.open_tab()

    def _on_committed(self, event: Committed) -> None:
        entry = event.entry
        if entry.kind is Kind.OFFERED and entry.after.agent == self.agent and self.tabs and not self.mute:
            task = asyncio.get_running_loop().create_task(self._ring(entry))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _ring(self, entry: Entry) -> None:
        if await self.house.rings(entry.conversation):
            self.rung.append(entry.id)
            self.house.bus.publish(Rang(entry.conversation, entry.id))

    # --- verbs ---

    async def offered(self) -> list[Entry]:
        """The offers that stand for him; first who waits longest."""
        found = []
        for id, slot in (await self.house.agent(self.agent)).slots.items():
            last = await self.house.last(ConversationId(slot.conversation))
            if last.after.state is State.OFFERED and last.after.slot == id:
                found.append(last)
        return sorted(found, key=lambda entry: (entry.after.waiting_since or "", entry.id))

    async def accept(self, offer: Entry, client_id: str | None = None) -> Entry:
        """Take an offer."""
        slot = cast(str, offer.after.slot)
        return await self.house.conversations.accept(
            offer.conversation, agent=self.agent, slot=slot, client_id=client_id
        )

    async def accept_all(self) -> list[Entry]:
        """Take everything that is offered."""
        return [await self.accept(offer) for offer in await self.offered()]

    async def decline(self, offer: Entry) -> Entry:
        """Refuse an offer."""
        slot = cast(str, offer.after.slot)
        return await self.house.conversations.decline(offer.conversation, agent=self.agent, slot=slot)

    async def say(self, conversation: ConversationId, text: str, client_id: str | None = None) -> Entry:
        """Answer the customer."""
        body: dict[str, Json] = {"text": text}
        by = By(Actor.AGENT, self.agent)
        return await self.house.conversations.post(conversation, by=by, body=body, client_id=client_id)

    async def close(
        self, conversation: ConversationId, *, seen: int | None = None, client_id: str | None = None
    ) -> Entry:
        """End it; having seen everything, unless said otherwise."""
        number = (await self.house.last(conversation)).seq if seen is None else seen
        by = By(Actor.AGENT, self.agent)
        return await self.house.conversations.close(conversation, by=by, seen=number, client_id=client_id)


def conversation_of(address: str, generation: int = 1) -> ConversationId:
    """The conversation with an address."""
    return conversation_id(INBOX, Address(address), generation)


def contact_of(address: str) -> ContactId:
    """Who writes from an address."""
    return ContactId(f"p_{address}")


async def _end(tasks: list[asyncio.Task[None]]) -> list[BaseException]:
    """Cancel tasks; what they had failed with before."""
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    return [
        one
        for one in results
        if isinstance(one, BaseException) and not isinstance(one, asyncio.CancelledError)
    ]


@contextlib.asynccontextmanager
async def running(house: House) -> AsyncIterator[House]:
    """A house whose tasks run until the end of the block."""
    await house.start()
    try:
        yield house
    finally:
        await house.kill()
