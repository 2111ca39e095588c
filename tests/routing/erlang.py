"""A call centre in virtual time through the real router, and what queueing theory says of it.

Customers come at random, wait in one queue, are offered, taken at once and served for a random time.
Erlang C: everybody waits as long as it takes. Erlang A: who loses patience leaves.
"""

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from hub.agents import Agents
from hub.assignments import Assignments
from hub.conversations import Conversations
from hub.documents import Schema
from hub.entries import Actor, By, Entry, Kind, State
from hub.errors import HubError
from hub.events import Committed, LocalBus
from hub.ids import Address, ContactId, RandomIds
from hub.intake import Incoming, Intake
from hub.schema import COLLECTIONS
from hub.slots import Agent
from hub.writer import Writer
from routing.lease import Lease
from routing.router import Router
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import VirtualClock
from tests.fakes.configuration import CHANNEL, GROUP, INBOX, ORGANISATION, QUEUE, FakeConfiguration
from tests.simulation.fast import FastDocuments

_FOREVER = 1e9  # seconds: the lease is not what is looked at here
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Centre:
    """``arrivals`` and ``services`` (of one agent) a second; ``patience``: mean seconds, None: endless."""

    arrivals: float
    services: float
    agents: int
    patience: float | None = None


@dataclass(slots=True)
class Seen:
    """What happened to the customers that counted."""

    waits: list[float] = field(default_factory=list)
    lost: int = 0

    @property
    def customers(self) -> int:
        """How many."""
        return len(self.waits)

    @property
    def waited(self) -> float:
        """The share of those who had to wait."""
        return sum(1 for wait in self.waits if wait > 0) / self.customers

    @property
    def mean(self) -> float:
        """The mean wait of all, in seconds."""
        return sum(self.waits) / self.customers

    @property
    def abandoned(self) -> float:
        """The share of those who left."""
        return self.lost / self.customers


class _Time:
    """A clock that the play sets."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return _BEGIN + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here waits")


class Play:
    """One run of a centre from an empty house."""

    def __init__(self, centre: Centre, seed: int) -> None:
        self._centre = centre
        self._random = Random(seed)
        self._time = _Time()
        clock, ids, bus = self._time, RandomIds(), LocalBus()
        store = FastDocuments(Schema(COLLECTIONS))
        configuration = FakeConfiguration(FakeChannel(VirtualClock()))
        writer = Writer(store, clock=clock, ids=ids, bus=bus)
        self._intake = Intake(writer, configuration, clock)
        self._verbs = Conversations(writer, configuration)
        self._agents = Agents(store, clock=clock, bus=bus)
        self._router = Router(
            store,
            Lease(store, GROUP, clock=clock, ids=ids, term=_FOREVER, alone=True),
            assignments=Assignments(writer),
            agents=self._agents,
            configuration=configuration,
            clock=clock,
            group=GROUP,
        )
        self._router.listen(bus)
        self._offers: list[Entry] = []
        bus.listen(Committed, self._hear)
        self._events: list[tuple[float, int, str, str, str]] = []
        self._number = 0
        self._came: dict[str, float] = {}
        self._waits: dict[str, float] = {}
        self._left: set[str] = set()

    def _hear(self, event: Committed) -> None:
        if event.entry.kind is Kind.OFFERED:
            self._offers.append(event.entry)

    def _plan(self, after: float, what: str, who: str, where: str = "") -> None:
        self._number += 1
        heapq.heappush(self._events, (self._time.seconds + after, self._number, what, who, where))

    async def run(self, customers: int, *, warm_up: int) -> Seen:
        """Until so many have been served or have left; the first ``warm_up`` do not count."""
        for number in range(self._centre.agents):
            await self._hire(f"u_{number}")
        await self._router.round()
        for number, after in enumerate(self._gaps(customers + warm_up)):
            self._plan(after, "comes", f"a{number:06}")
        while self._events:
            self._time.seconds, _, what, who, where = heapq.heappop(self._events)
            await {"comes": self._comes, "served": self._served, "leaves": self._leaves}[what](who, where)
            await self._router.work()
            while self._offers:
                await self._take(self._offers.pop(0))
                await self._router.work()
        counted = sorted(self._waits)[warm_up:]
        seen = Seen([self._waits[who] for who in counted])
        seen.lost = sum(1 for who in counted if who in self._left)
        return seen

    def _gaps(self, number: int) -> Iterator[float]:
        at = 0.0
        for _ in range(number):
            at += self._random.expovariate(self._centre.arrivals)
            yield at

    async def _hire(self, id: str) -> None:
        await self._agents.add(
            Agent(id=id, version=1, organisation=ORGANISATION, name=id, groups=[GROUP], queues=[QUEUE],
                  capacity={CHANNEL: 1}, away=None)
        )  # fmt: skip

    async def _comes(self, who: str, _: str) -> None:
        self._came[who] = self._time.seconds
        await self._intake.receive(
            Incoming(inbox=INBOX, address=Address(who), contact=ContactId(f"p_{who}"), body={}, client_id=who)
        )
        if self._centre.patience is not None:
            self._plan(self._random.expovariate(1 / self._centre.patience), "leaves", who)

    async def _take(self, offer: Entry) -> None:
        who, agent = offer.address, offer.after.agent or ""
        self._waits[who] = self._time.seconds - self._came[who]
        await self._verbs.accept(offer.conversation, agent=agent, slot=offer.after.slot or "")
        self._plan(self._random.expovariate(self._centre.services), "served", agent, offer.conversation)

    async def _served(self, agent: str, conversation: str) -> None:
        by = By(Actor.AGENT, agent)
        await self._verbs.close(conversation, by=by, seen=1_000)  # type: ignore[arg-type]

    async def _leaves(self, who: str, _: str) -> None:
        if who in self._waits:
            return
        conversation = await self._intake.current(INBOX, Address(who))
        if conversation is None:
            raise HubError("he never came")
        closed = await self._intake.leave(conversation, ContactId(f"p_{who}"))
        if closed.after.state is State.CLOSED:
            self._waits[who] = self._time.seconds - self._came[who]
            self._left.add(who)


@dataclass(frozen=True, slots=True)
class Expected:
    """What theory says: the share that waits, the mean wait of all in seconds, the share that leaves."""

    waited: float
    mean: float
    abandoned: float = 0.0


def erlang_c(centre: Centre) -> Expected:
    """M/M/c (A. K. Erlang 1917): the probability of waiting, and the mean wait."""
    load, agents = centre.arrivals / centre.services, centre.agents
    blocked = 1.0  # Erlang B by its recursion
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    waited = agents * blocked / (agents - load * (1 - blocked))
    return Expected(waited, waited / (agents * centre.services - centre.arrivals))


def erlang_a(centre: Centre) -> Expected:
    """M/M/c+M (C. Palm 1946): the steady state summed up until nothing is left."""
    if centre.patience is None:
        raise ValueError("Erlang A needs patience")
    leaving = 1 / centre.patience
    weights = [0.0]  # logarithms, so that nothing overflows
    number = 0
    while number < centre.agents or weights[-1] > max(weights) - 40:
        number += 1
        served = min(number, centre.agents) * centre.services
        gone = max(number - centre.agents, 0) * leaving
        weights.append(weights[-1] + math.log(centre.arrivals / (served + gone)))
    top = max(weights)
    shares = [math.exp(weight - top) for weight in weights]
    whole = sum(shares)
    waiting = sum(max(n - centre.agents, 0) * share for n, share in enumerate(shares)) / whole
    waited = sum(shares[centre.agents :]) / whole
    return Expected(waited, waiting / centre.arrivals, waiting * leaving / centre.arrivals)
