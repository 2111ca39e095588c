"""Erasure: the words go, the number, the state and the knowledge of repetitions stay."""

import asyncio

import pytest

from hub.documents import Lost, PutIf, Unavailable
from hub.entries import SYSTEM, Actor, By, Kind, Todo
from hub.errors import Busy, Invalid, Mismatch, NotFound
from tests.fakes.configuration import ORGANISATION
from tests.fakes.house import Desk, House, contact_of, conversation_of
from tests.fakes.ledger import read_all
from tests.fakes.stage import Stage
from tests.fakes.watched_documents import Call, changes, writes

FIRST = conversation_of("a00")
SECRET = "6222 0212 3456 7890"


async def erase(house: House, entry: str) -> None:
    """A supervisor erases it."""
    (done,) = await house.clock.play(
        house.erasure.redact(
            entry, organisation=ORGANISATION, conversation=FIRST, by="u_9", reason="card number"
        )
    )
    if isinstance(done, Exception):
        raise done


def rewrites_an_entry(call: Call) -> bool:
    """A write that changes an entry that stands."""
    return any(isinstance(step, PutIf) and step.collection == "entries" for step in call.steps)


async def test_the_words_are_nowhere_afterwards(stage: Stage, house: House, desk: Desk) -> None:
    entry = await house.write("a00", f"my card is {SECRET}")
    assert SECRET in str((await house.row(FIRST))["preview"])
    await erase(house, entry.id)
    for collection in ("entries", "conversations", "deliveries", "agents", "timers"):
        assert SECRET not in str(await read_all(stage.documents, collection))
    assert desk.agent == "u_1"


async def test_the_number_and_the_state_after_it_stay(house: House, desk: Desk) -> None:
    entry = await house.write("a00", SECRET)
    before = await house.row(FIRST)
    await erase(house, entry.id)
    stored = await house.timeline.by_id(entry.id)
    assert stored is not None
    assert (stored.seq, stored.after, stored.kind, stored.by) == (
        entry.seq,
        entry.after,
        entry.kind,
        entry.by,
    )
    assert stored.body["redacted"] is True
    assert stored.body["by"] == "u_9"
    after = await house.row(FIRST)
    assert after["version"] == (await house.last(FIRST)).seq
    assert {**after, "preview": None, "version": before["version"]} == {**before, "preview": None}
    await desk.say(FIRST, "thank you")  # and it goes on


async def test_a_retry_of_an_erased_message_is_still_the_same_message(house: House, desk: Desk) -> None:
    entry = await house.write("a00", SECRET, client_id="x1")
    await erase(house, entry.id)
    again = await house.write("a00", SECRET, client_id="x1")
    assert again.id == entry.id
    assert SECRET not in str(again.body)
    with pytest.raises(Mismatch):
        await house.write("a00", "something else", client_id="x1")
    assert len([one for one in await house.entries(FIRST) if one.client_id == "x1"]) == 1


async def test_erasing_twice_is_no_error(house: House, desk: Desk) -> None:
    entry = await house.write("a00", SECRET)
    await erase(house, entry.id)
    first = await house.timeline.by_id(entry.id)
    await erase(house, entry.id)
    assert await house.timeline.by_id(entry.id) == first


async def test_only_what_people_wrote_can_be_erased(house: House, desk: Desk) -> None:
    assigned = await house.last(FIRST)
    with pytest.raises(Invalid):
        await erase(house, assigned.id)
    note = await house.conversations.note(FIRST, by=By(Actor.AGENT, "u_1"), body={"text": SECRET})
    await erase(house, note.id)
    await desk.close(FIRST)
    closed = await house.last(FIRST)
    await erase(house, closed.id)
    assert (await house.row(FIRST))["state"] == "closed"


async def test_it_is_erased_only_where_it_belongs(house: House, desk: Desk) -> None:
    entry = await house.write("a00", SECRET)
    other = await house.write("b00")
    for organisation, conversation in (("o_other", FIRST), (ORGANISATION, other.conversation)):
        with pytest.raises(NotFound):
            await house.erasure.redact(
                entry.id, organisation=organisation, conversation=conversation, by="u_9"
            )
    with pytest.raises(NotFound):
        await erase(house, "e_unknown")
    assert (await house.last(FIRST)).body["text"] == SECRET


@pytest.mark.parametrize("happened", [True, False])
async def test_an_erasure_whose_answer_was_lost_is_done_once(
    house: House, desk: Desk, happened: bool
) -> None:
    entry = await house.write("a00", SECRET)
    house.store.fail(changes("entries", entry.id), Lost("no answer"), after=happened)
    await erase(house, entry.id)
    stored = await house.timeline.by_id(entry.id)
    assert stored is not None
    assert stored.version == 2
    assert SECRET not in str(await house.row(FIRST))


async def test_an_erasure_that_the_store_cut_short_can_be_asked_for_again(
    stage: Stage, house: House, desk: Desk
) -> None:
    """The words are gone from the entry, the row still shows them: asking again must finish it."""
    entry = await house.write("a00", SECRET)
    house.store.fail(changes("conversations"), Unavailable("away"))
    with pytest.raises(Busy):
        await erase(house, entry.id)
    await erase(house, entry.id)
    assert SECRET not in str(await read_all(stage.documents, "conversations"))


async def test_a_mark_that_is_cleared_during_an_erasure_is_not_owed_for_ever(
    stage: Stage, house: House, desk: Desk
) -> None:
    gate = house.store.hold(changes("entries"))
    entry_task = asyncio.create_task(desk.say(FIRST, SECRET))
    await stage.clock.settle()
    gate.open()
    entry = await entry_task
    held = house.store.hold(rewrites_an_entry)
    erasing = asyncio.create_task(
        house.erasure.redact(entry.id, organisation=ORGANISATION, conversation=FIRST, by="u_9")
    )
    await stage.clock.settle()  # meanwhile it was delivered, and its mark cleared
    assert held.arrived.is_set()
    held.open()
    await erasing
    await stage.clock.advance(10)
    stored = await house.timeline.by_id(entry.id)
    assert stored is not None
    assert stored.todo in (None, Todo())
    assert len(stage.channel.attempts) == 1


async def test_an_entry_that_was_under_way_during_the_erasure_does_not_bring_the_words_back(
    stage: Stage, house: House, desk: Desk
) -> None:
    """Its commit carries the row as it was read before; the rebuilt row has the same version."""
    secret = await house.write("a00", SECRET)
    gate = house.store.hold(writes("note"))
    note = asyncio.create_task(
        house.conversations.note(FIRST, by=By(Actor.AGENT, "u_1"), body={"text": "a card number!"})
    )
    await stage.clock.settle()
    assert gate.arrived.is_set()
    other = await stage.house(alone=False, routes=False)
    await erase(other, secret.id)
    gate.open()
    await note
    await stage.clock.advance(120)
    assert SECRET not in str(await house.row(FIRST))


async def test_the_files_of_an_entry_are_named_before_they_are_lost(house: House, desk: Desk) -> None:
    entry = await house.conversations.post(
        FIRST,
        by=By(Actor.AGENT, "u_1"),
        body={"text": "the bill", "attachments": [{"file": "f_1", "media": "file"}, {"file": "f_2"}]},
    )
    assert await house.erasure.files_of(entry.id) == ["f_1", "f_2"]
    await erase(house, entry.id)
    assert await house.erasure.files_of(entry.id) == []
    assert await house.erasure.files_of("e_unknown") == []


async def test_the_timeline_says_who_erased_which_number_and_that_is_not_erased(
    house: House, desk: Desk
) -> None:
    entry = await house.write("a00", SECRET)
    await erase(house, entry.id)
    note = await house.last(FIRST)
    assert (note.kind, note.by, note.seq) == (Kind.NOTE, SYSTEM, entry.seq + 1)
    told = {"v": 1, "event": "erased", "erased": entry.seq, "by": "u_9", "reason": "card number"}
    assert note.body == told
    with pytest.raises(Invalid):
        await erase(house, note.id)


async def test_what_was_done_stays_where_the_words_about_it_go(house: House, desk: Desk) -> None:
    by = By(Actor.AGENT, "u_1")
    passed = await house.conversations.to_queue(FIRST, by=by, queue="q_2", note=SECRET, priority=2)
    await house.conversations.pull(FIRST, agent="u_1")
    seen = (await house.last(FIRST)).seq
    closed = await house.conversations.close(
        FIRST, by=by, seen=seen, disposition="d_1", summary=f"his card is {SECRET}"
    )
    rated = await house.intake.rate(
        FIRST, contact_of("a00"), score=2, comment=f"I told you {SECRET}", client_id="r1"
    )
    for entry in (passed, closed, rated):
        await erase(house, entry.id)
    bodies = [entry.body for entry in await house.entries(FIRST) if entry.body.get("redacted")]
    assert SECRET not in str(bodies)
    assert bodies[0]["queue"] == "q_2"
    assert bodies[0]["priority"] == 2
    assert (bodies[1]["reason"], bodies[1]["disposition"]) == ("done", "d_1")
    assert bodies[2]["score"] == 2
    row = await house.row(FIRST)
    assert SECRET not in str(row)
    assert (row["disposition"], row["summary"], row["rating"]) == ("d_1", "", 2)
    await house.projector.rebuild(FIRST)
    assert await house.row(FIRST) == row


async def test_an_erasure_leaves_what_was_said_after_it_in_the_row(house: House, desk: Desk) -> None:
    entry = await house.write("a00", SECRET)
    await house.write("a00", "I mean the other card")
    before = await house.row(FIRST)
    await erase(house, entry.id)
    assert (await house.row(FIRST))["preview"] == before["preview"]


async def test_words_leave_a_row_that_is_behind(stage: Stage) -> None:
    """Nothing is projected inline: somebody is on his way to the row with what he read before."""
    writer = await stage.house(inline=False, start=False)
    secret = await writer.write("a00", SECRET)
    entries = await writer.entries(FIRST)
    gate = writer.store.hold(changes("conversations"))
    slow = asyncio.create_task(writer.projector.catch_up(*entries))
    await stage.clock.settle()
    assert gate.arrived.is_set()
    await erase(writer, secret.id)
    gate.open()
    await slow
    assert SECRET in str(await writer.row(FIRST))  # he was late, and another entry is owed
    await writer.start()
    await stage.clock.settle()
    assert SECRET not in str(await writer.row(FIRST))


async def test_words_can_be_erased_after_the_end_and_the_customer_goes_on(house: House, desk: Desk) -> None:
    entry = await house.write("a00", SECRET)
    await desk.close(FIRST)
    await erase(house, entry.id)
    assert (await house.row(FIRST))["state"] == "closed"
    again = await house.write("a00", "hello again")
    assert again.conversation == FIRST
