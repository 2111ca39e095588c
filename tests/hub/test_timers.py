"""Timers as rows: they outlive the process, fire once they are due, and say only who tries."""

import asyncio

import pytest

from hub.documents import Lost, Unavailable
from hub.errors import Busy
from hub.timers import BATCH, TICK, Timer
from tests.fakes.house import House
from tests.fakes.stage import Stage
from tests.fakes.watched_documents import changes, reads

DAY = 24 * 3600.0


@pytest.fixture
async def fired(house: House) -> list[Timer]:
    """What has fired, of the kind "call_back"."""
    fired: list[Timer] = []

    async def handle(timer: Timer) -> None:
        fired.append(timer)

    house.timers.on("call_back", handle)
    return fired


async def test_a_timer_fires_when_it_is_due_and_once(house: House, fired: list[Timer]) -> None:
    await house.timers.arm("call_back", "c_1", 30.0, {"number": 7})
    await house.clock.advance(29.9)
    assert await house.timers.fire() == 0
    await house.clock.advance(0.1)
    assert await house.timers.fire() == 1
    assert await house.timers.fire() == 0
    assert [(timer.subject, timer.data) for timer in fired] == [("c_1", {"number": 7})]


async def test_a_timer_outlives_its_process(stage: Stage, house: House) -> None:
    await house.timers.arm("call_back", "c_1", DAY)
    await house.kill()
    await stage.clock.jump(DAY)
    again = await stage.house(routes=False)
    fired: list[str] = []

    async def handle(timer: Timer) -> None:
        fired.append(timer.subject)

    again.timers.on("call_back", handle)
    await again.timers.fire()
    assert fired == ["c_1"]


async def test_arming_again_moves_the_one_timer(house: House, fired: list[Timer]) -> None:
    await house.timers.arm("call_back", "c_1", 10.0)
    await house.timers.arm("call_back", "c_1", 60.0)
    await house.clock.advance(30.0)
    assert await house.timers.fire() == 0
    await house.clock.advance(30.0)
    assert await house.timers.fire() == 1
    assert len(fired) == 1


async def test_a_disarmed_timer_does_not_fire(house: House, fired: list[Timer]) -> None:
    await house.timers.arm("call_back", "c_1", 10.0)
    await house.timers.disarm("call_back", "c_1")
    await house.timers.disarm("call_back", "c_2")
    await house.clock.advance(60.0)
    assert await house.timers.fire() == 0
    assert fired == []


async def test_a_timer_armed_anew_by_its_own_handler_fires_again(house: House) -> None:
    fired: list[float] = []

    async def handle(timer: Timer) -> None:
        fired.append(house.clock.monotonic())
        if len(fired) < 3:
            await house.timers.arm(timer.kind, timer.subject, 10.0)

    house.timers.on("call_back", handle)
    await house.timers.arm("call_back", "c_1", 10.0)
    for _ in range(60):
        await house.clock.advance(1.0)
        await house.timers.fire()
    assert [round(later - fired[0]) for later in fired] == [0, 10, 20]


@pytest.mark.parametrize("error", [Busy("away"), Unavailable("away")])
async def test_a_timer_whose_handler_was_refused_is_tried_again(house: House, error: Exception) -> None:
    tried: list[str] = []

    async def handle(timer: Timer) -> None:
        tried.append(timer.id)
        if len(tried) == 1:
            raise error

    house.timers.on("call_back", handle)
    await house.timers.arm("call_back", "c_1", 1.0)
    await house.clock.advance(1.0)
    await house.timers.fire()
    await house.timers.fire()
    await house.timers.fire()
    assert len(tried) == 2


@pytest.mark.parametrize("happened", [True, False])
async def test_an_arming_whose_answer_was_lost_is_there_once(
    house: House, fired: list[Timer], happened: bool
) -> None:
    house.store.fail(changes("timers"), Lost("no answer"), after=happened)
    await house.timers.arm("call_back", "c_1", 1.0)
    await house.clock.advance(1.0)
    assert await house.timers.fire() == 1
    assert await house.timers.fire() == 0
    assert len(fired) == 1


async def test_two_who_arm_the_same_timer_together_leave_one(house: House, fired: list[Timer]) -> None:
    await asyncio.gather(*(house.timers.arm("call_back", "c_1", 5.0 + number) for number in range(4)))
    await house.clock.advance(10.0)
    await house.timers.fire()
    await house.timers.fire()
    assert len(fired) == 1


async def test_timers_that_nobody_handles_hold_up_no_others(house: House, fired: list[Timer]) -> None:
    """Rows of a package that is not plugged in any more are older than all others."""
    for number in range(BATCH + 1):
        await house.timers.arm("unplugged", f"c_{number}", 1.0)
    await house.timers.arm("call_back", "c_1", 2.0)
    await house.clock.advance(2.0)
    for _ in range(3):
        await house.timers.fire()
    assert [timer.subject for timer in fired] == ["c_1"]


async def test_timers_whose_handlers_keep_failing_hold_up_no_others(house: House, fired: list[Timer]) -> None:
    async def fail(timer: Timer) -> None:
        raise Busy("away")

    house.timers.on("failing", fail)
    for number in range(BATCH + 1):
        await house.timers.arm("failing", f"c_{number}", 1.0)
    await house.timers.arm("call_back", "c_1", 2.0)
    await house.clock.advance(2.0)
    for _ in range(3):
        await house.timers.fire()
    assert [timer.subject for timer in fired] == ["c_1"]


async def test_the_loop_goes_on_when_the_store_is_away_or_a_handler_breaks(
    house: House, fired: list[Timer]
) -> None:
    async def broken(timer: Timer) -> None:
        raise RuntimeError("a bug")

    house.timers.on("broken", broken)
    await house.timers.arm("broken", "c_0", 1.0)
    await house.timers.arm("call_back", "c_1", 3.0)
    loop = asyncio.create_task(house.timers.run())
    house.store.fail(reads("timers"), Unavailable("away"), times=1)
    await house.clock.advance(3.0 + 2 * TICK)
    assert not loop.done()
    assert [timer.subject for timer in fired] == ["c_1"]
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
