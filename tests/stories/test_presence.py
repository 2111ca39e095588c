"""Who is offline, who is not, and what happens to what he held. Our own outage is nobody's fault."""

import pytest

from hub.entries import State
from hub.errors import Away
from routing.router import ROUND
from tests.fakes.clock import ProcessClock
from tests.fakes.configuration import QUEUE
from tests.fakes.house import Desk, House, conversation_of
from tests.fakes.stage import Stage

HOUR = 3600.0
LATE = 2 * ROUND  # a look at beats and a round


async def busy(house: House, *, number: int = 2) -> Desk:
    """An agent who holds so many conversations."""
    desk = await house.hire("u_1", capacity=number)
    await house.clock.advance(ROUND)
    await house.line_up(number)
    assert len(await desk.accept_all()) == number
    return desk


async def test_one_of_two_tabs_is_closed_and_the_agent_is_not_offline(house: House) -> None:
    desk = await busy(house)
    await desk.open_tab()
    desk.cut()
    await house.clock.advance(house.grace * 2)
    assert await house.presence("u_1") == "ready"
    assert len(await house.held_by("u_1")) == 2


async def test_a_socket_cut_for_less_than_the_grace_time_changes_nothing(house: House) -> None:
    desk = await busy(house)
    desk.cut()
    await house.clock.advance(house.grace - LATE)
    before = [await house.last(conversation) for conversation in await house.held_by("u_1")]
    await desk.open_tab()
    await house.clock.advance(house.grace - LATE)
    assert await house.presence("u_1") == "ready"
    assert [await house.last(conversation) for conversation in await house.held_by("u_1")] == before


async def test_cuts_that_follow_each_other_do_not_add_up(house: House) -> None:
    desk = await busy(house)
    for _ in range(4):
        desk.cut()
        await house.clock.advance(house.grace / 2)
        await desk.open_tab()
        await house.clock.advance(ROUND)
    assert await house.presence("u_1") == "ready"


async def test_a_page_reload_changes_nothing(house: House) -> None:
    desk = await busy(house)
    held = await house.held_by("u_1")
    for _ in range(5):
        await desk.reload()
        await house.clock.advance(1.0)
    await house.clock.advance(house.grace)
    assert await house.presence("u_1") == "ready"
    assert await house.held_by("u_1") == held


async def test_who_is_away_longer_than_the_grace_time_gives_his_conversations_back_with_their_place(
    house: House,
) -> None:
    desk = await busy(house)
    line = [conversation_of("a00"), conversation_of("a01")]
    since = [(await house.last(conversation)).after.waiting_since for conversation in line]
    later = (await house.line_up(1, first=5))[0]
    desk.cut()
    await house.clock.advance(house.grace + LATE)
    assert await house.presence("u_1") == "offline"
    assert await house.held_by("u_1") == []
    assert [(await house.last(one)).after.waiting_since for one in line] == since
    assert house.router.line(QUEUE) == [*line, later]
    # The next agent gets them before those who came later.
    colleague = await house.hire("u_2", capacity=2)
    await house.clock.advance(ROUND)
    assert [offer.conversation for offer in await colleague.offered()] == line


async def test_who_is_not_away_for_the_whole_grace_time_is_not_offline_before_it_is_over(
    house: House,
) -> None:
    desk = await busy(house)
    desk.cut()
    began = house.clock.monotonic()

    async def offline() -> bool:
        return await house.presence("u_1") == "offline"

    await house.clock.until(offline, limit=house.grace * 3)
    assert house.grace - 1 <= house.clock.monotonic() - began <= house.grace + LATE


async def test_who_signs_out_gives_his_conversations_back_at_once(house: House) -> None:
    desk = await busy(house)
    await house.agents.sign_out("u_1")
    await house.clock.settle()
    assert await house.presence("u_1") == "offline"
    assert house.router.line(QUEUE) == [conversation_of("a00"), conversation_of("a01")]
    assert (await house.kinds(conversation_of("a00")))[-1] == "released"
    # A tab that is still open does not bring him back by itself.
    await desk.open_tab()
    await house.clock.advance(house.grace)
    assert await house.presence("u_1") == "offline"


async def test_who_comes_back_after_the_grace_time_takes_part_again(house: House) -> None:
    desk = await busy(house)
    desk.cut()
    await house.clock.advance(house.grace + LATE)
    await desk.open_tab()
    await house.clock.settle()
    assert await house.presence("u_1") == "ready"
    assert len(await desk.offered()) == 2


async def test_a_closed_conversation_is_never_reopened_on_an_offline_agent(house: House) -> None:
    desk = await busy(house, number=1)
    conversation = conversation_of("a00")
    await desk.close(conversation)
    await house.agents.sign_out("u_1")
    await house.write("a00", "one more thing")
    await house.clock.advance(ROUND)
    last = await house.last(conversation)
    assert (last.after.state, last.after.agent) == (State.WAITING, None)
    assert house.router.line(QUEUE) == [conversation]


async def test_an_offline_agent_cannot_be_given_anything(house: House) -> None:
    desk = await busy(house, number=1)
    conversation = conversation_of("a00")
    await house.hire("u_2", ready=False)
    with pytest.raises(Away):
        await house.conversations.to_agent(conversation, by="u_1", agent="u_2")
    await desk.close(conversation)
    with pytest.raises(Away):
        await house.conversations.reopen(conversation, agent="u_2")
    assert await house.state(conversation) is State.CLOSED
    await house.write("a00", "again")
    with pytest.raises(Away):
        await house.conversations.pull(conversation, agent="u_2")


# --- the hub was away for an hour ---


async def offered_to_one_who_holds_one(house: House) -> tuple[Desk, Desk]:
    """u_1 holds a conversation; u_2 has been rung for another."""
    holds = await house.hire("u_1")
    await house.clock.advance(ROUND)
    await house.line_up(1)
    await holds.accept_all()
    rung = await house.hire("u_2")
    await house.clock.advance(ROUND)
    await house.line_up(1, first=1)
    assert len(rung.rung) == 1
    return holds, rung


async def nobody_is_blamed(house: House) -> None:
    """The conversation is held as before, the offer stands under the present epoch with its full time."""
    assert await house.presence("u_1") == "ready"
    assert await house.presence("u_2") == "ready"
    assert (await house.last(conversation_of("a00"))).after.agent == "u_1"
    offer = await house.last(conversation_of("a01"))
    assert offer.after.agent == "u_2"
    assert await house.rings(offer.conversation)
    assert [entry.kind.value for entry in await house.entries(offer.conversation)].count("offer_ended") == 0
    await house.clock.advance(house.offer_seconds - 2 * ROUND)  # and he has the time to take it
    await house.conversations.accept(offer.conversation, agent="u_2", slot=offer.id)


async def test_the_process_was_stopped_for_an_hour_and_nobody_is_blamed(house: House) -> None:
    await offered_to_one_who_holds_one(house)
    await house.clock.jump(HOUR)
    await house.clock.advance(ROUND)
    await nobody_is_blamed(house)


async def test_the_hub_was_down_for_an_hour_and_nobody_is_blamed(stage: Stage) -> None:
    house = await stage.house()
    await offered_to_one_who_holds_one(house)
    await house.kill()
    await stage.clock.advance(HOUR)
    again = await stage.house()
    await stage.clock.advance(ROUND)
    # The desks find it again a while later, as browsers do.
    for agent in ("u_1", "u_2"):
        await Desk(again, agent).open_tab()
    await nobody_is_blamed(again)


async def test_the_store_was_away_for_an_hour_and_nobody_is_blamed(house: House) -> None:
    await offered_to_one_who_holds_one(house)
    house.store.down = True
    for _ in range(60):  # each minute a look, in vain
        await house.clock.jump(60)
    house.store.down = False
    await house.clock.advance(ROUND)
    await nobody_is_blamed(house)


async def test_all_web_processes_were_away_for_an_hour_and_nobody_is_blamed(stage: Stage) -> None:
    web_time = ProcessClock(stage.clock)
    await stage.house(beats=False)  # a router's process of its own
    web = await stage.house(own_clock=web_time, routes=False)
    await web.hire("u_1")
    await stage.clock.advance(ROUND)
    await web.line_up(1)
    await stage.clock.advance(ROUND)  # no hint comes over: the router finds it in its round
    desk = web.desks[0]
    (offer,) = await desk.offered()
    web_time.stop()
    await stage.clock.advance(web.grace * 4)
    web_time.go_on()
    await stage.clock.advance(ROUND)
    assert await web.presence("u_1") == "ready"
    assert (await web.last(offer.conversation)).id == offer.id
    await desk.accept(offer)


async def test_an_offer_of_a_former_time_does_not_ring_before_the_new_owner_has_taken_it_up(
    stage: Stage,
) -> None:
    house = await stage.house()
    await offered_to_one_who_holds_one(house)
    await house.kill()
    await stage.clock.advance(HOUR)
    again = await stage.house(start=False)
    # The new owner has fenced the former one, and has not looked at the slots yet.
    tenure = await again.lease.renew()
    assert tenure is not None
    assert await again.agents.set_epoch("u_2", tenure.group, tenure.epoch, fence=tenure.holds)
    assert not await again.rings(conversation_of("a01"))
