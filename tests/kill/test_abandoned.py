"""What a killed hub left open on MongoDB locks nobody out: the next hub ends it."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import OperationFailure

from hub.documents import Changed, Insert, PutIf, StoreError
from hub.ids import Address, InboxId, thread_id
from hub.mongo import steps
from hub.mongo.documents import MongoDocuments
from hub.mongo.reports import Database
from hub.mongo.sessions import COLLECTION
from tests.kill.engines import SCHEMA, Place
from tests.kill.outside import PLAIN
from tests.kill.points import BETWEEN_STATEMENTS
from tests.kill.program import Config
from tests.kill.rounds import Program
from tests.kill.wire import Answer, Ask, frame, read_frame
from tests.parts.mongo import fresh_database

LIMIT = 20.0  # seconds; the server's own is 60
FIRST: dict[str, Any] = {"id": "first", "version": 1}
SECOND: dict[str, Any] = {"id": "second", "version": 1}


@pytest.fixture
def database(mongo_uri: str) -> Iterator[str]:
    with fresh_database(mongo_uri) as name:
        yield name


@pytest.fixture
async def store(mongo_uri: str, database: str) -> AsyncIterator[MongoDocuments]:
    opened = await MongoDocuments.open(mongo_uri, SCHEMA, database=database, dead_after=0.3)
    yield opened
    await opened.close()


@pytest.fixture
def there(mongo_uri: str, database: str) -> Iterator[Any]:
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        yield client[database]


async def until_written(store: MongoDocuments, document: dict[str, Any]) -> float:
    """Seconds until this replaces its former version."""
    began = time.monotonic()
    while time.monotonic() - began < LIMIT:
        try:
            await store.commit([PutIf("leases", document, document["version"] - 1), Insert("beats", SECOND)])
        except StoreError:
            await asyncio.sleep(0.02)
        else:
            return time.monotonic() - began
    raise AssertionError("it is still locked")


async def test_a_killed_hub_locks_its_customer_out_for_a_moment_only(
    mongo_uri: str, database: str, there: Any, tmp_path: Path
) -> None:
    ask = Ask("receive", "p_1", client_id="m1", number=1, inbox=PLAIN, address="a_p_1")

    def config(point: str | None) -> Config:
        return Config(
            place=Place(uri=mongo_uri, database=database),
            socket=str(tmp_path / (point or "next")[:7]),
            outside=str(tmp_path / "outside"),
            log=str(tmp_path / "log"),
            agents=(),
            seed="abandoned",
            beginning=time.time(),
            point=point,
        )

    async def answer(program: Program) -> Answer:
        assert await program.ready()
        reader, writer = await asyncio.open_unix_connection(program.config.socket)
        try:
            writer.write(frame(ask))
            return await asyncio.wait_for(read_frame(reader, Answer), LIMIT)
        finally:
            writer.close()

    dying = Program(config(BETWEEN_STATEMENTS))
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await answer(dying)
    assert await dying.gone(LIMIT)
    assert dying.code == -signal.SIGKILL
    (left,) = there[COLLECTION].find()
    with there.client.start_session() as session:
        session.start_transaction()
        with pytest.raises(OperationFailure, match="WriteConflict"):
            there["threads"].insert_one({"_id": thread_id(InboxId(PLAIN), Address("a_p_1"))}, session=session)

    began = time.monotonic()
    program = Program(config(None))
    try:
        told = None
        while told is None:
            told = (await answer(program)).told
            assert time.monotonic() - began < LIMIT
    finally:
        await program.kill()
    assert left["_id"] not in {one["_id"] for one in there[COLLECTION].find()}
    assert there["entries"].count_documents({"client_id": "m1"}) == 1


async def test_a_slow_process_taken_for_dead_loses_only_the_transaction_it_is_in(
    mongo_uri: str, database: str, store: MongoDocuments, there: Any
) -> None:
    slow = await MongoDocuments.open(mongo_uri, SCHEMA, database=database, dead_after=3.0)
    await slow.insert("leases", FIRST)
    buried = 0

    async def wait(database: Database, session: AsyncClientSession | None) -> None:
        nonlocal buried
        deadline = time.monotonic() + LIMIT
        while there[COLLECTION].count_documents({}) and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        buried += 1

    write = steps.prepared(PutIf("leases", FIRST | {"version": 2}, 1), {"leases": SCHEMA["leases"]})
    with pytest.raises(Changed):
        await steps.together(slow._sessions, slow._database, [write, wait, write])
    assert buried == 1
    await slow.commit([PutIf("leases", FIRST | {"version": 2}, 1), Insert("beats", SECOND)])
    deadline = time.monotonic() + LIMIT
    while not there[COLLECTION].count_documents({}):  # it writes itself down again
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    await slow.close()


async def test_a_transaction_that_was_cancelled_is_ended(store: MongoDocuments) -> None:
    await store.insert("leases", FIRST)
    inside = asyncio.Event()

    async def wait(database: Database, session: AsyncClientSession | None) -> None:
        inside.set()
        await asyncio.Event().wait()

    write = steps.prepared(PutIf("leases", FIRST | {"version": 2}, 1), {"leases": SCHEMA["leases"]})
    task = asyncio.create_task(steps.together(store._sessions, store._database, [write, wait]))
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until_written(store, FIRST | {"version": 2})


async def test_a_clean_end_leaves_no_session_behind(mongo_uri: str, database: str, there: Any) -> None:
    store = await MongoDocuments.open(mongo_uri, SCHEMA, database=database)
    await store.commit([Insert("leases", FIRST), Insert("beats", SECOND)])
    assert there[COLLECTION].count_documents({}) == 1
    await store.close()
    assert there[COLLECTION].count_documents({}) == 0
