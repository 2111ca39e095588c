"""The lines as processes see them that do not route."""

import pytest

from hub.clock import stamp
from hub.documents import Document
from hub.events import LocalBus
from routing.lines import StoreLines, place
from routing.places import Places
from tests.fakes.clock import VirtualClock
from tests.fakes.configuration import QUEUE
from tests.fakes.house import House, conversation_of
from tests.fakes.memory_documents import MemoryDocuments
from tests.fakes.stage import Stage
from web.foundation import schema


class NoRouter:
    """Implements :class:`routing.places.Lines` for a process without one."""

    def line(self, queue: str) -> list[str]:
        return []

    def queue_of(self, conversation: str) -> str | None:
        return None


class Here:
    """A process that only reads: its own bus, the store of the others."""

    def __init__(self, house: House) -> None:
        self.clock: VirtualClock = house.clock
        self.bus = LocalBus()
        self.lines = StoreLines(house.store, NoRouter(), clock=house.clock, bus=self.bus)
        self.places = Places(house.store, self.lines, house.clock, self.bus, read=self.lines.read)

    async def place(self, address: str) -> int | None:
        """The place told to the customer at an address, after a moment."""
        await self.clock.advance(2)
        place = await self.places.place(conversation_of(address))
        return None if place is None else place.position


@pytest.fixture
async def house() -> House:
    return await Stage(MemoryDocuments(schema())).house(start=False)


async def test_places_are_those_in_the_store(house: House) -> None:
    here = Here(house)
    for address in ("a", "b", "c"):
        await house.write(address)
        await house.clock.advance(1)
    assert [await here.place(address) for address in ("a", "b", "c")] == [1, 2, 3]
    await house.leave("a")
    assert [await here.place(address) for address in ("a", "b", "c")] == [None, 1, 2]


async def test_who_is_offered_or_held_waits_no_more(house: House) -> None:
    here = Here(house)
    desk = await house.hire("u_1")
    await house.write("a")
    assert await here.place("a") == 1
    await house.conversations.pull(conversation_of("a"), agent="u_1")
    assert await here.place("a") is None
    assert await here.place("nobody") is None
    assert desk.agent == "u_1"


async def test_a_line_is_read_once_however_many_ask(house: House) -> None:
    here = Here(house)
    for number in range(20):
        await house.write(f"a{number}")
    await here.place("a0")
    before = house.store.moves
    for number in range(20):
        await here.places.place(conversation_of(f"a{number}"))
    looked_up = house.store.moves - before
    again = house.store.moves
    for number in range(20):
        await here.places.place(conversation_of(f"a{number}"))
    assert looked_up <= 20 * 4  # each conversation is looked up once, the line is not
    assert house.store.moves == again


@pytest.mark.parametrize(
    ("ageing", "order"),
    [(0.0, ["urgent", "old", "new"]), (1.0, ["old", "urgent", "new"]), (100.0, ["old", "new", "urgent"])],
)
async def test_priority_and_ageing_order_a_line_as_a_router_does(
    house: House, ageing: float, order: list[str]
) -> None:
    queue: Document = {"id": QUEUE, "version": 1, "organisation": "o_main", "ageing": ageing}
    await house.store.insert("queues", queue)
    here = Here(house)
    await house.write("old")
    await house.clock.advance(300)
    await house.write("new")
    await house.clock.advance(6)
    await house.write("urgent", priority=3)
    places = {address: await here.place(address) for address in order}
    assert places == {address: number for number, address in enumerate(order, start=1)}


def test_the_key_is_that_of_the_contract() -> None:
    at = VirtualClock().now()
    row: Document = {"id": "c", "waiting_since": stamp(at), "priority": 6}
    assert place(row, ageing=0) == (-6.0, at.timestamp(), "c")
    assert place(row, ageing=2) == (0.0, at.timestamp() - 180, "c")
