"""One owner at a time: what a new one takes over, and that a former one writes nothing."""

import asyncio

import pytest

from hub.assignments import Tenure
from hub.entries import State
from hub.writer import Deposed
from routing.lease import TERM
from routing.router import ROUND, TICK
from tests.fakes.clock import ProcessClock
from tests.fakes.configuration import GROUP, QUEUE
from tests.fakes.house import Desk, House, conversation_of
from tests.fakes.stage import Stage
from tests.fakes.watched_documents import Condition, changes, writes

TAKEN_OVER = TERM + ROUND + TICK  # seconds after which a challenger surely owns what nobody renews


async def test_a_second_process_takes_over_only_when_the_first_has_been_silent_for_a_term(
    stage: Stage,
) -> None:
    first = await stage.house()
    second = await stage.house(alone=False)
    await stage.clock.advance(3 * TERM)
    assert (first.router.owns, second.router.owns) == (True, False)
    await first.kill()
    await stage.clock.advance(TERM - ROUND - 2 * TICK)
    assert not second.router.owns
    await stage.clock.advance(2 * ROUND + 2 * TICK)
    assert second.router.owns


async def test_a_new_owner_adopts_standing_offers_and_keeps_places_and_the_order_of_the_idle(
    stage: Stage,
) -> None:
    house = await stage.house()
    rung = await house.hire("u_0")
    await house.clock.advance(ROUND)
    line = await house.line_up(4)
    (offer,) = await rung.offered()
    await house.hire("u_2", queues=("q_2",))
    await house.clock.advance(1.0)
    await house.hire("u_1", queues=("q_2",))
    await house.clock.advance(ROUND)
    idle = {name: (await house.agent(name)).idle_since for name in ("u_0", "u_1", "u_2")}
    places = [(await house.last(conversation)).after.waiting_since for conversation in line]
    await house.kill()

    again = await stage.house()
    desks = {name: Desk(again, name) for name in ("u_0", "u_1", "u_2")}
    for desk in desks.values():
        await desk.open_tab()
    await stage.clock.advance(ROUND)
    standing = await again.last(line[0])
    assert standing.id == offer.id  # the same offer, not another one
    assert await again.rings(line[0])
    held = (await again.agent("u_0")).slots[offer.id]
    assert held.epoch == (await again.agent("u_0")).epochs[GROUP] == 2
    assert again.router.line(QUEUE) == line[1:]
    assert [(await again.last(one)).after.waiting_since for one in line] == places
    assert {name: (await again.agent(name)).idle_since for name in idle} == idle
    # Whoever was idle longest is asked first.
    asked = []
    for number in range(2):
        asked.append((await again.write(f"b{number}", queue="q_2")).conversation)
        await stage.clock.advance(0.1)
    assert [offer.conversation for offer in await desks["u_2"].offered()] == asked[:1]
    assert [offer.conversation for offer in await desks["u_1"].offered()] == asked[1:]
    # The adopted offer ends with a full time of its own.
    await stage.clock.advance(again.offer_seconds - ROUND - TICK)
    assert (await again.last(line[0])).id == offer.id
    await stage.clock.advance(ROUND + 3 * TICK)
    assert (await again.last(line[0])).after.slot != offer.id


async def test_an_adopted_offer_can_be_accepted(stage: Stage) -> None:
    house = await stage.house()
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    await house.line_up(1)
    (offer,) = await desk.offered()
    await house.kill()
    again = await stage.house()
    await Desk(again, "u_1").open_tab()
    taken = await again.conversations.accept(offer.conversation, agent="u_1", slot=offer.id)
    assert taken.after.slot == offer.id
    await stage.clock.advance(again.offer_seconds * 2)
    assert await again.held_by("u_1") == [offer.conversation]


async def test_what_was_accepted_while_nobody_routed_is_not_touched(stage: Stage) -> None:
    house = await stage.house()
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    await house.line_up(1)
    (offer,) = await desk.offered()
    await house.kill()
    web = await stage.house(alone=False)
    accepted = await web.conversations.accept(offer.conversation, agent="u_1", slot=offer.id)
    await Desk(web, "u_1").open_tab()
    await stage.clock.advance(TAKEN_OVER + web.offer_seconds)
    assert web.router.owns
    assert (await web.last(offer.conversation)).id == accepted.id


async def test_customers_who_came_while_nobody_routed_are_served_in_their_order(stage: Stage) -> None:
    house = await stage.house()
    await house.hire("u_1", capacity=2)
    await house.clock.advance(ROUND)
    await house.kill()
    web = await stage.house(routes=False)
    line = await web.line_up(4)
    await web.kill()
    again = await stage.house()
    desk = Desk(again, "u_1")
    await desk.open_tab()
    await stage.clock.advance(ROUND)
    assert [offer.conversation for offer in await desk.offered()] == line[:2]
    assert again.router.line(QUEUE) == line[2:]


async def test_a_customer_whose_projection_is_still_owed_is_not_forgotten(stage: Stage) -> None:
    house = await stage.house(inline=False, routes=False)
    await house.hire("u_1")
    gate = house.store.hold(changes("conversations"))  # the projector is late
    await house.line_up(1)
    router = await stage.house(alone=True)
    await stage.clock.advance(ROUND)
    assert (await router.last(conversation_of("a00"))).after.state is State.OFFERED
    gate.open()
    await stage.clock.settle()


# --- a deposed router writes nothing ---


async def deposed(stage: Stage, meets: Condition) -> tuple[House, House, asyncio.Event]:
    """The first router is stopped in the middle of a write that meets the condition; a second one owns.

    The answer opens the way for that write.
    """
    time = ProcessClock(stage.clock)
    first = await stage.house(own_clock=time)
    desk = await first.hire("u_1")
    desk.mute = False
    await stage.clock.advance(ROUND)
    gate = first.store.hold(meets)
    await first.line_up(1)
    await stage.clock.advance(first.offer_seconds + 3 * TICK)
    assert gate.arrived.is_set()
    time.stop()
    second = await stage.house(alone=False, start=False)
    await second.start()
    await Desk(second, "u_1").open_tab()
    await stage.clock.advance(TAKEN_OVER)
    assert second.router.owns
    first.store.written.clear()
    time.go_on()
    return first, second, gate.opened


async def nothing_written_by(first: House) -> None:
    """No entry and no agent was changed by the router that was stopped."""
    await first.clock.settle()
    changed = [step for steps in first.store.written for step in steps]
    assert [step for step in changed if step.collection in ("entries", "agents", "leases")] == []
    assert not first.router.owns


async def test_a_deposed_router_does_not_offer(stage: Stage) -> None:
    first, second, way = await deposed(stage, writes("offered"))
    offered = await second.last(conversation_of("a00"))
    assert offered.after.state is State.OFFERED
    way.set()
    await nothing_written_by(first)
    assert await second.last(conversation_of("a00")) == offered


async def test_a_deposed_router_does_not_end_an_offer_nor_blame_anybody(stage: Stage) -> None:
    first, second, way = await deposed(stage, writes("offer_ended"))
    standing = await second.last(conversation_of("a00"))
    assert standing.after.state is State.OFFERED
    way.set()
    await nothing_written_by(first)
    assert await second.last(conversation_of("a00")) == standing
    assert await second.presence("u_1") == "ready"


async def test_a_deposed_router_does_not_give_back(stage: Stage) -> None:
    time = ProcessClock(stage.clock)
    first = await stage.house(own_clock=time)
    desk = await first.hire("u_1")
    await stage.clock.advance(ROUND)
    await first.line_up(1)
    await desk.accept_all()
    gate = first.store.hold(writes("released"))
    await first.agents.sign_out("u_1")
    await stage.clock.settle()
    assert gate.arrived.is_set()
    time.stop()
    second = await stage.house(alone=False)
    await second.agents.ready("u_1")  # he is back before anybody acts
    await Desk(second, "u_1").open_tab()
    await stage.clock.advance(TAKEN_OVER)
    assert second.router.owns
    first.store.written.clear()
    time.go_on()
    gate.open()
    await nothing_written_by(first)
    assert (await second.last(conversation_of("a00"))).after.agent == "u_1"


async def test_a_deposed_router_does_not_mark_anybody_gone(stage: Stage) -> None:
    time = ProcessClock(stage.clock)
    first = await stage.house(own_clock=time)
    desk = await first.hire("u_1")
    await stage.clock.advance(ROUND)
    desk.cut()
    gate = first.store.hold(changes("agents", "u_1"))
    await stage.clock.advance(first.grace + 2 * ROUND)
    assert gate.arrived.is_set()
    time.stop()
    second = await stage.house(alone=False)
    await Desk(second, "u_1").open_tab()
    await stage.clock.advance(TAKEN_OVER)
    first.store.written.clear()
    time.go_on()
    gate.open()
    await nothing_written_by(first)
    assert await second.presence("u_1") == "ready"


async def test_a_former_tenure_is_refused_at_each_verb(stage: Stage) -> None:
    """Also when its own deadline has not passed: the epoch in the agent's document decides."""
    house = await stage.house()
    desk = await house.hire("u_1", capacity=2)
    await house.clock.advance(ROUND)
    await house.line_up(2)
    offer, other = await desk.offered()
    await desk.accept(other)
    stale = Tenure(GROUP, 0, lambda: True)
    before = house.store.written.copy()
    with pytest.raises(Deposed):
        await house.assignments.expire(offer.conversation, slot=offer.id, rang=True, tenure=stale)
    with pytest.raises(Deposed):
        await house.assignments.withdraw(offer.conversation, slot=offer.id, tenure=stale)
    with pytest.raises(Deposed):
        await house.assignments.release(other.conversation, slot=other.id, tenure=stale)
    waiting = await house.write("b0", queue="q_2")
    with pytest.raises(Deposed):
        await house.assignments.offer(waiting.conversation, agent="u_1", tenure=stale, facts={})
    assert await house.agents.set_epoch("u_1", GROUP, 0, fence=stale.holds) is False
    new = [step for steps in house.store.written[len(before) :] for step in steps]
    assert [step for step in new if step.collection == "agents"] == []


async def test_a_router_whose_deadline_has_passed_asks_before_each_write(stage: Stage) -> None:
    house = await stage.house(routes=False)
    await house.hire("u_1")
    tenure = await house.lease.renew()
    assert tenure is not None
    await house.agents.set_epoch("u_1", GROUP, tenure.epoch, fence=tenure.holds)
    (waiting,) = await house.line_up(1)
    await stage.clock.advance(TERM)
    with pytest.raises(Deposed):
        await house.assignments.offer(waiting, agent="u_1", tenure=tenure, facts={})
    assert await house.state(waiting) is State.WAITING
