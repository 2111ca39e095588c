"""Offers: taken by one, ended in time, passed on with their place, and nobody blamed without reason."""

from hub.entries import State
from hub.errors import Gone, NotAllowed
from routing.memory import REFUSAL
from routing.router import ROUND, TICK
from tests.fakes.configuration import QUEUE
from tests.fakes.house import House
from tests.fakes.stage import Stage
from tests.fakes.watched_documents import writes

LATE = 3 * TICK  # how much later than configured a time may end: a look at beats and one at offers


async def test_two_tabs_of_one_agent_accept_together_and_one_is_told(house: House) -> None:
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    await house.line_up(1)
    (offer,) = await desk.offered()
    done, refused = await house.together(desk.accept(offer, "tab 1"), desk.accept(offer, "tab 2"))
    assert len(done) == 1
    assert [type(one) for one in refused] == [Gone]
    assert (await house.kinds(offer.conversation)).count("assigned") == 1


async def test_two_agents_who_pull_the_same_conversation_together_get_it_once(house: House) -> None:
    for name in ("u_1", "u_2"):
        await house.hire(name, queues=())  # nothing is offered to them: they choose
    (waiting,) = await house.line_up(1)
    done, refused = await house.together(
        house.conversations.pull(waiting, agent="u_1", client_id="x"),
        house.conversations.pull(waiting, agent="u_2", client_id="x"),
    )
    assert len(done) == 1
    assert [getattr(one, "code", one) for one in refused] == ["not_waiting"]
    last = await house.last(waiting)
    assert last.after.agent is not None
    assert await house.held_by(last.after.agent) == [waiting]


async def test_an_agent_who_accepts_what_has_gone_on_to_a_colleague_is_told(house: House) -> None:
    slow, quick = await house.hire("u_1"), await house.hire("u_2", ready=False)
    await house.clock.advance(ROUND)
    (conversation,) = await house.line_up(1)
    (stale,) = await slow.offered()
    await quick.open_tab()
    await house.agents.ready("u_2")
    await house.clock.advance(house.offer_seconds + LATE)
    (offer,) = await quick.offered()
    done, refused = await house.together(slow.accept(stale), quick.accept(offer))
    assert [entry.after.agent for entry in done] == ["u_2"]
    assert [type(one) for one in refused] == [Gone]
    assert (await house.last(conversation)).after.agent == "u_2"


async def test_an_acceptance_that_crosses_with_the_end_of_the_offer_has_one_outcome(house: House) -> None:
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    (conversation,) = await house.line_up(1)
    (offer,) = await desk.offered()
    # The router has decided to end it; the agent's word reaches the store first.
    gate = house.store.hold(writes("offer_ended"))
    await house.clock.advance(house.offer_seconds + LATE)
    assert gate.arrived.is_set()
    accepted = await desk.accept(offer)
    gate.open()
    await house.clock.settle()
    assert (await house.last(conversation)).id == accepted.id
    assert await house.presence("u_1") == "ready"
    assert await house.held_by("u_1") == [conversation]


async def test_an_offer_ends_when_configured_and_not_much_later(stage: Stage, house: House) -> None:
    stage.configuration.offers[QUEUE] = 12.0
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    (conversation,) = await house.line_up(1)
    began = house.clock.monotonic() - 0.1
    assert len(await desk.offered()) == 1

    async def ended() -> bool:
        return await house.state(conversation) is State.WAITING

    await house.clock.until(ended, limit=60)
    assert 12.0 <= house.clock.monotonic() - began <= 12.0 + LATE


async def test_an_offer_that_expires_goes_on_with_its_place_kept(house: House) -> None:
    first = await house.hire("u_1")
    await house.clock.advance(ROUND)
    line = await house.line_up(3)
    since = (await house.last(line[0])).after.waiting_since
    assert [offer.conversation for offer in await first.offered()] == line[:1]
    await house.clock.advance(house.offer_seconds + LATE)
    assert house.router.line(QUEUE) == line
    assert (await house.last(line[0])).after.waiting_since == since
    assert await house.presence("u_1") == "unresponsive"
    second = await house.hire("u_2")
    await house.clock.advance(ROUND)
    assert [offer.conversation for offer in await second.offered()] == line[:1]


async def test_only_an_agent_whose_desk_rang_becomes_not_responding(house: House) -> None:
    rings, silent = await house.hire("u_1"), await house.hire("u_2")
    silent.mute = True
    await house.clock.advance(ROUND)
    await house.line_up(2)
    assert len(rings.rung) == 1
    assert silent.rung == []
    assert len(await silent.offered()) == 1
    await house.clock.advance(house.offer_seconds + LATE)
    assert await house.presence("u_1") == "unresponsive"
    assert await house.presence("u_2") == "ready"


async def test_who_is_not_responding_is_offered_nothing_until_he_is_back(house: House) -> None:
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    (conversation,) = await house.line_up(1)
    await house.clock.advance(house.offer_seconds + LATE)
    assert await house.presence("u_1") == "unresponsive"
    await house.clock.advance(REFUSAL + 20)
    assert await desk.offered() == []
    await house.agents.ready("u_1")
    await house.clock.settle()
    assert [offer.conversation for offer in await desk.offered()] == [conversation]


async def test_a_declined_offer_goes_to_the_next_and_comes_back_only_after_a_pause(house: House) -> None:
    first, second = await house.hire("u_1"), await house.hire("u_2", ready=False)
    await house.clock.advance(ROUND)
    (conversation,) = await house.line_up(1)
    since = (await house.last(conversation)).after.waiting_since
    await first.decline((await first.offered())[0])
    await house.clock.settle()
    assert await house.state(conversation) is State.WAITING
    assert await house.presence("u_1") == "ready"
    await second.open_tab()
    await house.agents.ready("u_2")
    await house.clock.settle()
    (offer,) = await second.offered()
    await second.decline(offer)
    # Both have declined: nobody is asked until the first one's pause is over.
    await house.clock.advance(REFUSAL - ROUND)
    assert await house.state(conversation) is State.WAITING
    await house.clock.advance(ROUND + LATE)
    last = await house.last(conversation)
    assert (last.after.state, last.after.agent) == (State.OFFERED, "u_1")
    assert last.after.waiting_since == since


async def test_who_declined_is_offered_the_next_customer_at_once(house: House) -> None:
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    line = await house.line_up(2)
    await desk.decline((await desk.offered())[0])
    await house.clock.settle()
    assert [offer.conversation for offer in await desk.offered()] == line[1:]


async def test_an_offer_is_withdrawn_without_blame_when_the_agent_takes_a_break(house: House) -> None:
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    (conversation,) = await house.line_up(1)
    assert len(await desk.offered()) == 1
    await house.agents.pause("u_1", "lunch")
    await house.clock.settle()
    assert [entry.body.get("reason") for entry in await house.entries(conversation)][-1] == "gone"
    assert await house.presence("u_1") == "break"
    await house.agents.ready("u_1")  # it is not held against him: he is offered it again at once
    await house.clock.settle()
    assert [offer.conversation for offer in await desk.offered()] == [conversation]


async def test_a_customer_who_leaves_while_it_rings_stops_the_ringing_and_frees_the_line(
    house: House,
) -> None:
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    line = await house.line_up(3)
    (offer,) = await desk.offered()
    await house.leave("a01")  # one who waits
    await house.leave("a00")  # the one who is offered
    assert not await house.rings(line[0])
    await house.clock.settle()
    assert await house.state(line[0]) is State.CLOSED
    assert await house.state(line[1]) is State.CLOSED
    assert [one.conversation for one in await desk.offered()] == line[2:]
    done, refused = await house.together(desk.accept(offer))
    assert done == []
    assert [type(one) for one in refused] == [Gone]
    await house.clock.advance(house.offer_seconds / 2)
    assert await house.presence("u_1") == "ready"


async def test_a_customer_who_leaves_moves_the_others_up(house: House) -> None:
    line = await house.line_up(3)
    await house.clock.advance(ROUND)
    await house.leave("a00")
    await house.clock.advance(1.0)
    place = await house.places.place(line[1])
    assert place is not None
    assert place.position == 1
    assert await house.places.place(line[0]) is None


async def test_what_an_agent_holds_cannot_be_ended_by_the_customer_who_leaves(house: House) -> None:
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    (conversation,) = await house.line_up(1)
    await desk.accept_all()
    left = await house.leave("a00")
    assert (left.kind.value, left.after.state) == ("left", State.ASSIGNED)
    assert await house.leave("a00") == left
    done, refused = await house.together(
        house.conversations.pull(conversation, agent="u_1"),
        house.conversations.reopen(conversation, agent="u_1"),
    )
    assert done == []
    assert all(isinstance(one, NotAllowed) for one in refused)
