"""The lease of a routing group: one owner at a time, by compare-and-set and each one's own clock."""

from typing import cast

import msgspec

from hub.assignments import Tenure
from hub.clock import Clock
from hub.documents import Document, Documents, Lost, Refused
from hub.ids import Ids

TERM = 10.0  # seconds
OWN_SHARE = 0.8  # of the term, in which the owner believes in itself


RELEASED = ""  # the owner's name in a lease that was given up: whoever comes takes it at once
_TRIES = 3


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """The lease document (id = group). ``owner``: a new name at every start of a process."""

    id: str
    version: int
    owner: str
    epoch: int


class Lease:
    """One process's claim to a routing group (protocol, *Lease, take-over*)."""

    def __init__(
        self,
        documents: Documents,
        group: str,
        *,
        clock: Clock,
        ids: Ids,
        term: float = TERM,
        alone: bool = False,
    ) -> None:
        """``alone``: a lock file proves that no other process lives, so the first take-over is at once."""
        self._documents = documents
        self._group = group
        self._clock = clock
        self._term = term
        self._alone = alone
        self._name = ids.new("r")
        self._tenure: Tenure | None = None
        self._deadline = 0.0
        self._watched: tuple[int, float] | None = None
        self._ended = False

    @property
    def tenure(self) -> Tenure | None:
        """The claim that holds now; None once the deadline has passed or it was taken away."""
        if self._tenure is not None and not self._tenure.holds():
            self._tenure = None
        return self._tenure

    @property
    def term(self) -> float:
        """Seconds after which a lease that does not move may be taken."""
        return self._term

    def give_up(self) -> None:
        """Somebody else was seen to own the group."""
        self._tenure = None

    async def release(self) -> None:
        """Own nothing from now on, and leave the lease to whoever comes next; at a clean end.

        It happens once this process acts no more, or every write that it still tries is refused by
        its own deadline. The next owner takes the following epoch by compare-and-set, as ever:
        what of mine is still on its way is fenced as after a take-over. A write that is lost
        costs a term. Raises StoreError where the store is away.
        """
        self._ended = True
        self._tenure = None
        for _ in range(_TRIES):
            stored = await self._documents.get("leases", self._group)
            held = None if stored is None else msgspec.convert(stored, Held)
            if held is None or held.owner != self._name:
                return
            left = msgspec.structs.replace(held, version=held.version + 1, owner=RELEASED)
            try:
                document = cast(Document, msgspec.to_builtins(left))
                await self._documents.put_if("leases", document, version=held.version)
            except (Refused, Lost):
                continue  # a renewal of mine came late, or it stands already
            return

    async def renew(self) -> Tenure | None:
        """Renew what is mine, or challenge what has not moved for a term; the tenure that holds then."""
        if self._ended:
            return None
        stored = await self._documents.get("leases", self._group)
        began = self._clock.monotonic()
        if stored is None:
            return await self._take(None, began)
        held = msgspec.convert(stored, Held)
        mine = self.tenure
        if mine is not None:
            if held.owner == self._name and held.epoch == mine.epoch:
                await self._write(held, mine.epoch, began)
                return self.tenure
            self._tenure = None
        if held.owner in (self._name, RELEASED) or self._alone:
            return await self._take(held, began)
        if self._watched is None or self._watched[0] != held.version:
            self._watched = (held.version, began)
            return None
        if began - self._watched[1] < self._term:
            return None
        return await self._take(held, began)

    async def _take(self, held: Held | None, began: float) -> Tenure | None:
        epoch = 1 if held is None else held.epoch + 1
        if not await self._write(held, epoch, began) or self._ended:
            return None
        self._alone = False
        self._watched = None
        tenure = Tenure(self._group, epoch, lambda: self._holds(epoch))
        self._tenure = tenure
        return tenure

    def _holds(self, epoch: int) -> bool:
        current = self._tenure
        return current is not None and current.epoch == epoch and self._clock.monotonic() < self._deadline

    async def _write(self, held: Held | None, epoch: int, began: float) -> bool:
        """Write my name; the deadline counts from before the write. Whether it surely happened."""
        version = 1 if held is None else held.version + 1
        mine = Held(id=self._group, version=version, owner=self._name, epoch=epoch)
        document = cast(Document, msgspec.to_builtins(mine))
        try:
            if held is None:
                await self._documents.insert("leases", document)
            else:
                await self._documents.put_if("leases", document, version=held.version)
        except Refused:
            self._tenure = None
            return False
        except Lost:
            return False  # the old deadline stands; the next look shows what happened
        self._deadline = began + OWN_SHARE * self._term
        return True
