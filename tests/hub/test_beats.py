"""Beats: they move while a process lives and name the agents whose desks are connected to it."""

import pytest

from hub.beats import INTERVAL, Beat, Heart, read_beats
from hub.documents import Document, Lost, Unavailable
from hub.events import BeatsMoved, LocalBus
from hub.ids import RandomIds
from tests.fakes.house import House
from tests.fakes.stage import Stage
from tests.fakes.watched_documents import changes


@pytest.fixture
def heart(house: House) -> Heart:
    """A heart that beats when a test says so."""
    return Heart(house.store, clock=house.clock, ids=RandomIds(), bus=LocalBus())


async def mine(house: House, heart: Heart) -> Beat:
    """This heart's beat as stored."""
    (beat,) = [beat for beat in await read_beats(house.store) if beat.id == heart._id]
    return beat


async def test_a_beat_moves_and_names_the_connected(house: House, heart: Heart) -> None:
    heart.join("u_2")
    heart.join("u_1")
    await heart.beat()
    first = await mine(house, heart)
    assert first.agents == ["u_1", "u_2"]
    heart.part("u_2")
    await heart.beat()
    second = await mine(house, heart)
    assert (second.n, second.agents) == (first.n + 1, ["u_1"])


async def test_an_agent_is_connected_until_his_last_tab_is_gone(heart: Heart) -> None:
    heart.join("u_1")
    heart.join("u_1")
    heart.part("u_1")
    assert heart.connected == {"u_1"}
    heart.part("u_1")
    assert heart.connected == frozenset()
    heart.part("u_1")  # one too many
    heart.join("u_1")
    assert heart.connected == {"u_1"}


async def test_it_beats_each_interval(house: House) -> None:
    await house.clock.settle()
    (before,) = await read_beats(house.store)
    await house.clock.advance(10 * INTERVAL)
    (after,) = await read_beats(house.store)
    assert after.n - before.n == 10


@pytest.mark.parametrize("happened", [True, False])
async def test_a_beat_whose_answer_was_lost_does_not_stop_the_heart(house: House, happened: bool) -> None:
    for _ in range(4):
        house.store.fail(changes("beats"), Lost("no answer"), after=happened)
        await house.clock.advance(3 * INTERVAL)
    (before,) = await read_beats(house.store)
    await house.clock.advance(3 * INTERVAL)
    (after,) = await read_beats(house.store)
    assert after.n == before.n + 3


async def test_it_beats_again_after_an_outage_and_counts_up(house: House) -> None:
    await house.clock.advance(3 * INTERVAL)
    (before,) = await read_beats(house.store)
    house.store.fail(changes("beats"), Unavailable("away"), times=5)
    await house.clock.advance(5 * INTERVAL)
    await house.clock.advance(2 * INTERVAL)
    (after,) = await read_beats(house.store)
    assert after.n > before.n


async def test_a_clean_end_takes_the_beat_away(house: House, heart: Heart) -> None:
    await heart.beat()
    await heart.stop()
    assert heart._id not in {beat.id for beat in await read_beats(house.store)}


async def test_a_restarted_process_is_another_one(stage: Stage, house: House) -> None:
    again = await stage.house(routes=False)
    assert again.heart._id != house.heart._id
    assert len(await read_beats(house.store)) == 2


async def test_the_living_are_heard_however_many_have_died(house: House, heart: Heart) -> None:
    """Each kill -9 leaves a beat that never moves again; the living one must still be among those read."""
    for number in range(1_000):
        dead: Document = {
            "id": f"a_{number:04}",
            "version": 1,
            "n": 1,
            "agents": [],
            "at": "2026-01-01T00:00:00.000Z",
        }
        await house.store.insert("beats", dead)
    heart.join("u_1")
    await heart.beat()
    await house.clock.advance(2 * INTERVAL)
    assert "u_1" in {agent for beat in await read_beats(house.store) for agent in beat.agents}


async def test_a_desk_that_connects_is_told_to_the_house(house: House) -> None:
    told: list[BeatsMoved] = []
    house.bus.listen(BeatsMoved, told.append)
    house.heart.join("u_1")
    assert len(told) == 1
