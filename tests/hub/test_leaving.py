"""A customer who left before he was answered: closed only where his agent was shown what he wrote."""

import pytest

from hub.documents import Document
from hub.entries import SYSTEM, Kind, State
from hub.ids import ConversationId
from tests.fakes.configuration import ORGANISATION
from tests.fakes.house import Desk, House, conversation_of
from tests.fakes.watched_documents import writes

FIRST = conversation_of("a00")


async def read(house: House, reader: str, seq: int) -> None:
    """A desk has shown its agent everything up to this number."""
    mark: Document = {
        "id": f"{FIRST}:{reader}",
        "version": 1,
        "organisation": ORGANISATION,
        "conversation": FIRST,
        "reader": reader,
        "seq": seq,
    }
    await house.store.insert("marks", mark)


@pytest.fixture
async def left(house: House, desk: Desk) -> int:
    """He wrote, nobody answered, he left: the number of his last message."""
    asked = await house.write("a00", "is anybody there?")
    await house.leave("a00")
    return asked.seq


async def close(house: House, conversation: ConversationId = FIRST) -> Kind | None:
    """What the house wrote when it looked at how things stand."""
    entry = await house.conversations.close_left(conversation, after_seq=(await house.last(conversation)).seq)
    return None if entry is None else entry.kind


async def test_it_is_closed_where_his_agent_has_seen_it_and_the_room_is_free(house: House, left: int) -> None:
    await read(house, "u_1", left)
    assert await close(house) is Kind.CLOSED
    last = await house.last(FIRST)
    assert (last.by, last.body["reason"], last.seen) == (SYSTEM, "left", left)
    assert await house.held_by("u_1") == []
    assert house.channel.texts == []


@pytest.mark.parametrize("behind", [1, None])
async def test_it_stays_where_his_agent_has_not_seen_the_last_of_it(
    house: House, left: int, behind: int | None
) -> None:
    if behind is not None:
        await read(house, "u_1", left - behind)
    await read(house, "u_2", left)  # somebody else's look does not count
    assert await close(house) is None
    assert await house.state(FIRST) is State.ASSIGNED


async def test_who_takes_over_must_have_seen_it_himself(house: House, left: int) -> None:
    await read(house, "u_1", left)
    await house.hire("u_2")
    await house.conversations.to_agent(FIRST, by="u_1", agent="u_2")
    assert await close(house) is None


async def test_a_message_that_crosses_keeps_it_open(house: House, left: int) -> None:
    await read(house, "u_1", left)
    seq = (await house.last(FIRST)).seq
    gate = house.store.hold(writes("closed"))
    closing = house.conversations.close_left(FIRST, after_seq=seq)

    async def back() -> None:
        await gate.arrived.wait()
        await house.write("a00", "I am back")
        gate.open()

    closed, _ = await house.clock.play(closing, back())
    assert closed is None
    assert await house.state(FIRST) is State.ASSIGNED


async def test_nothing_is_closed_that_nobody_holds(house: House, left: int) -> None:
    await read(house, "u_1", left)
    await house.conversations.take_back(FIRST, by="u_9")
    assert await close(house) is None
    assert await house.state(FIRST) is State.WAITING
