"""A stage in memory: these tests are about what the parts do, the stories are about where."""

from collections.abc import AsyncIterator

import pytest

from hub.documents import Schema
from hub.schema import COLLECTIONS
from tests.fakes.house import Desk, House
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
    """One process, which routes nothing: agents take what they want."""
    return await stage.house(routes=False)


@pytest.fixture
async def desk(house: House) -> Desk:
    """An agent who holds the conversation of a00."""
    desk = await house.hire("u_1", capacity=9)
    (conversation,) = await house.line_up(1)
    await house.conversations.pull(conversation, agent="u_1")
    return desk
