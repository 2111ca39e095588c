"""Closing, and what crosses with it: nothing is closed over what was not seen, nothing is left behind."""

import asyncio
from dataclasses import replace

import pytest

from hub.entries import Actor, By, State
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
    await house.clock.jump(20)
    assert (await house.write("a00", "something else")).conversation == conversation_of("a00", 2)


async def test_what_was_given_to_a_colleague_is_no_longer_his_to_answer_or_close(
    house: House, desk: Desk
) -> None:
    await house.hire("u_2")
    await house.conversations.to_agent(FIRST, by="u_1", agent="u_2")
    with pytest.raises(Gone):
        await desk.close(FIRST)
    with pytest.raises(Gone):
        await desk.say(FIRST, "still here?")
    assert (await house.last(FIRST)).after.agent == "u_2"


async def test_messages_sent_while_waiting_are_seen_by_whoever_takes_over(house: House) -> None:
    for text in ("hello", "is anybody there", "my meter leaks"):
        await house.write("a00", text)
        await house.clock.advance(1)
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    await desk.accept_all()
    texts = [entry.body["text"] for entry in await house.entries(FIRST) if "text" in entry.body]
    assert texts == ["hello", "is anybody there", "my meter leaks"]
    with pytest.raises(Unseen):  # and he cannot end it as if he had seen only the first
        await desk.close(FIRST, seen=1)


async def test_a_message_while_it_rings_is_part_of_what_is_accepted(house: House) -> None:
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    await house.line_up(1)
    (offer,) = await desk.offered()
    await house.write("a00", "please hurry")
    accepted = await desk.accept(offer)  # the message has not ended the offer
    assert (accepted.after.state, accepted.after.heard) == (State.ASSIGNED, accepted.seq - 1)


async def test_a_transfer_to_a_queue_waits_anew_and_carries_what_was_said(house: House, desk: Desk) -> None:
    await house.clock.advance(30)
    entry = await house.conversations.to_queue(
        FIRST, by=By(Actor.AGENT, "u_1"), queue="q_2", note="billing", client_id="t"
    )
    assert (entry.after.state, entry.after.queue, entry.after.agent) == (State.WAITING, "q_2", None)
    assert entry.after.waiting_since == entry.at
    assert await house.held_by("u_1") == []
    clerk = await house.hire("u_2", queues=("q_2",))
    await house.clock.advance(ROUND)
    assert [offer.conversation for offer in await clerk.offered()] == [FIRST]
    assert (await house.entries(FIRST))[0].body["text"] == "hello"
    assert house.router.line(QUEUE) == []
