"""A reader whose socket was cut has everything, once and in order, before he can write."""

from hub.entries import Actor, By, Kind
from hub.feed import Follower
from hub.timeline import Audience, Seen
from routing.router import ROUND
from tests.fakes.house import Desk, House, conversation_of

FIRST = conversation_of("a00")


async def two_agents(house: House) -> tuple[Desk, Desk]:
    """u_1 holds the conversation of a00, u_2 is free."""
    desks = await house.hire("u_1"), await house.hire("u_2")
    await house.clock.advance(ROUND)
    await house.line_up(1)
    await desks[0].accept_all()
    return desks


def numbers(seen: list[Seen]) -> list[tuple[int, int]]:
    """Numbers as the reader gets them: before, and this one."""
    return [(one.prev, one.entry.seq) for one in seen]


async def test_a_reply_of_a_colleague_during_a_cut_is_there_before_the_agent_can_send(house: House) -> None:
    first, second = await two_agents(house)
    reader = Follower(house.timeline, FIRST, audience=Audience.STAFF)
    shown = await reader.catch_up()
    first.cut()
    # Meanwhile the conversation goes to a colleague, who answers and gives it back.
    await house.conversations.to_agent(FIRST, by="u_1", agent="u_2")
    await second.say(FIRST, "I have sent somebody")
    await house.conversations.to_agent(FIRST, by="u_2", agent="u_1")
    await house.clock.advance(house.grace * 2 / 3)  # a cut within the grace time
    await first.open_tab()
    missed = await reader.catch_up()  # what the desk is sent before "caught up"
    assert "I have sent somebody" in [one.entry.body.get("text") for one in missed]
    everything = numbers([*shown, *missed])
    assert everything == [(number - 1, number) for number in range(1, len(everything) + 1)]
    mine = await first.say(FIRST, "Is he there?")
    assert mine.seq == missed[-1].entry.seq + 1


async def test_hints_that_come_twice_late_or_not_at_all_give_each_entry_once(house: House) -> None:
    desk, _ = await two_agents(house)
    reader = Follower(house.timeline, FIRST, audience=Audience.STAFF)
    shown = await reader.catch_up()
    said = [await desk.say(FIRST, str(number)) for number in range(5)]
    shown += await reader.take(said[3])  # 0 to 2 were lost
    shown += await reader.take(said[1])
    shown += await reader.take(said[3])
    shown += await reader.take(said[4])
    assert numbers(shown) == [(number - 1, number) for number in range(1, said[4].seq + 1)]


async def test_a_customer_gets_what_is_for_him_and_never_a_note(house: House) -> None:
    desk, _ = await two_agents(house)
    reader = Follower(house.timeline, FIRST, audience=Audience.CONTACT)
    shown = await reader.catch_up()
    note = await house.conversations.note(
        FIRST, by=By(Actor.AGENT, "u_1"), body={"text": "he is angry"}, client_id="n"
    )
    said = await desk.say(FIRST, "good day")
    assert await reader.take(note) == []
    shown += await reader.take(said)
    shown += await reader.take(await house.write("a00", "hello again"))
    kinds = {one.entry.kind for one in shown}
    assert Kind.NOTE not in kinds
    assert Kind.OFFERED not in kinds
    # Each follows the one he was given before, whatever lies in between.
    before = [0, *(one.entry.seq for one in shown[:-1])]
    assert [one.prev for one in shown] == before


async def test_a_page_that_is_loaded_anew_reads_the_same_conversation(house: House) -> None:
    desk, _ = await two_agents(house)
    await desk.say(FIRST, "good day")
    first = Follower(house.timeline, FIRST, audience=Audience.CONTACT)
    again = Follower(house.timeline, FIRST, audience=Audience.CONTACT)
    assert await first.catch_up() == await again.catch_up()
