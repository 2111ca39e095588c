"""The program that is killed: the real house on a real store, answering verbs over a Unix socket.

An answer is sent only after its verb has returned. Nothing here is cleaned up at the end: the
program ends by SIGKILL, or by itself when its parent has forgotten it.
"""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import msgspec
import structlog

from hub.agents import Agents
from hub.assignments import Assignments
from hub.beats import Heart
from hub.conversations import Conversations
from hub.deliverer import Deliverer
from hub.documents import StoreError
from hub.doors import Door, QueueFacts
from hub.entries import Actor, By, Entry
from hub.errors import Busy, HubError, NotFound
from hub.events import AgentChanged, Committed, LocalBus, Rang
from hub.ids import Address, ContactId, ConversationId, InboxId, RandomIds
from hub.intake import Incoming, Intake
from hub.projections import Projector
from hub.slots import Agent
from hub.sweeper import Sweeper
from hub.timeline import Timeline
from hub.writer import Writer
from routing.configuration import Plan
from routing.lease import Lease
from routing.queues import Queue
from routing.router import Router
from tests.kill.engines import Place, open_store
from tests.kill.outside import KNOWING, PLAIN, Outside, Plugs
from tests.kill.points import DyingDocuments, Trigger
from tests.kill.wire import Answer, Ask, Desk, Held, Told, frame, read_frame

GROUP = "g_main"
ORGANISATION = "o_main"
QUEUES = {PLAIN: "q_plain", KNOWING: "q_knowing"}
CAPACITY = 2  # conversations at once, on each channel
OFFER = 4.0
GRACE = 40.0
REOPENED = 1.5  # seconds after closing in which a customer's message reopens
LIFE = 120.0  # our seconds: it must not outlive a parent that was killed


class Config(msgspec.Struct, frozen=True):
    """How one program is to live and die. ``beginning``: of the fast clock, the same for all."""

    place: Place
    socket: str
    outside: str
    log: str
    agents: tuple[str, ...]
    seed: str
    beginning: float
    speed: int = 10  # the house's seconds in one of ours
    term: float = 6.0  # of the router's lease
    alone: bool = True  # the router knows that its predecessor is gone, and does not wait for the term
    inline: bool = True
    point: str | None = None
    skip: int = 0
    calm: int = 0


class FastClock:
    """The machine's clocks at many times their speed, so that terms, rounds and sweeps are short."""

    def __init__(self, beginning: float, speed: int) -> None:
        self._beginning = beginning
        self._speed = speed

    def now(self) -> datetime:
        passed = time.time() - self._beginning
        return datetime.fromtimestamp(self._beginning + passed * self._speed, UTC)

    def monotonic(self) -> float:
        return time.monotonic() * self._speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)


class Rules:
    """The configuration: two inboxes, a queue and a channel for each."""

    async def door(self, inbox: str) -> Door:
        if inbox not in QUEUES:
            raise NotFound("no such inbox")
        return Door(ORGANISATION, inbox, GROUP, QUEUES[inbox], reopen_within=REOPENED)

    async def queue(self, queue: str) -> QueueFacts:
        if queue not in QUEUES.values():
            raise NotFound("no such queue")
        return QueueFacts(ORGANISATION, GROUP)

    async def groups(self) -> set[str]:
        return {GROUP}

    async def plan(self, group: str) -> Plan:
        queues = [await self.find(queue) for queue in QUEUES.values()]
        return Plan(queues={queue.id: queue for queue in queues if queue is not None})

    async def find(self, queue: str) -> Queue | None:
        return Queue(id=queue, organisation=ORGANISATION, name=queue, group=GROUP, offer_seconds=round(OFFER))


def agent_of(id: str) -> Agent:
    """An agent's document as he begins: every third serves one queue only."""
    number = int(id.removeprefix("u_"))
    queues = list(QUEUES.values())
    served = [queues[number % 2]] if number % 3 == 2 else queues
    return Agent(
        id=id,
        version=1,
        organisation=ORGANISATION,
        name=id,
        groups=[GROUP],
        queues=served,
        capacity=dict.fromkeys(QUEUES, CAPACITY),
    )


class House:
    """The parts of the hub, put together as the composition root does, without its web."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._trigger = Trigger(config.point, config.skip, config.calm)
        self._clock = FastClock(config.beginning, config.speed)
        self._ids = RandomIds()
        self.bus = LocalBus()
        self._verbs: dict[str, Callable[[Ask], Awaitable[Entry | None]]] = {
            "receive": self._receive,
            "leave": self._leave,
            "accept": self._accept,
            "decline": self._decline,
            "post": self._post,
            "note": self._note,
            "close": self._close,
            "transfer": self._transfer,
            "queue": self._queue,
            "pull": self._pull,
            "reopen": self._reopen,
            "ready": self._ready,
            "sign out": self._sign_out,
        }
        self._changed: dict[str, asyncio.Event] = {id: asyncio.Event() for id in config.agents}
        self._last: dict[str, Entry] = {}  # of conversations on desks, kept up by the bus

    async def open(self) -> None:
        """Open the store and begin to work."""
        config, clock, bus, ids = self._config, self._clock, self.bus, self._ids
        documents = DyingDocuments(await open_store(config.place, self._trigger), self._trigger)
        self._documents = documents
        random = Random(config.seed)
        rules = Rules()
        plugs = Plugs(
            {
                inbox: Outside(
                    Path(config.outside),
                    recognises=inbox == KNOWING,
                    trigger=self._trigger,
                    clock=clock,
                    random=random,
                )
                for inbox in QUEUES
            }
        )
        writer = Writer(documents, clock=clock, ids=ids, bus=bus, inline_projection=config.inline)
        self.intake = Intake(writer, rules, clock)
        self.conversations = Conversations(writer, rules)
        self.agents = Agents(documents, clock=clock, bus=bus)
        self.timeline = Timeline(documents)
        self.heart = Heart(documents, clock=clock, ids=ids, bus=bus)
        deliverer = Deliverer(
            documents, channels=plugs, names=plugs, clock=clock, ids=ids, bus=bus, random=random
        )
        sweeper = Sweeper(
            documents,
            projector=Projector(documents, bus),
            deliverer=deliverer,
            bots=None,
            clock=clock,
        )
        self.router = Router(
            documents,
            Lease(documents, GROUP, clock=clock, ids=ids, term=config.term, alone=config.alone),
            assignments=Assignments(writer),
            agents=self.agents,
            configuration=rules,
            clock=clock,
            group=GROUP,
            grace=GRACE,
        )
        self.router.listen(bus)
        sweeper.listen(bus)
        bus.listen(Committed, self._on_committed)
        bus.listen(AgentChanged, lambda event: self._changed[event.agent].set())
        for id in config.agents:
            await self.agents.add(agent_of(id))
        self._tasks = [asyncio.create_task(run()) for run in (self.heart.run, self.router.run, sweeper.run)]

    async def close(self) -> None:
        """Stop working and close the store: for tests in this process; a program is killed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._documents.close()

    def _on_committed(self, event: Committed) -> None:
        entry = event.entry
        known = self._last.get(entry.conversation)
        if known is not None and known.seq < entry.seq:
            self._last[entry.conversation] = entry
        if entry.after.agent is not None:
            self._changed[entry.after.agent].set()

    # --- verbs ---

    async def _receive(self, ask: Ask) -> Entry:
        return await self.intake.receive(
            Incoming(
                inbox=InboxId(ask.inbox),
                address=Address(ask.address),
                contact=ContactId(ask.who),
                body={"text": f"message {ask.number} of {ask.who}", "number": ask.number},
                client_id=ask.client_id,
            )
        )

    async def _leave(self, ask: Ask) -> Entry | None:
        current = await self.intake.current(InboxId(ask.inbox), Address(ask.address))
        return None if current is None else await self.intake.leave(current, ContactId(ask.who))

    async def _accept(self, ask: Ask) -> Entry:
        return await self.conversations.accept(
            ConversationId(ask.conversation), agent=ask.who, slot=ask.slot, client_id=ask.client_id
        )

    async def _decline(self, ask: Ask) -> Entry:
        return await self.conversations.decline(
            ConversationId(ask.conversation), agent=ask.who, slot=ask.slot
        )

    async def _post(self, ask: Ask) -> Entry:
        return await self.conversations.post(
            ConversationId(ask.conversation),
            by=By(Actor.AGENT, ask.who),
            body={"text": f"answer {ask.number} of {ask.who}", "number": ask.number},
            client_id=ask.client_id,
        )

    async def _note(self, ask: Ask) -> Entry:
        return await self.conversations.note(
            ConversationId(ask.conversation),
            by=By(Actor.AGENT, ask.who),
            body={"text": f"note of {ask.who}"},
            client_id=ask.client_id,
        )

    async def _close(self, ask: Ask) -> Entry:
        return await self.conversations.close(
            ConversationId(ask.conversation),
            by=By(Actor.AGENT, ask.who),
            seen=ask.seen,
            client_id=ask.client_id,
        )

    async def _transfer(self, ask: Ask) -> Entry:
        return await self.conversations.to_agent(
            ConversationId(ask.conversation), by=ask.who, agent=ask.to, client_id=ask.client_id
        )

    async def _queue(self, ask: Ask) -> Entry:
        return await self.conversations.to_queue(
            ConversationId(ask.conversation),
            by=By(Actor.AGENT, ask.who),
            queue=ask.to,
            client_id=ask.client_id,
        )

    async def _pull(self, ask: Ask) -> Entry:
        return await self.conversations.pull(
            ConversationId(ask.conversation), agent=ask.who, client_id=ask.client_id
        )

    async def _reopen(self, ask: Ask) -> Entry:
        return await self.conversations.reopen(
            ConversationId(ask.conversation), agent=ask.who, client_id=ask.client_id
        )

    async def _ready(self, ask: Ask) -> None:
        await self.agents.ready(ask.who)

    async def _sign_out(self, ask: Ask) -> None:
        await self.agents.sign_out(ask.who)

    async def _look(self, ask: Ask) -> Desk:
        """The agent's desk once something has changed there, or after a moment."""
        changed = self._changed[ask.who]
        if not ask.number:  # not for the first time
            try:
                await asyncio.wait_for(changed.wait(), 0.1)
            except TimeoutError:
                pass
        changed.clear()
        agent = await self.agents.get(ask.who)
        held = []
        for slot, one in agent.slots.items():
            last = self._last.get(one.conversation) or await self._read_last(one.conversation)
            if last.after.slot != slot:
                continue
            if last.after.state.value == "offered":
                if one.epoch != agent.epochs.get(GROUP):
                    continue
                self.bus.publish(Rang(one.conversation, slot))
            held.append(Held(slot, one.conversation, last.after.state.value, last.seq, last.after.heard))
        waiting = [one for queue in agent.queues for one in self.router.line(queue)[:2]]
        return Desk(agent.away, agent.unresponsive, held, waiting)

    async def _read_last(self, conversation: str) -> Entry:
        last = await self.timeline.last(ConversationId(conversation))
        if last is None:
            raise NotFound("a slot for a conversation without entries")
        known = self._last.setdefault(conversation, last)
        if known.seq < last.seq:
            self._last[conversation] = last
        return self._last[conversation]

    # --- the socket ---

    async def answer(self, ask: Ask) -> Answer:
        """Do it; what became of it."""
        try:
            if ask.verb == "look":
                return Answer(desk=await self._look(ask))
            entry = await self._verbs[ask.verb](ask)
        except (Busy, StoreError):
            return Answer(again=True)
        except HubError as error:
            # Of what a killed program's last command did after this one's first look there is no hint.
            self._last.pop(ask.conversation, None)
            return Answer(refused=error.code)
        except Exception as error:
            logging.exception("The verb %s failed", ask.verb)
            return Answer(failed=f"{ask.verb}: {error!r}")
        if entry is None:
            return Answer()
        return Answer(told=Told(entry.id, entry.conversation, entry.seq, entry.kind.value))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One person's connection; an agent's desk is connected while it lasts."""
        here: str | None = None
        try:
            while True:
                ask = await read_frame(reader, Ask)
                if here is None and ask.who in self._changed:
                    here = ask.who
                    self.heart.join(here)
                writer.write(frame(await self.answer(ask)))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            if here is not None:
                self.heart.part(here)
            writer.close()


async def live(config: Config) -> None:
    """Open, serve, and wait for the end."""
    house = House(config)
    await house.open()
    server = await asyncio.start_unix_server(house.serve, config.socket, backlog=200)
    async with server:
        asyncio.get_running_loop().call_later(LIFE, os._exit, 3)
        await server.serve_forever()


def main(text: bytes) -> None:
    """Run with a :class:`Config` as JSON, writing to its log."""
    config = msgspec.json.decode(text, type=Config)
    log = os.open(config.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(os.fdopen(2, "w", buffering=1)))
    asyncio.run(live(config))


if __name__ == "__main__":
    main(sys.argv[1].encode())
