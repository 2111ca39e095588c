"""Positions and expected waits, from the router's line and how fast it moved lately."""

from hub.clock import Clock
from hub.documents import Contains, Documents
from hub.entries import Kind
from hub.events import Bus, Committed
from hub.places import Place
from routing.router import Router

SMOOTHING = 0.2  # weight of the newest interval between two assignments
LONGEST = 3600.0  # seconds an expectation may reach
FRESH = 1.0  # seconds a line is kept


class Places:
    """Implements :class:`hub.places.QueuePlaces` for the groups routed in this process."""

    def __init__(self, documents: Documents, router: Router, clock: Clock, bus: Bus) -> None:
        """Learns the pace of each queue from what this process commits."""
        self._documents = documents
        self._router = router
        self._clock = clock
        self._pace: dict[str, float] = {}
        self._last: dict[str, float] = {}
        self._lines: dict[str, tuple[float, dict[str, int]]] = {}
        bus.listen(Committed, self._on_committed)

    def _on_committed(self, event: Committed) -> None:
        entry = event.entry
        queue = entry.after.queue
        if entry.kind is not Kind.ASSIGNED or queue is None:
            return
        now = self._clock.monotonic()
        last = self._last.get(queue)
        self._last[queue] = now
        if last is not None:
            interval = min(now - last, LONGEST)
            old = self._pace.get(queue, interval)
            self._pace[queue] = old + SMOOTHING * (interval - old)

    def _line(self, queue: str) -> dict[str, int]:
        now = self._clock.monotonic()
        kept = self._lines.get(queue)
        if kept is None or now - kept[0] >= FRESH:
            line = {id: place for place, id in enumerate(self._router.line(queue), start=1)}
            kept = (now, line)
            self._lines[queue] = kept
        return kept[1]

    async def place(self, conversation: str) -> Place | None:
        """The position in the line of its queue, and the position times the pace of the queue."""
        queue = self._router.queue_of(conversation)
        if queue is None:
            return None
        position = self._line(queue).get(conversation)
        if position is None:
            return None
        pace = self._pace.get(queue)
        return Place(position, None if pace is None else round(min(position * pace, LONGEST)))

    async def staffed(self, queue: str) -> bool:
        """Whether an agent of this queue is not offline."""
        page = await self._documents.find("agents", Contains("queues", queue), limit=1000)
        return any(agent.get("away") is None for agent in page.items)
