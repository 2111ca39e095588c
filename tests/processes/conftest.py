"""One Redis for each test that asks for it."""

from collections.abc import Iterator

import pytest

from tests.parts.redis import RedisServer, redis_server


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A real Redis, running."""
    with redis_server() as server:
        yield server
