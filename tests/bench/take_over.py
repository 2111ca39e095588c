"""take-over: how long after the lease a new owner offers again, with a full house, on the MongoDB engine.

A thousand agents of one group and ten thousand conversations that wait stand in the store. A router
with nothing in memory takes the lease (t0) and fences, reads, matches; t1 is when its first offer is
durable. The whole first round is told as a fact.
"""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

import msgspec
from pymongo import MongoClient

from hub.agents import Agents
from hub.assignments import Assignments
from hub.beats import Heart
from hub.clock import SystemClock, stamp
from hub.documents import Document, Schema, Unavailable
from hub.entries import Actor, After, By, Entry, Kind, State, digest
from hub.events import Committed, LocalBus
from hub.ids import Address, ConversationId, EntryId, InboxId, RandomIds, conversation_id
from hub.mongo.documents import MongoDocuments
from hub.mongo.names import document_there
from hub.projections import project
from hub.schema import COLLECTIONS
from hub.slots import Agent
from hub.writer import Writer
from routing.configuration import Plan
from routing.lease import Lease
from routing.queues import Queue
from routing.router import Router
from tests.bench.figures import Figure, Outcome
from tests.parts.mongo import mongo_server

NAME = "take-over"
TARGET = 2.0
GROUP, ORGANISATION, INBOX, CHANNEL = "g_main", "o_main", "i_1", "chat"
QUEUES = tuple(f"q_{number}" for number in range(10))
_AT_ONCE = 1000
_DATABASE = "take_over"


@dataclass(slots=True)
class House:
    """Configuration by hand: ten queues."""

    lines: dict[str, Queue] = field(
        default_factory=lambda: {
            id: Queue(id=id, organisation=ORGANISATION, name=id, group=GROUP) for id in QUEUES
        }
    )

    async def groups(self) -> set[str]:
        """The one group."""
        return {GROUP}

    async def plan(self, group: str) -> Plan:
        """All queues."""
        return Plan(queues=self.lines)

    async def find(self, queue: str) -> Queue | None:
        """One queue."""
        return self.lines.get(queue)


def run(*, quick: bool) -> Outcome:
    """Measure once on a fresh store."""
    agents, waiting = (100, 500) if quick else (1000, 10_000)
    with mongo_server() as server:
        offered, whole = asyncio.run(_measure(server.uri, agents, waiting))
    outcome = Outcome(facts={"agents": agents, "waiting": waiting, "first_round_s": round(whole, 3)})
    outcome.figures.append(Figure(NAME, offered, "s", TARGET))
    return outcome


async def _measure(uri: str, agents: int, waiting: int) -> tuple[float, float]:
    _fill(uri, agents, waiting)
    documents = await _open(uri)
    try:
        clock, ids, bus = SystemClock(), RandomIds(), LocalBus()
        heart = Heart(documents, clock=clock, ids=ids, bus=bus)
        await heart.beat()
        lease = Lease(documents, GROUP, clock=clock, ids=ids, alone=True)
        router = Router(
            documents,
            lease,
            assignments=Assignments(Writer(documents, clock=clock, ids=ids, bus=bus)),
            agents=Agents(documents, clock=clock, bus=bus),
            configuration=House(),
            clock=clock,
            group=GROUP,
        )
        first: asyncio.Future[float] = asyncio.get_running_loop().create_future()

        def hear(event: Committed) -> None:
            if event.entry.kind is Kind.OFFERED and not first.done():
                first.set_result(time.monotonic())

        bus.listen(Committed, hear)
        held = _HeldAt(lease)
        began = time.monotonic()
        await router.round()
        whole = time.monotonic() - began
        return await asyncio.wait_for(first, 60) - held.at, whole
    finally:
        await documents.close()


async def _open(uri: str) -> MongoDocuments:
    """The store; making the indexes takes the test server longer than one opening may."""
    while True:
        try:
            return await MongoDocuments.open(uri, Schema(COLLECTIONS), database=_DATABASE)
        except Unavailable:
            await asyncio.sleep(1)


class _HeldAt:
    """Notes when a lease was held first."""

    def __init__(self, lease: Lease) -> None:
        self.at = 0.0
        renew = lease.renew

        async def noted() -> object:
            tenure = await renew()
            if tenure is not None and not self.at:
                self.at = time.monotonic()
            return tenure

        setattr(lease, "renew", noted)  # noqa: B010 - the measured object, with a note


def _fill(uri: str, agents: int, waiting: int) -> None:
    """Straight into the server, before the hub opens it: it makes the indexes then."""
    now = datetime.now(UTC)
    entries = [_entry(number, now) for number in range(waiting)]
    rows = {
        "agents": [_agent(number, now) for number in range(agents)],
        "conversations": [project(None, entry) for entry in entries],
        "entries": [cast(Document, msgspec.to_builtins(entry)) for entry in entries],
    }
    with MongoClient[dict[str, object]](uri) as client:
        for collection, documents in rows.items():
            for first in range(0, len(documents), _AT_ONCE):
                some = documents[first : first + _AT_ONCE]
                client[_DATABASE][collection].insert_many(
                    [dict[str, object](document_there(one)) for one in some]
                )


def _agent(number: int, now: datetime) -> Document:
    agent = Agent(
        id=f"u_{number:04}",
        version=1,
        organisation=ORGANISATION,
        name=f"Agent {number}",
        groups=[GROUP],
        queues=[QUEUES[number % 10], QUEUES[(number + 1) % 10]],
        capacity={"*": 3},
        epochs={GROUP: 0},
        away=None,
        since=stamp(now),
        idle_since=stamp(now - timedelta(seconds=number)),
    )
    return cast(Document, msgspec.to_builtins(agent))


def _entry(number: int, now: datetime) -> Entry:
    at = stamp(now - timedelta(seconds=number / 10))
    address = Address(f"a{number:05}")
    body: Document = {"v": 1, "text": "The gas stove does not light."}
    return Entry(
        id=EntryId(f"e_{number:06}"),
        version=1,
        organisation=ORGANISATION,
        conversation=ConversationId(conversation_id(InboxId(INBOX), address, 1)),
        seq=1,
        kind=Kind.MESSAGE,
        by=By(Actor.CONTACT, f"k_{number:05}"),
        at=at,
        body=body,
        digest=digest(Kind.MESSAGE, body),
        after=After(
            state=State.WAITING,
            channel=CHANNEL,
            group=GROUP,
            queue=QUEUES[number % 10],
            heard=1,
            waiting_since=at,
            entered=at,
        ),
        inbox=INBOX,
        address=address,
        generation=1,
    )
