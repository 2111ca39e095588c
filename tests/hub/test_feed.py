"""The cursor protocol: whatever hints come or do not come, a reader gets each entry once, in order."""

from random import Random

import pytest

from hub.entries import Entry
from hub.feed import PAGE, Follower
from hub.ids import ConversationId
from hub.timeline import Audience, Seen, may_see
from tests.fakes.house import House, conversation_of
from tests.fakes.stage import Stage
from tests.hub.test_rebuilding import busy_day

FIRST = conversation_of("a00")


def check(given: list[Seen], last: int = 0) -> None:
    """Each names the one before it, and none comes twice."""
    for one in given:
        assert one.prev == last, f"gap before {one.entry.seq}"
        assert one.entry.seq > last
        last = one.entry.seq


async def busiest(house: House) -> list[Entry]:
    """The longest timeline of a busy day."""
    timelines = [await house.entries(conversation_of(f"a{number:02}")) for number in range(4)]
    return max(timelines, key=len)


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("seed", range(8))
async def test_a_reader_gets_everything_he_may_see_once_and_in_order(
    stage: Stage, audience: Audience, seed: int
) -> None:
    random = Random(seed)
    house = await stage.house(routes=False)
    await busy_day(house, random, steps=150)
    entries = await busiest(house)
    hints = entries[random.randrange(3) :]
    for _ in range(len(entries) // 2):  # some are lost, some late, some come twice
        hints.pop(random.randrange(len(hints))) if random.random() < 0.5 else None
        hints.insert(random.randrange(len(hints)), random.choice(entries))
    reader = Follower(house.timeline, entries[0].conversation, audience=audience)
    given: list[Seen] = []
    for hint in hints:
        given += await reader.take(hint)
        if random.random() < 0.1:  # the page is loaded anew: from the number it has
            reader = Follower(house.timeline, entries[0].conversation, audience=audience, last=reader.last)
    given += await reader.catch_up()
    check(given)
    assert [one.entry.seq for one in given] == [e.seq for e in entries if may_see(e, audience)]


async def test_a_long_absence_is_made_good_in_pages(house: House) -> None:
    for number in range(PAGE * 2 + 7):
        await house.write("a00", str(number))
    reader = Follower(house.timeline, FIRST, audience=Audience.CONTACT)
    given = await reader.catch_up()
    check(given)
    assert len(given) == PAGE * 2 + 7


async def test_a_limited_catch_up_goes_on_where_it_stopped(house: House) -> None:
    for number in range(30):
        await house.write("a00", str(number))
    reader = Follower(house.timeline, FIRST, audience=Audience.CONTACT)
    given: list[Seen] = []
    while part := await reader.catch_up(limit=7):
        assert len(part) <= 7
        given += part
    check(given)
    assert len(given) == 30


async def test_staff_are_given_the_next_entry_without_reading_the_store(house: House) -> None:
    entry = await house.write("a00", "one")
    reader = Follower(house.timeline, FIRST, audience=Audience.STAFF)
    house.store.down = True
    assert [one.entry for one in await reader.take(entry)] == [entry]
    assert await reader.take(entry) == []


async def test_a_reader_of_nothing_gets_nothing(house: House) -> None:
    reader = Follower(house.timeline, ConversationId("c_unknown"), audience=Audience.CONTACT)
    assert await reader.catch_up() == []
    assert reader.last == 0


@pytest.mark.parametrize("audience", list(Audience))
async def test_reading_backwards_names_the_same_neighbours(stage: Stage, audience: Audience) -> None:
    house = await stage.house(routes=False)
    await busy_day(house, Random(4), steps=150)
    entries = await busiest(house)
    conversation = entries[0].conversation
    forward = await house.timeline.following(conversation, 0, audience=audience, limit=1000)
    backward: list[Seen] = []
    below: int | None = None
    while page := await house.timeline.preceding(conversation, below, audience=audience, limit=4):
        backward = [*page, *backward]
        below = page[0].entry.seq
    assert backward == forward
    for one in forward:
        assert await house.timeline.before(one.entry, audience=audience) == one.prev
