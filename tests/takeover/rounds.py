"""Stop or kill the owner under load, and look: who routes, how soon, and what the store says."""

import asyncio
import contextlib
import os
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from hub.documents import Document, Schema
from hub.mongo.documents import MongoDocuments
from hub.schema import COLLECTIONS
from tests.kill.engines import Place, Reader, Stock
from tests.kill.inspection import Facts, _slots
from tests.kill.ledger import Ledger
from tests.kill.program import GROUP
from tests.parts.processes import ROOT
from tests.takeover.crowd import Crowd

LEASE = 1.0  # seconds
REST = 60.0  # seconds in which everything must come to rest
START = 60.0


@dataclass(slots=True)
class Report:
    """What a series of rounds came to; ``back``: seconds until somebody offered again."""

    rounds: int = 0
    back: list[float] = field(default_factory=list)
    told: dict[str, int] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        longest = max(self.back, default=0.0)
        return f"{self.rounds} rounds, routing back after {longest:.2f} s at the latest, {self.told}"


class Routers:
    """Some router processes, of which one owns the group."""

    def __init__(self, uri: str, database: str) -> None:
        self._arguments = (uri, database, str(LEASE))
        self.running: list[asyncio.subprocess.Process] = []
        self.owners: dict[int, asyncio.subprocess.Process] = {}  # by epoch
        self._listening: set[asyncio.Task[None]] = set()

    async def start(self, number: int) -> None:
        """So many more."""
        for _ in range(number):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.takeover.router_program", *self._arguments,
                cwd=ROOT, stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            self.running.append(process)
        for process in self.running[-number:]:
            assert process.stdout is not None
            await asyncio.wait_for(process.stdout.readline(), START)
            task = asyncio.create_task(self._listen(process, process.stdout))
            self._listening.add(task)
            task.add_done_callback(self._listening.discard)

    async def _listen(self, process: asyncio.subprocess.Process, lines: asyncio.StreamReader) -> None:
        while line := await lines.readline():
            self.owners[int(line.split()[1])] = process

    def kill(self, process: asyncio.subprocess.Process) -> None:
        """SIGKILL."""
        self.running.remove(process)
        with contextlib.suppress(ProcessLookupError):
            process.kill()

    async def end(self) -> None:
        """All of them."""
        for process in list(self.running):
            self.kill(process)
            await process.wait()


class House:
    """One store, its routers and its people."""

    def __init__(self, uri: str, *, seed: int, agents: int) -> None:
        self.database = f"takeover_{uuid.uuid4().hex[:10]}"
        self._uri = uri
        self._seed = seed
        self._agents = agents
        self.routers = Routers(uri, self.database)
        self.report = Report()

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["House"]:
        """Everything runs until the end of the block; then all comes to rest and is looked at."""
        self.documents = await MongoDocuments.open(self._uri, Schema(COLLECTIONS), database=self.database)
        self.crowd = Crowd(self.documents, self._seed, agents=self._agents)
        try:
            await self.routers.start(2)
            await self.crowd.gather()
            await self._offers_after(time.time(), 0, limit=START)
            yield self
            await self.crowd.no_more_customers()
            await self._rest()
        finally:
            await self.crowd.go_home()
            await self.routers.end()
            await self.documents.close()
        self.report.told = dict(self.crowd.told)

    async def round(self, how: signal.Signals) -> None:
        """The owner is stopped for three leases, or killed for good, under load."""
        owner, epoch = await self._owner()
        began = time.time()
        if how is signal.SIGSTOP:
            os.kill(owner.pid, signal.SIGSTOP)
        else:
            self.routers.kill(owner)
        self.report.back.append(await self._offers_after(began, epoch, limit=30 * LEASE))
        if how is signal.SIGSTOP:
            await asyncio.sleep(max(began + 3 * LEASE - time.time(), 0.0))
            os.kill(owner.pid, signal.SIGCONT)
            await asyncio.sleep(LEASE)  # what it had under way shows now
        else:
            await self.routers.start(1)
        self.report.rounds += 1

    async def _owner(self) -> tuple[asyncio.subprocess.Process, int]:
        """The process that owns the group now, and its epoch."""
        async with asyncio.timeout(20 * LEASE):
            while True:
                lease = await self.documents.get("leases", GROUP)
                epoch = 0 if lease is None else cast(int, lease["epoch"])
                process = self.routers.owners.get(epoch)
                if process is not None and process in self.routers.running:
                    return process, epoch
                await asyncio.sleep(0.02)

    async def _offers_after(self, began: float, epoch: int, *, limit: float) -> float:
        """Wait until something was offered under a later epoch; seconds since ``began``."""
        async with asyncio.timeout(limit):
            while max(await self._offered_epochs(), default=0) <= epoch:  # noqa: ASYNC110 - in the store
                await asyncio.sleep(0.02)
        return time.time() - began

    async def _offered_epochs(self) -> list[int]:
        page = await self.documents.find("agents", limit=100)
        slots = [slot for agent in page.items for slot in cast(dict[str, Document], agent["slots"]).values()]
        return [cast(int, slot["epoch"]) for slot in slots if slot["kind"] == "offer"]

    async def _rest(self) -> None:
        """Until nobody waits, rings or is held any more."""
        async with asyncio.timeout(REST):
            while True:
                page = await self.documents.find("agents", limit=100)
                holding = any(agent["slots"] for agent in page.items)
                waiting = [
                    row
                    for row in (await self.documents.find("conversations", limit=5000)).items
                    if row["state"] in ("waiting", "offered", "assigned")
                ]
                if not holding and not waiting:
                    return
                await asyncio.sleep(0.2)

    def look(self) -> list[str]:
        """What is wrong in the store now."""
        reader = Reader(Place(path="", uri=self._uri, database=self.database))
        try:
            stock = reader.read()
            return [*wrong(stock)]
        finally:
            reader.drop()
            reader.close()


def wrong(stock: Stock) -> list[str]:
    """Every timeline by the table, slots and capacity, places kept, and no offer of a deposed owner."""
    facts = Facts(stock, Ledger(), [])
    found = [*facts.complaints, *_slots(facts)]
    for id, story in facts.stories.items():
        found += _places(id, story.entries)
        epochs = [cast(int, entry["body"]["epoch"]) for entry in story.entries if entry["kind"] == "offered"]  # type: ignore[index, call-overload]
        if epochs != sorted(epochs):
            found.append(f"{id} was offered under the epochs {epochs}: a deposed router still acted")
    return found


def _places(id: str, entries: Sequence[Document]) -> list[str]:
    """Whoever waits on after an offer or a release stands in his old place."""
    first = cast(Document, entries[0]["after"])["waiting_since"]
    others = {cast(Document, entry["after"]).get("waiting_since") for entry in entries} - {first}
    return [f"{id} lost its place: {first} became {sorted(map(str, others))}"] if others else []
