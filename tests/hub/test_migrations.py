"""Migrations: each once, in order, begun anew after a crash, never on data that is too new."""

from collections.abc import Awaitable, Callable

import pytest

from hub.documents import Documents, Schema
from hub.migrations import META, DataTooNew, Migration, Migrations
from tests.fakes.memory_documents import MemoryDocuments


class Steps:
    """Migrations that write down that they ran."""

    def __init__(self) -> None:
        self.ran: list[int] = []
        self.fails_at = 0

    def __call__(self, count: int) -> list[Migration]:
        """So many migrations."""
        return [Migration(number, f"step {number}", self._run(number)) for number in range(1, count + 1)]

    def _run(self, number: int) -> Callable[[Documents], Awaitable[None]]:
        async def run(documents: Documents) -> None:
            if number == self.fails_at:
                raise RuntimeError("killed in the middle")
            self.ran.append(number)

        return run


async def test_each_is_done_once_and_in_order() -> None:
    documents, steps = MemoryDocuments(Schema((META,))), Steps()
    assert await Migrations(documents, steps(2)).run() == 2
    assert await Migrations(documents, steps(2)).run() == 0
    assert await Migrations(documents, steps(3)).run() == 1
    assert steps.ran == [1, 2, 3]


async def test_one_that_was_cut_is_begun_anew() -> None:
    documents, steps = MemoryDocuments(Schema((META,))), Steps()
    steps.fails_at = 2
    with pytest.raises(RuntimeError):
        await Migrations(documents, steps(3)).run()
    steps.fails_at = 0
    assert await Migrations(documents, steps(3)).run() == 2
    assert steps.ran == [1, 2, 3]


async def test_a_new_store_needs_none() -> None:
    documents, steps = MemoryDocuments(Schema((META,))), Steps()
    migrations = Migrations(documents, steps(3))
    await migrations.mark_new()
    assert await migrations.run() == 0
    assert steps.ran == []


async def test_data_of_a_newer_program_is_not_touched() -> None:
    documents, steps = MemoryDocuments(Schema((META,))), Steps()
    await Migrations(documents, steps(3)).run()
    with pytest.raises(DataTooNew, match="version 3"):
        await Migrations(documents, steps(2)).run()


def test_numbers_have_no_gaps() -> None:
    steps = Steps()
    with pytest.raises(ValueError, match="gaps"):
        Migrations(MemoryDocuments(Schema((META,))), steps(3)[1:])
