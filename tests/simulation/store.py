"""The store as one simulated process sees it: every call may be late, refused, lost or stall.

A call becomes a pending operation; the scheduler decides when and how it goes on. What takes
effect does so at once and as a whole, on the one shared :class:`FastDocuments`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NoReturn

from hub.documents import (
    EVERYTHING,
    Clear,
    Delete,
    Document,
    Filter,
    Insert,
    Json,
    Page,
    PutIf,
    Refused,
    Step,
)

if TYPE_CHECKING:
    from tests.simulation.checker import Evidence
    from tests.simulation.process import Process
    from tests.simulation.requests import Copy
    from tests.simulation.world import World

# Which copy of a sender's request a piece of code works for.
CALLER: ContextVar["Copy | None"] = ContextVar("caller", default=None)


class Operation:
    """One call on its way. ``answered``: it took effect, only the answer has not arrived."""

    __slots__ = (
        "answered",
        "args",
        "caller",
        "error",
        "evidence",
        "future",
        "late",
        "port",
        "result",
        "steps",
    )

    def __init__(self, port: "Port", steps: Sequence[Step] | None, args: tuple[Any, ...]) -> None:
        self.port = port
        self.steps = steps
        self.args = args
        self.caller = CALLER.get()
        self.evidence = port.evidence
        self.future: asyncio.Future[Any] | None = None
        self.answered = False
        self.late = False  # nobody waits for it any more
        self.result: object = None
        self.error: Exception | None = None

    def __str__(self) -> str:
        if self.steps is None:
            words = [str(one) for one in self.args]
            return f"{self.port} {' '.join(words)}"
        return f"{self.port} writes {'; '.join(told(step) for step in self.steps)}"

    def take_effect(self) -> object:
        """Do it now; raises what a store raises."""
        world = self.port.world
        world.effects += 1
        if self.caller is not None and not self.late:
            self.caller.last_effect = world.effects
        if self.steps is None:
            return world.read(self.args)
        world.store.apply(self.steps)
        world.checker.committed(self)
        return None


def told(step: Step) -> str:
    """A step in a few words, for traces."""
    if isinstance(step, Insert | PutIf):
        document = step.document
        what = f"{step.collection} {document['id']} v{document['version']}"
        if step.collection == "entries":
            by = document["by"]
            what += f" {document['conversation']}#{document['seq']} {document['kind']} by {by['id']}"  # type: ignore[call-overload,index]
            what += f" -> {document['after']}"
        elif step.collection == "agents":
            what += f" away={document['away']} unresponsive={document['unresponsive']}"
            what += f" slots={sorted(document['slots'])} epochs={document['epochs']}"  # type: ignore[arg-type,type-var]
        elif step.collection in ("leases", "deliveries", "threads", "beats"):
            what += f" {document}"
        return what
    if isinstance(step, Clear):
        return f"clear {step.collection} {step.id} {step.field}"
    return f"delete {step.collection} {step.id}"


class Port:
    """The document port of one process, or of one router in it."""

    def __init__(self, world: "World", process: "Process", label: str) -> None:
        self.world = world
        self.process = process
        self.label = label
        self.evidence: Evidence | None = None  # what a router knew of people when it sent this

    def __str__(self) -> str:
        return self.label

    async def _call(self, steps: Sequence[Step] | None, *args: Any) -> Any:
        world = self.world
        world.calls += 1
        operation = Operation(self, steps, args)
        if not (steps and world.crosses(steps)) and world.at_once():
            if world.trace is not None:
                world.trace(f"{operation}: at once")
            return operation.take_effect()
        operation.future = asyncio.get_running_loop().create_future()
        world.pending.append(operation)
        return await operation.future

    async def get(self, collection: str, id: str) -> Document | None:
        found: Document | None = await self._call(None, "get", collection, id)
        return found

    async def find(
        self,
        collection: str,
        where: Filter = EVERYTHING,
        *,
        sort: Sequence[str] = ("id",),
        limit: int = 100,
        after: str | None = None,
    ) -> Page:
        page: Page = await self._call(None, "find", collection, where, sort, limit, after)
        if collection == "beats":
            self.world.checker.beats_read(self, page.items)
        return page

    async def count(self, collection: str, where: Filter = EVERYTHING, *, limit: int | None = None) -> int:
        number: int = await self._call(None, "count", collection, where, limit)
        return number

    async def insert(self, collection: str, document: Document) -> None:
        await self._call((Insert(collection, document),))

    async def put_if(self, collection: str, document: Document, *, version: int) -> None:
        await self._call((PutIf(collection, document, version),))

    async def clear(self, collection: str, id: str, field: str) -> None:
        await self._call((Clear(collection, id, field),))

    async def delete(self, collection: str, id: str) -> None:
        await self._call((Delete(collection, id),))

    async def commit(self, steps: Sequence[Step]) -> None:
        await self._call(tuple(steps))

    async def claim_next(
        self, collection: str, where: Filter, *, sort: Sequence[str], changes: Mapping[str, Json]
    ) -> Document | None:
        claimed: Document | None = await self._call(None, "claim", collection, where, sort, changes)
        return claimed

    async def append(self, collection: str, id: str, field: str, value: Json) -> None:
        await self._call(None, "append", collection, id, field, value)

    async def expire(self, collection: str, field: str, *, before: str, limit: int = 1000) -> int:
        gone: int = await self._call(None, "expire", collection, field, before, limit)
        return gone

    async def bulk(self, collection: str, documents: Sequence[Document]) -> None:
        self._unknown()

    async def report(self, name: str, parameters: Mapping[str, Json]) -> list[Document]:
        self._unknown()

    async def ping(self) -> None:
        await self._call(None, "get", "leases", "ping")

    async def close(self) -> None:
        """Nothing to let go of."""

    def _unknown(self) -> NoReturn:
        raise NotImplementedError("the simulation does not know this call")


__all__ = ["CALLER", "Operation", "Port", "Refused"]
