"""Positions and expected waits, from the router's line and how fast it moved lately."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from hub.clock import Clock
from hub.documents import Contains, Documents
from hub.events import Bus, Committed
from hub.places import Expectation, Place
from routing.pace import Paces

FRESH = 1.0  # seconds a line is kept


class Lines(Protocol):
    """Who knows the lines: a router, or those of all groups."""

    def line(self, queue: str) -> list[str]:
        """The conversations that wait in a queue, in the order in which they will be served."""
        ...

    def queue_of(self, conversation: str) -> str | None:
        """The queue in which a conversation waits here."""
        ...


class Places:
    """Implements :class:`hub.places.QueuePlaces` for the groups routed in this process."""

    def __init__(
        self,
        documents: Documents,
        router: Lines,
        clock: Clock,
        bus: Bus,
        *,
        read: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        """Learns the pace of each queue from what is committed.

        ``read``: asked before a conversation's place is told, so that its line is known.
        """
        self._documents = documents
        self._router = router
        self._clock = clock
        self._paces = Paces()
        self._read = read
        self._lines: dict[str, tuple[float, dict[str, int]]] = {}
        bus.listen(Committed, lambda event: self._paces.hear(event.entry, clock.monotonic()))

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
        if self._read is not None:
            await self._read(conversation)
        queue = self._router.queue_of(conversation)
        if queue is None:
            return None
        position = self._line(queue).get(conversation)
        if position is None:
            return None
        expected = self._paces.expect(queue, position).seconds
        return Place(position, None if expected is None else round(expected))

    def expectation(self, queue: str, position: int) -> Expectation:
        """How long somebody at this position of a queue would wait, and how far that was off lately."""
        return self._paces.expect(queue, position)

    async def staffed(self, queue: str) -> bool:
        """Whether an agent of this queue is not offline."""
        page = await self._documents.find("agents", Contains("queues", queue), limit=1000)
        return any(agent.get("away") is None for agent in page.items)
