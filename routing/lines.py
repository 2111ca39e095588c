"""Lines as the store has them, for processes that do not route.

Who waits in a queue is read along an index and put into the order in which a router serves; kept
for a moment, however many customers ask for their places.
"""

import asyncio
from collections import OrderedDict

from hub.clock import Clock
from hub.documents import Document, Documents, Equal, all_of
from hub.entries import State
from hub.events import Bus, Committed
from routing.memory import seconds
from routing.places import Lines
from routing.queues import QUEUES

FRESH = 1.0  # seconds a line is kept
MOST = 1000  # conversations of one queue; who waits behind them is told no place
KEPT = 20_000  # conversations of which it is remembered where they wait


class StoreLines:
    """Implements :class:`routing.places.Lines`: by the routers of this process, else by the store."""

    def __init__(self, documents: Documents, routers: Lines, *, clock: Clock, bus: Bus) -> None:
        """``routers``: of this process; they know better where they own a group."""
        self._documents = documents
        self._routers = routers
        self._clock = clock
        self._waits: OrderedDict[str, str] = OrderedDict()  # conversation → queue
        self._lines: dict[str, tuple[float, dict[str, None]]] = {}
        self._asked: dict[str, float] = {}  # conversations that were looked up a moment ago
        self._reading: dict[str, asyncio.Lock] = {}
        bus.listen(Committed, self._on_committed)

    def _on_committed(self, event: Committed) -> None:
        after = event.entry.after
        waits = after.state is State.WAITING
        self._note(event.entry.conversation, after.queue if waits else None)

    def _note(self, conversation: str, queue: str | None) -> None:
        self._waits.pop(conversation, None)
        if queue is not None:
            self._waits[conversation] = queue
            if len(self._waits) > KEPT:
                self._waits.popitem(last=False)

    def line(self, queue: str) -> list[str]:
        """The conversations that wait in a queue, in the order in which they will be served."""
        own = self._routers.line(queue)
        if own:
            return own
        kept = self._lines.get(queue)
        return [] if kept is None else list(kept[1])

    def queue_of(self, conversation: str) -> str | None:
        """The queue in which a conversation waits, as far as :meth:`read` has seen."""
        return self._routers.queue_of(conversation) or self._waits.get(conversation)

    async def read(self, conversation: str) -> None:
        """Bring what is known of this conversation's line up to date, unless it is fresh."""
        if self._routers.queue_of(conversation) is not None:
            return
        queue = self._waits.get(conversation)
        if queue is None or conversation not in await self._fresh(queue):
            await self._look_up(conversation)

    async def _look_up(self, conversation: str) -> None:
        """Read where it waits, at most once in a while."""
        now = self._clock.monotonic()
        if now - self._asked.get(conversation, -FRESH) < FRESH:
            return
        if len(self._asked) >= KEPT:
            self._asked.clear()
        self._asked[conversation] = now
        document = await self._documents.get("conversations", conversation) or {}
        queue = document.get("queue")
        waits = document.get("state") == State.WAITING.value and isinstance(queue, str)
        self._note(conversation, str(queue) if waits else None)
        if waits:
            await self._fresh(str(queue))

    async def _fresh(self, queue: str) -> dict[str, None]:
        async with self._reading.setdefault(queue, asyncio.Lock()):
            now = self._clock.monotonic()
            kept = self._lines.get(queue)
            if kept is None or now - kept[0] >= FRESH:
                kept = (now, await self._read_line(queue))
                self._lines[queue] = kept
            return kept[1]

    async def _read_line(self, queue: str) -> dict[str, None]:
        facts = await self._documents.get(QUEUES, queue) or {}
        ageing = facts.get("ageing")
        rate = float(ageing) if isinstance(ageing, int | float) else 0.0
        page = await self._documents.find(
            "conversations",
            all_of(Equal("queue", queue), Equal("state", State.WAITING.value)),
            sort=("waiting_since",),
            limit=MOST,
        )
        ordered = sorted(page.items, key=lambda item: place(item, ageing=rate))
        return dict.fromkeys(str(item["id"]) for item in ordered)


def place(conversation: Document, *, ageing: float) -> tuple[float, float, str]:
    """What orders a line: smaller is served first. ``ageing``: points of priority a minute, 0: none."""
    since, id = seconds(str(conversation.get("waiting_since") or "") or None), str(conversation["id"])
    stored = conversation.get("priority")
    priority = float(stored) if isinstance(stored, int | float) else 0.0
    if ageing > 0:
        return 0.0, since - priority * 60 / ageing, id
    return -priority, since, id
