"""Conversation documents: whatever way they came about, they are the fold of their entries."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from random import Random

import pytest

from hub.documents import Document, Json, Lost, Unavailable
from hub.entries import Actor, By
from hub.errors import HubError
from hub.events import ConversationProjected
from hub.migrations import Migrations
from hub.rebuilding import rebuild_everything
from hub.sweeper import SWEEP
from tests.fakes.house import House, contact_of, conversation_of
from tests.fakes.ledger import read_all
from tests.fakes.stage import Stage
from tests.fakes.watched_documents import changes, writes

FIRST = conversation_of("a00")
AGENTS = ("u_1", "u_2")


class Day:
    """Customers and agents do what comes into their minds; some of it is refused."""

    def __init__(self, house: House, random: Random) -> None:
        self.house = house
        self.random = random
        self.number = 0
        self.address = "a00"
        self.conversation = FIRST
        self.agent = AGENTS[0]
        self.seen = 0

    async def go_by(self, steps: int) -> None:
        """So many things are tried."""
        for agent in AGENTS:
            await self.house.hire(agent, capacity=4)
        acts: list[Callable[[], Coroutine[object, object, object]]] = [
            *[self.write] * 4,
            *[self.pull, self.answer] * 3,
            *[self.note, self.close, self.snooze, self.reopen, self.wake],
            *[self.to_queue, self.to_agent, self.leave, self.come_back, self.rate],
        ]
        for self.number in range(steps):
            self.address = f"a{self.random.randrange(4):02}"
            self.conversation = conversation_of(self.address)
            last = await self.house.timeline.last(self.conversation)
            self.seen = 0 if last is None else last.seq
            self.agent = self.random.choice(AGENTS)
            if last is not None and last.after.agent is not None and self.random.random() < 0.8:
                self.agent = last.after.agent
            with contextlib.suppress(HubError):
                await self.random.choice(acts)()
            await self.house.clock.advance(0.5)

    @property
    def by(self) -> By:
        """The agent of this moment."""
        return By(Actor.AGENT, self.agent)

    async def write(self) -> None:
        await self.house.write(self.address, f"message {self.number}")

    async def pull(self) -> None:
        await self.house.conversations.pull(self.conversation, agent=self.agent)

    async def answer(self) -> None:
        body: dict[str, Json] = {"text": f"answer {self.number}"}
        await self.house.conversations.post(self.conversation, by=self.by, body=body)

    async def note(self) -> None:
        await self.house.conversations.note(self.conversation, by=self.by, body={"text": "note"})

    async def close(self) -> None:
        await self.house.conversations.close(
            self.conversation, by=self.by, seen=self.seen, disposition=f"d_{self.number}", summary="done"
        )

    async def snooze(self) -> None:
        until = "2026-12-01T00:00:00.000Z"
        await self.house.conversations.snooze(
            self.conversation, agent=self.agent, seen=self.seen, until=until
        )

    async def reopen(self) -> None:
        await self.house.conversations.reopen(self.conversation, agent=self.agent)

    async def wake(self) -> None:
        await self.house.conversations.wake(self.conversation)

    async def to_queue(self) -> None:
        await self.house.conversations.to_queue(self.conversation, by=self.by, queue="q_2", priority=2)

    async def to_agent(self) -> None:
        other = AGENTS[self.agent == AGENTS[0]]
        await self.house.conversations.to_agent(self.conversation, by=self.agent, agent=other)

    async def leave(self) -> None:
        await self.house.intake.leave(self.conversation, contact_of(self.address))

    async def come_back(self) -> None:
        await self.house.intake.come_back(self.conversation, contact_of(self.address))

    async def rate(self) -> None:
        contact, name = contact_of(self.address), f"r{self.number}"
        await self.house.intake.rate(self.conversation, contact, score=4, comment=None, client_id=name)


async def busy_day(house: House, random: Random, *, steps: int) -> None:
    """A day in which much happens."""
    await Day(house, random).go_by(steps)


async def documents(stage: Stage) -> dict[str, Document]:
    """All conversation documents."""
    return {str(one["id"]): one for one in await read_all(stage.documents, "conversations")}


@pytest.mark.parametrize("inline", [True, False])
@pytest.mark.parametrize("seed", range(6))
async def test_what_grew_entry_by_entry_equals_what_is_rebuilt(stage: Stage, inline: bool, seed: int) -> None:
    house = await stage.house(inline=inline, routes=False)
    await busy_day(house, Random(seed), steps=240)
    await house.clock.settle()
    grown = await documents(stage)
    assert sum(int(str(one["version"])) for one in grown.values()) > 60  # something happened
    told: list[int] = []
    assert await rebuild_everything(house.store, house.projector, told.append) == len(grown)
    assert await documents(stage) == grown
    assert told[-1] == len(grown)


async def test_rebuilding_restores_what_was_lost_or_spoiled(stage: Stage, house: House) -> None:
    await busy_day(house, Random(9), steps=80)
    before = await documents(stage)
    lost, spoiled = sorted(before)[:2]
    await stage.documents.delete("conversations", lost)
    await stage.documents.bulk("conversations", [{**before[spoiled], "unanswered": 99}])
    await rebuild_everything(house.store, house.projector, lambda _: None)
    assert await documents(stage) == before


async def test_a_store_of_an_older_program_gets_its_documents_anew(stage: Stage, house: House) -> None:
    await busy_day(house, Random(9), steps=80)
    before = await documents(stage)
    old: list[Document] = [
        {name: value for name, value in one.items() if name != "preview_seq"} | {"unanswered": 0}
        for one in before.values()
    ]
    await stage.documents.bulk("conversations", old)
    await Migrations(stage.documents).run()
    assert await documents(stage) == before


async def test_rebuilding_covers_conversations_that_were_continued(stage: Stage, house: House) -> None:
    await house.hire("u_1")
    for generation in (1, 2, 3):
        conversation = conversation_of("a00", generation)
        await house.write("a00", str(generation))
        await house.conversations.pull(conversation, agent="u_1")
        seen = (await house.last(conversation)).seq
        await house.conversations.close(conversation, by=By(Actor.AGENT, "u_1"), seen=seen)
        await house.clock.jump(48 * 3600)
    before = await documents(stage)
    assert len(before) == 3
    for id in before:
        await stage.documents.delete("conversations", id)
    await rebuild_everything(house.store, house.projector, lambda _: None)
    assert await documents(stage) == before


async def test_entries_that_come_during_a_rebuild_are_in_it(stage: Stage, house: House) -> None:
    await house.write("a00", "one")
    gate = house.store.hold(changes("conversations"))
    rebuild = asyncio.create_task(house.projector.rebuild(FIRST))
    await stage.clock.settle()
    assert gate.arrived.is_set()
    other = await stage.house(alone=False, routes=False)
    await other.write("a00", "two")
    gate.open()
    await rebuild
    row = await house.row(FIRST)
    assert (row["version"], row["messages"]) == (2, 2)


@pytest.mark.parametrize("error", [Unavailable("away"), Lost("no answer")])
async def test_a_rebuild_that_fails_leaves_a_document_for_everybody_to_find(
    stage: Stage, house: House, error: Unavailable | Lost
) -> None:
    """Whoever waits must be found by the router also after a crash in the middle."""
    await house.write("a00", "one")
    for number in range(1, 3):
        house.store.fail(changes("conversations"), error)
        with pytest.raises(type(error)):
            await house.projector.rebuild(FIRST)
        assert (await house.row(FIRST))["state"] == "waiting", f"after attempt {number}"


async def test_a_projector_that_is_far_behind_catches_up_one_entry_at_a_time(stage: Stage) -> None:
    dead = await stage.house(inline=False, start=False)
    for number in range(25):
        await dead.write("a00", str(number))
    house = await stage.house(inline=False, routes=False)
    versions: list[object] = []
    house.bus.listen(ConversationProjected, lambda event: versions.append(event.conversation["version"]))
    await house.clock.advance(SWEEP)
    assert (await house.row(FIRST))["version"] == 25
    assert versions == sorted(set(versions), key=lambda one: int(str(one)))


async def test_projectors_of_several_processes_do_not_skip_or_double(stage: Stage) -> None:
    dead = await stage.house(inline=False, start=False)
    for number in range(10):
        await dead.write("a00", str(number))
    houses = [await stage.house(inline=False, routes=False, start=False) for _ in range(3)]
    entries = await dead.entries(FIRST)
    await stage.clock.play(
        *(house.projector.catch_up(entry) for house in houses for entry in reversed(entries))
    )
    row = await houses[0].row(FIRST)
    assert (row["version"], row["messages"], row["unanswered"]) == (10, 10, 10)


async def test_a_mark_is_cleared_only_when_its_entry_is_in_the_document(stage: Stage) -> None:
    house = await stage.house(inline=False, routes=False)
    house.store.fail(changes("conversations"), Unavailable("away"), times=3)
    entry = await house.write("a00", "one")
    await house.clock.advance(SWEEP)
    stored = await house.timeline.by_id(entry.id)
    assert stored is not None
    assert stored.todo is not None
    assert stored.todo.project
    house.store.forgive()
    await house.clock.advance(SWEEP)
    assert (await house.row(FIRST))["version"] == 1


async def test_an_entry_written_before_its_document_is_there_waits_for_it(stage: Stage) -> None:
    """Inline where the document is at hand, owed where it is behind: both end alike."""
    house = await stage.house(inline=True, start=False)
    late = await stage.house(inline=False, start=False)
    await late.write("a00", "one")  # owed
    await house.write("a00", "two")  # its document is not there: owed, too
    assert await stage.documents.get("conversations", FIRST) is None
    gate = house.store.hold(writes("message", seq=3))
    task = asyncio.create_task(house.write("a00", "three"))
    await stage.clock.settle()
    assert gate.arrived.is_set()
    await house.start()
    await stage.clock.settle()
    gate.open()
    await task
    await stage.clock.advance(SWEEP)
    assert (await house.row(FIRST))["version"] == 3
