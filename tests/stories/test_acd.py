"""What an ACD does over time: relaxation, the last agent, overflow, order in line, shared agents."""

from dataclasses import replace
from typing import Any, cast

import pytest

from hub.entries import Kind, State
from hub.errors import NotAllowed
from hub.ids import ConversationId
from hub.sharing import Sharing
from routing.matcher import Strategy
from routing.queues import Outcome, Overflow, Relaxation
from routing.router import ROUND
from tests.fakes.configuration import CHANNEL, OTHER_QUEUE, QUEUE
from tests.fakes.house import Desk, House, contact_of, conversation_of
from tests.fakes.stage import Stage

FIRST = conversation_of("a00")


def configure(house: House, queue: str = QUEUE, **line: Any) -> None:
    """Configure a queue; the router sees it in its next round."""
    house.configuration.lines[queue] = line


async def offered(desk: Desk) -> list[ConversationId]:
    """What he is offered."""
    return [offer.conversation for offer in await desk.offered()]


# --- relaxation ---


async def test_what_is_demanded_sinks_in_steps_and_at_last_any_agent_of_the_queue_takes_it(
    house: House,
) -> None:
    configure(
        house,
        relaxation=[Relaxation(after=30, lower=2), Relaxation(after=60, drop=["english"])],
        any_agent_after=90,
    )
    none = await house.hire("u_1")
    good = await house.hire("u_2", skills={"gas": 3, "english": 9})
    await house.clock.advance(ROUND)
    await house.write("a00", skills={"gas": 5, "english": 9})
    await house.clock.advance(29)
    assert await offered(good) == []
    await house.clock.advance(2)
    assert await offered(good) == [FIRST]
    trace = cast(dict[str, Any], (await house.last(FIRST)).body["trace"])
    assert trace["step"] == 1
    assert trace["skills"] == {"gas": 3, "english": 7}
    assert trace["considered"] == {"queue_agents": 2, "unskilled": 1, "fits": 1}
    await good.decline((await good.offered())[0])
    await house.clock.advance(91 - 31)
    assert await offered(none) == [FIRST]
    assert cast(dict[str, Any], (await house.last(FIRST)).body["trace"])["any_agent"] is True


async def test_relaxation_is_exact_to_the_moment_and_needs_no_round(house: House) -> None:
    configure(house, any_agent_after=10)
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    await house.write("a00", skills={"gas": 5})
    await house.clock.advance(9.99)
    assert await offered(desk) == []
    await house.clock.advance(0.02)
    assert await offered(desk) == [FIRST]


async def test_relaxation_goes_on_over_a_change_of_the_router(stage: Stage) -> None:
    first = await stage.house()
    configure(first, any_agent_after=40)
    desk = await first.hire("u_1")
    await stage.clock.advance(ROUND)
    await first.write("a00", skills={"gas": 5})
    await stage.clock.advance(30)
    await first.kill()
    again = await stage.house()
    tab = Desk(again, desk.agent)
    await tab.open_tab()
    await stage.clock.advance(11)
    assert await offered(tab) == [FIRST]


async def test_an_offer_that_ends_does_not_begin_the_relaxation_anew(house: House) -> None:
    configure(house, any_agent_after=60)
    plain = await house.hire("u_1")
    able = await house.hire("u_2", skills={"gas": 5})
    await house.clock.advance(ROUND)
    await house.write("a00", skills={"gas": 5})
    await house.clock.advance(15)
    await able.decline((await able.offered())[0])
    await house.agents.pause("u_2", "r")
    await house.clock.advance(46)
    assert await offered(plain) == [FIRST]


# --- strategies and the last agent ---


async def test_round_robin_goes_round_whoever_is_idle_longest(house: House) -> None:
    configure(house, strategy=Strategy.ROUND_ROBIN)
    desks = [await house.hire(f"u_{n}", capacity=9) for n in (1, 2, 3)]
    await house.clock.advance(ROUND)
    await house.line_up(6, apart=1.0)
    assert [len(await desk.offered()) for desk in desks] == [2, 2, 2]


async def test_linear_goes_to_the_first_of_the_order_as_long_as_he_has_room(house: House) -> None:
    configure(house, strategy=Strategy.LINEAR, order=["u_2", "u_1"])
    desks = [await house.hire(f"u_{n}", capacity=2) for n in (1, 2)]
    await house.clock.advance(ROUND)
    await house.line_up(3)
    assert [len(await desk.offered()) for desk in desks] == [1, 2]


async def test_the_best_skill_and_the_least_busy_are_chosen(house: House) -> None:
    configure(house, strategy=Strategy.BEST_SKILL)
    desks = [
        await house.hire("u_1", skills={"gas": 4}, capacity=2),
        await house.hire("u_2", skills={"gas": 9}, capacity=2),
    ]
    await house.clock.advance(ROUND)
    await house.write("a00", skills={"gas": 3})
    await house.clock.advance(1)
    assert await offered(desks[1]) == [FIRST]
    configure(house, strategy=Strategy.LEAST_BUSY)
    await house.clock.advance(ROUND)
    await house.write("a01", skills={"gas": 3})
    await house.clock.advance(1)
    assert await offered(desks[0]) == [conversation_of("a01")]


async def come_back(house: House, desk: Desk) -> ConversationId:
    """The customer was served by this agent, and begins a new conversation."""
    await house.write("a00")
    await house.clock.advance(1)
    (offer,) = await desk.offered()
    await desk.accept(offer)
    await desk.close(FIRST)
    house.configuration.set_door(replace_reopen)
    await house.write("a00", "again")
    await house.clock.advance(1)
    return conversation_of("a00", 2)


def replace_reopen(door: Any) -> Any:
    """Whoever writes again begins a new conversation."""
    return replace(door, reopen_within=0.0)


async def test_the_last_agent_comes_first_for_a_while_though_another_is_free(house: House) -> None:
    configure(house, last_agent_seconds=30)
    known = await house.hire("u_1")
    await house.clock.advance(ROUND)
    other = await house.hire("u_2", ready=False)
    second = await come_back(house, known)
    assert await offered(known) == [second]
    trace = cast(dict[str, Any], (await house.last(second)).body["trace"])
    assert trace["sticky"] is True
    await known.decline((await known.offered())[0])
    await other.open_tab()
    await house.agents.ready("u_2")
    await house.clock.advance(10)
    assert await offered(other) == []  # it still is for the one who knows him
    await house.clock.advance(21)
    assert await offered(other) == [second]


async def test_a_last_agent_who_is_offline_is_not_waited_for(house: House) -> None:
    configure(house, last_agent_seconds=300)
    known, other = await house.hire("u_1"), await house.hire("u_2", ready=False)
    await house.clock.advance(ROUND)
    await house.write("a00")
    await house.clock.advance(1)
    await known.accept((await known.offered())[0])
    await known.close(FIRST)
    await house.agents.sign_out("u_1")
    await other.open_tab()
    await house.agents.ready("u_2")
    house.configuration.set_door(replace_reopen)
    await house.write("a00", "again")
    await house.clock.advance(1)
    assert await offered(other) == [conversation_of("a00", 2)]


# --- overflow ---


async def test_who_waits_too_long_is_told_then_goes_to_another_queue_in_his_old_place(house: House) -> None:
    configure(
        house,
        overflow=[
            Overflow(after=20, to=Outcome.MESSAGE, text="请再稍等"),
            Overflow(after=40, to=Outcome.QUEUE, queue=OTHER_QUEUE),
        ],
    )
    await house.clock.advance(ROUND)
    await house.write("a00")
    began = (await house.last(FIRST)).after.waiting_since
    await house.clock.advance(21)
    kinds = await house.kinds(FIRST)
    assert kinds == ["message", "message", "overflowed"]
    assert (await house.entries(FIRST))[1].body["text"] == "请再稍等"
    await house.clock.advance(20)
    last = await house.last(FIRST)
    assert (last.kind, last.after.queue, last.after.waiting_since) == (Kind.QUEUED, OTHER_QUEUE, began)
    assert last.after.overflow == 0
    desk = await house.hire("u_1", queues=(OTHER_QUEUE,))
    await house.clock.advance(ROUND)
    assert await offered(desk) == [FIRST]


async def test_what_a_channel_cannot_carry_out_is_skipped_and_said_so(house: House) -> None:
    configure(house, overflow=[Overflow(after=5, to=Outcome.NUMBER, number="02112345678")])
    await house.clock.advance(ROUND)
    await house.write("a00")
    await house.clock.advance(6)
    last = await house.last(FIRST)
    assert (last.kind, last.body["skipped"]) == (Kind.OVERFLOWED, "not_possible_here")
    assert last.after.state is State.WAITING


async def test_an_overflow_happens_once_though_the_router_changes(stage: Stage) -> None:
    house = await stage.house()
    configure(house, overflow=[Overflow(after=10, to=Outcome.MESSAGE, text="busy")])
    await stage.clock.advance(ROUND)
    await house.write("a00")
    await stage.clock.advance(11)
    await house.kill()
    again = await stage.house()
    await stage.clock.advance(30)
    assert (await again.kinds(FIRST)).count("overflowed") == 1


# --- the order in line ---


async def test_a_supervisor_moves_one_to_the_front_and_gives_another_away(house: House) -> None:
    await house.clock.advance(ROUND)
    first, second, third = await house.line_up(3)
    await house.conversations.prioritise(third, by="u_9", priority=5)
    await house.clock.settle()
    assert house.router.line(QUEUE) == [third, first, second]
    await house.hire("u_1", queues=(), capacity=2)
    await house.conversations.give(second, by="u_9", agent="u_1")
    await house.clock.settle()
    assert await house.held_by("u_1") == [second]
    await house.conversations.take_back(second, by="u_9")
    await house.clock.settle()
    assert await house.held_by("u_1") == []
    assert house.router.line(QUEUE) == [third, first, second]


async def test_what_rings_is_given_away_and_stops_ringing(house: House) -> None:
    desk = await house.hire("u_1")
    await house.hire("u_2", queues=())
    await house.clock.advance(ROUND)
    await house.line_up(1)
    (offer,) = await desk.offered()
    await house.conversations.give(FIRST, by="u_9", agent="u_2")
    with pytest.raises(NotAllowed):
        await desk.accept(offer)
    assert await house.held_by("u_1") == []
    assert await house.held_by("u_2") == [FIRST]


async def test_with_ageing_only_later_arrivals_within_the_difference_pass(house: House) -> None:
    configure(house, ageing=2.0)  # two points a minute: 4 points are worth 120 s
    await house.clock.advance(ROUND)
    early = (await house.write("a00", priority=0)).conversation
    await house.clock.advance(119)
    passes = (await house.write("a01", priority=4)).conversation
    await house.clock.advance(2)
    too_late = (await house.write("a02", priority=4)).conversation
    await house.clock.settle()
    assert house.router.line(QUEUE) == [passes, early, too_late]


async def test_who_wants_to_be_called_back_keeps_his_place_though_he_leaves(house: House) -> None:
    await house.clock.advance(ROUND)
    first, second = await house.line_up(2)
    await house.intake.call_back(first, contact_of("a00"), where="13800000000")
    await house.leave("a00")
    assert await house.state(first) is State.WAITING
    await house.clock.settle()
    assert house.router.line(QUEUE) == [first, second]
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    (offer,) = await desk.offered()
    assert (offer.conversation, offer.after.callback) == (first, "13800000000")


# --- closed queues, shared agents ---


async def test_a_closed_queue_offers_nothing_and_keeps_the_places(house: House) -> None:
    house.configuration.closed.add(QUEUE)
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    first, second = await house.line_up(2)
    await house.clock.advance(ROUND)
    assert await offered(desk) == []
    assert house.router.line(QUEUE) == [first, second]
    house.configuration.closed.clear()
    await house.clock.advance(ROUND)
    assert await offered(desk) == [first]


async def test_a_live_contact_is_offered_beside_nothing_unless_the_matrix_lets_it(house: House) -> None:
    house.configuration.sharing = Sharing(live=frozenset({CHANNEL}))
    desk = await house.hire("u_1", capacity={"*": 3})
    await house.clock.advance(ROUND)
    await house.line_up(2)
    assert len(await desk.offered()) == 1  # one call at a time, whatever the capacity
    house.configuration.sharing = Sharing(
        live=frozenset({CHANNEL}), interrupts={CHANNEL: frozenset({CHANNEL})}
    )
    await house.clock.advance(ROUND)
    assert len(await desk.offered()) == 2


async def test_the_trace_says_who_else_was_there(house: House) -> None:
    await house.hire("u_1", skills={"gas": 5})
    await house.hire("u_2", skills={"gas": 5})
    await house.hire("u_3", skills={"gas": 5})
    await house.hire("u_4", skills={"gas": 5}, ready=False)
    await house.hire("u_5", skills={"gas": 1})
    await house.agents.pause("u_3", "tea")
    await house.clock.advance(ROUND)
    await house.write("a00", skills={"gas": 3})
    await house.clock.advance(1)
    await house.write("a01", skills={"gas": 3})
    await house.clock.advance(1)
    trace = cast(dict[str, Any], (await house.last(conversation_of("a01"))).body["trace"])
    assert trace["considered"] == {
        "queue_agents": 5, "offline": 1, "on_break": 1, "unskilled": 1, "busy": 1, "fits": 1,
    }  # fmt: skip
    first = cast(dict[str, Any], (await house.last(FIRST)).body["trace"])
    assert len(first["next"]) == 1
