"""The hub as it is, with a stream of messages put on its event bus instead of written by customers.

`python -m tests.bench.desk_fan_out PORT EVENTS_PER_SECOND DATA INBOX GO`: the stream begins
when the file GO exists. What is measured is telling the desks; writing messages is not part of it.
"""

import asyncio
import sys
from pathlib import Path

import msgspec

from hub.documents import Document
from hub.entries import Entry
from hub.events import Bus, Committed
from hub.ids import Address, ContactId, InboxId
from hub.intake import Incoming
from hub.settings import Settings
from tests.bench.swarm import marked
from web.server import Serving
from web.wiring import build, open_foundation

WORDS = "The gas stove in our kitchen does not light since this morning."


async def serve(port: int, per_second: float, data: Path, inbox: str, go: Path) -> None:
    """Run a hub, and the stream in it."""
    settings = Settings(data=data, port=port)
    foundation = await open_foundation(settings)
    house = build(foundation)
    serving = Serving(settings, foundation.installation)
    first = Incoming(
        inbox=InboxId(inbox),
        address=Address("bench"),
        contact=ContactId("p_bench"),
        body={"text": WORDS},
        client_id="first",
    )
    last = await house.intake.receive(first)
    document = await foundation.documents.get("conversations", last.conversation)
    if document is None:
        raise LookupError("the conversation has no document")

    async def order(*_: object) -> int:
        return 1

    async def stream() -> None:
        while not go.exists():  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.05)
        await publish(foundation.bus, last, document, gap=1 / per_second)

    async def begin(_: int) -> None:
        tasks.add(asyncio.create_task(stream()))

    tasks: set[asyncio.Task[None]] = set()
    await serving.run(house, serving.bind(), commands=order, announce=begin)


async def publish(bus: Bus, entry: Entry, document: Document, *, gap: float) -> None:
    """Say that a message was committed, again and again, each a new one of the conversation."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        seq = entry.seq + 1
        body = {**entry.body, "text": marked(seq, WORDS)}
        entry = msgspec.structs.replace(entry, seq=seq, id=f"{entry.id[:20]}{seq:04}", body=body)
        document = {**document, "version": seq}
        bus.publish(Committed(entry, document))
        due = max(due + gap, loop.time() - 1)
        await asyncio.sleep(max(0.0, due - loop.time()))


if __name__ == "__main__":
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(
            serve(int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], Path(sys.argv[5]))
        )
