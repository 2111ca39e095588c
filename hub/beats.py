"""Beats: counters that say a web process lives and which agents' desks are connected to it.

They decide nothing alone. One document per web process, written every interval however
many agents there are; an agent's beat has moved when a document that names him has.
"""

from datetime import timedelta

import msgspec

from hub.clock import Clock, stamp
from hub.documents import Document, Documents, Duplicate, Refused, StoreError
from hub.events import BeatsMoved, Bus
from hub.ids import Ids

INTERVAL = 1.0  # seconds between two beats of a web process


class Beat(msgspec.Struct, frozen=True, kw_only=True):
    """One web process's beat: ``n`` grows while it lives; ``agents`` have a desk connected to it."""

    id: str
    version: int
    n: int
    agents: list[str]
    at: str


class Heart:
    """Writes the beat of this web process."""

    def __init__(self, documents: Documents, *, clock: Clock, ids: Ids, bus: Bus) -> None:
        """A heart with a new name, so that a restarted process is another one."""
        self._documents = documents
        self._clock = clock
        self._bus = bus
        self._id = ids.new("w")
        self._version = 0
        self._connected: dict[str, int] = {}

    @property
    def connected(self) -> frozenset[str]:
        """The agents with at least one desk here."""
        return frozenset(self._connected)

    def join(self, agent: str) -> None:
        """One more tab of this agent is connected."""
        self._connected[agent] = self._connected.get(agent, 0) + 1
        self._bus.publish(BeatsMoved())

    def part(self, agent: str) -> None:
        """One tab fewer."""
        left = self._connected.get(agent, 0) - 1
        if left > 0:
            self._connected[agent] = left
        else:
            self._connected.pop(agent, None)

    async def beat(self) -> None:
        """Write once; a lost or refused write is made good by the next."""
        version = self._version + 1
        now = stamp(self._clock.now())
        beat = Beat(id=self._id, version=version, n=version, agents=sorted(self._connected), at=now)
        document: Document = msgspec.to_builtins(beat)
        try:
            if self._version == 0:
                await self._documents.insert("beats", document)
            else:
                await self._documents.put_if("beats", document, version=self._version)
            self._version = version
        except Duplicate:
            self._version = version
        except Refused:
            await self._look_again()
        # Other store errors reach the caller's loop, which waits and beats again.

    async def _look_again(self) -> None:
        stored = await self._documents.get("beats", self._id)
        self._version = 0 if stored is None else msgspec.convert(stored, Beat).version

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            try:
                await self.beat()
            except StoreError:
                self._version = await self._known_version()
            await self._clock.sleep(INTERVAL)

    async def _known_version(self) -> int:
        try:
            stored = await self._documents.get("beats", self._id)
        except StoreError:
            return self._version
        return 0 if stored is None else msgspec.convert(stored, Beat).version

    async def stop(self) -> None:
        """Take the beat away at a clean end."""
        try:
            await self._documents.delete("beats", self._id)
        except StoreError:
            return  # it stands still from now on, which says the same


async def read_beats(documents: Documents) -> list[Beat]:
    """All beats as they stand."""
    beats: list[Beat] = []
    after: str | None = None
    while True:
        page = await documents.find("beats", limit=1000, after=after)
        beats.extend(msgspec.convert(item, Beat) for item in page.items)
        if page.next is None:
            return beats
        after = page.next


async def forget_the_dead(documents: Documents, clock: Clock) -> int:
    """Take away beats of processes that died more than a day ago; how many."""
    return await documents.expire("beats", "at", before=stamp(clock.now() - timedelta(days=1)))
