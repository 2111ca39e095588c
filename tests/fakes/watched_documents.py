"""A store as one process sees it: every call can be held, failed or lost, and every commit is checked.

It wraps any engine. Tests name the call they mean by a condition on it, so that a race is
played in the one order that matters, on a real engine as in memory.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from hub.documents import (
    EVERYTHING,
    Clear,
    Delete,
    Document,
    Documents,
    Filter,
    Insert,
    Json,
    Page,
    PutIf,
    Step,
    StoreError,
    Unavailable,
)
from tests.fakes.ledger import Ledger

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its name, the collection it reads (None: it writes), what it would write."""

    name: str
    collection: str | None
    steps: tuple[Step, ...] = ()


Condition = Callable[[Call], bool]


@dataclass(slots=True)
class Gate:
    """Holds the first call that meets a condition, until it is opened."""

    meets: Condition
    after: bool  # after it took effect, before the answer arrives
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    def open(self) -> None:
        """Let the call go on."""
        self.opened.set()


@dataclass(slots=True)
class Fault:
    """Makes calls that meet a condition fail, so often."""

    meets: Condition
    error: StoreError
    after: bool  # it took effect all the same: the answer is lost
    times: int


class WatchedDocuments:
    """The document port over another store, for one process of a test."""

    def __init__(self, documents: Documents, ledger: Ledger, *, hops: int = 1) -> None:
        """``hops``: rounds of the event loop before each call, so that tasks step in between."""
        self._documents = documents
        self._ledger = ledger
        self._hops = hops
        self._gates: list[Gate] = []
        self._faults: list[Fault] = []
        self._answered = asyncio.Event()
        self.down = False
        self.under_way = 0
        self.moves = 0
        self.written: list[tuple[Step, ...]] = []

    # --- what tests do ---

    def hold(self, meets: Condition, *, after: bool = False) -> Gate:
        """Hold the next call that meets the condition."""
        gate = Gate(meets, after)
        self._gates.append(gate)
        return gate

    def fail(self, meets: Condition, error: StoreError, *, after: bool = False, times: int = 1) -> None:
        """Fail the next calls that meet the condition; ``after``: they took effect."""
        self._faults.append(Fault(meets, error, after, times))

    def forgive(self) -> None:
        """No more faults."""
        self._faults.clear()

    async def answered(self) -> None:
        """Wait until a call has been answered (or held)."""
        self._answered.clear()
        if self.under_way:
            await self._answered.wait()

    # --- how a call goes ---

    async def _do(self, call: Call, work: Callable[[], Awaitable[T]]) -> T:
        self._begin()
        try:
            for _ in range(self._hops):
                await asyncio.sleep(0)
            await self._wait(call, after=False)
            if self.down:
                raise Unavailable("the store is down")
            self._strike(call, after=False)
            result = await work()
            if call.steps:
                self.written.append(call.steps)
                self._ledger.record(call.steps)
            await self._wait(call, after=True)
            self._strike(call, after=True)
            return result
        finally:
            self._end()

    def _begin(self) -> None:
        self.under_way += 1
        self.moves += 1

    def _end(self) -> None:
        self.under_way -= 1
        self.moves += 1
        self._answered.set()

    async def _wait(self, call: Call, *, after: bool) -> None:
        for gate in self._gates:
            if gate.after is after and not gate.arrived.is_set() and gate.meets(call):
                gate.arrived.set()
                self._end()
                await gate.opened.wait()
                self._begin()
                return

    def _strike(self, call: Call, *, after: bool) -> None:
        for fault in self._faults:
            if fault.after is after and fault.times > 0 and fault.meets(call):
                fault.times -= 1
                raise fault.error

    # --- the port ---

    async def get(self, collection: str, id: str) -> Document | None:
        return await self._do(Call("get", collection), lambda: self._documents.get(collection, id))

    async def find(
        self,
        collection: str,
        where: Filter = EVERYTHING,
        *,
        sort: Sequence[str] = ("id",),
        limit: int = 100,
        after: str | None = None,
    ) -> Page:
        return await self._do(
            Call("find", collection),
            lambda: self._documents.find(collection, where, sort=sort, limit=limit, after=after),
        )

    async def count(self, collection: str, where: Filter = EVERYTHING, *, limit: int | None = None) -> int:
        return await self._do(
            Call("count", collection), lambda: self._documents.count(collection, where, limit=limit)
        )

    async def insert(self, collection: str, document: Document) -> None:
        await self._do(
            Call("insert", None, (Insert(collection, document),)),
            lambda: self._documents.insert(collection, document),
        )

    async def put_if(self, collection: str, document: Document, *, version: int) -> None:
        await self._do(
            Call("put_if", None, (PutIf(collection, document, version),)),
            lambda: self._documents.put_if(collection, document, version=version),
        )

    async def claim_next(
        self, collection: str, where: Filter, *, sort: Sequence[str], changes: Mapping[str, Json]
    ) -> Document | None:
        return await self._do(
            Call("claim_next", collection),
            lambda: self._documents.claim_next(collection, where, sort=sort, changes=changes),
        )

    async def append(self, collection: str, id: str, field: str, value: Json) -> None:
        await self._do(
            Call("append", collection), lambda: self._documents.append(collection, id, field, value)
        )

    async def clear(self, collection: str, id: str, field: str) -> None:
        await self._do(
            Call("clear", None, (Clear(collection, id, field),)),
            lambda: self._documents.clear(collection, id, field),
        )

    async def delete(self, collection: str, id: str) -> None:
        await self._do(
            Call("delete", None, (Delete(collection, id),)), lambda: self._documents.delete(collection, id)
        )

    async def expire(self, collection: str, field: str, *, before: str, limit: int = 1000) -> int:
        return await self._do(
            Call("expire", collection),
            lambda: self._documents.expire(collection, field, before=before, limit=limit),
        )

    async def bulk(self, collection: str, documents: Sequence[Document]) -> None:
        await self._do(Call("bulk", collection), lambda: self._documents.bulk(collection, documents))

    async def commit(self, steps: Sequence[Step]) -> None:
        await self._do(Call("commit", None, tuple(steps)), lambda: self._documents.commit(steps))

    async def report(self, name: str, parameters: Mapping[str, Json]) -> list[Document]:
        return await self._do(Call("report", name), lambda: self._documents.report(name, parameters))

    async def ping(self) -> None:
        await self._do(Call("ping", None), self._documents.ping)

    async def close(self) -> None:
        """The engine is the test's, not this process's."""


# --- which call is meant ---


def writes(kind: str, **fields: Json) -> Condition:
    """A commit that writes an entry of this kind (and with these fields)."""

    def meets(call: Call) -> bool:
        return any(
            isinstance(step, Insert)
            and step.collection == "entries"
            and step.document["kind"] == kind
            and all(step.document.get(name) == value for name, value in fields.items())
            for step in call.steps
        )

    return meets


def changes(collection: str, id: str | None = None) -> Condition:
    """A write that changes a document of this collection (or this one)."""

    def meets(call: Call) -> bool:
        return any(step.collection == collection and id in (None, _id(step)) for step in call.steps)

    return meets


def reads(collection: str) -> Condition:
    """A reading of this collection."""
    return lambda call: call.collection == collection


def _id(step: Step) -> Json:
    return step.document["id"] if isinstance(step, Insert | PutIf) else step.id
