"""The invariants I1 to I11, looked at after every store call; only what it changed is looked at.

The checker keeps its own account of every conversation (:class:`Story`), folded by the
reference table, and of what each router could know of people (:class:`View`).
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, cast

from hub.documents import Clear, Document, Insert, PutIf
from tests.simulation.reference import Door, Forbidden, State, expected, state_of

if TYPE_CHECKING:
    from tests.simulation.requests import Copy, Request
    from tests.simulation.store import Operation, Port

LOOK = 3.0  # seconds: the most that one look at the beats may count for people
RING_AGE = 2.0  # seconds: an older answer is asked again before a desk rings
FINAL = frozenset({"sent", "delivered", "read", "failed", "unknown"})
SPEAKERS = frozenset({"agent", "bot", "system"})
Fail = Callable[[str, str], None]


class Story:
    """One conversation as it really is."""

    __slots__ = (
        "address",
        "counts",
        "entries",
        "erased",
        "generation",
        "id",
        "inbox",
        "spoken",
        "state",
        "states",
    )

    def __init__(self, entry: Document) -> None:
        self.id = cast(str, entry["conversation"])
        self.inbox = cast(str, entry["inbox"])
        self.address = cast(str, entry["address"])
        self.generation = cast(int, entry["generation"])
        self.entries: list[Document] = []
        self.states: list[State] = []
        self.counts: list[tuple[int, int]] = []
        self.spoken: list[int] = []  # after each entry: the number of the last message
        self.erased: dict[int, int] = {}  # whose words are erased, and the note that says so
        self.state: State | None = None

    @property
    def last(self) -> int:
        return len(self.entries)

    def add(self, entry: Document, state: State) -> None:
        messages, unanswered = self.counts[-1] if self.counts else (0, 0)
        if entry["kind"] == "message":
            messages += 1
            who = entry["by"]["kind"]  # type: ignore[index,call-overload]
            unanswered = unanswered + 1 if who == "contact" else 0 if who != "system" else unanswered
        elif entry["kind"] == "closed":
            unanswered = 0
        elif passed_on(entry):
            unanswered = max(unanswered, 1)  # who holds it next has said nothing yet
        self.spoken.append(self.last + 1 if entry["kind"] == "message" else self.spoken[-1])
        self.entries.append(entry)
        self.states.append(state)
        self.counts.append((messages, unanswered))
        self.state = state


def passed_on(entry: Document) -> bool:
    """Whether another one will hold the conversation from now on, or the same one later."""
    how = cast(Document, entry["body"]).get("how")
    if entry["kind"] == "assigned":
        return how in ("transfer", "given")
    return entry["kind"] in ("queued", "released", "snoozed")


class Offer:
    """One offer. ``stale_since``: since when no desk may ring for it; ``began``: its count's start."""

    __slots__ = ("agent", "began", "conversation", "queue", "rang", "stale_since")

    def __init__(self, agent: str, conversation: str, queue: str, began: float) -> None:
        self.agent = agent
        self.conversation = conversation
        self.queue = queue
        self.began = began
        self.rang = False
        self.stale_since: float | None = None


class View:
    """What one router could know of people: the looks at which beats had moved, its take-overs."""

    __slots__ = ("counts", "heard", "looked", "moved", "people", "times", "took")

    def __init__(self) -> None:
        self.times: list[float] = []  # of looks at which something had moved
        self.people: list[float] = []  # people's seconds until then
        self.looked: float | None = None
        self.counts: dict[str, int] = {}
        self.heard: dict[str, float] = {}  # whose beat was new or had moved, and when
        self.moved: dict[str, float] = {}  # whose beat had moved since an earlier look
        self.took: dict[str, float] = {}

    def look(self, beats: list[Document], time: float) -> None:
        counts = {cast(str, beat["id"]): cast(int, beat["n"]) for beat in beats}
        moved = any(id in self.counts and n != self.counts[id] for id, n in counts.items())
        for beat in beats:
            if self.counts.get(cast(str, beat["id"])) != beat["n"]:
                for agent in cast(list[str], beat["agents"]):
                    self.heard[agent] = time
                    if self.looked is not None:
                        self.moved[agent] = time
        self.counts = counts
        if self.looked is not None and moved:
            people = self.people[-1] if self.people else 0.0
            self.people.append(people + min(time - self.looked, LOOK))
            self.times.append(time)
        if self.looked is None or moved:
            self.looked = time

    def since(self, start: float, looks: int) -> float:
        """People's seconds from ``start`` to moved look number ``looks``, at the most."""
        first = bisect_left(self.times, start, 0, looks)
        if first >= looks:
            return 0.0
        return self.people[looks - 1] - self.people[first] + min(self.times[first] - start, LOOK)


class Evidence(NamedTuple):
    """What a router had seen when it sent something: its looks, whom it had heard of, its start."""

    looks: int
    last: float
    heard: dict[str, float]
    moved: dict[str, float]
    took: float


class Checker:
    """Looks at every commit and every answer; the first thing that is wrong ends the schedule."""

    def __init__(
        self,
        data: dict[str, dict[str, Document]],
        *,
        fail: Fail,
        now: Callable[[], float],
        doors: dict[str, Door],
        groups: dict[str, str],
        offer_seconds: float,
        grace: float,
        seen: Counter[str],
    ) -> None:
        self._data = data
        self._fail = fail
        self._now = now
        self._doors = doors
        self._groups = groups
        self._offer_seconds = offer_seconds
        self._grace = grace
        self.seen = seen
        self.stories: dict[str, Story] = {}
        self.current: dict[tuple[str, str], list[Story]] = {}
        self.named: dict[str, dict[str, str]] = {}
        self.agents: dict[str, Document] = {}
        self.offers: dict[str, Offer] = {}
        self.authored: dict[tuple[str, str], tuple[str, int]] = {}
        self.said: dict[str, int] = {}
        self.requests: dict[tuple[str, str], Request] = {}
        self.views: dict[Port, View] = {}
        self.back: dict[str, float] = {}  # when somebody asked who was then told that he is there
        self.epochs: dict[str, int] = {}
        self.arrivals: dict[str, int] = {}
        self.order: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
        self.statuses: dict[str, set[str]] = {}
        self.replays: dict[str, int] = {}
        self.named_outside: dict[str, str] = {}  # what the channel calls a message
        self.attempts: dict[str, set[str]] = {}
        self.sends: dict[str, int] = {}
        self.number = 0  # commits

    def agent_added(self, document: Document) -> None:
        id = cast(str, document["id"])
        self.agents[id] = document
        self.named[id] = {}

    # --- after a store call ---

    def committed(self, operation: "Operation") -> None:
        """Every step of the operation has just taken effect."""
        self.number += 1
        data = self._data
        agents: dict[str, None] = {}
        projected: list[str] = []
        offered: list[Document] = []
        rewritten: list[Document] = []
        places: dict[tuple[str, str], None] = {}
        for step in operation.steps or ():
            kind = type(step)
            if kind is Insert or kind is PutIf:
                collection = step.collection
                id = cast(str, step.document["id"])  # type: ignore[union-attr]
                document = data[collection][id]
                if collection == "entries":
                    if kind is Insert:
                        self._entry(document, operation, agents)
                        places[cast(str, document["inbox"]), cast(str, document["address"])] = None
                        if document["kind"] in ("offered", "offer_ended", "released"):
                            offered.append(document)
                    else:
                        self._entry_again(document)
                        rewritten.append(document)
                elif collection == "conversations":
                    projected.append(id)
                elif collection == "agents":
                    agents[id] = None
                elif collection == "threads":
                    places[cast(str, document["inbox"]), cast(str, document["address"])] = None
                elif collection == "leases":
                    self._lease(document, operation)
                elif collection == "deliveries":
                    self._delivery(document, operation)
            elif kind is Clear and step.collection == "entries":
                self._cleared(cast(Clear, step))
        for id in agents:
            self._agent(id, operation, offered)
        for document in offered:
            self._routed(document, operation)
        for document in rewritten:
            self._erased(document)
        for id in projected:
            self._projected(id)
        for place in places:
            self._place(place)

    def _entry(self, entry: Document, operation: "Operation", agents: dict[str, None]) -> None:
        id, conversation = cast(str, entry["id"]), cast(str, entry["conversation"])
        story = self.stories.get(conversation)
        if story is None:
            story = Story(entry)
        words = f"{conversation}#{entry['seq']} {entry['kind']} {id}"
        if entry["seq"] != story.last + 1:
            self._fail("I2", f"{words} follows {story.last}")
            return
        after = state_of(cast(Document, entry["after"]))
        try:
            should = expected(story.state, entry, self._doors[story.inbox], self._groups)
        except Forbidden as error:
            text = str(error)
            self._fail(text[:2] if text[:2] in ("I5", "I6") else "I2", f"{words}: {text}")
            return
        if after != should:
            self._fail("I2", f"{words}: after is {after}, the table says {should}")
        self._authored(entry, operation, words)
        before = story.state
        if not story.entries:
            self.stories[conversation] = story
            self.current.setdefault((story.inbox, story.address), []).append(story)
        if before is not None and before.slot is not None and before.slot != after.slot:
            holder = cast(str, before.agent)
            self.named[holder].pop(before.slot, None)
            agents[holder] = None
            offer = self.offers.get(before.slot)
            if offer is not None and offer.stale_since is None:
                offer.stale_since = self._now()
        if after.slot is not None and (before is None or before.slot != after.slot):
            holder = cast(str, after.agent)
            self.named.setdefault(holder, {})[after.slot] = conversation
            agents[holder] = None
        if entry["kind"] == "offered":
            self.offers[id] = Offer(cast(str, after.agent), conversation, cast(str, after.queue), self._now())
        elif entry["kind"] == "assigned" and before is not None and before.slot == after.slot:
            offer = self.offers.get(cast(str, after.slot))
            if offer is not None and offer.stale_since is None:
                offer.stale_since = self._now()
        story.add(entry, after)
        self._owed(entry, after, words)
        self._by_house(entry, before, story, words)
        self._count(entry, before)

    def _by_house(self, entry: Document, before: State | None, story: Story, words: str) -> None:
        """What the house itself notes and closes must be so."""
        by, body = cast(dict[str, str], entry["by"]), cast(Document, entry["body"])
        if by["kind"] != "system":
            return
        if entry["kind"] == "note":
            self.seen[f"note: {body['event']}"] += 1
            if body["event"] == "erased":
                number = cast(int, body["erased"])
                erased = self._data["entries"][cast(str, story.entries[number - 1]["id"])]
                if not cast(Document, erased["body"]).get("redacted"):
                    self._fail("I9", f"{words}: entry {number} still has its words")
                story.erased.setdefault(number, cast(int, entry["seq"]))
        elif entry["kind"] == "closed" and body["reason"] == "left":
            self.seen["left, and closed by the house"] += 1
            mark = self._data["marks"].get(f"{story.id}:{cast(State, before).agent}")
            if mark is None or cast(int, mark["seq"]) < cast(int, entry["seen"]):
                self._fail("I5", f"{words}: its agent was shown {mark}")

    def _owed(self, entry: Document, after: State, words: str) -> None:
        todo = cast(dict[str, bool], entry.get("todo") or {})
        by = cast(dict[str, str], entry["by"])["kind"]
        message = entry["kind"] == "message"
        if todo.get("deliver", False) is not (message and by in SPEAKERS):
            self._fail("I8", f"{words}: todo is {todo}")
        if todo.get("bot", False) is not (message and by == "contact" and after.state == "bot"):
            self._fail("I2", f"{words}: todo is {todo}")
        if not todo.get("project"):
            document = self._data["conversations"].get(cast(str, entry["conversation"]))
            if document is None or cast(int, document["version"]) < cast(int, entry["seq"]):
                self._fail("I9", f"{words}: neither projected nor marked")

    def _count(self, entry: Document, before: State | None) -> None:
        kind, by = entry["kind"], cast(dict[str, str], entry["by"])["kind"]
        body = cast(Document, entry["body"])
        self.seen[f"entry {kind}"] += 1
        if kind in ("assigned", "offer_ended", "closed"):
            self.seen[f"{kind}: {body.get('how') or body.get('reason')}"] += 1
        elif kind == "message":
            self.seen[f"message by {by}"] += 1
            if by == "contact" and before is not None and before.state in ("closed", "snoozed"):
                self.seen[f"message reopens what was {before.state}"] += 1
        elif kind == "queued":
            self.seen[f"queued by {by}"] += 1

    def _authored(self, entry: Document, operation: "Operation", words: str) -> None:
        """Client ids: nobody's twice, nobody's after he was told that it was refused."""
        by = cast(dict[str, str], entry["by"])
        if by["kind"] == "contact" and entry["kind"] == "message":
            number = cast(int, cast(Document, entry["body"])["number"])
            said = self.said.get(by["id"], 0)
            if number != said + 1:
                self._fail("I1", f"{words}: {by['id']} says number {number} after {said}")
            self.said[by["id"]] = max(number, said)
        client_id = entry.get("client_id") or entry.get("external_id")
        caller = operation.caller
        if caller is not None and caller.request.author == f"{by['kind']}:{by['id']}":
            caller.stands = cast(str, entry["id"])
        if client_id is None:
            return
        key = (f"{by['kind']}:{by['id']}", cast(str, client_id))
        if key in self.authored:
            self._fail("I1", f"{words}: {key} stands already as {self.authored[key][0]}")
        self.authored[key] = (cast(str, entry["id"]), operation.port.world.effects)
        request = self.requests.get(key)
        if request is not None and request.refused and not request.flying:
            self._fail("I7", f"{words}: {key} was told that this is refused")

    def _entry_again(self, entry: Document) -> None:
        """Rewritten in place: only its marks and its body may differ."""
        story = self.stories[cast(str, entry["conversation"])]
        old = story.entries[cast(int, entry["seq"]) - 1]
        for field in ("id", "seq", "kind", "by", "after", "client_id"):
            if entry.get(field) != old.get(field):
                self._fail("I2", f"{entry['id']}: {field} was rewritten")
        redacted = cast(Document, entry["body"]).get("redacted")
        if not redacted and entry["body"] != old["body"]:
            self._fail("I2", f"{entry['id']}: its body was rewritten")

    def _erased(self, entry: Document) -> None:
        """Words go only together with a note that says so."""
        story = self.stories[cast(str, entry["conversation"])]
        if cast(Document, entry["body"]).get("redacted") and cast(int, entry["seq"]) not in story.erased:
            self._fail("I9", f"{entry['id']}: its words were erased, and no note says so")

    def _cleared(self, step: Clear) -> None:
        entry = self._data["entries"].get(step.id)
        if entry is None:
            return
        story = self.stories[cast(str, entry["conversation"])]
        seq = cast(int, entry["seq"])
        if step.field == "todo.deliver":
            delivery = self._data["deliveries"].get(step.id)
            if delivery is None or delivery["status"] not in FINAL:
                self._fail("I8", f"{step.id} is owed no more, its delivery is {delivery}")
        elif step.field == "todo.project":
            document = self._data["conversations"].get(story.id)
            if document is None or cast(int, document["version"]) < seq:
                self._fail("I9", f"{story.id}#{seq} is projected no more, but is not there")
        elif step.field == "todo.bot":
            answered = ("bot:b_door", step.id) in self.authored
            state = cast(State, story.state)
            if not answered and state.state == "bot" and state.heard == seq:
                self._fail("I6", f"the bot owes {story.id}#{seq} no answer but gave none")

    def _place(self, place: tuple[str, str]) -> None:
        """One current conversation per address, and the thread names it."""
        thread = self._data["threads"].get(f"{place[0]}:{place[1]}")
        stories = self.current.get(place, [])
        if thread is None or thread["generation"] != len(stories):
            self._fail("I7", f"thread {thread} with {len(stories)} conversations")
            return
        for number, story in enumerate(stories, 1):
            state = cast(State, story.state).state
            if story.generation != number or (state == "continued") is not (number < len(stories)):
                self._fail("I7", f"{story.id} is generation {story.generation}, {state}")

    def _agent(self, id: str, operation: "Operation", ended: list[Document]) -> None:
        document = self._data["agents"][id]
        old = self.agents[id]
        self.agents[id] = document
        slots = cast(dict[str, Document], document["slots"])
        epochs = cast(dict[str, int], document["epochs"])
        named = self.named[id]
        if slots.keys() != named.keys():
            self._fail("I4", f"{id} has slots {sorted(slots)}, entries name {sorted(named)}")
            return
        held: dict[str, int] = {}
        for slot, facts in slots.items():
            state = cast(State, self.stories[named[slot]].state)
            right = (
                facts["conversation"] == named[slot]
                and facts["group"] == state.group
                and facts["channel"] == state.channel
                and (facts["kind"] == "offer" or state.state == "assigned")
            )
            if not right:
                self._fail("I4", f"{id} slot {slot} is {facts}, the entry says {state}")
            held[state.channel] = held.get(state.channel, 0) + 1
            offer = self.offers.get(slot)
            if offer is not None:
                self._offer_moves(offer, facts, state, epochs)
        capacity = cast(dict[str, int], document["capacity"])
        for channel, number in held.items():
            if number > capacity.get(channel, capacity.get("*", 0)):
                self._fail("I3", f"{id} holds {number} on {channel} of {capacity}")
        for group, epoch in cast(dict[str, int], old["epochs"]).items():
            if epochs.get(group, 0) < epoch:
                self._fail("I10", f"{id} epoch of {group} went from {epoch} to {epochs}")
        for group, epoch in epochs.items():
            if epoch > self.epochs.get(group, 0):
                self._fail("I10", f"{id} epoch {epoch} of {group}, the lease {self.epochs}")
        work, worked = document["after_work"], old["after_work"]
        if work != worked:
            began = len(cast(Document, work)) > len(cast(Document, worked))
            self.seen[f"after-contact work {'begins' if began else 'ends'}"] += 1
        if document["away"] == "gone" and old["away"] is None:
            self._gone(id, operation)
        if document["away"] is None and old["away"] is not None and operation.port in self.views:
            self._back(id, operation)
        if document["unresponsive"] and not old["unresponsive"]:
            self._unresponsive(id, operation, ended)

    def _offer_moves(self, offer: Offer, facts: Document, state: State, epochs: dict[str, int]) -> None:
        """Whether a desk may ring for it, and since when it counts."""
        current = facts["epoch"] == epochs.get(cast(str, facts["group"]), 0)
        rings = current and state.state == "offered"
        if rings and offer.stale_since is not None:
            offer.stale_since = None
            offer.began = self._now()  # adopted: a fresh time limit
            self.seen["offer adopted"] += 1
        elif not rings and offer.stale_since is None:
            offer.stale_since = self._now()

    def _routed(self, entry: Document, operation: "Operation") -> None:
        """What the router wrote, compared with the agent's document after the same commit."""
        kind, body = entry["kind"], cast(Document, entry["body"])
        words = f"{entry['conversation']}#{entry['seq']} {kind}"
        if kind == "offered":
            agent = self.agents[cast(str, body["agent"])]
            after = state_of(cast(Document, entry["after"]))
            slot = cast(dict[str, Document], agent["slots"]).get(cast(str, entry["id"]))
            epochs = cast(dict[str, int], agent["epochs"])
            if slot is None or slot["epoch"] != epochs.get(cast(str, after.group), 0):
                self._fail("I10", f"{words}: slot {slot} under {epochs}")
            if not _can_be_offered(agent):
                self._fail("I4", f"{words}: offered to {agent['id']}, who cannot be rung")
            skills = cast(dict[str, int], agent["skills"])
            if after.queue not in cast(list[str], agent["queues"]) or any(
                skills.get(skill, 0) < level for skill, level in after.skills
            ):
                self._fail("I4", f"{words}: {agent['id']} does not fit {after}")
            if _room(agent, after.channel) < 0:
                self._fail("I3", f"{words}: {agent['id']} has no room with his after-contact work")
            return
        by = cast(dict[str, str], entry["by"])
        if by["kind"] != "router":
            return
        story = self.stories[cast(str, entry["conversation"])]
        before = story.states[cast(int, entry["seq"]) - 2]
        agent = self.agents[cast(str, before.agent)]
        if kind == "released":
            if agent["away"] is None:
                self._fail("I11", f"{words}: taken from {agent['id']}, who is there")
        elif body["reason"] == "expired":
            self._counted(cast(str, before.slot), operation, words)
        elif _can_be_offered(agent):
            self._fail("I11", f"{words}: {body['reason']}, but {agent['id']} can be rung")

    def _counted(self, slot: str, operation: "Operation", words: str) -> None:
        offer = self.offers[slot]
        view = self.views.get(operation.port)
        evidence = operation.evidence
        lasted = 0.0
        if view is not None and evidence is not None:
            lasted = view.since(offer.began, evidence.looks)
        if lasted < self._offer_seconds - 0.01:
            self._fail("I11", f"{words}: offer {slot} expired after {lasted:.2f} people's seconds")

    def _unresponsive(self, id: str, operation: "Operation", ended: list[Document]) -> None:
        self.seen["agent not responding"] += 1
        slots = [
            cast(str, cast(Document, entry["body"])["slot"])
            for entry in ended
            if entry["kind"] == "offer_ended" and cast(Document, entry["body"])["reason"] == "expired"
        ]
        mine = [slot for slot in slots if self.offers[slot].agent == id]
        if not mine or not self.offers[mine[0]].rang:
            self._fail("I11", f"{id} is called not responding; ended {slots}, and nothing rang")

    def _gone(self, id: str, operation: "Operation") -> None:
        self.seen["agent gone"] += 1
        view = self.views.get(operation.port)
        evidence = operation.evidence
        if view is None or evidence is None:
            self._fail("I11", f"{id} is called gone by somebody who saw no beats")
            return
        if evidence.last < self.back.get(id, -1.0):
            self._fail("I11", f"{id} is called gone by a look from before he was told he is back")
        lasted = view.since(max(evidence.heard.get(id, 0.0), evidence.took), evidence.looks)
        if lasted < self._grace - 0.01:
            self._fail("I11", f"{id} is called gone after {lasted:.2f} people's seconds")

    def _back(self, id: str, operation: "Operation") -> None:
        """A router calls an agent back: his beat must have moved under its eyes."""
        self.seen["agent heard again by his beat"] += 1
        evidence = operation.evidence
        if evidence is None or evidence.moved.get(id, -1.0) < evidence.took:
            self._fail("I11", f"{id} is called back, and no beat of his has moved")

    def _lease(self, document: Document, operation: "Operation") -> None:
        group, epoch = cast(str, document["id"]), cast(int, document["epoch"])
        old = self.epochs.get(group, 0)
        if epoch < old:
            self._fail("I10", f"lease of {group} went from epoch {old} to {epoch}")
        if epoch != old:
            self.seen["take-over" if old else "first owner"] += 1
            view = self.views.setdefault(operation.port, View())
            view.took[group] = self._now()
        self.epochs[group] = epoch

    def beats_read(self, port: "Port", beats: list[Document]) -> None:
        """A router has the beats before it, now."""
        view = self.views.get(port)
        if view is None:
            view = self.views[port] = View()
        view.look(beats, self._now())
        took = max(view.took.values(), default=0.0)
        port.evidence = Evidence(len(view.times), self._now(), dict(view.heard), dict(view.moved), took)

    def ring(self, slot: str) -> None:
        """A desk rings for this offer, now."""
        self.seen["desk rings"] += 1
        offer = self.offers[slot]
        stale = offer.stale_since
        if stale is not None and self._now() - stale > RING_AGE:
            self._fail("I10", f"a desk rings for {slot}, stale for {self._now() - stale:.2f} s")
        offer.rang = True

    def _projected(self, id: str) -> None:
        document = self._data["conversations"][id]
        version = cast(int, document["version"])
        story = self.stories.get(id)
        if story is None or not 1 <= version <= story.last:
            self._fail("I9", f"{id} is at version {version}, its timeline is shorter")
            return
        state = state_of(document)
        counts = (document["messages"], document["unanswered"])
        if state != story.states[version - 1] or counts != story.counts[version - 1]:
            wanted = (story.states[version - 1], story.counts[version - 1])
            self._fail("I9", f"{id} v{version} says {state} {counts}, its timeline {wanted}")
        self._shows(document, story, version)

    def _shows(self, document: Document, story: Story, version: int) -> None:
        """A row shows the last message, and no word of it from the note of its erasure on."""
        number = story.spoken[version - 1]
        erased = story.erased.get(number)
        shown = cast(Document, document["preview"])["text"]
        said = cast(Document, story.entries[number - 1]["body"])["text"]
        wrong = shown not in ("", said) if erased is not None else shown != said
        if wrong or (erased is not None and version >= erased and shown):
            self._fail("I9", f"{story.id} v{version} shows {shown!r} of {number}, erased by {erased}")

    # --- delivery ---

    def _delivery(self, document: Document, operation: "Operation") -> None:
        id, status = cast(str, document["id"]), cast(str, document["status"])
        statuses = self.statuses.setdefault(id, set())
        self.seen[f"delivery {status}"] += 1
        if status == "failed":
            self.seen[f"failed: {document.get('why')}"] += 1
        named = document.get("external_id")
        if named is None and id in self.named_outside:
            self._fail("I8", f"{id}: that the channel calls it {self.named_outside[id]} is forgotten")
        if named is not None:
            self.named_outside[id] = cast(str, named)
        if status == "started" and statuses & {"unknown", "failed"}:
            caller = operation.caller
            if caller is not None and caller.request.label == "replay":
                self.replays[id] = self.replays.get(id, 0) + 1
                self.seen["delivery replayed by a person"] += 1
        statuses.add(status)
        if status == "started" and document.get("next_at") is None:
            attempt = f"{document['worker']} {document['number']}"
            self.attempts.setdefault(id, set()).add(attempt)

    def sent(self, id: str) -> None:
        """A worker hands this message to the channel: each time under an attempt of its own."""
        times = self.sends[id] = self.sends.get(id, 0) + 1
        attempts = self.attempts.get(id, set())
        if times > len(attempts):
            self._fail("I8", f"{id} is sent for the {times}. time under {sorted(attempts)}")

    def arrived(self, id: str, *, recognises: bool) -> None:
        """The channel's other side has got this message."""
        entry = self._data["entries"].get(id)
        if entry is None:
            self._fail("I8", f"{id} was sent and does not stand")
            return
        statuses = self.statuses.get(id)
        if statuses is None:
            self._fail("I8", f"{id} was sent before its delivery was started")
            statuses = set()
        times = self.arrivals[id] = self.arrivals.get(id, 0) + 1
        if times > 1:
            if recognises:
                self.seen["doubled, and recognised"] += 1
                return
            if times > 1 + self.replays.get(id, 0):
                self._fail("I8", f"{id} was sent {times} times on a channel that shows each")
            return
        place = (cast(str, entry["inbox"]), cast(str, entry["address"]))
        mine = (cast(int, entry["generation"]), cast(int, entry["seq"]), id)
        before = self.order.setdefault(place, [])
        later = [one for one in before if one > mine]
        if later and not statuses & {"unknown", "failed"}:
            self._fail("I8", f"{id} {mine} arrives after {later[0]}")
        before.append(mine)

    # --- answers ---

    def acknowledged(self, copy: "Copy", entry_id: str) -> None:
        """A sender is told that this entry is his."""
        request = copy.request
        stored = self._data["entries"].get(entry_id)
        if stored is None:
            self._fail("I1", f"{request} was acknowledged as {entry_id}, which does not stand")
            return
        if request.key is None:
            return
        stands = self.authored.get(request.key)
        if stands is None or stands[0] != entry_id:
            self._fail("I7", f"{request} was acknowledged as {entry_id}, it stands as {stands}")

    def there(self, copy: "Copy") -> None:
        """An agent's desk, or he himself, is told that the house knows he is there."""
        agent = copy.request.words
        self.back[agent] = max(copy.began, self.back.get(agent, 0.0))

    def refused(self, copy: "Copy", why: str) -> None:
        """A sender is told that it was not done."""
        request = copy.request
        self.seen[f"refused: {why}"] += 1
        if copy.stands is not None:
            self._fail("I7", f"{request} was told {why!r}, its own {copy.stands} stands")
        if request.key is None:
            return
        stands = self.authored.get(request.key)
        if stands is not None and stands[1] <= copy.last_effect:
            self._fail("I7", f"{request} was told {why!r}, it stands as {stands[0]}")

    # --- at rest ---

    def unrest(self) -> str | None:
        """The first thing that is not as it must be at rest; None where all is well."""
        for entry in self._data["entries"].values():
            if entry.get("todo"):
                return f"I9 {entry['id']} still owes {entry['todo']}"
        waiting = []
        for story in self.stories.values():
            state = cast(State, story.state)
            document = self._data["conversations"].get(story.id)
            if document is None or document["version"] != story.last:
                return f"I9 {story.id} is at {story.last}, its document is {document}"
            if state.state == "offered":
                return f"I4 {story.id} is still offered to {state.agent}"
            if state.state == "waiting":
                waiting.append((story.id, state))
        for agent in self.agents.values():
            if agent["slots"] and agent["away"] is not None:
                return f"I4 {agent['id']} is {agent['away']} and holds {agent['slots']}"
            if not _can_be_offered(agent):
                continue
            skills = cast(dict[str, int], agent["skills"])
            for id, state in waiting:
                if (
                    state.queue in cast(list[str], agent["queues"])
                    and all(skills.get(skill, 0) >= level for skill, level in state.skills)
                    and _room(agent, state.channel) > 0
                ):
                    return f"I4 {id} waits ({state}) while {agent['id']} has room"
        return None

    def rest(self) -> None:
        """What can only be said when all is quiet."""
        unrest = self.unrest()
        if unrest is not None:
            self._fail(unrest[:2], unrest[3:])
        for story in self.stories.values():
            for entry in story.entries:
                by = cast(dict[str, str], entry["by"])["kind"]
                if entry["kind"] == "message" and by in SPEAKERS:
                    self._delivered(cast(str, entry["id"]), story)

    def _delivered(self, id: str, story: Story) -> None:
        delivery = self._data["deliveries"].get(id)
        status = None if delivery is None else delivery["status"]
        arrived = self.arrivals.get(id, 0)
        if status not in FINAL:
            self._fail("I8", f"{id} in {story.id} is {status} at rest")
        elif status in ("sent", "delivered", "read") and not arrived:
            self._fail("I8", f"{id} in {story.id} is {status} and never arrived")


def _can_be_offered(agent: Document) -> bool:
    return agent["away"] is None and not agent["unresponsive"] and agent["pause"] is None


def _room(agent: Document, channel: str) -> int:
    capacity = cast(dict[str, int], agent["capacity"])
    taken = [
        *cast(dict[str, Document], agent["slots"]).values(),
        *cast(dict[str, Document], agent["after_work"]).values(),
    ]
    used = sum(1 for one in taken if one["channel"] == channel)
    return capacity.get(channel, capacity.get("*", 0)) - used
