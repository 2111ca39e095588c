"""Nobody ever holds more than he can, and nothing waits while somebody has room."""

import pytest

from hub.entries import State
from hub.errors import NoRoom
from routing.router import ROUND
from tests.fakes.configuration import QUEUE
from tests.fakes.house import Desk, House
from tests.fakes.ledger import read_timelines
from tests.fakes.stage import Stage


async def test_two_hundred_arrivals_at_once_never_give_anybody_more_than_three(
    stage: Stage, house: House
) -> None:
    desks = [await house.hire(f"u_{number:02}", capacity=3) for number in range(20)]
    await house.clock.advance(ROUND)
    await house.clock.play(*(house.write(f"a{number:03}") for number in range(200)))
    await house.clock.settle()
    for desk in desks:
        assert len(await desk.offered()) == 3
    assert len(house.router.line(QUEUE)) == 140
    busy = desks[:4] if stage.on_wire else desks
    await house.clock.play(*(desk.accept_all() for desk in busy))
    await house.clock.play(*(close_some(house, desk, most=1) for desk in busy))
    await house.clock.settle()
    for desk in busy:
        assert (len(await desk.offered()), len(await house.held_by(desk.agent))) == (1, 3)
    assert len(house.router.line(QUEUE)) == 140 - len(busy)
    if stage.on_wire:
        return
    closed = 20
    while closed < 200:
        await house.clock.play(*(desk.accept_all() for desk in desks))
        for number in await house.clock.play(*(close_some(house, desk, most=3) for desk in desks)):
            assert isinstance(number, int), number
            closed += number
        await house.clock.settle()
    # The ledger has looked at every version of every agent on the way.
    timelines = await read_timelines(stage.documents)
    assert len(timelines) == 200
    assert {str(entries[-1]["kind"]) for entries in timelines.values()} == {"closed"}


async def close_some(house: House, desk: Desk, *, most: int) -> int:
    """The agent ends what he holds; how many."""
    held = (await house.held_by(desk.agent))[:most]
    for conversation in held:
        await desk.close(conversation)
    return len(held)


async def test_when_a_third_conversation_is_closed_the_next_waiting_one_is_offered_at_once(
    house: House,
) -> None:
    desk = await house.hire("u_1", capacity=3)
    await house.clock.advance(ROUND)
    line = await house.line_up(5)
    assert [entry.conversation for entry in await desk.accept_all()] == line[:3]
    assert house.router.line(QUEUE) == line[3:]
    before = house.clock.monotonic()
    await desk.close(line[2])
    await house.clock.settle()
    (offer,) = await desk.offered()
    assert offer.conversation == line[3]
    assert house.clock.monotonic() == before
    assert house.router.line(QUEUE) == line[4:]


async def test_the_first_agent_in_the_morning_does_not_get_the_eighty_of_the_night(house: House) -> None:
    line = await house.line_up(80, apart=0.01)
    desk = await house.hire("u_1", capacity=3)
    await house.clock.advance(ROUND)
    assert [offer.conversation for offer in await desk.offered()] == line[:3]
    await desk.accept_all()
    await house.clock.advance(ROUND)
    assert len(await house.held_by("u_1")) == 3
    assert len(house.router.line(QUEUE)) == 77


async def test_a_second_agent_in_the_morning_gets_the_next_in_line(house: House) -> None:
    line = await house.line_up(8)
    first = await house.hire("u_1", capacity=3)
    await house.clock.advance(ROUND)
    second = await house.hire("u_2", capacity=3)
    await house.clock.advance(ROUND)
    assert [offer.conversation for offer in await first.offered()] == line[:3]
    assert [offer.conversation for offer in await second.offered()] == line[3:6]


async def test_a_transfer_to_a_full_agent_is_refused_and_nothing_has_changed(house: House) -> None:
    giver, full = await house.hire("u_1"), await house.hire("u_2")
    await house.clock.advance(ROUND)
    await house.write("a1")
    await house.write("a2")
    await house.clock.settle()
    await giver.accept_all()
    await full.accept_all()
    (given,) = await house.held_by("u_1")
    (kept,) = await house.held_by("u_2")
    before = await house.last(given), await house.agent("u_1"), await house.agent("u_2")
    with pytest.raises(NoRoom):
        await house.conversations.to_agent(given, by="u_1", agent="u_2", client_id="x")
    assert (await house.last(given), await house.agent("u_1"), await house.agent("u_2")) == before
    # With room it goes, under the same client id.
    await full.close(kept)
    entry = await house.conversations.to_agent(given, by="u_1", agent="u_2", client_id="x")
    assert (entry.after.state, entry.after.agent) == (State.ASSIGNED, "u_2")
    assert await house.held_by("u_1") == []
    assert await house.held_by("u_2") == [given]


async def test_each_channel_has_its_own_room(house: House) -> None:
    desk = await house.hire("u_1", capacity={"*": 0, "chat": 2})
    await house.clock.advance(ROUND)
    for number in range(3):
        await house.write(f"a{number}")
    await house.clock.settle()
    assert len(await desk.offered()) == 2
