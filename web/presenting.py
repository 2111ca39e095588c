"""How staff see conversations, entries and agents: the one shape for REST and the desk's socket."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import cast

import msgspec

from hub.delivery import Delivery
from hub.documents import Document, Documents, Json
from hub.entries import Actor, Entry, Kind
from hub.events import AgentChanged, Bus, ConfigurationChanged, ContactChanged
from hub.slots import Agent, AgentState, room, state
from hub.timeline import Seen

KEPT_NAMES = 20_000
BUSY = "busy"  # the presence of who is ready and has no room left
_ROW_FIELDS = (
    "id",
    "inbox",
    "channel",
    "contact",
    "state",
    "queue",
    "agent",
    "slot",
    "waiting_since",
    "created_at",
    "updated_at",
    "preview",
    "unanswered",
    "disposition",
    "rating",
    "left_at",
    "snoozed_until",
    "priority",
    "skills",
    "last_agent",
    "closed_at",
    "messages",
    "callback",
)
_OUTGOING = frozenset({Actor.AGENT, Actor.BOT, Actor.SYSTEM})


class Names:
    """Names of contacts and agents, kept in memory until somebody edits them."""

    def __init__(self, documents: Documents, bus: Bus) -> None:
        """Over this store; hears of edits by this process."""
        self._documents = documents
        self._names: OrderedDict[tuple[str, str], str] = OrderedDict()
        bus.listen(ContactChanged, lambda event: self._forget("contacts", event.contact))
        bus.listen(AgentChanged, lambda event: self._forget("agents", event.agent))
        bus.listen(ConfigurationChanged, lambda _: self._names.clear())

    def _forget(self, collection: str, id: str) -> None:
        self._names.pop((collection, id), None)

    async def contact(self, id: str) -> str:
        """A contact's name, empty where he has none yet."""
        return await self._name("contacts", id)

    async def agent(self, id: str) -> str:
        """The name of an agent, or of staff who take no conversations."""
        return await self._name("agents", id) or await self._name("users", id)

    async def public_name(self, kind: str, id: str) -> str:
        """The name a customer sees of who speaks to him (:class:`hub.delivery.SpeakerNames`)."""
        return await self.agent(id) if kind == Actor.AGENT.value else ""

    async def of(self, kind: str, id: str) -> str:
        """The name of a participant as staff see it; bots and parts of the house go by their id."""
        if kind == Actor.CONTACT.value:
            return await self.contact(id)
        if kind == Actor.AGENT.value:
            return await self.agent(id)
        return id

    async def _name(self, collection: str, id: str) -> str:
        key = (collection, id)
        name = self._names.get(key)
        if name is None:
            document = await self._documents.get(collection, id)
            name = "" if document is None else str(document.get("name") or "")
            self._names[key] = name
            if len(self._names) > KEPT_NAMES:
                self._names.popitem(last=False)
        return name


class Presenter:
    """Makes what the desk reads from what is stored."""

    def __init__(self, documents: Documents, names: Names) -> None:
        """Over this store."""
        self._documents = documents
        self._names = names

    async def row(self, conversation: Document) -> Document:
        """A conversation as a row of a list; ``seq`` is its last entry's number."""
        row: Document = {field: conversation.get(field) for field in _ROW_FIELDS}
        row["seq"] = conversation["version"]
        row["contact_name"] = await self._names.contact(str(conversation["contact"]))
        agent = conversation.get("agent")
        row["agent_name"] = await self._names.agent(str(agent)) if agent is not None else None
        return row

    async def rows(self, conversations: Sequence[Document], reader: str) -> list[Document]:
        """Rows with ``my_read``, the number up to which this agent has read each."""
        rows = []
        for conversation in conversations:
            row = await self.row(conversation)
            row["my_read"] = await self.read_mark(str(conversation["id"]), reader)
            rows.append(row)
        return rows

    async def read_mark(self, conversation: str, reader: str) -> int:
        """How far an agent has read a conversation."""
        mark = await self._documents.get("marks", f"{conversation}:{reader}")
        return 0 if mark is None else cast(int, mark["seq"])

    async def entry(self, seen: Seen, *, live: bool = False) -> Document:
        """An entry as staff see it. ``live``: it was committed just now and cannot be delivered yet."""
        entry = seen.entry
        by: Document = {
            "kind": entry.by.kind.value,
            "id": entry.by.id,
            "name": await self._names.of(entry.by.kind.value, entry.by.id),
        }
        shown: Document = {
            "id": entry.id,
            "conversation": entry.conversation,
            "seq": entry.seq,
            "prev": seen.prev,
            "kind": entry.kind.value,
            "by": by,
            "at": entry.at,
            "body": await self._body(entry),
            "after": {
                "state": entry.after.state.value,
                "queue": entry.after.queue,
                "agent": entry.after.agent,
                "slot": entry.after.slot,
                "waiting_since": entry.after.waiting_since,
            },
        }
        if entry.client_id is not None:
            shown["client_id"] = entry.client_id
        if entry.kind is Kind.MESSAGE and entry.by.kind in _OUTGOING:
            delivery = None if live else await self._documents.get("deliveries", entry.id)
            shown.update(delivery_status(delivery))
        return shown

    async def _body(self, entry: Entry) -> Json:
        agent = entry.body.get("agent") or entry.body.get("to")
        if entry.kind in (Kind.OFFERED, Kind.ASSIGNED):
            name = await self._names.agent(str(agent or entry.after.agent))
            return {**entry.body, "agent": agent or entry.after.agent, "agent_name": name}
        return entry.body

    async def entries(self, seen: Sequence[Seen]) -> list[Document]:
        """Several entries."""
        return [await self.entry(one) for one in seen]

    def agent(self, agent: Agent) -> Document:
        """An agent with presence and load."""
        load: dict[str, int] = {}
        for slot in agent.slots.values():
            load[slot.channel] = load.get(slot.channel, 0) + 1
        shown: Document = {
            "id": agent.id,
            "name": agent.name,
            "state": presence(agent),
            "reason": agent.pause.reason if agent.pause is not None else None,
            "since": agent.since,
            "queues": list(agent.queues),
            "skills": cast(Json, agent.skills),
            "capacity": cast(Json, agent.capacity),
            "load": cast(Json, load),
            "open": len(agent.slots),
            "after_work": [
                {"slot": slot, **cast(Document, msgspec.to_builtins(work))}
                for slot, work in agent.after_work.items()
            ],
        }
        return shown


def presence(agent: Agent) -> str:
    """An agent's state as the screens name it; *busy*: ready, but without room on any channel."""
    stands = state(agent)
    if stands is AgentState.READY and all(room(agent, channel) <= 0 for channel in agent.capacity):
        return BUSY
    return stands.value


def delivery_status(delivery: Document | None) -> Document:
    """``status`` and ``why`` of an outgoing message; *sending* until it is known to be out."""
    if delivery is None:
        return {"status": "sending"}
    known = msgspec.convert(delivery, Delivery)
    shown: Document = {"status": "sending" if known.status == "started" else known.status.value}
    if known.why is not None:
        shown["why"] = known.why
    return shown
