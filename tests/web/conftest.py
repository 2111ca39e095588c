"""The stage as a fixture."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.stage import Stage
from tests.web.stage import stage as make_stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A filled hub, fresh for each test."""
    async with make_stage(tmp_path) as made:
        yield made
