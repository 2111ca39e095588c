"""Finds and does what entries still owe: hints start it at once, a sweep finds what they missed."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from hub.bots import BotRunner
from hub.clock import Clock
from hub.deliverer import Deliverer
from hub.documents import Documents, Exists, StoreError
from hub.entries import Actor, Entry
from hub.errors import HubError
from hub.events import Bus, Committed
from hub.projections import Projector
from hub.timeline import to_entry

SWEEP = 5.0  # seconds between two looks at all marks
BATCH = 200  # entries a page
PAGES = 50  # a sweep looks at 10,000 marks at most
AT_ONCE = 64  # pieces of owed work under way
_OF_THE_HOUSE = frozenset({Actor.ROUTER, Actor.SYSTEM})
_log = structlog.get_logger(__name__)


class Sweeper:
    """Runs projections, deliveries and bots' turns of this process."""

    def __init__(
        self,
        documents: Documents,
        *,
        projector: Projector,
        deliverer: Deliverer,
        bots: BotRunner | None,
        clock: Clock,
    ) -> None:
        """``bots``: None where no bot is plugged in."""
        self._documents = documents
        self._projector = projector
        self._deliverer = deliverer
        self._bots = bots
        self._clock = clock
        self._busy: dict[tuple[str, ...], bool] = {}  # what is in work → look once more afterwards
        self._marked: dict[str, dict[str, Entry]] = {}  # by conversation, what waits for its projection
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)

    def listen(self, bus: Bus) -> None:
        """Take entries up as soon as this process commits them; what others committed is theirs.

        But for what a router or another part of the house says: it may run where nobody delivers.
        """
        bus.listen(Committed, self.on_committed, own=True)
        bus.listen(Committed, self._on_words_of_the_house)

    def on_committed(self, event: Committed) -> None:
        """Begin what the entry owes."""
        self._begin(event.entry)

    def _on_words_of_the_house(self, event: Committed) -> None:
        entry = event.entry
        if entry.todo is not None and entry.todo.deliver and entry.by.kind in _OF_THE_HOUSE:
            self.deliver(entry.inbox, entry.address)

    def _begin(self, entry: Entry) -> None:
        todo = entry.todo
        if todo is None:
            return
        if todo.project:
            self._marked.setdefault(entry.conversation, {})[entry.id] = entry
            self._start(("project", entry.conversation), lambda: self._project(entry.conversation))
        if todo.deliver:
            self.deliver(entry.inbox, entry.address)
        if todo.bot and self._bots is not None:
            bots = self._bots
            self._start(("bot", entry.id), lambda: bots.take_turn(entry))

    async def _project(self, conversation: str) -> None:
        """One at a time for a conversation: several would only be in each other's way."""
        while marked := self._marked.pop(conversation, None):
            await self._projector.catch_up(*marked.values())

    def deliver(self, inbox: str, address: str) -> None:
        """Work on everything that waits for this address."""

        async def all_of_it() -> None:
            while await self._deliverer.work(inbox, address):
                continue

        self._start(("deliver", inbox, address), all_of_it)

    def _start(self, key: tuple[str, ...], work: Callable[[], Awaitable[None]]) -> None:
        if key in self._busy:
            self._busy[key] = True
            return
        self._busy[key] = False
        task = asyncio.get_running_loop().create_task(self._run(key, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, key: tuple[str, ...], work: Callable[[], Awaitable[None]]) -> None:
        try:
            while True:
                self._busy[key] = False
                try:
                    async with self._places:
                        await work()
                except (StoreError, HubError) as error:
                    _log.warning("Owed work was put off", work=key[0], reason=type(error).__name__)
                    return
                except Exception:  # noqa: BLE001 - one piece of work must not stop the others
                    _log.exception("Owed work failed", work=key[0])
                    return
                if not self._busy[key]:
                    return
        finally:
            self._busy.pop(key, None)

    async def sweep(self) -> int:
        """Look once at all marks and begin what is found; how many."""
        found = 0
        for mark, sort in (
            ("todo.project", ("conversation", "seq")),
            ("todo.deliver", ("inbox", "address", "generation", "seq")),
            ("todo.bot", ("conversation", "seq")),
        ):
            after: str | None = None
            for _ in range(PAGES):
                page = await self._documents.find(
                    "entries", Exists(mark), sort=sort, limit=BATCH, after=after
                )
                for item in page.items:
                    self._begin(to_entry(item))
                found += len(page.items)
                after = page.next
                if after is None:
                    break
        return found

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            try:
                await self.sweep()
            except StoreError as error:
                _log.warning("The sweep was put off", reason=type(error).__name__)
            await self._clock.sleep(SWEEP)

    async def drain(self, seconds: float) -> None:
        """Let what is under way finish, at most this long, then end it."""
        tasks = set(self._tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
