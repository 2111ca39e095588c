"""Outgoing messages: in order, once or visibly unknown, tried again with pauses, never silently lost."""

from itertools import pairwise

import pytest

from hub.channel import (
    Capabilities,
    ChannelUnavailable,
    OutcomeUnknown,
    RateLimited,
    Receipt,
    Rejected,
    WindowClosed,
)
from hub.deliverer import GIVEN_UP_AFTER, RETRIES
from hub.delivery import NOT_PLUGGED_IN, Delivery, Status
from hub.documents import Lost
from hub.entries import Actor, By, Entry, Todo
from hub.errors import Conflict, NotFound
from hub.events import DeliveryChanged
from hub.sweeper import SWEEP
from tests.fakes.channel import Cut, Slow
from tests.fakes.configuration import INBOX, ORGANISATION
from tests.fakes.house import Desk, House, conversation_of
from tests.fakes.stage import Stage
from tests.fakes.watched_documents import changes

FIRST = conversation_of("a00")
GIVEN_UP = 15.0 + GIVEN_UP_AFTER + 2 * SWEEP  # a sweep to notice it, one to give it up


async def delivery(house: House, entry: Entry) -> Delivery:
    """What became of a message."""
    found = await house.receipts.status_of(entry.id)
    assert found is not None, "it was never begun"
    return found


async def is_owed(house: House, entry: Entry) -> bool:
    """Whether the mark still stands."""
    stored = await house.timeline.by_id(entry.id)
    assert stored is not None
    return stored.todo is not None and stored.todo != Todo()


async def say(desk: Desk, *texts: str) -> list[Entry]:
    """The agent says these one after the other."""
    return [await desk.say(FIRST, text) for text in texts]


# --- order ---


async def test_messages_go_out_in_their_order(house: House, desk: Desk) -> None:
    said = await say(desk, *"abcdef")
    await house.clock.settle()
    assert house.channel.texts == list("abcdef")
    for entry in said:
        assert (await delivery(house, entry)).status is Status.SENT
        assert not await is_owed(house, entry)
    assert [one.seq for one in house.channel.shown] == sorted(one.seq for one in house.channel.shown)


async def test_a_message_that_must_be_tried_again_holds_up_those_behind_it(house: House, desk: Desk) -> None:
    house.channel.will(ChannelUnavailable("down"), ChannelUnavailable("down"))
    said = await say(desk, "a", "b", "c")
    await house.clock.settle()
    assert house.channel.texts == []
    assert [one.body["text"] for one in house.channel.attempts] == ["a"]
    await house.clock.advance(30)
    assert house.channel.texts == ["a", "b", "c"]
    assert [one.attempt for one in house.channel.attempts][:3] == [1, 2, 3]
    assert (await delivery(house, said[0])).status is Status.SENT


async def test_a_message_that_failed_for_good_does_not_hold_up_those_behind_it(
    house: House, desk: Desk
) -> None:
    house.channel.will(Rejected("The number does not exist"))
    said = await say(desk, "a", "b")
    await house.clock.settle()
    assert house.channel.texts == ["b"]
    failed = await delivery(house, said[0])
    assert (failed.status, failed.why) == (Status.FAILED, "The number does not exist")


async def test_another_customer_is_not_held_up(house: House, desk: Desk) -> None:
    (other,) = await house.line_up(1, first=1)
    await house.conversations.pull(other, agent="u_1")
    house.channel.will(ChannelUnavailable("down"))
    await desk.say(FIRST, "held up")
    await house.clock.settle()
    await desk.say(other, "goes out")
    await house.clock.settle()
    assert house.channel.texts == ["goes out"]


async def test_messages_of_two_processes_to_one_customer_keep_their_order(
    stage: Stage, house: House, desk: Desk
) -> None:
    other = await stage.house(alone=False, routes=False)
    house.channel.will(Slow(3.0))
    by = By(Actor.AGENT, "u_1")
    await desk.say(FIRST, "a")
    await other.conversations.post(FIRST, by=by, body={"text": "b"})
    await desk.say(FIRST, "c")
    await house.clock.advance(30)
    assert house.channel.texts == ["a", "b", "c"]


# --- again, later, never ---


async def test_the_pauses_between_attempts_grow(house: House, desk: Desk) -> None:
    house.channel.will(*[ChannelUnavailable("down")] * (RETRIES - 1))
    await desk.say(FIRST, "a")
    moments: list[float] = []
    while not house.channel.shown:
        await house.clock.advance(1.0)
        if len(house.channel.attempts) > len(moments):
            moments.append(house.clock.monotonic())
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert len(house.channel.attempts) == RETRIES
    for number, pause in enumerate(pauses):
        expected = 2.0**number
        assert 0.5 * expected <= pause <= 1.5 * expected + SWEEP + 1


async def test_an_attempt_waits_as_long_as_the_channel_says(house: House, desk: Desk) -> None:
    house.channel.will(RateLimited("slow down", after=40.0))
    await desk.say(FIRST, "a")
    await house.clock.advance(39)
    assert len(house.channel.attempts) == 1
    await house.clock.advance(2 + SWEEP)
    assert house.channel.texts == ["a"]


async def test_after_many_attempts_it_is_a_dead_letter_with_a_reason(house: House, desk: Desk) -> None:
    house.channel.will(*[ChannelUnavailable("The provider is down")] * RETRIES)
    entry = await desk.say(FIRST, "a")
    await house.clock.advance(600)
    failed = await delivery(house, entry)
    assert (failed.status, failed.why) == (Status.FAILED, "The provider is down")
    assert not await is_owed(house, entry)
    letters, _ = await house.receipts.dead_letters(ORGANISATION, Status.FAILED)
    assert [letter.id for letter in letters] == [entry.id]
    assert await house.receipts.dead_letters("o_other", Status.FAILED) == ([], None)


async def test_a_closed_window_is_told_in_plain_words(house: House, desk: Desk) -> None:
    house.channel.will(WindowClosed("The customer must write first"))
    entry = await desk.say(FIRST, "a")
    await house.clock.settle()
    assert (await delivery(house, entry)).why == "The customer must write first"


async def test_a_dead_letter_is_replayed_on_a_persons_word(house: House, desk: Desk) -> None:
    house.channel.will(Rejected("blocked"))
    entry = await desk.say(FIRST, "a")
    await house.clock.settle()
    with pytest.raises(NotFound):
        await house.receipts.replay(entry.id, "o_other")
    await house.receipts.replay(entry.id, ORGANISATION)
    with pytest.raises(Conflict):
        await house.receipts.replay(entry.id, ORGANISATION)  # it is under way again
    await house.clock.advance(SWEEP)
    assert house.channel.texts == ["a"]
    assert (await delivery(house, entry)).status is Status.SENT
    with pytest.raises(Conflict):
        await house.receipts.replay(entry.id, ORGANISATION)


async def test_a_replay_starts_its_attempts_anew(house: House, desk: Desk) -> None:
    house.channel.will(*[ChannelUnavailable("down")] * (RETRIES + 2))
    entry = await desk.say(FIRST, "a")
    await house.clock.advance(600)
    await house.receipts.replay(entry.id, ORGANISATION)
    await house.clock.advance(60)
    assert (await delivery(house, entry)).status is Status.SENT


# --- unknown ---


async def test_an_unknown_outcome_is_shown_and_never_sent_again_by_itself(house: House, desk: Desk) -> None:
    house.channel.will(OutcomeUnknown("cut off"))
    said = await say(desk, "a", "b")
    await house.clock.advance(120)
    unknown = await delivery(house, said[0])
    assert (unknown.status, unknown.why) == (Status.UNKNOWN, "cut off")
    assert [one.body["text"] for one in house.channel.attempts] == ["a", "b"]
    letters, _ = await house.receipts.dead_letters(ORGANISATION, Status.UNKNOWN)
    assert [letter.id for letter in letters] == [said[0].id]


async def test_a_channel_that_recognises_ids_is_asked_again(house: House, desk: Desk) -> None:
    house.channel.capabilities = Capabilities(recognises_ids=True)
    house.channel.will(OutcomeUnknown("cut off"))
    entry = await desk.say(FIRST, "a")
    await house.clock.advance(10)
    assert len(house.channel.attempts) == 2
    assert {one.id for one in house.channel.attempts} == {entry.id}
    assert house.channel.texts == ["a"]


async def test_what_a_dead_sender_had_begun_is_unknown_after_a_while(stage: Stage, desk: Desk) -> None:
    first = desk.house
    first.channel.will(Cut())
    entry = await desk.say(FIRST, "a")
    await stage.clock.settle()
    assert (await delivery(first, entry)).status is Status.STARTED
    await first.kill()
    again = await stage.house(routes=False)
    await stage.clock.advance(15.0 + GIVEN_UP_AFTER - SWEEP)
    assert (await delivery(again, entry)).status is Status.STARTED
    await stage.clock.advance(GIVEN_UP)
    assert (await delivery(again, entry)).status is Status.UNKNOWN
    assert len(first.channel.attempts) == 1
    assert not await is_owed(again, entry)


async def test_what_a_dead_sender_had_begun_is_sent_again_where_ids_are_recognised(
    stage: Stage, desk: Desk
) -> None:
    first = desk.house
    first.channel.capabilities = Capabilities(recognises_ids=True)
    first.channel.will(Cut())
    entry = await desk.say(FIRST, "a")
    await stage.clock.settle()
    await first.kill()
    again = await stage.house(routes=False)
    await stage.clock.advance(GIVEN_UP)
    assert (await delivery(again, entry)).status is Status.SENT
    assert len(first.channel.attempts) == 2
    assert first.channel.texts == ["a"]


async def test_a_late_sender_turns_unknown_into_sent(stage: Stage, house: House, desk: Desk) -> None:
    cut = Cut()
    house.channel.will(cut)
    entry = await desk.say(FIRST, "a")
    await stage.house(alone=False, routes=False)
    await stage.clock.advance(GIVEN_UP)
    assert (await delivery(house, entry)).status is Status.UNKNOWN
    if not cut.answer.done():
        cut.arrive(Receipt(external_id="x1"))
    await stage.clock.settle()
    late = await delivery(house, entry)
    assert (late.status, late.external_id) == (Status.SENT, "x1")


async def test_a_late_sender_whose_message_was_delivered_turns_unknown_into_delivered(
    stage: Stage, house: House, desk: Desk
) -> None:
    cut = Cut()
    house.channel.will(cut)
    entry = await desk.say(FIRST, "a")
    await stage.house(alone=False, routes=False)
    await stage.clock.advance(GIVEN_UP)
    cut.arrive(Receipt(delivered=True))
    await stage.clock.settle()
    assert (await delivery(house, entry)).status is Status.DELIVERED


async def test_a_channel_that_never_answers_does_not_hold_up_its_customer_for_ever(
    house: House, desk: Desk
) -> None:
    """One process: nobody else gives the attempt up. Every network call has a time-out (engineering, 17)."""
    house.channel.will(Cut())
    said = await say(desk, "a", "b")
    await house.clock.advance(GIVEN_UP)
    assert (await delivery(house, said[0])).status is Status.UNKNOWN
    assert house.channel.texts == ["a", "b"]


async def test_what_could_not_be_written_down_after_sending_is_not_sent_again(
    house: House, desk: Desk
) -> None:
    gate = house.store.hold(lambda call: changes("deliveries")(call) and len(call.steps) == 2)
    entry = await desk.say(FIRST, "a")
    await house.clock.settle()
    assert gate.arrived.is_set()
    house.store.down = True
    gate.open()
    await house.clock.settle()
    house.store.down = False
    await house.clock.advance(GIVEN_UP)
    assert len(house.channel.attempts) == 1
    assert (await delivery(house, entry)).status is Status.UNKNOWN


@pytest.mark.parametrize("happened", [True, False])
async def test_an_outcome_whose_writing_was_lost_is_written_once(
    house: House, desk: Desk, happened: bool
) -> None:
    both = lambda call: changes("deliveries")(call) and len(call.steps) == 2  # noqa: E731
    house.store.fail(both, Lost("no answer"), after=happened)
    entry = await desk.say(FIRST, "a")
    await house.clock.advance(SWEEP)
    assert (await delivery(house, entry)).status is Status.SENT
    assert len(house.channel.attempts) == 1
    assert not await is_owed(house, entry)


@pytest.mark.parametrize("happened", [True, False])
async def test_an_attempt_whose_beginning_was_lost_is_sent_at_most_once(
    house: House, desk: Desk, happened: bool
) -> None:
    house.store.fail(changes("deliveries"), Lost("no answer"), after=happened)
    entry = await desk.say(FIRST, "a")
    await house.clock.advance(GIVEN_UP)
    assert (await delivery(house, entry)).status is Status.SENT
    assert len(house.channel.attempts) == 1


async def test_a_time_out_that_is_written_late_does_not_forget_what_the_channel_calls_the_message(
    house: House, desk: Desk
) -> None:
    """The channel answers after its time, and its word is written before the time-out is."""
    cut = Cut()
    house.channel.will(cut)
    gate = house.store.hold(lambda call: changes("deliveries")(call) and len(call.steps) == 2)
    entry = await desk.say(FIRST, "a")
    await house.clock.advance(15.0)
    assert gate.arrived.is_set()
    cut.arrive(Receipt(external_id="x1"))
    await house.clock.settle()
    assert (await delivery(house, entry)).external_id == "x1"
    gate.open()
    await house.clock.advance(2 * SWEEP)
    late = await delivery(house, entry)
    assert (late.status, late.external_id, late.why) == (Status.SENT, "x1", None)
    assert not await is_owed(house, entry)


async def test_a_message_for_a_channel_that_is_not_plugged_in_is_a_dead_letter_in_the_end(
    stage: Stage, house: House, desk: Desk
) -> None:
    plugged = stage.configuration.doors.pop(str(INBOX))
    entry = await desk.say(FIRST, "a")
    await house.clock.advance(60)
    waiting = await delivery(house, entry)
    assert (waiting.status, waiting.why) == (Status.STARTED, NOT_PLUGGED_IN)
    await house.clock.advance(600)
    failed = await delivery(house, entry)
    assert (failed.status, failed.why, failed.tries) == (Status.FAILED, NOT_PLUGGED_IN, RETRIES - 1)
    assert not await is_owed(house, entry)
    stage.configuration.doors[str(INBOX)] = plugged
    await house.receipts.replay(entry.id, ORGANISATION)
    await house.clock.advance(SWEEP)
    assert house.channel.texts == ["a"]
    assert len(house.channel.attempts) == 1


async def test_a_channel_that_is_plugged_in_again_soon_gets_what_waits_for_it(
    stage: Stage, house: House, desk: Desk
) -> None:
    plugged = stage.configuration.doors.pop(str(INBOX))
    said = await say(desk, "a", "b")
    await house.clock.advance(30)
    stage.configuration.doors[str(INBOX)] = plugged
    await house.clock.advance(60)
    assert house.channel.texts == ["a", "b"]
    assert {(await delivery(house, entry)).status for entry in said} == {Status.SENT}


@pytest.mark.parametrize(("knows", "status"), [(True, Status.FAILED), (False, Status.UNKNOWN)])
async def test_a_channel_with_a_mistake_in_it_does_not_hold_up_its_customer_for_ever(
    house: House, desk: Desk, knows: bool, status: Status
) -> None:
    house.channel.capabilities = Capabilities(recognises_ids=knows)
    house.channel.will(*[ZeroDivisionError("a bug")] * (RETRIES if knows else 1))
    said = await say(desk, "a", "b")
    await house.clock.advance(600)
    broken = await delivery(house, said[0])
    assert (broken.status, broken.why) == (status, "channel_error")
    assert house.channel.texts == ["b"]


async def test_two_processes_do_not_send_the_same_message_twice(stage: Stage, desk: Desk) -> None:
    others = [await stage.house(alone=False, routes=False) for _ in range(3)]
    for number in range(5):
        await desk.say(FIRST, str(number))
        await stage.clock.play(*(other.deliverer.work(INBOX, "a00") for other in others))
    await stage.clock.advance(4 * SWEEP)
    assert stage.channel.texts == list("01234")


# --- receipts ---


async def test_receipts_only_rise(house: House, desk: Desk) -> None:
    told: list[str] = []
    house.bus.listen(DeliveryChanged, lambda event: told.append(event.status))
    entry = await desk.say(FIRST, "a")
    await house.clock.settle()
    receipts = house.receipts
    assert await receipts.mark(entry.id, Status.READ)
    assert not await receipts.mark(entry.id, Status.DELIVERED)
    assert not await receipts.mark(entry.id, Status.SENT)
    assert not await receipts.mark(entry.id, Status.READ)
    assert not await receipts.mark(entry.id, Status.FAILED)
    assert (await delivery(house, entry)).status is Status.READ
    assert told == ["sent", "read"]


async def test_a_failure_that_is_reported_later_makes_a_dead_letter(house: House, desk: Desk) -> None:
    entry = await desk.say(FIRST, "a")
    await house.clock.settle()
    assert await house.receipts.mark(entry.id, Status.FAILED, why="unreachable")
    assert not await house.receipts.mark(entry.id, Status.DELIVERED)
    await house.receipts.replay(entry.id, ORGANISATION)
    await house.clock.advance(SWEEP)
    assert (await delivery(house, entry)).status is Status.SENT
    assert house.channel.texts == ["a", "a"]


async def test_a_receipt_for_something_never_sent_is_ignored(house: House, desk: Desk) -> None:
    assert not await house.receipts.mark("e_unknown", Status.READ)
    assert not await house.receipts.mark((await house.last(FIRST)).id, Status.READ)
    assert desk.agent == "u_1"


async def test_a_receipt_that_overtakes_the_senders_own_word_does_not_hold_up_the_next_message(
    house: House, desk: Desk
) -> None:
    """A browser acknowledges before the sender has written "sent"."""
    house.channel.will(ChannelUnavailable("down"))  # so that both wait when it is up again
    said = await say(desk, "a", "b")
    await house.clock.settle()
    gate = house.store.hold(lambda call: changes("deliveries")(call) and len(call.steps) == 2)
    await house.clock.advance(SWEEP)
    assert gate.arrived.is_set()
    assert await house.receipts.mark(said[0].id, Status.DELIVERED)
    gate.open()
    await house.clock.settle()
    assert house.channel.texts == ["a", "b"]  # without waiting for a sweep
    assert (await delivery(house, said[0])).status is Status.DELIVERED
    assert not await is_owed(house, said[0])


async def test_what_was_erased_before_it_went_out_is_not_sent(house: House, desk: Desk) -> None:
    house.channel.will(ChannelUnavailable("down"))
    entry = await desk.say(FIRST, "the wrong customer's address")
    await house.clock.settle()
    await house.erasure.redact(entry.id, organisation=ORGANISATION, conversation=FIRST, by="u_9")
    await house.clock.advance(60)
    assert house.channel.shown == []
    assert (await delivery(house, entry)).status is Status.FAILED
    assert not await is_owed(house, entry)


async def test_notes_and_events_are_not_delivered(house: House, desk: Desk) -> None:
    await house.conversations.note(FIRST, by=By(Actor.AGENT, "u_1"), body={"text": "he is angry"})
    await desk.close(FIRST)
    await house.clock.advance(SWEEP)
    assert house.channel.attempts == []
