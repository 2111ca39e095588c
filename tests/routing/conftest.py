"""A stage in memory for the router's own tests."""

from collections.abc import AsyncIterator

import pytest

from hub.documents import Schema
from hub.schema import COLLECTIONS
from tests.fakes.house import House
from tests.fakes.memory_documents import MemoryDocuments
from tests.fakes.stage import Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A stage; slots and timelines agree in the end."""
    stage = Stage(MemoryDocuments(Schema(COLLECTIONS)))
    yield stage
    await stage.end()


@pytest.fixture
async def house(stage: Stage) -> House:
    """One process that routes."""
    return await stage.house()
