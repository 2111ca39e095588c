"""What a process finds in the store of what others did; in virtual time."""

from dataclasses import dataclass, field

import pytest

from hub.assignments import Tenure
from hub.documents import Document
from hub.entries import Entry
from hub.events import AgentChanged, Committed, ContactChanged, Event, LocalBus
from tests.fakes.configuration import GROUP, INBOX, ORGANISATION
from tests.fakes.house import House, conversation_of
from tests.fakes.memory_documents import MemoryDocuments
from tests.fakes.stage import Stage
from tests.processes.virtual import Row, Town
from web.following import OFTEN, SELDOM, Watch
from web.foundation import schema


@dataclass(slots=True)
class Scene:
    """``there``: the process that acts; here one watches and hears no hint unless told to."""

    there: House
    town: Town
    mine: Row
    other: Row
    watch: Watch
    bus: LocalBus
    connected: set[str] = field(default_factory=set)
    heard: list[Event] = field(default_factory=list)

    async def look(self, seconds: float = OFTEN) -> list[Event]:
        """Time goes by, then one look; what it told."""
        self.heard.clear()
        await self.town.pass_by(seconds)
        await self.watch.look()
        return list(self.heard)

    async def told(self, seconds: float = OFTEN) -> list[str]:
        """The kinds of entries that one look told."""
        events = await self.look(seconds)
        return [event.entry.kind.value for event in events if isinstance(event, Committed)]

    async def offer(self, address: str, agent: str) -> Entry:
        """The router there offers a conversation."""
        tenure = Tenure(GROUP, 1, lambda: True)
        await self.there.agents.set_epoch(agent, GROUP, 1, fence=lambda: True)
        return await self.there.assignments.offer(
            conversation_of(address), agent=agent, tenure=tenure, facts={}
        )


@pytest.fixture
async def scene() -> Scene:
    """Two processes that are not connected."""
    there = await Stage(MemoryDocuments(schema())).house(start=False)
    town = Town(there.store, there.clock)
    mine, other = await town.settle_in("mine", hints=False), await town.settle_in("other", hints=False)
    await there.store.insert("inboxes", {"id": INBOX, "version": 1, "organisation": ORGANISATION})
    bus = LocalBus()
    connected: set[str] = set()
    watch = Watch(
        there.store, processes=mine.processes, bus=bus, connected=lambda: connected, clock=there.clock
    )
    found = Scene(there, town, mine, other, watch, bus, connected)
    for kind in (Committed, AgentChanged, ContactChanged):
        bus.listen(kind, found.heard.append)
    await found.look()
    return found


async def test_entries_are_told_once_and_in_order(scene: Scene) -> None:
    await scene.there.write("a", "1")
    (event,) = await scene.look()
    assert isinstance(event, Committed)
    assert event.entry.body["text"] == "1"
    assert event.conversation is not None
    for text in ("2", "3", "4"):
        await scene.there.write("a", text)
    events = await scene.look()
    assert [event.entry.seq for event in events if isinstance(event, Committed)] == [2, 3, 4]
    assert [event.conversation is None for event in events if isinstance(event, Committed)] == [
        True,
        True,
        False,
    ]
    assert await scene.look() == []


async def test_an_offer_its_end_and_its_acceptance_are_found_by_the_slots(scene: Scene) -> None:
    desk = await scene.there.hire("u_1")
    await scene.there.write("a")
    await scene.look()
    scene.connected.add("u_1")
    await scene.there.clock.advance(60)  # the conversation's own time is long past
    await scene.look()
    offer = await scene.offer("a", "u_1")
    events = await scene.look()
    assert AgentChanged("u_1") in events
    assert [event.entry.kind.value for event in events if isinstance(event, Committed)] == ["offered"]
    await desk.decline(offer)
    assert await scene.told() == ["offer_ended"]
    await desk.accept(await scene.offer("a", "u_1"))
    assert await scene.told() == ["offered", "assigned"]


async def test_an_offer_that_stood_before_the_agent_was_looked_at_is_found(scene: Scene) -> None:
    await scene.there.write("a")
    await scene.look()
    await scene.there.clock.advance(60)
    await scene.there.hire("u_1")
    await scene.offer("a", "u_1")
    scene.connected.add("u_1")
    assert await scene.told() == ["offered"]


async def test_presence_is_found(scene: Scene) -> None:
    await scene.there.hire("u_1")
    await scene.look()
    await scene.there.agents.pause("u_1", "lunch")
    assert await scene.look() == [AgentChanged("u_1")]
    assert await scene.look() == []


async def test_what_a_hint_told_is_not_told_again(scene: Scene) -> None:
    entry = await scene.there.write("a")
    scene.bus.hear(Committed(entry))
    assert await scene.told() == []


async def test_a_hole_between_two_hints_is_filled_at_the_next_look(scene: Scene) -> None:
    scene.mine.hints = scene.other.hints = True
    await scene.look(3)
    first, _, third = [await scene.there.write("a", text) for text in ("1", "2", "3")]
    scene.bus.hear(Committed(first))
    scene.bus.hear(Committed(third))
    await scene.there.write("b")  # not to be found yet
    scene.heard.clear()
    await scene.watch.look()
    assert [event.entry.seq for event in scene.heard if isinstance(event, Committed)] == [2, 3]


async def test_while_everybody_is_connected_it_looks_seldom_and_once_when_that_changes(
    scene: Scene,
) -> None:
    scene.mine.hints = scene.other.hints = True
    await scene.look(3)
    await scene.there.write("a", "lost")
    assert await scene.told(3) == []
    assert await scene.told(SELDOM) == ["message"]
    await scene.there.write("a", "lost, too")
    assert await scene.told(3) == []
    scene.other.hints = False
    assert await scene.told(3) == ["message"]
    scene.other.hints = True
    await scene.there.write("a", "between")
    assert await scene.told(3) == ["message"]


async def test_nobody_is_asked_where_nobody_else_runs(scene: Scene) -> None:
    scene.other.speaks = False
    await scene.look(15)
    assert scene.mine.processes.alone
    await scene.there.write("a")
    assert await scene.look(60) == []
    scene.other.speaks = True
    await scene.there.write("a")
    assert await scene.told(3) == ["message"]


async def test_an_edited_contact_is_told(scene: Scene) -> None:
    now = scene.there.clock.now().isoformat()
    contact: Document = {
        "id": "p_a",
        "version": 1,
        "organisation": ORGANISATION,
        "name": "a",
        "updated_at": now,
    }
    await scene.there.store.insert("contacts", contact)
    assert ContactChanged("p_a") in await scene.look()
    assert await scene.look() == []
