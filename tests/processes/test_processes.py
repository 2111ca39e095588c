"""Who runs, as the processes see it of each other; in virtual time."""

import pytest

from hub.processes import DEAD, PROCESSES, SWEPT, Part
from tests.fakes.clock import VirtualClock
from tests.fakes.memory_documents import MemoryDocuments
from tests.processes.virtual import Town
from web.foundation import schema


@pytest.fixture
def town() -> Town:
    return Town(MemoryDocuments(schema()), VirtualClock())


async def test_before_it_has_looked_a_process_trusts_nobody_and_knows_of_nobody(town: Town) -> None:
    one = await town.settle_in("a")
    assert one.processes.alone
    assert one.processes.trusted
    town.rows.clear()
    fresh = await town.settle_in("b")
    assert not fresh.processes.alone
    assert fresh.processes.lives("a")
    assert not fresh.processes.lives("c")


async def test_hints_are_trusted_when_everybody_is_connected(town: Town) -> None:
    mine, other = await town.settle_in("a"), await town.settle_in("b", part=Part.ROUTER)
    told = []
    for here, there in ((True, True), (True, False), (False, True), (True, True)):
        mine.hints, other.hints = here, there
        await town.pass_by(3)
        told.append(mine.processes.trusted)
    assert told == [True, False, False, True]


async def test_who_says_nothing_any_more_is_gone_until_he_speaks_again(town: Town) -> None:
    mine, other = await town.settle_in("a"), await town.settle_in("b")
    other.speaks = False
    await town.pass_by(DEAD - 2)
    assert mine.processes.lives("b")
    await town.pass_by(4)
    assert not mine.processes.lives("b")
    assert mine.processes.alone
    assert mine.processes.gone == {"b"}
    mine.processes.settle("b")
    await town.pass_by(4)
    assert mine.processes.gone == set()
    other.speaks = True
    await town.pass_by(2)
    assert mine.processes.lives("b")
    assert other.processes.lapses == 1
    assert mine.processes.lapses == 0


async def test_a_clean_end_is_seen_at_once_and_dead_rows_are_swept(town: Town) -> None:
    mine, other, dead = [await town.settle_in(name) for name in ("a", "b", "c")]
    other.speaks = dead.speaks = False
    await other.processes.stop()
    await town.pass_by(2)
    assert mine.processes.gone == {"b"}
    assert not mine.processes.alone
    await town.pass_by(SWEPT + 5)
    assert mine.processes.gone == {"b", "c"}
    assert await town.documents.get(PROCESSES.name, "c") is None
    for name in ("b", "c"):
        mine.processes.settle(name)
    await town.pass_by(2)
    assert mine.processes.alone


async def test_our_own_outage_is_held_against_nobody(town: Town) -> None:
    mine, other = await town.settle_in("a"), await town.settle_in("b")
    mine.speaks = other.speaks = False
    await town.clock.advance(600)
    mine.speaks = True
    await town.pass_by(2)
    assert mine.processes.lives("b")
    assert mine.processes.lapses == 1
