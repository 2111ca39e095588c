"""Which processes of this hub run, where several may: who lives, and whether hints reach him.

Each writes a row of its own again and again. A row that has not moved for ``DEAD`` seconds of the
reader's own clock says that its process is gone, or as good as gone. Nothing is decided by it that
would not be put right when it turns out to be wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import msgspec
import structlog

from hub.clock import Clock, stamp
from hub.documents import Collection, Delete, Document, Documents, Duplicate, Refused, StoreError

PROCESSES = Collection("processes")
BEAT = 1.5  # seconds between two words of a process, and between two looks at the others
DEAD = 10.0  # seconds without a word
STOOD_STILL = 5.0  # seconds without a look of mine, after which everybody gets a fresh count
SWEPT = 60.0  # seconds without a word after which a row is taken away
_log = structlog.get_logger(__name__)


class Part(StrEnum):
    """Which part of the hub a process is: everything in one, or its web or its router alone."""

    ALL = "serve"
    WEB = "web"
    ROUTER = "router"


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One process. ``hints``: whether it is connected to what carries hints."""

    id: str
    version: int
    part: Part
    hints: bool
    at: str


@dataclass(slots=True)
class _Watched:
    """What is known of another one; ``moved`` on the monotonic clock."""

    process: Process
    moved: float


class Processes:
    """Writes the row of this process and reads those of the others."""

    def __init__(
        self, documents: Documents, *, id: str, part: Part, clock: Clock, hints: Callable[[], bool]
    ) -> None:
        """``id``: new at every start; ``hints``: whether this process is connected to others now."""
        self.id = id
        self._documents = documents
        self._part = part
        self._clock = clock
        self._hints = hints
        self._version = 0
        self._watched: dict[str, _Watched] = {}
        self._gone: set[str] = set()
        self._unsettled: set[str] = set()
        self._looked: float | None = None
        self.lapses = 0  # how often this process stood still, or could not look, for a while

    # --- what is known ---

    def _alive(self) -> list[Process]:
        return [one.process for id, one in self._watched.items() if id not in self._gone]

    @property
    def alone(self) -> bool:
        """Whether nobody else runs, as far as was seen; False before the first look."""
        return self._looked is not None and not self._alive()

    @property
    def trusted(self) -> bool:
        """Whether hints reach everybody: this process and all others are connected."""
        heard = self._looked is not None and self._hints()
        return heard and all(one.hints for one in self._alive())

    def lives(self, id: str) -> bool:
        """Whether this process, or another one of that id, runs; False where it was never seen."""
        return id == self.id or (id in self._watched and id not in self._gone)

    @property
    def gone(self) -> frozenset[str]:
        """Those that were seen to run and do not any more, until :meth:`settle`."""
        return frozenset(self._unsettled)

    def settle(self, id: str) -> None:
        """What the dead process had in hand was taken over."""
        self._unsettled.discard(id)

    # --- words and looks ---

    async def beat(self) -> None:
        """Say once that this process lives; what is refused or lost is made good by the next."""
        version = self._version + 1
        mine = Process(
            id=self.id,
            version=version,
            part=self._part,
            hints=self._hints(),
            at=stamp(self._clock.now()),
        )
        document: Document = msgspec.to_builtins(mine)
        try:
            if self._version == 0:
                await self._documents.insert(PROCESSES.name, document)
            else:
                await self._documents.put_if(PROCESSES.name, document, version=self._version)
            self._version = version
        except Duplicate:
            self._version = version
        except Refused:
            stored = await self._documents.get(PROCESSES.name, self.id)
            self._version = 0 if stored is None else msgspec.convert(stored, Process).version

    async def look(self) -> None:
        """See who lives."""
        page = await self._documents.find(PROCESSES.name, limit=1000)
        now = self._clock.monotonic()
        if self._looked is None or now - self._looked > STOOD_STILL:
            for known in self._watched.values():
                known.moved = now  # our own outage is held against nobody
            self.lapses += self._looked is not None
        self._looked = now
        rows = [msgspec.convert(item, Process) for item in page.items]
        for row in rows:
            if row.id != self.id:
                self._see(row, now)
        for id in self._watched.keys() - {row.id for row in rows}:
            self._bury(id)
            if id not in self._unsettled:
                self._gone.discard(id)
                del self._watched[id]
        for row in rows:
            if row.id in self._gone and now - self._watched[row.id].moved > SWEPT:
                await self._sweep(row)

    def _see(self, row: Process, now: float) -> None:
        known = self._watched.get(row.id)
        if known is None or known.process.version != row.version:
            self._watched[row.id] = _Watched(row, now)
            self._gone.discard(row.id)
            self._unsettled.discard(row.id)
        elif now - known.moved > DEAD:
            self._bury(row.id)

    def _bury(self, id: str) -> None:
        if id not in self._gone:
            self._gone.add(id)
            self._unsettled.add(id)

    async def _sweep(self, row: Process) -> None:
        try:
            await self._documents.commit([Delete(PROCESSES.name, row.id, row.version)])
        except Refused:
            return  # it lives

    async def run(self) -> None:
        """Beat and look until cancelled."""
        while True:
            try:
                await self.beat()
                await self.look()
            except StoreError as error:
                _log.warning("The look at other processes was put off", reason=type(error).__name__)
            await self._clock.sleep(BEAT)

    async def stop(self) -> None:
        """Take the row away at a clean end."""
        try:
            await self._documents.delete(PROCESSES.name, self.id)
        except StoreError:
            return  # it stands still from now on, which says the same
