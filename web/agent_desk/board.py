"""Numbers and lists a desk begins with: queues, what is mine, what is offered to me."""

from collections.abc import Sequence
from typing import Protocol, cast

from hub.documents import Document, Documents, Equal, In, Json, all_of
from hub.entries import Entry, State
from hub.ids import ConversationId
from hub.timeline import Audience, Seen, Timeline
from routing.memory import OFFER_SECONDS
from routing.queues import Queue
from web.lists import asleep

MOST_MINE = 100
LATEST = 3  # entries an offer shows
MOST_COUNTED = 1000
_OPEN_MINE = (State.ASSIGNED.value, State.OFFERED.value)


class QueueBook(Protocol):
    """Finds queues, from memory."""

    async def all(self, organisation: str) -> list[Queue]:
        """Every queue of an organisation."""
        ...

    async def find(self, queue: str) -> Queue | None:
        """One queue, None where there is none."""
        ...


class Board:
    """Reads what desks show in their lists."""

    def __init__(self, documents: Documents, queues: QueueBook) -> None:
        """Over this store."""
        self._documents = documents
        self._queues = queues
        self.timeline = Timeline(documents)

    async def offer_seconds(self, queue: str | None, channel: str) -> float:
        """How long an offer of this queue and channel stands."""
        facts = None if queue is None else await self._queues.find(queue)
        return OFFER_SECONDS if facts is None else facts.rings_for(channel)

    async def queue(self, organisation: str, queue: str) -> Document | None:
        """One queue with who waits in it: number (at most 1,000 are counted) and since when the first."""
        facts = await self._queues.find(queue)
        return None if facts is None else await self._counted(facts)

    async def queues(self, organisation: str) -> list[Document]:
        """Every queue of the organisation."""
        return [await self._counted(facts) for facts in await self._queues.all(organisation)]

    async def _counted(self, facts: Queue) -> Document:
        waiting = all_of(Equal("queue", facts.id), Equal("state", State.WAITING.value))
        count = await self._documents.count("conversations", waiting, limit=MOST_COUNTED)
        oldest: Json = None
        if count:
            page = await self._documents.find("conversations", waiting, sort=("waiting_since",), limit=1)
            oldest = page.items[0].get("waiting_since") if page.items else None
        return {
            "id": facts.id,
            "name": facts.name,
            "waiting": count,
            "oldest": oldest,
            "service_level_seconds": facts.service_level_seconds,
        }

    async def mine(self, agent: str) -> list[Document]:
        """What this agent holds, is offered or let rest, latest first."""
        holds = all_of(Equal("agent", agent), In("state", _OPEN_MINE))
        found: list[Document] = []
        for where in (holds, asleep(agent)):
            page = await self._documents.find("conversations", where, sort=("-updated_at",), limit=MOST_MINE)
            found.extend(page.items)
        return sorted(found, key=lambda row: str(row.get("updated_at")), reverse=True)

    async def latest(self, conversation: ConversationId) -> list[Seen]:
        """The last few entries, for an offer's card."""
        return await self.timeline.preceding(conversation, None, audience=Audience.STAFF, limit=LATEST)

    async def offered(self, mine: Sequence[Document]) -> list[Entry]:
        """The last entries of those that are offered now."""
        ids = [str(row["id"]) for row in mine if row["state"] == State.OFFERED.value]
        entries = [await self.timeline.last(ConversationId(id)) for id in ids]
        return [entry for entry in entries if entry is not None]

    async def sight(self, conversation: str) -> tuple[str, str | None, str | None] | None:
        """(organisation, queue, agent) of a conversation, by which it is decided who may see it."""
        document = await self._documents.get("conversations", conversation)
        if document is None:
            return None
        queue, agent = document.get("queue"), document.get("agent")
        return str(document["organisation"]), cast("str | None", queue), cast("str | None", agent)
