"""Customers and agents who go on whatever happens to the routers, over the real verbs and the real store."""

import asyncio
import contextlib
from collections import Counter
from random import Random

from hub.agents import Agents
from hub.beats import Heart
from hub.clock import SystemClock
from hub.conversations import Conversations
from hub.documents import Documents, StoreError
from hub.entries import Actor, By
from hub.errors import HubError
from hub.events import LocalBus
from hub.ids import Address, ContactId, ConversationId, InboxId, RandomIds
from hub.intake import Incoming, Intake
from hub.slots import Agent, SlotKind
from hub.timeline import Timeline
from hub.writer import Writer
from tests.kill.outside import KNOWING, PLAIN
from tests.kill.program import Rules, agent_of


class Crowd:
    """The people of one company; ``told`` counts what they were answered."""

    def __init__(self, documents: Documents, seed: int, *, agents: int) -> None:
        clock, ids, bus = SystemClock(), RandomIds(), LocalBus()
        self._random = Random(seed)
        writer = Writer(documents, clock=clock, ids=ids, bus=bus)
        self._intake = Intake(writer, Rules(), clock)
        self._verbs = Conversations(writer, Rules())
        self._agents = Agents(documents, clock=clock, bus=bus)
        self._timeline = Timeline(documents)
        self._heart = Heart(documents, clock=clock, ids=ids, bus=bus)
        self.names = [f"u_{number}" for number in range(agents)]
        self.told: Counter[str] = Counter()
        self._number = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._coming = True

    async def gather(self) -> None:
        """Everybody comes to work, and customers begin to write."""
        for name in self.names:
            await self._agents.add(agent_of(name))
            self._heart.join(name)
            await self._agents.ready(name)
        works = [self._heart.run(), self._customers(), *(self._agent(name) for name in self.names)]
        self._tasks = [asyncio.create_task(work) for work in works]

    async def no_more_customers(self) -> None:
        """Who is there is served; nobody else comes."""
        self._coming = False

    async def go_home(self) -> None:
        """Everybody stops; what somebody has failed with is told."""
        for task in self._tasks:
            task.cancel()
        for result in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result

    async def _customers(self) -> None:
        while True:
            if self._coming:
                self._number += 1
                await self._write(f"a{self._number:05}", self._random.choice((PLAIN, KNOWING)))
            await asyncio.sleep(self._random.uniform(0.02, 0.2))

    async def _write(self, who: str, inbox: str) -> None:
        message = Incoming(
            inbox=InboxId(inbox),
            address=Address(who),
            contact=ContactId(f"p_{who}"),
            body={"text": "hello"},
            client_id=who,
        )
        while True:
            try:
                await self._intake.receive(message)
            except (HubError, StoreError):
                await asyncio.sleep(0.1)  # the same again, as a widget does
            else:
                self.told["written"] += 1
                return

    async def _agent(self, name: str) -> None:
        while True:
            await asyncio.sleep(self._random.uniform(0.03, 0.1))
            try:
                await self._work(await self._agents.get(name))
            except HubError as error:
                self.told[error.code] += 1
            except StoreError:
                self.told["store"] += 1

    async def _work(self, agent: Agent) -> None:
        for id, slot in agent.slots.items():
            conversation = ConversationId(slot.conversation)
            if slot.kind is SlotKind.TAKEN or (await self._is_mine(conversation, id)):
                if self._random.random() < 0.5:
                    await self._close(conversation, agent.id)
            elif slot.epoch == agent.epochs.get(slot.group):
                await self._answer(conversation, agent.id, id)
        if agent.unresponsive or agent.away is not None:
            await self._agents.ready(agent.id)

    async def _is_mine(self, conversation: ConversationId, slot: str) -> bool:
        last = await self._timeline.last(conversation)
        return last is not None and last.after.slot == slot and last.after.state.value == "assigned"

    async def _close(self, conversation: ConversationId, agent: str) -> None:
        await self._verbs.close(conversation, by=By(Actor.AGENT, agent), seen=1_000)
        self.told["closed"] += 1

    async def _answer(self, conversation: ConversationId, agent: str, slot: str) -> None:
        """Two sockets of one agent take it together; now and then he does not want it."""
        if self._random.random() < 0.1:
            await self._verbs.decline(conversation, agent=agent, slot=slot)
            self.told["declined"] += 1
            return
        tabs = [
            self._verbs.accept(conversation, agent=agent, slot=slot, client_id=f"{slot} {tab}")
            for tab in range(self._random.choice((1, 1, 2)))
        ]
        results = await asyncio.gather(*tabs, return_exceptions=True)
        won = [one for one in results if not isinstance(one, BaseException)]
        if len(won) > 1:
            raise AssertionError(f"{conversation} was accepted twice with the slot {slot}")
        self.told["accepted"] += len(won)
        for one in results:
            if isinstance(one, BaseException) and not isinstance(one, HubError | StoreError):
                raise one
        with contextlib.suppress(IndexError):
            self.told["lost a race"] += len(results) - len(won)
