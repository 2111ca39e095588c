"""A router in a process of its own: `python -m tests.takeover.router_program URI DATABASE LEASE`.

It hears no hints: what it knows it reads in its rounds. It says `owns EPOCH` at each take-over.
"""

import asyncio
import logging
import sys

import structlog

from hub.agents import Agents
from hub.assignments import Assignments
from hub.clock import SystemClock
from hub.documents import Schema
from hub.events import LocalBus
from hub.ids import RandomIds
from hub.mongo.documents import MongoDocuments
from hub.schema import COLLECTIONS
from hub.writer import Writer
from routing.lease import Lease
from routing.router import Router
from tests.kill.program import GROUP, Rules

LIFE = 300.0  # seconds: it must not outlive a parent that was killed


async def live(uri: str, database: str, term: float) -> None:
    """Route until killed."""
    documents = await MongoDocuments.open(uri, Schema(COLLECTIONS), database=database)
    clock, ids, bus = SystemClock(), RandomIds(), LocalBus()
    writer = Writer(documents, clock=clock, ids=ids, bus=bus)
    router = Router(
        documents,
        Lease(documents, GROUP, clock=clock, ids=ids, term=term),
        assignments=Assignments(writer),
        agents=Agents(documents, clock=clock, bus=bus),
        configuration=Rules(),
        clock=clock,
        group=GROUP,
    )
    router.listen(bus)
    print("ready", flush=True)
    async with asyncio.timeout(LIFE), asyncio.TaskGroup() as tasks:
        tasks.create_task(router.run())
        tasks.create_task(tell(router))


async def tell(router: Router) -> None:
    """Say under which epoch it routes, whenever that is another one."""
    told: int | None = None
    while True:
        if router.epoch is not None and router.epoch != told:
            told = router.epoch
            print(f"owns {told}", flush=True)
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(live(sys.argv[1], sys.argv[2], float(sys.argv[3])))
