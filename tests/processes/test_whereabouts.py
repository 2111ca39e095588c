"""Visitors who go from one web process to another, and processes that die under them; in virtual time."""

from dataclasses import dataclass

import pytest

from channels.webchat.departures import AFTER_START, Departures
from channels.webchat.schema import WHEREABOUTS
from channels.webchat.whereabouts import Whereabouts
from hub.entries import State
from hub.ids import Address, InboxId
from hub.processes import BEAT, DEAD
from tests.fakes.configuration import INBOX
from tests.fakes.house import House, contact_of, conversation_of
from tests.fakes.memory_documents import MemoryDocuments
from tests.fakes.stage import Stage
from tests.processes.virtual import Row, Town
from web.foundation import schema

A = Address("v_a")
GONE_AFTER = 60.0


@dataclass(slots=True)
class Web:
    """One web process: its sockets and its count."""

    house: House
    row: Row
    departures: Departures

    async def connect(self) -> None:
        """The visitor's first socket here."""
        await self.departures.came(INBOX, A, contact_of(A))

    def cut(self) -> None:
        """His last socket here is gone; or he has called without one."""
        self.departures.went(INBOX, A, contact_of(A), after=GONE_AFTER)


@dataclass(slots=True)
class Scene:
    """Two web processes, and a visitor who waits."""

    house: House
    town: Town
    a: Web
    b: Web

    async def pass_by(self, seconds: float) -> None:
        """Time goes by; the processes that live look for those who are gone."""
        until = self.house.clock.monotonic() + seconds
        while (left := until - self.house.clock.monotonic()) > 0:
            await self.town.pass_by(min(BEAT, left))
            for web in (self.a, self.b):
                if web.row.speaks:
                    await web.departures.adopt(_gone_after)
                    await web.departures.look()

    async def waits(self) -> bool:
        """Whether the visitor has not been taken out of the queue."""
        return await self.house.state(conversation_of(A)) is State.WAITING


async def _gone_after(inbox: InboxId) -> float:
    return GONE_AFTER


@pytest.fixture
async def scene() -> Scene:
    house = await Stage(MemoryDocuments(schema())).house(start=False)
    town = Town(house.store, house.clock)

    async def web(name: str) -> Web:
        row = await town.settle_in(name)
        here = Whereabouts(house.store, row.processes, house.clock)
        return Web(house, row, Departures(house.store, house.intake, house.clock, here))

    found = Scene(house, town, await web("a"), await web("b"))
    await house.write(A)
    await found.pass_by(3)
    return found


async def test_who_goes_from_one_process_to_another_is_not_gone(scene: Scene) -> None:
    await scene.a.connect()
    scene.a.cut()
    await scene.pass_by(30)
    await scene.b.connect()
    await scene.pass_by(300)
    assert await scene.waits()
    scene.b.cut()
    await scene.pass_by(GONE_AFTER - 5)
    assert await scene.waits()
    await scene.pass_by(10)
    assert not await scene.waits()
    assert await scene.house.store.count(WHEREABOUTS) == 0


async def test_with_a_tab_on_each_process_the_last_one_counts(scene: Scene) -> None:
    await scene.a.connect()
    await scene.b.connect()
    scene.b.cut()
    await scene.pass_by(300)
    assert await scene.waits()
    scene.a.cut()
    await scene.pass_by(GONE_AFTER + 5)
    assert not await scene.waits()


async def test_calls_without_a_socket_count_at_whichever_process_they_come(scene: Scene) -> None:
    for _ in range(3):
        scene.a.cut()
        await scene.pass_by(GONE_AFTER - 15)
        scene.b.cut()
        await scene.pass_by(GONE_AFTER - 15)
    assert await scene.waits()
    await scene.pass_by(30)
    assert not await scene.waits()


@pytest.mark.parametrize("connected", [True, False])
async def test_visitors_of_a_process_that_died_are_counted_afresh_by_another(
    scene: Scene, connected: bool
) -> None:
    await scene.b.connect()
    if not connected:
        scene.b.cut()
        await scene.pass_by(5)
    scene.b.row.speaks = False
    await scene.pass_by(DEAD + GONE_AFTER - 10)
    assert await scene.waits()
    await scene.pass_by(20)
    assert not await scene.waits()


async def test_a_process_that_starts_does_not_take_the_others_visitors_for_gone(scene: Scene) -> None:
    await scene.a.connect()
    await scene.b.departures.count_everybody({str(INBOX): ("o_main", GONE_AFTER)})
    await scene.pass_by(GONE_AFTER + AFTER_START + 10)
    assert await scene.waits()


async def test_a_process_that_stood_still_says_again_who_is_there(scene: Scene) -> None:
    await scene.a.connect()
    scene.a.row.speaks = False
    await scene.pass_by(DEAD + 10)
    assert len(scene.b.departures) == 1
    scene.a.row.speaks = True  # its sockets were only slow
    await scene.pass_by(GONE_AFTER + 10)
    assert await scene.waits()
    assert len(scene.b.departures) == 0


async def test_who_comes_back_while_his_going_is_said_is_there(scene: Scene) -> None:
    await scene.a.connect()
    scene.a.cut()
    await scene.house.clock.play(scene.a.departures.look(), scene.a.connect())
    await scene.pass_by(3)
    stored = await scene.house.store.get(WHEREABOUTS, f"{INBOX}:{A}")
    assert stored is not None
    assert stored["sockets"] == ["a"]
    assert stored["counting"] is None
