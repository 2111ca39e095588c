"""Wrap-up: as long as configured, not shorter, and the place it holds is the router's to keep free."""

from dataclasses import replace

import pytest

from routing.router import ROUND, TICK
from tests.fakes.configuration import QUEUE
from tests.fakes.house import Desk, House, conversation_of
from tests.fakes.stage import Stage

SECONDS = 30
LATE = 2 * TICK


@pytest.fixture(autouse=True)
def after_work(stage: Stage) -> None:
    """The queue gives its agents some time after each conversation."""
    facts = stage.configuration.queues[QUEUE]
    stage.configuration.queues[QUEUE] = replace(facts, after_work_seconds=SECONDS)


async def wrapping_up(house: House) -> Desk:
    """One agent has just closed; one customer waits."""
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    await house.line_up(2)
    await desk.accept_all()
    await desk.close(conversation_of("a00"))
    await house.clock.settle()
    return desk


async def test_wrap_up_ends_when_configured_and_not_earlier(house: House) -> None:
    desk = await wrapping_up(house)
    began = house.clock.monotonic()
    assert await house.presence("u_1") == "after_work"
    assert await desk.offered() == []

    async def over() -> bool:
        return await house.presence("u_1") == "ready"

    await house.clock.until(over, limit=SECONDS * 2)
    assert SECONDS <= house.clock.monotonic() - began <= SECONDS + LATE
    await house.clock.settle()
    assert [offer.conversation for offer in await desk.offered()] == [conversation_of("a01")]


async def test_the_agent_may_end_his_wrap_up_and_gets_the_next_at_once(house: House) -> None:
    desk = await wrapping_up(house)
    (slot,) = (await house.agent("u_1")).after_work
    await house.clock.advance(5)
    await house.agents.end_after_work("u_1", slot)
    await house.clock.settle()
    assert [offer.conversation for offer in await desk.offered()] == [conversation_of("a01")]
    await desk.accept_all()
    await house.clock.advance(SECONDS)  # the former end comes and takes nothing away
    assert await house.held_by("u_1") == [conversation_of("a01")]


async def test_the_next_wrap_up_has_its_own_time(house: House) -> None:
    desk = await wrapping_up(house)
    (slot,) = (await house.agent("u_1")).after_work
    await house.clock.advance(SECONDS - 5)
    await house.agents.end_after_work("u_1", slot)
    await house.clock.settle()
    await desk.accept_all()
    await desk.close(conversation_of("a01"))
    await house.clock.advance(SECONDS - 5)
    assert await house.presence("u_1") == "after_work"
    await house.clock.advance(5 + LATE)
    assert await house.presence("u_1") == "ready"


async def test_a_new_owner_of_the_routing_does_not_cut_a_wrap_up_short(stage: Stage) -> None:
    house = await stage.house()
    await wrapping_up(house)
    await house.clock.advance(SECONDS / 2)
    await house.kill()
    again = await stage.house()
    await Desk(again, "u_1").open_tab()
    await stage.clock.advance(SECONDS / 2 - TICK)
    assert await again.presence("u_1") == "after_work"
    await stage.clock.advance(SECONDS)
    assert await again.presence("u_1") == "ready"


async def test_wrap_up_holds_off_the_router_but_not_a_colleague(house: House) -> None:
    await wrapping_up(house)
    giver = await house.hire("u_2")
    await house.clock.advance(ROUND)
    await giver.accept_all()
    given = await house.conversations.to_agent(conversation_of("a01"), by="u_2", agent="u_1")
    assert given.after.agent == "u_1"


async def test_a_closed_conversation_that_nobody_had_to_wrap_up_leaves_no_wrap_up(
    stage: Stage, house: House
) -> None:
    stage.configuration.queues[QUEUE] = replace(stage.configuration.queues[QUEUE], after_work_seconds=0)
    desk = await wrapping_up(house)
    assert await house.presence("u_1") == "ready"
    assert [offer.conversation for offer in await desk.offered()] == [conversation_of("a01")]
