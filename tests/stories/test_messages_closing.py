"""Closing, and what crosses with it: nothing is closed over what was not seen, nothing is left behind."""

import asyncio
from dataclasses import replace

import pytest

from hub.entries import State
from hub.errors import Gone, Unseen
from routing.router import ROUND
from tests.fakes.configuration import QUEUE
from tests.fakes.house import Desk, House, contact_of, conversation_of
from tests.fakes.stage import Stage
from tests.fakes.watched_documents import writes

FIRST = conversation_of("a00")


@pytest.fixture
async def desk(house: House) -> Desk:
    """An agent who holds the conversation of a00."""
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    await house.line_up(1)
    await desk.accept_all()
    return desk


async def test_a_message_that_was_not_seen_is_not_closed_over(house: House, desk: Desk) -> None:
    seen = (await house.last(FIRST)).seq
    await house.write("a00", "wait, one more thing")
    with pytest.raises(Unseen):
        await desk.close(FIRST, seen=seen)
    assert await house.state(FIRST) is State.ASSIGNED
    await desk.close(FIRST)
    assert await house.held_by("u_1") == []


async def test_a_message_that_crosses_with_a_close_and_is_first_keeps_it_open(
    house: House, desk: Desk
) -> None:
    gate = house.store.hold(writes("closed"))
    close = asyncio.create_task(desk.close(FIRST))
    await house.clock.settle()
    assert gate.arrived.is_set()
    await house.write("a00", "wait")
    gate.open()
    with pytest.raises(Unseen):
        await close
    assert await house.state(FIRST) is State.ASSIGNED
    assert await house.held_by("u_1") == [FIRST]


async def test_a_message_that_crosses_with_a_close_and_is_second_is_taken_up_again(
    house: House, desk: Desk
) -> None:
    gate = house.store.hold(writes("message"))
    message = asyncio.create_task(house.write("a00", "wait"))
    await house.clock.settle()
    assert gate.arrived.is_set()
    await desk.close(FIRST)
    gate.open()
    entry = await message
    assert (entry.after.state, entry.after.agent) == (State.WAITING, None)
    await house.clock.settle()
    assert [offer.conversation for offer in await desk.offered()] == [FIRST]


async def test_many_messages_and_a_close_at_once_leave_nothing_that_nobody_watches(
    house: House, desk: Desk
) -> None:
    for number in range(6):
        seen = (await house.last(FIRST)).seq
        await house.together(
            *(house.write("a00", f"{number} {copy}") for copy in range(3)), desk.close(FIRST, seen=seen)
        )
        await house.clock.settle()
        last = await house.last(FIRST)
        # Whatever came first: an agent holds it, is rung for it, or it waits.
        assert last.after.state in (State.ASSIGNED, State.OFFERED, State.WAITING)
        assert last.after.heard > seen
        await desk.accept_all()


async def test_a_message_soon_after_closing_reopens_the_conversation_and_does_not_loop(
    house: House, desk: Desk
) -> None:
    await desk.close(FIRST)
    entry = await house.write("a00", "thanks")
    assert (entry.conversation, entry.after.state) == (FIRST, State.WAITING)
    await house.clock.advance(ROUND)
    kinds = await house.kinds(FIRST)
    assert kinds[-2:] == ["message", "offered"]
    assert house.channel.attempts == []  # nobody answers by himself


async def test_a_message_long_after_closing_begins_a_new_conversation(
    stage: Stage, house: House, desk: Desk
) -> None:
    stage.configuration.set_door(lambda door: replace(door, reopen_within=60.0))
    await desk.close(FIRST)
    await house.clock.jump(61)
    entry = await house.write("a00", "something else")
    assert (entry.conversation, entry.seq) == (conversation_of("a00", 2), 1)
    assert await house.state(FIRST) is State.CONTINUED
    with pytest.raises(Exception, match="continued"):
        await house.conversations.reopen(FIRST, agent="u_1")


async def test_the_time_to_reopen_counts_from_the_closing_and_not_from_a_later_word_about_it(
    stage: Stage, house: House, desk: Desk
) -> None:
    stage.configuration.set_door(lambda door: replace(door, reopen_within=60.0))
    await desk.close(FIRST)
    await house.clock.jump(50)
    await house.intake.rate(FIRST, contact_of("a00"), score=5, comment=None, client_id="r")
    assert (entry.after.state, entry.after.queue, entry.after.agent) == (State.WAITING, "q_2", None)
    assert await house.held_by("u_1") == []
    clerk = await house.hire("u_2", queues=("q_2",))
    await house.clock.advance(ROUND)
    assert [offer.conversation for offer in await clerk.offered()] == [FIRST]
    assert house.router.line(QUEUE) == []
