"""One message is one entry, in its first place, whatever is repeated, lost or in between."""

import asyncio
from dataclasses import replace

import pytest

from hub.documents import Lost, Unavailable
from hub.entries import Entry, Kind, State
from hub.errors import Busy, Mismatch
from routing.router import ROUND
from tests.fakes.house import Desk, House, conversation_of
from tests.fakes.ledger import read_timelines
from tests.fakes.stage import Stage
from tests.fakes.watched_documents import writes

FIRST = conversation_of("a00")


async def messages(house: House, address: str = "a00", generation: int = 1) -> list[Entry]:
    """The messages of a conversation."""
    entries = await house.entries(conversation_of(address, generation))
    return [entry for entry in entries if entry.kind is Kind.MESSAGE]


async def assigned(house: House) -> Desk:
    """An agent holds the conversation of a00."""
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    await house.line_up(1)
    await desk.accept_all()
    return desk


async def test_a_webhook_that_is_repeated_later_is_one_message(house: House) -> None:
    first = await house.write("a00", external_id="m1")
    await house.write("a00", "another", external_id="m2")
    assert await house.write("a00", external_id="m1") == first
    assert len(await messages(house)) == 2


@pytest.mark.parametrize("copies", [2, 9])
async def test_a_webhook_repeated_while_the_first_is_still_handled_is_one_message(
    house: House, copies: int
) -> None:
    entries, refused = await house.together(*(house.write("a00", external_id="m1") for _ in range(copies)))
    assert refused == []
    assert len(entries) == copies
    assert len({entry.id for entry in entries}) == 1
    assert len(await messages(house)) == 1


async def test_a_webhook_repeated_in_another_process_while_the_first_is_handled_is_one_message(
    stage: Stage, house: House
) -> None:
    other = await stage.house(alone=False)
    gate = house.store.hold(writes("message"))
    first = asyncio.create_task(house.write("a00", external_id="m1"))
    await stage.clock.settle()
    assert gate.arrived.is_set()
    second = await other.write("a00", external_id="m1")
    gate.open()
    assert (await first).id == second.id
    assert len(await messages(house)) == 1


async def test_two_first_messages_of_one_customer_make_one_conversation(stage: Stage, house: House) -> None:
    entries, refused = await house.together(house.write("a00", "one"), house.write("a00", "two"))
    assert refused == []
    assert min(entry.seq for entry in entries) == 1  # an offer may come between the two
    assert len(await read_timelines(stage.documents)) == 1


async def test_many_messages_at_once_each_have_their_number(house: House) -> None:
    entries, refused = await house.together(*(house.write("a00", str(number)) for number in range(12)))
    assert refused == []
    assert sorted(entry.seq for entry in entries) == list(range(1, 13))


async def test_a_retry_after_a_lost_acknowledgement_lands_in_the_first_place(house: House) -> None:
    await house.write("a00", "before")
    house.store.fail(writes("message"), Lost("no answer"), after=True)
    entry = await house.write("a00", "once", client_id="x1")
    assert await house.write("a00", "once", client_id="x1") == entry
    assert [one.body["text"] for one in await messages(house)] == ["before", "once"]


async def test_a_commit_that_was_lost_and_never_happened_is_tried_again(house: House) -> None:
    house.store.fail(writes("message"), Lost("no answer"))
    task = asyncio.create_task(house.write("a00", "once", client_id="x1"))
    await house.clock.advance(1)
    assert (await task).seq == 1
    assert len(await messages(house)) == 1


async def test_a_late_commit_of_an_earlier_attempt_does_not_double_the_message(
    stage: Stage, house: House
) -> None:
    """The first attempt hangs on its way to the store; the customer sends again; then it arrives."""
    await house.write("a00", "before")
    other = await stage.house(alone=False)
    gate = house.store.hold(writes("message"))
    late = asyncio.create_task(house.write("a00", "once", client_id="x1"))
    await stage.clock.settle()
    assert gate.arrived.is_set()
    entry = await other.write("a00", "once", client_id="x1")
    await other.write("a00", "after", client_id="x2")
    gate.open()
    assert await late == entry
    assert [one.body["text"] for one in await messages(house)] == ["before", "once", "after"]


async def test_the_store_is_away_and_nothing_is_acknowledged_until_it_is_back(house: House) -> None:
    house.store.fail(writes("message"), Unavailable("away"), times=1000)
    with pytest.raises(Busy):
        await house.write("a00", "once", client_id="x1")
    assert await house.timeline.last(FIRST) is None
    house.store.forgive()
    assert (await house.write("a00", "once", client_id="x1")).seq == 1


async def test_a_retry_lands_in_the_first_place_also_when_it_was_closed_in_between(house: House) -> None:
    desk = await assigned(house)
    entry = await house.write("a00", "once", client_id="x1")
    closed = await desk.close(FIRST)
    assert await house.write("a00", "once", client_id="x1") == entry
    assert (await house.last(FIRST)).id == closed.id  # the retry has not opened it again


async def test_a_retry_lands_in_the_first_place_also_when_it_was_continued_in_between(
    stage: Stage, house: House
) -> None:
    stage.configuration.set_door(lambda door: replace(door, reopen_within=60.0))
    desk = await assigned(house)
    entry = await house.write("a00", "once", client_id="x1", external_id="m1")
    await desk.close(FIRST)
    await house.clock.jump(120)
    anew = await house.write("a00", "a new matter", client_id="x2")
    assert (anew.conversation, anew.seq) == (conversation_of("a00", 2), 1)
    assert await house.state(FIRST) is State.CONTINUED
    assert await house.write("a00", "once", client_id="x1", external_id="m1") == entry
    assert [one.body["text"] for one in await messages(house, generation=2)] == ["a new matter"]


@pytest.mark.parametrize("known_by", ["client_id", "external_id"])
async def test_a_retry_that_finds_its_conversation_closed_long_ago_does_not_begin_another(
    stage: Stage, house: House, known_by: str
) -> None:
    """The customer's client comes back after a day with a message whose acknowledgement it never got."""
    stage.configuration.set_door(lambda door: replace(door, reopen_within=60.0))
    desk = await assigned(house)
    names = {known_by: "m1"}
    entry = await house.write("a00", "once", **names)  # type: ignore[arg-type]
    closed = await desk.close(FIRST)
    await house.clock.jump(24 * 3600)
    assert await house.write("a00", "once", **names) == entry  # type: ignore[arg-type]
    assert (await house.last(FIRST)).id == closed.id
    assert await house.timeline.last(conversation_of("a00", 2)) is None


async def test_two_messages_that_continue_a_conversation_together_come_into_the_same_new_one(
    stage: Stage, house: House
) -> None:
    stage.configuration.set_door(lambda door: replace(door, reopen_within=60.0))
    desk = await assigned(house)
    await desk.close(FIRST)
    await house.clock.jump(120)
    entries, refused = await house.together(house.write("a00", "one"), house.write("a00", "two"))
    assert refused == []
    assert {entry.conversation for entry in entries} == {conversation_of("a00", 2)}
    assert min(entry.seq for entry in entries) == 1  # an offer may come between the two
    assert (await house.kinds(FIRST)).count("continued") == 1
    assert len(await house.entries(conversation_of("a00", 2))) >= 2


async def test_an_agents_retry_is_answered_with_his_message_also_after_he_lost_the_conversation(
    house: House,
) -> None:
    desk = await assigned(house)
    said = await desk.say(FIRST, "on my way", client_id="t1")
    await house.agents.sign_out("u_1")
    await house.clock.settle()
    assert await desk.say(FIRST, "on my way", client_id="t1") == await house.timeline.by_id(said.id)
    await house.clock.settle()
    assert house.channel.texts == ["on my way"]


async def test_a_retry_of_a_close_is_answered_with_the_close(house: House) -> None:
    desk = await assigned(house)
    house.store.fail(writes("closed"), Lost("no answer"), after=True)
    closed = await desk.close(FIRST, client_id="t1")
    assert await desk.close(FIRST, client_id="t1") == closed
    assert (await house.kinds(FIRST)).count("closed") == 1


async def test_a_client_id_used_for_something_else_is_told_so(house: House) -> None:
    desk = await assigned(house)
    await desk.say(FIRST, "one", client_id="t1")
    with pytest.raises(Mismatch):
        await desk.say(FIRST, "two", client_id="t1")
    await house.write("b00")
    with pytest.raises(Mismatch):
        await house.conversations.note(
            conversation_of("b00"), by=(await house.last(FIRST)).by, body={"text": "one"}, client_id="t1"
        )


async def test_the_same_client_id_of_two_customers_is_two_messages(house: House) -> None:
    one, two = await house.write("a00", client_id="1"), await house.write("a01", client_id="1")
    assert one.conversation != two.conversation
