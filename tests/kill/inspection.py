"""What must be true of a store whenever the program is dead, and what more once all is quiet.

Every rule reads the store as the engine tells it; the table of states is the simulation's own,
written from the protocol and not from the code.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from hub.documents import Document
from tests.kill.engines import Stock
from tests.kill.ledger import Ledger
from tests.kill.outside import PLAIN, Line
from tests.kill.program import CAPACITY, GROUP, QUEUES
from tests.simulation.reference import Door, Forbidden, State, expected, state_of

FINAL = frozenset({"sent", "delivered", "read", "failed", "unknown"})
DOORS = {inbox: Door(inbox, GROUP, queue, bot=False) for inbox, queue in QUEUES.items()}
GROUPS = dict.fromkeys(QUEUES.values(), GROUP)


@dataclass(slots=True)
class Story:
    """One conversation: its entries in order, and the state after each by the table."""

    entries: list[Document]
    states: list[State] = field(default_factory=list)

    @property
    def last(self) -> State:
        """Where it stands."""
        return self.states[-1]


@dataclass(slots=True)
class Facts:
    """A store, taken apart for the rules."""

    stock: Stock
    ledger: Ledger
    lines: list[Line]
    stories: dict[str, Story] = field(default_factory=dict)
    entries: dict[str, Document] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Sort the entries into stories and fold each by the reference table."""
        grouped: dict[str, list[Document]] = defaultdict(list)
        for entry in self.stock["entries"]:
            self.entries[_text(entry, "id")] = entry
            grouped[_text(entry, "conversation")].append(entry)
        for id, entries in grouped.items():
            entries.sort(key=lambda entry: _number(entry, "seq"))
            self._fold(id, Story(entries))

    def _fold(self, id: str, story: Story) -> None:
        numbers = [_number(entry, "seq") for entry in story.entries]
        if numbers != list(range(1, len(numbers) + 1)):
            self.complaints.append(f"{id} has the numbers {numbers}")
            return
        state: State | None = None
        for entry in story.entries:
            after = state_of(cast(Document, entry["after"]))
            try:
                state = expected(state, entry, DOORS[_text(entry, "inbox")], GROUPS)
            except Forbidden as error:
                self.complaints.append(f"{id}#{entry['seq']}: {error}")
                return
            if state != after:
                self.complaints.append(f"{id}#{entry['seq']} says {after}, the table {state}")
                return
            story.states.append(state)
        self.stories[id] = story


def complaints(stock: Stock, ledger: Ledger, lines: list[Line]) -> list[str]:
    """Everything that is wrong in a store right after a kill."""
    facts = Facts(stock, ledger, lines)
    for rule in (_acknowledgements, _authors, _threads, _slots, _projections, _deliveries):
        facts.complaints.extend(rule(facts))
    return facts.complaints


def unrest(stock: Stock, ledger: Ledger, lines: list[Line]) -> list[str]:
    """What keeps a store that is otherwise right from being at rest."""
    facts = Facts(stock, ledger, lines)
    return [*facts.complaints, *_owed(facts), *_stuck(facts), *_undelivered(facts)]


def unfinished(stock: Stock) -> list[str]:
    """Conversations that stand open when everybody has gone home."""
    states: dict[str, tuple[int, str]] = {}
    for entry in stock["entries"]:
        after, seq = cast(Document, entry["after"]), _number(entry, "seq")
        id = _text(entry, "conversation")
        if seq > states.get(id, (0, ""))[0]:
            states[id] = (seq, _text(after, "state"))
    return [f"{id} is {state}" for id, (_, state) in states.items() if state not in ("closed", "continued")]


def lost_and_doubled(stock: Stock, ledger: Ledger) -> int:
    """How many acknowledged messages stand in no timeline, or twice."""
    times = Counter(
        (_author(entry), entry.get("client_id")) for entry in stock["entries"] if entry.get("client_id")
    )
    return sum(times[key] != 1 for key in ledger.acknowledged)


# --- right after a kill ---


def _acknowledgements(facts: Facts) -> Iterator[str]:
    """Each acknowledged thing stands once, where it was said to stand; nothing refused stands."""
    standing: dict[tuple[str, object], list[Document]] = defaultdict(list)
    for entry in facts.entries.values():
        if entry.get("client_id"):
            standing[_author(entry), entry["client_id"]].append(entry)
    for key, told in facts.ledger.acknowledged.items():
        found = standing.get(key, [])
        if len(found) != 1:
            yield f"{key} was acknowledged as {told.id} and stands {len(found)} times"
        elif (found[0]["id"], found[0]["conversation"], found[0]["seq"]) != (
            told.id,
            told.conversation,
            told.seq,
        ):
            yield f"{key} was acknowledged as {told}, and stands as {found[0]}"
    for told in facts.ledger.unnamed:
        entry_ = facts.entries.get(told.id)
        if entry_ is None or entry_["conversation"] != told.conversation or entry_["seq"] != told.seq:
            yield f"{told} was acknowledged and stands as {entry_}"
    for key, code in facts.ledger.refused.items():
        if key in standing:
            yield f"{key} was refused ({code}) and stands as {standing[key][0]}"
    for standing_key, entries in standing.items():
        if len(entries) > 1:
            yield f"{standing_key} stands {len(entries)} times"


def _authors(facts: Facts) -> Iterator[str]:
    """What one author said stands in the order in which he said it: a contact's without a gap."""
    said: dict[str, list[tuple[int, int, int, str]]] = defaultdict(list)
    for entry in facts.entries.values():
        if entry["kind"] == "message":
            number = _number(cast(Document, entry["body"]), "number")
            place = (_number(entry, "generation"), _number(entry, "seq"))
            said[_author(entry)].append((*place, number, _text(entry, "conversation")))
    for author, places in said.items():
        places.sort()
        if author.startswith("contact:"):
            numbers = [number for *_, number, _ in places]
            if numbers != list(range(1, len(numbers) + 1)):
                yield f"{author} said {numbers}"
            if not 0 <= len(numbers) - facts.ledger.said.get(author, 0) <= 1:
                yield f"{author} said {len(numbers)}, heard of {facts.ledger.said.get(author)}"
        else:
            in_one: dict[str, int] = {}
            for *_, number, conversation in places:
                if number <= in_one.get(conversation, 0):
                    yield f"{author} said {number} after {in_one[conversation]} in {conversation}"
                in_one[conversation] = number


def _threads(facts: Facts) -> Iterator[str]:
    """One current conversation for each address, and the thread names it."""
    threads = {_text(one, "id"): one for one in facts.stock["threads"]}
    current: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for story in facts.stories.values():
        first = story.entries[0]
        key = f"{first['inbox']}:{first['address']}"
        current[key].append((_number(first, "generation"), story.last.state))
    for key, found in current.items():
        found.sort()
        thread = threads.get(key)
        if thread is None or thread["generation"] != len(found):
            yield f"the thread of {key} is {thread}, it has {found}"
        for place, (generation, state) in enumerate(found, 1):
            if generation != place or (state == "continued") is not (place < len(found)):
                yield f"{key} has the conversations {found}"
    for key in threads.keys() - current.keys():
        yield f"the thread {key} names no conversation"


def _slots(facts: Facts) -> Iterator[str]:
    """Slots and last entries name each other; nobody holds more than his capacity."""
    named: dict[str, dict[str, str]] = defaultdict(dict)
    holds: Counter[tuple[str, str]] = Counter()
    for id, story in facts.stories.items():
        state = story.last
        if state.slot is not None and state.agent is not None:
            named[state.agent][state.slot] = id
        if state.state in ("offered", "assigned"):
            holds[str(state.agent), state.channel] += 1
    for key, number in holds.items():
        if number > CAPACITY:
            yield f"{key} holds {number} by the timelines"
    for agent in facts.stock["agents"]:
        id = _text(agent, "id")
        slots = cast(dict[str, Document], agent["slots"])
        there = {slot: _text(one, "conversation") for slot, one in slots.items()}
        if there != named.pop(id, {}):
            yield f"{id} has the slots {there}, the timelines name {named.get(id)}"
        for channel, number in Counter(_text(one, "channel") for one in slots.values()).items():
            if number > CAPACITY:
                yield f"{id} has {number} slots on {channel}"
    for id in named:
        yield f"{id}, who does not exist, holds {named[id]}"


def _projections(facts: Facts) -> Iterator[str]:
    """A conversation document says what the timeline said at its version, and misses nothing unmarked."""
    documents = {_text(one, "id"): one for one in facts.stock["conversations"]}
    for id, story in facts.stories.items():
        document = documents.pop(id, None)
        version = 0 if document is None else _number(document, "version")
        for entry in story.entries[version:]:
            if not _owes(entry, "project"):
                yield f"{id}#{entry['seq']} is neither projected nor marked"
        if document is None:
            continue
        if version > len(story.entries):
            yield f"{id} is projected to {version} of {len(story.entries)}"
            continue
        if state_of(document) != story.states[version - 1]:
            yield f"{id} v{version} is {state_of(document)}, was {story.states[version - 1]}"
        messages = sum(entry["kind"] == "message" for entry in story.entries[:version])
        if document["messages"] != messages:
            yield f"{id} v{version} counts {document['messages']} messages of {messages}"
    for id in documents:
        yield f"{id} is projected from nothing"


def _deliveries(facts: Facts) -> Iterator[str]:
    """Nothing leaves twice or before it is begun; what is owed no more has a known fate; in order."""
    deliveries = {_text(one, "id"): one for one in facts.stock["deliveries"]}
    for id, entry in facts.entries.items():
        if entry["kind"] == "message" and not _author(entry).startswith("contact:"):
            delivery = deliveries.get(id)
            if not _owes(entry, "deliver") and (delivery is None or delivery["status"] not in FINAL):
                yield f"{id} is owed no more, its delivery is {delivery}"
    times: Counter[str] = Counter()
    latest: dict[tuple[str, str], tuple[int, int]] = {}
    for line in facts.lines:
        sent = facts.entries.get(line.id)
        if sent is None or line.id not in deliveries:
            yield f"{line} was sent; its entry is {sent}, its delivery {deliveries.get(line.id)}"
            continue
        times[line.id] += 1
        if times[line.id] > 1:
            if line.inbox == PLAIN:
                yield f"{line} was sent {times[line.id]} times on a channel that shows each"
            continue
        place = (_number(sent, "generation"), _number(sent, "seq"))
        key = (line.inbox, line.address)
        if place < latest.get(key, (0, 0)):
            yield f"{line} {place} was sent after {latest[key]}"
        latest[key] = place


# --- at rest ---


def _owed(facts: Facts) -> Iterator[str]:
    documents = {one["id"]: one["version"] for one in facts.stock["conversations"]}
    for id, entry in facts.entries.items():
        if entry.get("todo"):
            yield f"{id} of {entry['conversation']} still owes {entry['todo']}"
    for id, story in facts.stories.items():
        if documents.get(id) != len(story.entries):
            yield f"{id} is at {len(story.entries)}, its document at {documents.get(id)}"


def _stuck(facts: Facts) -> Iterator[str]:
    """Who waits although somebody could take him; who rings although everybody takes at once."""
    for id, story in facts.stories.items():
        state = story.last
        if state.state == "offered":
            yield f"{id} is still offered to {state.agent}"
        if state.state != "waiting":
            continue
        for agent in facts.stock["agents"]:
            slots = cast(dict[str, Document], agent["slots"]).values()
            full = sum(slot["channel"] == state.channel for slot in slots) >= CAPACITY
            here = agent["away"] is None and not agent["unresponsive"]
            if here and not full and state.queue in cast(list[str], agent["queues"]):
                yield f"{id} waits in {state.queue} while {agent['id']} has room"
                break
    for agent in facts.stock["agents"]:
        if agent["away"] is not None and agent["slots"]:
            yield f"{agent['id']} is {agent['away']} and holds {agent['slots']}"


def _undelivered(facts: Facts) -> Iterator[str]:
    """Each outgoing message was sent at least once, or visibly was not, or may not have been."""
    deliveries = {_text(one, "id"): _text(one, "status") for one in facts.stock["deliveries"]}
    sent = {line.id for line in facts.lines}
    for id, entry in facts.entries.items():
        if entry["kind"] != "message" or _author(entry).startswith("contact:"):
            continue
        status = deliveries.get(id)
        if status not in FINAL:
            yield f"{id} is {status}"
        elif status not in ("failed", "unknown") and id not in sent:
            yield f"{id} is {status} and was never sent"


def _text(document: Document, field_: str) -> str:
    return cast(str, document[field_])


def _number(document: Document, field_: str) -> int:
    return cast(int, document[field_])


def _author(entry: Document) -> str:
    by = cast(Document, entry["by"])
    return f"{by['kind']}:{by['id']}"


def _owes(entry: Document, mark: str) -> bool:
    return mark in cast(Document, entry.get("todo") or {})
