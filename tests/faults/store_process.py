"""The program whose store is made to fail: it commits, and says of each commit what came of it.

``python -m tests.faults.store_process FOLDER PLAN``: each line on its output is ``acked ID``,
``lost ID`` or ``unavailable ID``, written in one system call as soon as the store has answered;
before them ``opened`` or ``unopened``.
"""

import asyncio
import itertools
import os
import sys
from pathlib import Path

from hub.documents import (
    Document,
    Documents,
    Insert,
    Lost,
    PutIf,
    Refused,
    Unavailable,
)
from hub.sqlite.documents import SqliteDocuments
from tests.conformance.stores import SCHEMA


def say(word: str, id: str = "") -> None:
    """One line, in one system call."""
    os.write(1, f"{word} {id}\n".encode())


def entry(id: str) -> Document:
    """Something to store, large enough to reach several pages now and then."""
    document: Document = {"id": id, "version": 1, "conversation": id, "seq": 1}
    return document | {"text": f"«{id}» " + "x" * (len(id) * 97 % 900)}


async def one(store: Documents, id: str) -> None:
    """One insert and what came of it."""
    try:
        await store.insert("entries", entry(id))
    except Refused:
        say("refused", id)
    except Unavailable:
        say("unavailable", id)
    except Lost:
        say("lost", id)
    else:
        say("acked", id)


async def sequence(store: Documents, name: str, count: int, *, pause: float = 0) -> None:
    """Inserts one after the other."""
    for number in range(count):
        await one(store, f"{name}:{number:05}")
        await asyncio.sleep(pause)


async def twice(store: Documents, name: str, count: int) -> None:
    """Each id by two at once: the one who is refused is so only if the other's is there."""
    for number in range(count):
        id = f"{name}:{number:05}"
        await asyncio.gather(one(store, id), one(store, id))


async def crowd(store: Documents, name: str, tasks: int, count: int) -> None:
    """Inserts by many at once."""
    await asyncio.gather(*(sequence(store, f"{name}-{task}", count) for task in range(tasks)))


async def contend(store: Documents, name: str, agent: str) -> None:
    """The protocol's commit, for ever: a counter and an entry that carries its number."""
    for number in itertools.count():
        id = f"{name}:{number:05}"
        while True:
            counter = await store.get("agents", agent)
            assert counter is not None
            version, done = counter["version"], counter["done"]
            assert isinstance(version, int)
            assert isinstance(done, int)
            counter |= {"version": version + 1, "done": done + 1}
            new = entry(id) | {"conversation": agent, "seq": done}
            try:
                await store.commit([PutIf("agents", counter, version), Insert("entries", new)])
            except Refused:
                await asyncio.sleep(0)
            else:
                say("acked", id)
                break


async def storm(store: Documents, name: str) -> None:
    """Everything at once, until killed."""
    for agent in ("x", "y"):
        if await store.get("agents", agent) is None:
            await store.insert("agents", {"id": agent, "version": 1, "done": 0})
    say("ready")
    await asyncio.gather(
        *(contend(store, f"{name}-{task}", "xy"[task % 2]) for task in range(6)),
        *(sequence(store, f"{name}-solo{task}", 1_000_000) for task in range(3)),
    )


async def main(folder: Path, plan: str) -> None:
    """Open the store and do what the plan says."""
    try:
        store = await SqliteDocuments.open(folder / "store.db", SCHEMA)
    except Unavailable:
        say("unopened")
        return
    say("opened")
    match plan.split("/"):
        case ["trace"]:
            await sequence(store, "single", 30)
            await crowd(store, "many", 12, 8)
            await store.commit([Insert("entries", entry("pair:1")), Insert("things", entry("pair:2"))])
            say("acked", "pair:1")
            say("acked", "pair:2")
        case ["faulty", count]:
            await sequence(store, "single", int(count), pause=0.002)
            await twice(store, "twice", 30)
            await crowd(store, "many", 8, 5)
            await store.ping()
        case ["much"]:
            await crowd(store, "many", 4, 400)
        case ["until_lost"]:
            await sequence(store, "single", 60)
            say("waiting")
            await asyncio.sleep(60)
        case ["storm", name]:
            await storm(store, name)
        case ["nothing"]:
            await store.ping()
    await store.close()
    say("closed")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
