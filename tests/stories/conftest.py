"""The stage on every engine: in memory, on a real disk, on a real MongoDB wire."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hub.documents import Documents, Schema
from hub.mongo.documents import MongoDocuments
from hub.schema import COLLECTIONS
from hub.sqlite.documents import SqliteDocuments
from tests.fakes.house import House
from tests.fakes.memory_documents import MemoryDocuments
from tests.fakes.stage import Stage
from tests.parts.mongo import fresh_database, given_uris, mongo_server

SCHEMA = Schema(COLLECTIONS)
ENGINES = ["memory", "sqlite", "mongo", *(["given"] if given_uris() else [])]


@pytest.fixture(scope="session")
def own_mongo() -> Iterator[str]:
    """The address of a MongoDB-wire server for all stories."""
    with mongo_server() as server:
        yield server.uri


@pytest.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Documents]:
    """An empty store."""
    if request.param == "memory":
        yield MemoryDocuments(SCHEMA)
        return
    if request.param == "sqlite":
        on_disk = await SqliteDocuments.open(tmp_path / "store.db", SCHEMA)
        yield on_disk
        await on_disk.close()
        return
    uri = request.getfixturevalue("own_mongo") if request.param == "mongo" else given_uris()[0]
    with fresh_database(uri) as database:
        on_wire = await MongoDocuments.open(uri, SCHEMA, database=database)
        yield on_wire
        await on_wire.close()


@pytest.fixture
async def stage(engine: Documents) -> AsyncIterator[Stage]:
    """A stage; whatever was played on it, slots and timelines agree in the end."""
    stage = Stage(engine, on_wire=isinstance(engine, MongoDocuments))
    yield stage
    await stage.end()


@pytest.fixture
async def house(stage: Stage) -> House:
    """The one process of most stories."""
    return await stage.house()
