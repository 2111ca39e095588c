"""Who says nothing more does not hold an agent for ever; who waits for our answer is never sent away."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.clock import stamp
from hub.entries import Actor, By, State
from hub.silence import LONGER, SWEEP
from routing.router import ROUND
from tests.fakes.configuration import QUEUE
from tests.fakes.house import Desk, House, contact_of, conversation_of
from tests.fakes.stage import Stage
from tests.fakes.watched_documents import writes
from web.marks import StaffMarks

SILENT = 600.0
LEFT = 180.0
GOODBYE = "We close this now. Write again at any time."
FIRST = conversation_of("a00")


@pytest.fixture
async def desk(stage: Stage, house: House) -> Desk:
    """An agent who holds the conversation of a00, at an inbox that closes silent ones."""
    stage.configuration.set_door(
        lambda door: replace(door, silent_after=SILENT, left_after=LEFT, goodbye=GOODBYE)
    )
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    await house.line_up(1)
    await desk.accept_all()
    return desk


async def pass_time(house: House, seconds: float) -> None:
    """So much time passes; the looks in between are few."""
    await house.clock.jump(seconds)
    await house.clock.advance(SWEEP)


async def test_a_silent_customer_is_closed_with_a_word_and_frees_his_agent(house: House, desk: Desk) -> None:
    await desk.say(FIRST, "Is it fixed now?")
    await house.write("a01")
    await pass_time(house, SILENT)
    assert await house.state(FIRST) is State.CLOSED
    await house.clock.advance(ROUND)
    assert house.channel.texts == ["Is it fixed now?", GOODBYE]
    assert [offer.conversation for offer in await desk.offered()] == [conversation_of("a01")]
    last = await house.last(FIRST)
    assert (last.kind.value, last.by.kind.value, last.body["reason"]) == ("closed", "system", "idle")


async def test_nobody_is_closed_before_his_time(house: House, desk: Desk) -> None:
    await desk.say(FIRST, "Is it fixed now?")
    await pass_time(house, SILENT - 2 * SWEEP)
    assert await house.state(FIRST) is State.ASSIGNED
    await house.write("a00", "yes")
    await desk.say(FIRST, "good")
    await pass_time(house, SILENT - 2 * SWEEP)
    assert await house.state(FIRST) is State.ASSIGNED


async def test_a_customer_who_waits_for_our_answer_is_not_silent(house: House, desk: Desk) -> None:
    await pass_time(house, SILENT * 3)
    assert await house.state(FIRST) is State.ASSIGNED
    assert await house.held_by("u_1") == [FIRST]
    await desk.say(FIRST, "Sorry, a moment")
    await house.write("a00", "I can wait")
    await pass_time(house, SILENT * 3)
    assert await house.state(FIRST) is State.ASSIGNED


@pytest.mark.parametrize("to_queue", [True, False])
async def test_a_customer_who_was_handed_over_waits_for_the_next_one_and_is_not_silent(
    house: House, desk: Desk, to_queue: bool
) -> None:
    colleague = await house.hire("u_2")
    await desk.say(FIRST, "My colleague will help you, one moment")
    if to_queue:
        by = By(Actor.AGENT, "u_1")
        await house.conversations.to_queue(FIRST, by=by, queue=QUEUE)
        await house.agents.pause("u_1", "meeting")
        await house.clock.advance(ROUND)
        await colleague.accept_all()
    else:
        await house.conversations.to_agent(FIRST, by="u_1", agent="u_2")
    assert await house.held_by("u_2") == [FIRST]
    await pass_time(house, SILENT * 3)
    assert await house.state(FIRST) is State.ASSIGNED
    await colleague.say(FIRST, "What can I do for you?")
    await pass_time(house, SILENT)
    assert await house.state(FIRST) is State.CLOSED


async def test_a_customer_in_the_line_is_never_closed_for_silence(house: House, desk: Desk) -> None:
    await desk.say(FIRST, "one moment")
    (waiting,) = await house.line_up(1, first=1)
    await pass_time(house, SILENT * 3)
    assert await house.state(waiting) in (State.WAITING, State.OFFERED)


async def test_a_message_that_crosses_with_the_closing_word_keeps_the_conversation_open(
    house: House, desk: Desk
) -> None:
    await desk.say(FIRST, "Is it fixed now?")
    gate = house.store.hold(writes("closed"))
    await house.clock.jump(SILENT)
    await house.clock.advance(SWEEP)
    assert gate.arrived.is_set()
    await house.write("a00", "no!")
    gate.open()
    await house.clock.advance(SWEEP)
    assert await house.state(FIRST) is State.ASSIGNED
    assert GOODBYE not in house.channel.texts


async def test_an_answer_to_the_closing_word_comes_back_and_does_not_loop(house: House, desk: Desk) -> None:
    await desk.say(FIRST, "Is it fixed now?")
    await pass_time(house, SILENT)
    await house.write("a00", "yes, thanks")
    await house.clock.settle()
    assert [offer.conversation for offer in await desk.offered()] == [FIRST]
    assert house.channel.texts == ["Is it fixed now?", GOODBYE]


async def test_a_customer_who_left_is_closed_sooner_and_without_a_word(house: House, desk: Desk) -> None:
    await desk.say(FIRST, "Is it fixed now?")
    await house.leave("a00")
    await pass_time(house, LEFT - 2 * SWEEP)
    assert await house.state(FIRST) is State.ASSIGNED
    await pass_time(house, 2 * SWEEP)
    assert await house.state(FIRST) is State.CLOSED
    assert house.channel.texts == ["Is it fixed now?"]
    assert await house.held_by("u_1") == []


async def show(house: House, agent: str) -> None:
    """The agent's desk shows him everything there is."""
    await StaffMarks(house.store, house.clock, house.bus).raise_to(
        await house.row(FIRST), agent, (await house.last(FIRST)).seq
    )


async def test_a_customer_who_left_unanswered_frees_the_room_once_his_agent_has_seen_it_all(
    house: House, desk: Desk
) -> None:
    await house.write("a00", "hello?")
    await house.leave("a00")
    await pass_time(house, LEFT * LONGER)
    assert await house.state(FIRST) is State.ASSIGNED  # nobody has looked at it yet
    await show(house, "u_1")
    await house.clock.advance(SWEEP)
    last = await house.last(FIRST)
    assert (last.kind.value, last.by.kind.value, last.body["reason"]) == ("closed", "system", "left")
    assert house.channel.texts == []
    assert await house.held_by("u_1") == []


async def test_an_agent_has_time_to_answer_who_left(house: House, desk: Desk) -> None:
    await house.leave("a00")
    await show(house, "u_1")
    await pass_time(house, LEFT * LONGER - 2 * SWEEP)
    assert await house.state(FIRST) is State.ASSIGNED
    await desk.say(FIRST, "Turn off the main valve")
    await pass_time(house, LEFT)
    assert await house.state(FIRST) is State.CLOSED
    assert house.channel.texts == ["Turn off the main valve"]


async def test_who_left_unanswered_and_came_back_is_not_closed(house: House, desk: Desk) -> None:
    await house.leave("a00")
    await show(house, "u_1")
    await house.intake.come_back(FIRST, contact_of("a00"))
    await pass_time(house, LEFT * LONGER * 2)
    assert await house.state(FIRST) is State.ASSIGNED


async def test_a_customer_who_is_back_in_time_is_not_closed(house: House, desk: Desk) -> None:
    await desk.say(FIRST, "Is it fixed now?")
    await house.leave("a00")
    await house.clock.jump(LEFT / 2)
    await house.intake.come_back(FIRST, contact_of("a00"))
    await pass_time(house, LEFT * 2)
    assert await house.state(FIRST) is State.ASSIGNED


async def test_a_customer_who_is_back_is_not_closed_also_when_the_agent_wrote_meanwhile(
    house: House, desk: Desk
) -> None:
    await house.leave("a00")
    await desk.say(FIRST, "Is it fixed now?")
    await house.intake.come_back(FIRST, contact_of("a00"))
    await pass_time(house, LEFT * 2)
    assert await house.state(FIRST) is State.ASSIGNED


async def test_what_sleeps_wakes_at_its_time_and_takes_its_place_at_the_end(house: House, desk: Desk) -> None:

    last = await house.last(FIRST)
    moment = stamp(house.clock.now() + timedelta(seconds=900))
    await house.conversations.snooze(FIRST, agent="u_1", seen=last.seq, until=moment)
    assert await house.held_by("u_1") == []
    await house.agents.pause("u_1", "meeting")
    await pass_time(house, 900 - 2 * SWEEP)
    assert await house.state(FIRST) is State.SNOOZED
    await pass_time(house, 2 * SWEEP)
    woken = await house.last(FIRST)
    assert (woken.after.state, woken.after.waiting_since) == (State.WAITING, woken.at)
    await house.clock.advance(ROUND)
    assert house.router.line(QUEUE) == [FIRST]


async def test_what_sleeps_wakes_when_the_customer_writes(house: House, desk: Desk) -> None:
    last = await house.last(FIRST)
    await house.conversations.snooze(FIRST, agent="u_1", seen=last.seq, until="2027-01-01T00:00:00.000Z")
    await house.write("a00", "it leaks again")
    await house.clock.settle()
    assert [offer.conversation for offer in await desk.offered()] == [FIRST]
    assert "snoozed_until" not in await house.row(FIRST)


async def test_what_sleeps_can_be_taken_up_by_an_agent_before_its_time(house: House, desk: Desk) -> None:
    last = await house.last(FIRST)
    await house.conversations.snooze(FIRST, agent="u_1", seen=last.seq, until=stamp(house.clock.now()))
    await house.conversations.reopen(FIRST, agent="u_1")
    await house.clock.advance(2 * SWEEP)
    assert (await house.kinds(FIRST))[-2:] == ["snoozed", "assigned"]
    assert await house.held_by("u_1") == [FIRST]
    assert desk.agent == "u_1"


async def test_the_silent_of_every_organisation_are_found(stage: Stage, house: House, desk: Desk) -> None:
    await desk.say(FIRST, "Is it fixed now?")
    other = await house.hire("u_2")
    await house.write("a01")
    await house.clock.advance(ROUND)
    await other.accept_all()
    second = conversation_of("a01")
    await other.say(second, "Is it fixed now?")
    for conversation, organisation in ((FIRST, "o_a"), (second, "o_z")):
        document = await stage.documents.get("conversations", conversation)
        assert document is not None
        await stage.documents.bulk("conversations", [{**document, "organisation": organisation}])
    await pass_time(house, SILENT)
    assert [await house.state(one) for one in (FIRST, second)] == [State.CLOSED, State.CLOSED]
