"""What the SQLite engine promises beside the port: its lock, its indexes, copies of it, long reads."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.documents import (
    Collection,
    Contains,
    Document,
    Duplicate,
    Exists,
    Index,
    Range,
    Schema,
    Unavailable,
)
from hub.sqlite.documents import SqliteDocuments
from hub.sqlite.files import connect
from hub.sqlite.layout import IndexBroken, StoreTooNew, prepare
from hub.sqlite.lock import StoreLocked
from tests.conformance.stores import SCHEMA, fill, ids
from tests.parts.processes import ROOT


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteDocuments]:
    opened = await SqliteDocuments.open(tmp_path / "store.db", SCHEMA)
    yield opened
    await opened.close()


# --- The lock ---


async def test_a_store_is_open_in_one_place(store: SqliteDocuments, tmp_path: Path) -> None:
    with pytest.raises(StoreLocked, match=str(os.getpid())) as locked:
        await SqliteDocuments.open(tmp_path / "store.db", SCHEMA)
    assert locked.value.pid == os.getpid()
    await store.insert("things", {"id": "a", "version": 1})
    await store.close()
    again = await SqliteDocuments.open(tmp_path / "store.db", SCHEMA)
    assert await ids(again, "things") == ["a"]
    await again.close()
    await again.close()


def test_the_lock_names_the_other_process_and_goes_with_it(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys, pathlib\n"
        "from hub.sqlite.documents import SqliteDocuments\n"
        "from tests.conformance.stores import SCHEMA\n"
        "async def main():\n"
        "    await SqliteDocuments.open(pathlib.Path(sys.argv[1]), SCHEMA)\n"
        "    print('open', flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    path = tmp_path / "store.db"
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(StoreLocked) as locked:
            asyncio.run(open_and_close(path))
        assert locked.value.pid == other.pid
        other.kill()
        other.wait()
    asyncio.run(open_and_close(path))


async def open_and_close(path: Path) -> None:
    store = await SqliteDocuments.open(path, SCHEMA)
    await store.close()


# --- Indexes and layout ---


def one(*indexes: Index) -> Schema:
    return Schema((Collection("things", indexes),))


async def opened(path: Path, schema: Schema) -> SqliteDocuments:
    return await SqliteDocuments.open(path, schema)


def indexes_in(path: Path) -> set[str]:
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE name LIKE '%\\_\\_%' ESCAPE '\\'")
        return {name for (name,) in found}


async def test_indexes_follow_their_declaration(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = await opened(path, one(Index("a", ("f",)), Index("tags", ("tags",), many=True)))
    await fill(store, "things", {"f": 1, "tags": ["x"]}, {"f": 1, "tags": ["x", "y"]})
    await store.close()
    assert "things__a" in indexes_in(path)

    store = await opened(path, one(Index("b", ("f",)), Index("tags", ("tags", "-f"), many=True)))
    assert await ids(store, "things", Contains("tags", "x"), sort=("-f",)) == ["d001", "d000"]
    await store.append("things", "d000", "tags", "z")
    assert await ids(store, "things", Contains("tags", "z")) == ["d000"]
    await store.close()
    found = indexes_in(path)
    assert "things__a" not in found
    assert "things__b" in found

    store = await opened(path, one())
    assert await ids(store, "things", Contains("tags", "y")) == ["d001"]
    await store.close()
    assert indexes_in(path) == set()


def test_nothing_is_built_twice(tmp_path: Path) -> None:
    connection = connect(tmp_path / "store.db", writes=True)
    assert prepare(connection, SCHEMA)
    assert prepare(connection, SCHEMA) == []
    connection.close()


async def test_documents_that_contradict_a_new_index_are_named_and_stay(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = await opened(path, one(Index("f", ("f",))))
    await fill(store, "things", {"f": 1}, {"f": 1}, {"f": None}, {})
    await store.close()
    for index in (
        Index("f", ("f",), unique=True, where=Exists("f")),
        Index("other", ("nothing",), unique=True),
    ):
        with pytest.raises(IndexBroken, match=f"things__{index.name}"):
            await opened(path, one(index))
    assert "things__f" in indexes_in(path)
    store = await opened(path, one(Index("f", ("f",))))
    assert await store.count("things") == 4
    await store.close()


async def test_a_collection_that_is_no_longer_declared_keeps_its_documents(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = await opened(path, one(Index("f", ("f",))))
    await fill(store, "things", {"f": 1})
    await store.close()
    store = await opened(path, Schema((Collection("others"),)))
    with pytest.raises(KeyError):
        await store.get("things", "d000")
    await store.close()
    store = await opened(path, one())
    assert await ids(store, "things") == ["d000"]
    await store.close()


async def test_an_older_file_is_brought_up_to_date_and_a_newer_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = await opened(path, one())
    await fill(store, "things", {"f": 1})
    await store.close()

    def double(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE things SET doc = json_set(doc, '$.f', 2 * json_extract(doc, '$.f'))")

    connection = connect(path, writes=True)
    for _ in range(2):
        prepare(connection, one(), (double,))
    assert connection.execute("SELECT json_extract(doc, '$.f') FROM things").fetchall() == [(2,)]
    connection.close()
    with pytest.raises(StoreTooNew, match="layout 2"):
        await opened(path, one())


def test_a_declaration_that_not_every_engine_keeps_is_refused(tmp_path: Path) -> None:
    wrong: list[tuple[type[Exception], Schema]] = [
        (ValueError, Schema((Collection("Things"),))),
        (ValueError, Schema((Collection("a; DROP"),))),
        (ValueError, Schema((Collection("a__b"),))),
        (ValueError, one(Index("x", ("f",)), Index("x", ("g",)))),
        (ValueError, one(Index("x", ()))),
        (ValueError, one(Index("x", ("f", "f")))),
        (ValueError, one(Index("x", ("f",), unique=True, many=True))),
        (ValueError, one(Index("x", ("f",), where=Exists("f", present=False)))),
        (TypeError, one(Index("x", ("f",), where=Range("f", gt=1)))),  # type: ignore[arg-type]
    ]
    for error, schema in wrong:
        with pytest.raises(error):
            asyncio.run(SqliteDocuments.open(tmp_path / "store.db", schema))
    assert list(tmp_path.iterdir()) == []


# --- Copies ---


async def test_a_backup_is_whole_while_writing_goes_on(store: SqliteDocuments, tmp_path: Path) -> None:
    await store.bulk("things", [{"id": f"{n:05}", "version": 1, "pad": "x" * 500} for n in range(4000)])
    await fill(store, "waiting", {"tags": ["x"], "queue": "q"})
    written = 0
    going_on = True

    async def write() -> None:
        nonlocal written
        while going_on:
            pair: list[Document] = [{"id": f"{side}{written}", "version": 1} for side in "ab"]
            await store.bulk("agents", pair)
            written += 1

    writing = asyncio.create_task(write())
    copy = tmp_path / "copies" / "one.db"
    copy.parent.mkdir()
    for _ in range(3):
        await store.backup(copy)
    going_on = False
    await writing
    assert written > 3
    assert [path.name for path in copy.parent.iterdir()] == ["one.db"]
    restored = await SqliteDocuments.open(copy, SCHEMA)
    assert await restored.count("things") == 4000
    assert await ids(restored, "waiting", Contains("tags", "x")) == ["d000"]
    agents = await restored.count("agents")
    assert 0 < agents < await store.count("agents")
    assert agents % 2 == 0  # both of a transaction, or none
    with pytest.raises(Duplicate):
        await restored.insert("things", {"id": "00001", "version": 1})
    await restored.close()


async def test_a_backup_that_cannot_be_written_says_so(store: SqliteDocuments, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="back up"):
        await store.backup(tmp_path / "nowhere" / "one.db")
    await store.ping()
