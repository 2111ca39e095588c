"""Every commit of every process of a test, and the rules of the protocol that hold at each of them."""

from collections import defaultdict
from typing import cast

from hub.documents import Document, Documents, Insert, PutIf, Step


class Ledger:
    """Written by each :class:`tests.fakes.watched_documents.WatchedDocuments`; complains by words."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.commits = 0
        self._agents: dict[str, dict[int, tuple[Document, tuple[Step, ...]]]] = defaultdict(dict)

    def record(self, steps: tuple[Step, ...]) -> None:
        """A commit took effect."""
        self.commits += 1
        for step in steps:
            if isinstance(step, Insert | PutIf) and step.collection == "agents":
                document = step.document
                id, version = cast(str, document["id"]), cast(int, document["version"])
                self._agents[id][version] = (document, steps)
                self._check_capacity(document)

    def _check_capacity(self, agent: Document) -> None:
        for channel, number in held(agent).items():
            if number > capacity(agent, channel):
                self.complaints.append(f"{agent['id']} holds {number} of {channel}")

    # --- afterwards ---

    def check_agents(self) -> None:
        """Each version of each agent: what a slot's coming and going owes to an entry (rule 3)."""
        for id, versions in self._agents.items():
            before: Document | None = None
            for version in sorted(versions):
                document, steps = versions[version]
                if before is not None and cast(int, before["version"]) == version - 1:
                    self._check_step(id, before, document, steps)
                before = document

    def _check_step(self, id: str, before: Document, now: Document, steps: tuple[Step, ...]) -> None:
        entries = [
            step.document for step in steps if isinstance(step, Insert) and step.collection == "entries"
        ]
        old, new = slots(before), slots(now)
        for slot in new.keys() - old.keys():
            named = [entry for entry in entries if entry["id"] == slot and after(entry).get("agent") == id]
            if not named:
                self.complaints.append(f"{id}: slot {slot} came without its entry")
            if before["away"] is not None:
                self.complaints.append(f"{id}: slot {slot} came while he was {before['away']}")
            if new[slot]["kind"] == "offer":
                epochs = cast(dict[str, int], before["epochs"])
                if new[slot]["epoch"] != epochs.get(cast(str, new[slot]["group"])):
                    self.complaints.append(f"{id}: offer {slot} of an epoch that is over")
        for slot in old.keys() - new.keys():
            conversation = old[slot]["conversation"]
            ended = [
                entry
                for entry in entries
                if entry["conversation"] == conversation and after(entry).get("slot") != slot
            ]
            if not ended:
                self.complaints.append(f"{id}: slot {slot} went without an entry")

    async def verify(self, documents: Documents) -> None:
        """At rest timelines, slots and conversation documents agree; else fails with all complaints."""
        self.check_agents()
        timelines = await read_timelines(documents)
        conversations = {str(one["id"]): one for one in await read_all(documents, "conversations")}
        named: dict[str, str] = {}
        for id, entries in timelines.items():
            if [entry["seq"] for entry in entries] != list(range(1, len(entries) + 1)):
                self.complaints.append(f"{id}: numbers {[entry['seq'] for entry in entries]}")
            last = entries[-1]
            if after(last).get("slot") is not None:
                named[str(after(last)["slot"])] = str(after(last)["agent"])
            self._check_projection(id, last, conversations.pop(id, None))
        if conversations:
            self.complaints.append(f"conversations without entries: {sorted(conversations)}")
        standing = {
            slot: str(agent["id"]) for agent in await read_all(documents, "agents") for slot in slots(agent)
        }
        if standing != named:
            odd = sorted(set(standing.items()) ^ set(named.items()))
            self.complaints.append(f"slots of agents and of last entries differ: {odd}")
        if self.complaints:
            raise AssertionError("\n".join(self.complaints))

    def _check_projection(self, id: str, last: Document, conversation: Document | None) -> None:
        if conversation is None:
            self.complaints.append(f"{id}: no conversation document")
            return
        if conversation["version"] != last["seq"]:
            self.complaints.append(f"{id}: document at {conversation['version']} of {last['seq']}")
            return
        for name in ("state", "group", "queue", "agent", "slot", "waiting_since"):
            if conversation.get(name) != after(last).get(name):
                self.complaints.append(
                    f"{id}: {name} is {conversation.get(name)}, not {after(last).get(name)}"
                )


def after(entry: Document) -> Document:
    """The state after an entry."""
    return cast(Document, entry["after"])


def slots(agent: Document) -> dict[str, Document]:
    """An agent's slots."""
    return cast("dict[str, Document]", agent["slots"])


def held(agent: Document) -> dict[str, int]:
    """How many slots an agent holds, by channel."""
    numbers: dict[str, int] = defaultdict(int)
    for slot in slots(agent).values():
        numbers[str(slot["channel"])] += 1
    return numbers


def capacity(agent: Document, channel: str) -> int:
    """How many of a channel an agent may hold."""
    numbers = cast("dict[str, int]", agent["capacity"])
    return numbers.get(channel, numbers.get("*", 0))


async def read_all(documents: Documents, collection: str) -> list[Document]:
    """Every document of a collection."""
    found: list[Document] = []
    following: str | None = None
    while True:
        page = await documents.find(collection, limit=1000, after=following)
        found += page.items
        following = page.next
        if following is None:
            return found


async def read_timelines(documents: Documents) -> dict[str, list[Document]]:
    """Every conversation's entries in order."""
    timelines: dict[str, list[Document]] = defaultdict(list)
    for entry in await read_all(documents, "entries"):
        timelines[str(entry["conversation"])].append(entry)
    for entries in timelines.values():
        entries.sort(key=lambda entry: cast(int, entry["seq"]))
    return timelines
