"""What stands now, as gauges: queues, agents, conversations, messages not delivered, the router.

Read from the store when a scraper asks, along indexes, and kept for a few seconds. Labels are
ids and names of queues and names of states: nobody's data. What is over (closed conversations,
delivered messages) is not counted here but as it happens (:mod:`web.metrics`).
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from hub.agents import Agents
from hub.clock import Clock, parse_stamp
from hub.delivery import Status
from hub.documents import Documents, Equal, Filter, StoreError, all_of
from hub.entries import State
from hub.errors import HubError
from hub.slots import AgentState
from routing.queues import Queue, Queues
from web.metrics import Scraped
from web.presenting import BUSY, presence

FRESH = 5.0  # seconds for which what was read is shown again
PATIENCE = 5.0  # seconds the store may take for all of it
MOST_COUNTED = 10_000
_AGENTS = (*(state.value for state in AgentState), BUSY)
_LIVE = (State.BOT, State.WAITING, State.OFFERED, State.ASSIGNED, State.SNOOZED)
_LOST = (Status.FAILED, Status.UNKNOWN)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One queue: how many wait in it, and since when the first does."""

    queue: Queue
    waiting: int
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What was read at one time; numbers by state."""

    lines: Sequence[Line]
    agents: Mapping[str, int]
    conversations: Mapping[str, int]
    undelivered: Mapping[str, int]


class Figures(Scraped):
    """The gauges of one organisation, and of this process's router."""

    def __init__(
        self,
        documents: Documents,
        *,
        organisation: str,
        queues: Queues,
        agents: Agents,
        owned: Callable[[], Mapping[str, int]],
        clock: Clock,
    ) -> None:
        """``owned``: the routing groups that this process owns now, each with its epoch."""
        self._documents = documents
        self._organisation = organisation
        self._queues = queues
        self._agents = agents
        self._owned = owned
        self._clock = clock
        self._standing: Standing | None = None
        self._read_at: float | None = None
        self._reading = asyncio.Lock()

    async def refresh(self) -> None:
        """Read anew what is no longer fresh; a store that does not answer leaves nothing to show."""
        async with self._reading:
            now = self._clock.monotonic()
            if self._read_at is not None and now - self._read_at < FRESH:
                return
            self._read_at = now
            self._standing = None
            try:
                async with asyncio.timeout(PATIENCE):
                    self._standing = await self._read()
            except (StoreError, HubError, TimeoutError) as error:
                _log.warning("The figures could not be read", reason=type(error).__name__)

    async def _read(self) -> Standing:
        agents = Counter(
            presence(agent)
            for agent in await self._agents.everybody()
            if agent.organisation == self._organisation
        )
        return Standing(
            lines=[await self._line(queue) for queue in await self._queues.all(self._organisation)],
            agents=agents,
            conversations={
                state.value: await self._count("conversations", "state", state.value) for state in _LIVE
            },
            undelivered={
                status.value: await self._count("deliveries", "status", status.value) for status in _LOST
            },
        )

    async def _line(self, queue: Queue) -> Line:
        where: Filter = all_of(Equal("queue", queue.id), Equal("state", State.WAITING.value))
        waiting = await self._documents.count("conversations", where, limit=MOST_COUNTED)
        if not waiting:
            return Line(queue, 0, None)
        page = await self._documents.find("conversations", where, sort=("waiting_since",), limit=1)
        since = page.items[0].get("waiting_since") if page.items else None
        return Line(queue, waiting, parse_stamp(since) if isinstance(since, str) else None)

    async def _count(self, collection: str, field: str, value: str) -> int:
        where = all_of(Equal("organisation", self._organisation), Equal(field, value))
        return await self._documents.count(collection, where, limit=MOST_COUNTED)

    def collect(self) -> Iterator[Metric]:
        """The gauges as they were read last."""
        owned = self._owned()
        yield GaugeMetricFamily("hub_router_owns", "How many groups this process routes.", value=len(owned))
        epochs = GaugeMetricFamily(
            "hub_router_epoch", "The number of this process's turn at routing a group.", labels=["group"]
        )
        for group, epoch in owned.items():
            epochs.add_metric([group], epoch)
        yield epochs
        standing = self._standing
        yield GaugeMetricFamily(
            "hub_store_answers",
            "Whether the store could be asked for the figures; 0: those read from it are missing.",
            value=float(standing is not None),
        )
        if standing is not None:
            yield from self._gauges(standing)

    def _gauges(self, standing: Standing) -> Iterator[Metric]:
        waiting = GaugeMetricFamily(
            "hub_queue_waiting", "Conversations that wait in a queue.", labels=("queue", "name")
        )
        oldest = GaugeMetricFamily(
            "hub_queue_oldest_wait_seconds",
            "How long the first in line has waited; 0 where nobody waits.",
            labels=("queue", "name"),
        )
        now = self._clock.now()
        for line in standing.lines:
            labels = (line.queue.id, line.queue.name)
            waiting.add_metric(labels, line.waiting)
            seconds = 0.0 if line.since is None else (now - line.since).total_seconds()
            oldest.add_metric(labels, max(0.0, seconds))
        yield waiting
        yield oldest
        yield _by("hub_agents", "Agents by presence.", "state", _AGENTS, standing.agents)
        states = [state.value for state in _LIVE]
        text = "Conversations that are not over, by state."
        yield _by("hub_conversations", text, "state", states, standing.conversations)
        text = "Messages that failed, or of which nobody knows; until they are sent again."
        yield _by("hub_undelivered", text, "status", [status.value for status in _LOST], standing.undelivered)


def _by(
    name: str, text: str, label: str, values: Sequence[str], numbers: Mapping[str, int]
) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, text, labels=(label,))
    for value in values:
        gauge.add_metric((value,), numbers.get(value, 0))
    return gauge
