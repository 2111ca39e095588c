"""How far a customer has received and read: kept once, and told to delivery as receipts."""

import structlog

from hub.clock import Clock, stamp
from hub.delivery import Status
from hub.documents import Changed, Document, Documents, Duplicate
from hub.entries import Actor, Kind
from hub.events import Bus, ReadMarks
from hub.ids import ContactId, ConversationId
from hub.receipts import Receipts
from hub.timeline import Audience, Timeline

MARKS = "marks"
_OUTGOING = frozenset({Actor.AGENT, Actor.BOT, Actor.SYSTEM})
_TRIES = 5
_log = structlog.get_logger(__name__)


class Marks:
    """The marks of contacts (collection ``marks``, id ``conversation:contact``): ``delivered``, ``seq``."""

    def __init__(self, documents: Documents, *, receipts: Receipts, clock: Clock, bus: Bus) -> None:
        """Over this store."""
        self._documents = documents
        self._timeline = Timeline(documents)
        self._receipts = receipts
        self._clock = clock
        self._bus = bus

    async def of(self, conversation: ConversationId, contact: ContactId) -> tuple[int, int]:
        """How far he has received, and how far read."""
        mark = await self._documents.get(MARKS, f"{conversation}:{contact}")
        return (0, 0) if mark is None else (_number(mark, "delivered"), _number(mark, "seq"))

    async def raise_to(
        self, conversation: ConversationId, contact: ContactId, *, delivered: int = 0, read: int = 0
    ) -> None:
        """He has received up to ``delivered`` and read up to ``read``; never lowered."""
        delivered = max(delivered, read)
        last = await self._timeline.last(conversation)
        if last is None:
            return
        delivered, read = min(delivered, last.seq), min(read, last.seq)
        for _ in range(_TRIES):
            mark = await self._documents.get(MARKS, f"{conversation}:{contact}")
            had = (0, 0) if mark is None else (_number(mark, "delivered"), _number(mark, "seq"))
            new = (max(had[0], delivered), max(had[1], read))
            if new == had:
                return
            document: Document = {
                "id": f"{conversation}:{contact}",
                "version": 1 if mark is None else _number(mark, "version") + 1,
                "organisation": last.organisation,
                "conversation": conversation,
                "reader": contact,
                "delivered": new[0],
                "seq": new[1],
                "at": stamp(self._clock.now()),
            }
            try:
                if mark is None:
                    await self._documents.insert(MARKS, document)
                else:
                    await self._documents.put_if(MARKS, document, version=_number(mark, "version"))
            except (Duplicate, Changed):
                continue
            self._bus.publish(ReadMarks(conversation, *new))
            await self._receipt(conversation, had, new)
            return

    async def _receipt(
        self, conversation: ConversationId, had: tuple[int, int], new: tuple[int, int]
    ) -> None:
        """Tell delivery of each message between the old and the new marks."""
        after = min(had)
        while True:
            page = await self._timeline.following(conversation, after, audience=Audience.CONTACT, limit=100)
            for seen in page:
                entry = seen.entry
                if entry.seq > new[0]:
                    return
                if entry.kind is Kind.MESSAGE and entry.by.kind in _OUTGOING:
                    await self.receipt(entry.id, read=entry.seq <= new[1])
            if not page:
                return
            after = page[-1].entry.seq

    async def receipt(self, entry: str, *, read: bool) -> None:
        """One message has arrived or was read; one that is not out yet is marked when it is."""
        await self._receipts.mark(entry, Status.READ if read else Status.DELIVERED)


def _number(document: Document, field: str) -> int:
    value = document.get(field)
    return value if isinstance(value, int) else 0
