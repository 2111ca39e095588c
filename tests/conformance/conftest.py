"""The stores under test."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.documents import Documents
from tests.conformance import stores
from tests.parts.mongo import fresh_database, given_uris

LASTING = ["sqlite", "mongo", *(["given"] if given_uris() else [])]


@contextmanager
def _opener(request: pytest.FixtureRequest, folder: Path) -> Iterator[stores.Open]:
    if request.param == "memory":
        yield stores.memory()
    elif request.param == "sqlite":
        yield stores.sqlite(folder)
    else:
        given = request.param == "given"
        uri = given_uris()[0] if given else request.getfixturevalue("embedded_mongo").uri
        with fresh_database(uri) as database:
            yield stores.mongo(uri, database)


@pytest.fixture(params=LASTING)
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[stores.Open]:
    """How a store of each engine that keeps things is opened, the same one each time."""
    with _opener(request, tmp_path) as opener:
        yield opener


@pytest.fixture(params=["memory", *LASTING])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Documents]:
    """An empty store of each engine."""
    with _opener(request, tmp_path) as opener:
        async with opener() as opened:
            yield opened
