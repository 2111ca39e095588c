"""The router over a real store: what it offers to whom, and that it finds what no hint told it."""

import pytest

from hub.documents import Lost, Unavailable
from hub.doors import QueueFacts
from hub.entries import Actor, By, State
from hub.slots import Agent
from routing.memory import REFUSAL
from routing.router import ROUND, TICK
from tests.fakes.configuration import CHANNEL, GROUP, OFFER_SECONDS, ORGANISATION, OTHER_QUEUE, QUEUE
from tests.fakes.house import Desk, House, conversation_of
from tests.fakes.stage import Stage
from tests.fakes.watched_documents import changes, reads, writes

FIRST = conversation_of("a00")


async def offered(desk: Desk) -> list[str]:
    """The conversations he is offered."""
    return [offer.conversation for offer in await desk.offered()]


# --- whom ---


async def test_a_conversation_goes_only_to_who_has_the_skills_at_their_levels(house: House) -> None:
    plain = await house.hire("u_1")
    weak = await house.hire("u_2", skills={"gas": 3})
    able = await house.hire("u_3", skills={"gas": 7, "english": 5})
    await house.clock.advance(ROUND)
    asked = await house.write("a00", skills={"gas": 5})
    await house.clock.settle()
    assert [await offered(desk) for desk in (plain, weak, able)] == [[], [], [asked.conversation]]


async def test_a_conversation_waits_for_a_skill_nobody_has_and_holds_up_nobody(house: House) -> None:
    desk = await house.hire("u_1", capacity=3)
    await house.clock.advance(ROUND)
    await house.write("a00", skills={"gas": 5})
    await house.clock.advance(0.1)
    easy = await house.write("a01")
    await house.clock.settle()
    assert await offered(desk) == [easy.conversation]
    assert house.router.line(QUEUE) == [FIRST]
    agent = await house.agent("u_1")
    await house.agents.profile(
        "u_1", name="u_1", groups=[GROUP], queues=[QUEUE], skills={"gas": 9}, capacity=agent.capacity
    )
    await house.clock.settle()
    assert FIRST in await offered(desk)


async def test_a_higher_priority_is_served_first(house: House) -> None:
    await house.line_up(2)
    urgent = await house.write("b00", priority=5)
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    assert await offered(desk) == [urgent.conversation]


async def test_who_is_idle_longest_is_asked_first_and_then_the_next(house: House) -> None:
    desks = []
    for name in ("u_3", "u_1", "u_2"):
        desks.append(await house.hire(name))
        await house.clock.advance(1.0)
    await house.clock.advance(ROUND)
    line = await house.line_up(3)
    assert [await offered(desk) for desk in desks] == [[one] for one in line]


async def test_whoever_has_just_closed_is_asked_last(house: House) -> None:
    first = await house.hire("u_1")
    await house.clock.advance(1.0)
    second = await house.hire("u_2")
    await house.clock.advance(ROUND)
    line = await house.line_up(1)
    await first.accept_all()
    await house.clock.advance(5)
    await first.close(line[0])
    (following,) = await house.line_up(1, first=1)
    assert (await offered(first), await offered(second)) == ([], [following])


async def test_who_works_in_another_queue_is_not_asked(house: House) -> None:
    desk = await house.hire("u_1", queues=(OTHER_QUEUE,))
    await house.clock.advance(ROUND)
    await house.line_up(1)
    assert await offered(desk) == []
    other = await house.write("b00", queue=OTHER_QUEUE)
    await house.clock.settle()
    assert await offered(desk) == [other.conversation]


async def test_the_offer_says_why_he_was_chosen(house: House) -> None:
    desk = await house.hire("u_1", skills={"gas": 7})
    await house.clock.advance(ROUND)
    await house.write("a00", skills={"gas": 5})
    await house.clock.settle()
    (offer,) = await desk.offered()
    facts = offer.body["why"]
    assert isinstance(facts, list)
    names = [fact["fact"] for fact in facts if isinstance(fact, dict)]
    assert names == ["longest_idle", "waited", "skill"]


async def test_more_capacity_is_used_at_once(house: House) -> None:
    desk = await house.hire("u_1", capacity=1)
    await house.clock.advance(ROUND)
    line = await house.line_up(3)
    assert await offered(desk) == line[:1]
    await house.agents.profile(
        "u_1", name="u_1", groups=[GROUP], queues=[QUEUE], skills={}, capacity={CHANNEL: 3}
    )
    await house.clock.settle()
    assert await offered(desk) == line


async def test_less_capacity_takes_nothing_away_and_gives_nothing_new(house: House) -> None:
    desk = await house.hire("u_1", capacity=3)
    await house.clock.advance(ROUND)
    line = await house.line_up(3)
    await desk.accept_all()
    await house.agents.profile(
        "u_1", name="u_1", groups=[GROUP], queues=[QUEUE], skills={}, capacity={CHANNEL: 1}
    )
    await house.line_up(1, first=7)
    await desk.close(line[0])
    await desk.close(line[1])
    await house.clock.advance(ROUND)
    assert await house.held_by("u_1") == [line[2]]
    await desk.close(line[2])
    await house.clock.settle()
    assert await offered(desk) == [conversation_of("a07")]
    house.store._ledger.complaints.clear()  # he held more than the new number, as he should


async def test_an_agent_who_joins_the_team_later_takes_part(house: House) -> None:
    (conversation,) = await house.line_up(1)
    await house.agents.add(
        Agent(id="u_9", version=1, organisation=ORGANISATION, name="new", capacity={CHANNEL: 1})
    )
    desk = Desk(house, "u_9")
    await desk.open_tab()
    await house.agents.ready("u_9")
    await house.clock.advance(ROUND)
    assert await offered(desk) == []
    await house.agents.profile(
        "u_9", name="new", groups=[GROUP], queues=[QUEUE], skills={}, capacity={CHANNEL: 1}
    )
    await house.clock.advance(ROUND)
    assert await offered(desk) == [conversation]


async def test_an_agent_of_two_groups_has_one_capacity(stage: Stage, house: House) -> None:
    """Two routers, each the owner of its own group, meet at the agent's document."""
    stage.configuration.queues[OTHER_QUEUE] = QueueFacts(ORGANISATION, "g_other")
    other = await stage.house(group="g_other")
    await house.agents.add(
        Agent(
            id="u_1",
            version=1,
            organisation=ORGANISATION,
            name="u_1",
            groups=[GROUP, "g_other"],
            queues=[QUEUE, OTHER_QUEUE],
            capacity={CHANNEL: 2},
        )
    )
    desk = Desk(house, "u_1")
    await desk.open_tab()
    await house.agents.ready("u_1")
    await stage.clock.advance(ROUND)
    await stage.clock.play(
        *(house.write(f"a{number}") for number in range(4)),
        *(other.write(f"b{number}", queue=OTHER_QUEUE) for number in range(4)),
    )
    await stage.clock.advance(2 * ROUND)
    for _ in range(4):
        taken = await desk.accept_all()
        assert len(taken) == 2  # the ledger has looked at every commit on the way
        for entry in taken:
            await desk.close(entry.conversation)
        await stage.clock.advance(2 * ROUND)
    assert house.router.line(QUEUE) == other.router.line(OTHER_QUEUE) == []


async def test_wrap_up_that_began_elsewhere_holds_its_place_before_the_router_has_heard_of_it(
    stage: Stage, house: House
) -> None:
    stage.configuration.queues[QUEUE] = QueueFacts(ORGANISATION, GROUP, after_work_seconds=300)
    desk = await house.hire("u_1", capacity=2)
    await house.clock.advance(ROUND)
    (conversation,) = await house.line_up(1)
    await desk.accept_all()
    await house.clock.advance(ROUND)  # the router knows of room for one more
    web = await stage.house(alone=False, routes=False)
    await web.conversations.close(
        conversation, by=By(Actor.AGENT, "u_1"), seen=(await web.last(conversation)).seq
    )
    pulled = await web.write("b00", queue=OTHER_QUEUE)
    await web.conversations.pull(pulled.conversation, agent="u_1")
    await house.write("a01")
    await house.clock.settle()
    assert await offered(desk) == []
    assert house.router.line(QUEUE) == [conversation_of("a01")]


async def test_a_break_that_begins_while_an_offer_is_being_made_is_noticed(house: House) -> None:
    """What was checked is what is committed: the agent is not read again in between."""
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    gate = house.store.hold(lambda call: call.name == "get" and call.collection == "agents", after=True)
    await house.line_up(1)
    assert gate.arrived.is_set()
    await house.agents.pause("u_1", "lunch")
    gate.open()
    await house.clock.settle()
    assert await house.kinds(FIRST) == ["message"]
    assert await offered(desk) == []


# --- what no hint told ---


async def test_what_another_process_did_is_found_within_a_round(stage: Stage, house: House) -> None:
    web = await stage.house(alone=False, routes=False)
    desk = await web.hire("u_1", capacity=2)
    line = await web.line_up(2)
    await stage.clock.advance(2 * ROUND)
    assert await offered(desk) == line
    await desk.accept_all()
    await desk.close(line[0])
    await stage.clock.advance(ROUND)
    third = await web.write("a09")
    await stage.clock.advance(2 * ROUND)
    assert await offered(desk) == [third.conversation]


async def test_what_another_process_took_out_of_the_line_is_not_in_it_any_more(
    stage: Stage, house: House
) -> None:
    web = await stage.house(alone=False, routes=False)
    line = await web.line_up(2)
    await stage.clock.advance(ROUND)
    assert house.router.line(QUEUE) == line
    await web.hire("u_1", queues=())
    await web.conversations.pull(line[0], agent="u_1")
    await stage.clock.advance(ROUND)
    assert house.router.line(QUEUE) == line[1:]


async def test_a_conversation_that_came_back_with_other_wishes_is_matched_by_those(
    stage: Stage, house: House
) -> None:
    web = await stage.house(alone=False, routes=False)
    desk = await web.hire("u_1", queues=(OTHER_QUEUE,))
    (conversation,) = await web.line_up(1)
    await stage.clock.advance(ROUND)
    await web.hire("u_2", queues=())
    await web.conversations.pull(conversation, agent="u_2")
    await web.conversations.to_queue(conversation, by=By(Actor.AGENT, "u_2"), queue=OTHER_QUEUE)
    await stage.clock.advance(2 * ROUND)
    assert await offered(desk) == [conversation]


@pytest.mark.parametrize("happened", [True, False])
async def test_an_offer_whose_answer_was_lost_stands_once(house: House, happened: bool) -> None:
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    house.store.fail(writes("offered"), Lost("no answer"), after=happened)
    (conversation,) = await house.line_up(1)
    await house.clock.advance(ROUND)
    assert await offered(desk) == [conversation]
    assert (await house.kinds(conversation)).count("offered") == 1
    await house.clock.advance(OFFER_SECONDS + ROUND)
    assert (await house.kinds(conversation)).count("offer_ended") == 1


@pytest.mark.parametrize("happened", [True, False])
async def test_an_expiry_whose_answer_was_lost_happens_once_and_the_line_goes_on(
    house: House, happened: bool
) -> None:
    await house.hire("u_1")
    await house.clock.advance(ROUND)
    (conversation,) = await house.line_up(1)
    second = await house.hire("u_2")
    await house.clock.advance(ROUND)
    house.store.fail(writes("offer_ended"), Lost("no answer"), after=happened)
    await house.clock.advance(OFFER_SECONDS + ROUND)
    assert await offered(second) == [conversation]
    assert (await house.kinds(conversation)).count("offer_ended") == 1
    assert await house.presence("u_1") == "unresponsive"


async def test_an_outage_of_a_few_seconds_loses_nothing(house: House) -> None:
    desk = await house.hire("u_1", capacity=2)
    await house.clock.advance(ROUND)
    line = await house.line_up(1)
    house.store.down = True
    await house.clock.advance(5.0)
    house.store.down = False
    line += await house.line_up(1, first=1)
    await house.clock.advance(2 * ROUND)
    assert await offered(desk) == line
    assert await house.presence("u_1") == "ready"


async def test_reading_that_fails_now_and_then_only_delays(house: House) -> None:
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    for collection in ("agents", "beats", "leases", "entries", "conversations"):
        house.store.fail(reads(collection), Unavailable("away"), times=2)
        await house.clock.advance(ROUND)
    house.store.forgive()
    (conversation,) = await house.line_up(1)
    await house.clock.advance(ROUND)
    assert await offered(desk) == [conversation]


async def test_a_release_that_was_refused_once_is_done_in_the_next_round(house: House) -> None:
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    await house.line_up(1)
    await desk.accept_all()
    house.store.fail(writes("released"), Unavailable("away"), times=1)
    await house.agents.sign_out("u_1")
    await house.clock.advance(2 * ROUND)
    assert await house.held_by("u_1") == []
    assert await house.state(FIRST) is State.WAITING


async def test_who_is_back_before_the_release_keeps_what_he_holds(house: House) -> None:
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    await house.line_up(1)
    await desk.accept_all()
    gate = house.store.hold(writes("released"))
    await house.agents.sign_out("u_1")
    await house.clock.settle()
    assert gate.arrived.is_set()
    await house.agents.ready("u_1")
    gate.open()
    await house.clock.advance(2 * ROUND)
    assert await house.held_by("u_1") == [FIRST]
    assert (await house.kinds(FIRST)).count("released") == 0


async def test_a_mark_gone_that_crosses_with_a_reconnection_is_refused(house: House) -> None:
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    desk.cut()
    gate = house.store.hold(changes("agents", "u_1"))
    await house.clock.advance(house.grace + 2 * ROUND)
    assert gate.arrived.is_set()
    await desk.open_tab()  # always written: the mark under way names an older version
    gate.open()
    await house.clock.advance(ROUND)
    assert await house.presence("u_1") == "ready"


async def test_a_desk_whose_process_was_away_too_long_is_heard_of_again(stage: Stage, house: House) -> None:
    web = await stage.house(alone=False, routes=False)
    await web.hire("u_1")
    await stage.clock.advance(ROUND)
    web.store.fail(changes("beats"), Unavailable("away"), times=10_000)
    await stage.clock.advance(house.grace + 2 * ROUND)
    assert await house.presence("u_1") == "offline"
    web.store.forgive()  # its socket is open all the time: the agent sees nothing of this
    await stage.clock.advance(2 * ROUND)
    assert await house.presence("u_1") == "ready"


# --- places ---


async def test_places_are_told_from_the_line_and_its_pace(house: House) -> None:
    desk = await house.hire("u_1", capacity=1)
    await house.clock.advance(ROUND)
    line = await house.line_up(4)
    for place, conversation in enumerate(line[1:], start=1):
        told = await house.places.place(conversation)
        assert told is not None
        assert (told.position, told.wait_seconds) == (place, None)
    assert await house.places.place(line[0]) is None
    for conversation in line[:2]:
        await desk.accept_all()
        await house.clock.advance(60)
        await desk.close(conversation)
        await house.clock.settle()
    await desk.accept_all()
    await house.clock.advance(TICK)
    told = await house.places.place(line[3])
    assert told is not None
    assert told.position == 1
    assert told.wait_seconds is not None
    assert 55 <= told.wait_seconds <= 65


async def test_a_queue_is_staffed_while_somebody_of_it_is_not_offline(house: House) -> None:
    assert not await house.places.staffed(QUEUE)
    await house.hire("u_1")
    assert await house.places.staffed(QUEUE)
    assert not await house.places.staffed(OTHER_QUEUE)
    await house.agents.pause("u_1", "lunch")
    assert await house.places.staffed(QUEUE)
    await house.agents.sign_out("u_1")
    assert not await house.places.staffed(QUEUE)


async def test_the_time_that_an_offer_has_left_is_told(house: House) -> None:
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    await house.line_up(1)
    (offer,) = await desk.offered()
    left = house.router.remaining(offer.id)
    assert left is not None
    assert OFFER_SECONDS <= left <= OFFER_SECONDS + 2 * TICK
    await house.clock.advance(10)
    later = house.router.remaining(offer.id)
    assert later is not None
    assert left - 11 <= later <= left - 8
    assert house.router.remaining("s_unknown") is None


async def test_everybody_has_declined_and_the_first_to_be_spared_no_longer_is_asked(house: House) -> None:
    desks = [await house.hire(f"u_{number}") for number in range(3)]
    await house.clock.advance(ROUND)
    await house.line_up(1)
    for _ in desks:
        (asked,) = [desk for desk in desks if await desk.offered()]
        await asked.decline((await asked.offered())[0])
        await house.clock.advance(2.0)
    assert house.router.line(QUEUE) == [FIRST]
    await house.clock.advance(REFUSAL - 3.0)
    assert [len(await desk.offered()) for desk in desks].count(1) == 1
