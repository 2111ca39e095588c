"""How the SQLite engine shares the machine: long reads, busy loops, several loops."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.documents import Document, Equal, Range, Unavailable
from hub.sqlite.documents import SqliteDocuments
from hub.sqlite.readers import BUDGET, Readers
from hub.sqlite.reports import SqlReport, field_value, rows
from tests.conformance.stores import SCHEMA, fill


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteDocuments]:
    opened = await SqliteDocuments.open(tmp_path / "store.db", SCHEMA)
    yield opened
    await opened.close()


class Threads:
    """A query that notes on which threads it runs."""

    def __init__(self, text: str) -> None:
        self.seen: list[int] = []
        self._text = text

    def __call__(self, connection: sqlite3.Connection) -> int:
        self.seen.append(threading.get_ident())
        return len(connection.execute(self._text).fetchall())


@pytest.fixture
async def readers(store: SqliteDocuments, tmp_path: Path) -> AsyncIterator[Readers]:
    """Readers of their own beside the store."""
    opened = Readers(tmp_path / "store.db")
    yield opened
    opened.stop()


async def test_a_long_read_leaves_the_event_loop_free(store: SqliteDocuments, readers: Readers) -> None:
    many: list[Document] = [{"id": f"{n:06}", "version": 1, "f": n, "g": [n] * 20} for n in range(20_000)]
    await store.bulk("things", many)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    query = Threads(f"SELECT 1 FROM things WHERE {field_value('g')} = 'x'")
    assert await readers.soon(query) == 0
    assert (await store.find("things", Equal("g", 1), limit=5)).items == []
    assert await store.count("things", Range("f", lt=100)) == 100
    ticking.cancel()
    here = threading.get_ident()
    assert query.seen[0] == here  # begun here, stopped,
    assert len(query.seen) == 2
    assert query.seen[1] != here  # and done on another thread
    assert ticks > 10


async def test_a_stopped_read_leaves_no_old_view_behind(store: SqliteDocuments) -> None:
    await store.bulk("things", [{"id": f"{n:05}", "version": 1, "f": n % 3} for n in range(5000)])
    by = ("f", "nothing")
    page = await store.find("things", sort=by, limit=50)
    for number in range(20):
        await store.find("things", Equal("nothing", 1), sort=by, limit=50, after=page.next)
        await store.insert("things", {"id": f"new{number}", "version": 1})
        assert await store.get("things", f"new{number}") is not None
        assert await store.count("things", Equal("id", f"new{number}")) == 1


async def test_short_reads_stay_on_the_thread_that_asks(store: SqliteDocuments, readers: Readers) -> None:
    waiting: list[Document] = [{"queue": "q", "state": "open", "since": n} for n in range(100)]
    await fill(store, "waiting", *waiting)
    query = Threads(f"SELECT 1 FROM waiting WHERE {field_value('queue')} = 'q' LIMIT 20")
    runs = BUDGET // 20
    for _ in range(runs):  # a kept statement's instructions add up; that must not count
        assert await readers.soon(query) == 20
    assert query.seen == [threading.get_ident()] * runs


async def test_reports_cannot_write(tmp_path: Path) -> None:
    def wrong(connection: sqlite3.Connection, parameters: object) -> list[Document]:
        return rows(connection, "DELETE FROM things", {})

    reports: dict[str, SqlReport] = {"wrong": wrong}
    store = await SqliteDocuments.open(tmp_path / "store.db", SCHEMA, reports=reports)
    await fill(store, "things", {})
    with pytest.raises(Unavailable, match="READONLY"):
        await store.report("wrong", {})
    assert await store.count("things") == 1
    await store.close()


async def test_a_busy_loop_does_not_starve_the_writer(store: SqliteDocuments) -> None:
    going_on = True

    async def busy() -> None:
        while going_on:
            end = time.perf_counter() + 0.0002
            while time.perf_counter() < end:
                pass
            await asyncio.sleep(0)

    task = asyncio.create_task(busy())
    longest = 0.0
    for number in range(150):
        began = time.perf_counter()
        await store.insert("things", {"id": str(number), "version": 1})
        longest = max(longest, time.perf_counter() - began)
    going_on = False
    await task
    assert longest < 0.15  # without stepping aside some took seconds


async def test_a_cancelled_caller_does_not_disturb_the_others(store: SqliteDocuments) -> None:
    tasks = [asyncio.create_task(store.insert("things", {"id": f"{n:03}", "version": 1})) for n in range(50)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in done[::2])
    assert done[1::2] == [None] * 25
    assert await store.count("things") == 50


async def test_two_event_loops_share_a_store(store: SqliteDocuments) -> None:
    async def work(name: str) -> int:
        for number in range(100):
            await store.insert("things", {"id": f"{name}{number}", "version": 1})
            assert await store.get("things", f"{name}{number}") is not None
        return len((await store.find("things", Range("id", gte=name, lt=name + "~"), limit=500)).items)

    both = tuple(await asyncio.gather(work("a"), asyncio.to_thread(asyncio.run, work("b"))))
    assert both == (100, 100)
