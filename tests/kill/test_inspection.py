"""The inspection notices what it is there for: a right store is spoilt in one way after the other."""

import asyncio
import copy
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from hub.documents import Document
from tests.kill import inspection
from tests.kill.engines import Place, Reader, Stock
from tests.kill.ledger import Ledger
from tests.kill.outside import KNOWING, PLAIN, Line, lines
from tests.kill.program import Config, House
from tests.kill.wire import Answer, Ask, Held

AGENT = "u_0"


class Example:
    """A store with a closed, a continued, an assigned and a waiting conversation, and what was told."""

    def __init__(self, stock: Stock, ledger: Ledger, sent: list[Line]) -> None:
        self.stock = stock
        self.ledger = ledger
        self.lines = sent

    def entries(self, **fields: str) -> list[Document]:
        """Entries with these values, in order of time."""
        found = [one for one in self.stock["entries"] if all(one[key] == fields[key] for key in fields)]
        return sorted(found, key=lambda one: str(one["at"]))

    def agent(self) -> Document:
        """The one who works here."""
        return next(one for one in self.stock["agents"] if one["id"] == AGENT)

    def complaints(self) -> list[str]:
        """What is wrong right after a kill."""
        return inspection.complaints(self.stock, self.ledger, self.lines)

    def unrest(self) -> list[str]:
        """What is wrong at rest."""
        return inspection.unrest(self.stock, self.ledger, self.lines)


class Story:
    """Plays the example on the real house."""

    def __init__(self, house: House, ledger: Ledger) -> None:
        self._house = house
        self._ledger = ledger
        self._asked = 0

    async def do(self, ask: Ask, author: str) -> Answer:
        answer = await self._house.answer(ask)
        if answer.told is not None:
            self._ledger.acknowledge(author, ask.verb, ask.client_id, ask.number, answer.told)
        if answer.refused is not None:
            self._ledger.refuse(author, ask.client_id, answer.refused)
        assert answer.failed is None
        return answer

    async def says(self, contact: str, number: int, inbox: str = PLAIN) -> None:
        ask = Ask(
            "receive", contact, client_id=f"m{number}", number=number, inbox=inbox, address=f"a_{contact}"
        )
        assert (await self.do(ask, f"contact:{contact}")).told

    async def does(self, verb: str, held: Held, number: int = 0) -> Answer:
        self._asked += 1
        ask = Ask(verb, AGENT, held.conversation, f"{verb} {self._asked}", number)
        ask.slot, ask.seen = held.slot, held.seq
        return await self.do(ask, f"agent:{AGENT}")

    async def held(self, state: str) -> Held:
        """Wait until the agent has one of this state."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            desk = (await self._house.answer(Ask("look", AGENT))).desk
            assert desk is not None
            for one in desk.held:
                if one.state == state:
                    return one
        raise AssertionError(f"nothing {state}")

    async def play(self) -> None:
        self._house.heart.join(AGENT)
        await self.do(Ask("ready", AGENT), f"agent:{AGENT}")
        await self.says("p_1", 1)
        await self.does("accept", await self.held("offered"))
        first = await self.held("assigned")
        await self.does("post", first, 1)
        await self.does("post", first, 2)
        refused = await self.does("pull", await self.held("assigned"))
        assert refused.refused
        await self.does("close", await self.held("assigned"))
        await asyncio.sleep(0.3)
        await self.says("p_1", 2)  # begins anew
        await self.does("accept", await self.held("offered"))
        await self.says("p_2", 1, KNOWING)
        await self.says("p_2", 2, KNOWING)
        await self.does("accept", await self.held("offered"))


async def record(folder: Path) -> Example:
    place = Place(path=str(folder / "store.db"))
    config = Config(
        place=place,
        socket="",
        outside=str(folder / "outside"),
        log="",
        agents=(AGENT,),
        seed="1",
        beginning=time.time(),
    )
    house, ledger, reader = House(config), Ledger(), Reader(place)
    await house.open()
    try:
        await Story(house, ledger).play()
        deadline = time.monotonic() + 20
        while True:
            example = Example(reader.read(), ledger, lines(folder / "outside"))
            if not example.unrest() or time.monotonic() > deadline:
                return example
            await asyncio.sleep(0.05)
    finally:
        await house.close()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Example:
    return asyncio.run(record(tmp_path_factory.mktemp("example")))


@pytest.fixture
def example(recorded: Example) -> Example:
    return copy.deepcopy(recorded)


def test_a_right_store_is_right(example: Example) -> None:
    assert example.complaints() == []
    assert example.unrest() == []
    assert inspection.lost_and_doubled(example.stock, example.ledger) == 0


def message_is_lost(example: Example) -> None:
    last = example.entries(kind="message")[-1]
    example.stock["entries"].remove(last)


def message_is_doubled(example: Example) -> None:
    message = copy.deepcopy(example.entries(kind="message")[-1])
    message |= {"id": "e_again", "seq": cast(int, message["seq"]) + 1}
    example.stock["entries"].append(message)


def messages_change_places(example: Example) -> None:
    one, two = (entry for entry in example.entries(kind="message") if entry["inbox"] == KNOWING)
    one["body"], two["body"] = two["body"], one["body"]


def answers_change_places(example: Example) -> None:
    one, two = (
        entry for entry in example.entries(kind="message") if cast(Document, entry["by"])["kind"] == "agent"
    )
    one["body"], two["body"] = two["body"], one["body"]


def number_is_left_out(example: Example) -> None:
    entry = example.entries(kind="assigned")[-1]
    entry["seq"] = cast(int, entry["seq"]) + 1


def state_is_not_the_fold(example: Example) -> None:
    cast(Document, example.entries(kind="assigned")[-1]["after"])["agent"] = "u_other"


def slot_is_left_over(example: Example) -> None:
    slots = cast(dict[str, Document], example.agent()["slots"])
    slots["e_gone"] = dict(next(iter(slots.values())))


def slot_is_missing(example: Example) -> None:
    cast(dict[str, Document], example.agent()["slots"]).popitem()


def slots_exceed_the_capacity(example: Example) -> None:
    for slot in cast(dict[str, Document], example.agent()["slots"]).values():
        slot["channel"] = PLAIN
    slot_is_left_over(example)


def conversation_is_behind(example: Example) -> None:
    document = example.stock["conversations"][-1]
    document["version"] = cast(int, document["version"]) - 1


def conversation_says_something_else(example: Example) -> None:
    example.stock["conversations"][-1]["agent"] = "u_other"


def thread_is_behind(example: Example) -> None:
    thread = next(one for one in example.stock["threads"] if one["generation"] == 2)
    thread["generation"] = 1


def refused_thing_stands(example: Example) -> None:
    example.ledger.refused.update(dict.fromkeys(list(example.ledger.acknowledged)[:1], "gone"))


def acknowledged_elsewhere(example: Example) -> None:
    told = next(iter(example.ledger.acknowledged.values()))
    told.seq += 1


def message_was_never_acknowledged_in_order(example: Example) -> None:
    example.ledger.said["contact:p_2"] = 3


def sent_twice(example: Example) -> None:
    example.lines.append(example.lines[0])


def sent_in_the_wrong_order(example: Example) -> None:
    example.lines.reverse()


def sent_without_an_entry(example: Example) -> None:
    example.lines.append(Line("e_unknown", PLAIN, "a_p_1", 1))


def delivery_is_lost(example: Example) -> None:
    example.stock["deliveries"].pop()


Fault = Callable[[Example], None]
FAULTS: list[tuple[Fault, str]] = [
    (message_is_lost, "stands 0 times"),
    (message_is_doubled, "stands 2 times"),
    (messages_change_places, "contact:p_2 said [2, 1]"),
    (answers_change_places, "said 1 after 2"),
    (number_is_left_out, "has the numbers"),
    (state_is_not_the_fold, "the table"),
    (slot_is_left_over, "has the slots"),
    (slot_is_missing, "has the slots"),
    (slots_exceed_the_capacity, f"3 slots on {PLAIN}"),
    (conversation_is_behind, "neither projected nor marked"),
    (conversation_says_something_else, "was State("),
    (thread_is_behind, "the thread of"),
    (refused_thing_stands, "was refused (gone) and stands"),
    (acknowledged_elsewhere, "and stands as"),
    (message_was_never_acknowledged_in_order, "heard of 3"),
    (sent_twice, "2 times on a channel that shows each"),
    (sent_in_the_wrong_order, "was sent after"),
    (sent_without_an_entry, "was sent; its entry is None"),
    (delivery_is_lost, "its delivery is None"),
]


@pytest.mark.parametrize(("fault", "words"), FAULTS, ids=[fault.__name__ for fault, _ in FAULTS])
def test_a_spoilt_store_is_noticed(example: Example, fault: Fault, words: str) -> None:
    fault(example)
    assert [complaint for complaint in example.complaints() if words in complaint]


def entry_owes_its_delivery(example: Example) -> None:
    example.entries(kind="message")[-1]["todo"] = {"deliver": True}


def delivery_is_not_finished(example: Example) -> None:
    example.stock["deliveries"][-1]["status"] = "started"


def nothing_left_the_house(example: Example) -> None:
    example.lines.clear()


def agent_is_away_and_holds_something(example: Example) -> None:
    example.agent()["away"] = "signed_out"


def somebody_waits(example: Example) -> None:
    """A waiting conversation out of an assigned one: the story ends before it was taken."""
    story = cast(str, example.entries(kind="assigned")[-1]["conversation"])
    example.stock["entries"] = [
        entry
        for entry in example.stock["entries"]
        if entry["conversation"] != story or entry["kind"] == "message"
    ]
    example.agent()["slots"] = {}


UNREST: list[tuple[Fault, str]] = [
    (entry_owes_its_delivery, "still owes"),
    (delivery_is_not_finished, "is started"),
    (nothing_left_the_house, "was never sent"),
    (agent_is_away_and_holds_something, "and holds"),
    (somebody_waits, f"while {AGENT} has room"),
]


@pytest.mark.parametrize(("fault", "words"), UNREST, ids=[fault.__name__ for fault, _ in UNREST])
def test_a_store_that_is_not_at_rest_is_noticed(example: Example, fault: Fault, words: str) -> None:
    fault(example)
    assert [complaint for complaint in example.unrest() if words in complaint]


def test_open_conversations_are_not_the_end(example: Example) -> None:
    assert len(inspection.unfinished(example.stock)) == 2


def test_lost_and_doubled_messages_are_counted(example: Example) -> None:
    message_is_lost(example)
    message = copy.deepcopy(example.entries(kind="message")[0])
    example.stock["entries"].append(message | {"id": "e_again"})
    assert inspection.lost_and_doubled(example.stock, example.ledger) == 2
