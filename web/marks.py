"""How far staff have read: one mark for each reader and conversation, never lowered."""

from hub.clock import Clock, stamp
from hub.documents import Changed, Document, Documents, Duplicate, Lost, Unavailable
from hub.errors import unanswered
from hub.events import Bus, StaffRead

MARKS = "marks"
_TRIES = 5


class StaffMarks:
    """Marks of staff (collection ``marks``, id ``conversation:reader``)."""

    def __init__(self, documents: Documents, clock: Clock, bus: Bus) -> None:
        """Over this store."""
        self._documents = documents
        self._clock = clock
        self._bus = bus

    async def raise_to(self, conversation: Document, reader: str, seq: int) -> None:
        """The reader has been shown everything up to ``seq``.

        The channel hears of it where he is the one who answers: the customer's second tick.
        """
        newest = conversation["version"]
        seq = min(seq, newest if isinstance(newest, int) else 0)
        id = f"{conversation['id']}:{reader}"
        try:
            for _ in range(_TRIES):
                mark = await self._documents.get(MARKS, id)
                if mark is not None and _number(mark, "seq") >= seq:
                    return
                document: Document = {
                    "id": id,
                    "version": 1 if mark is None else _number(mark, "version") + 1,
                    "organisation": conversation["organisation"],
                    "conversation": conversation["id"],
                    "reader": reader,
                    "seq": seq,
                    "at": stamp(self._clock.now()),
                }
                try:
                    if mark is None:
                        await self._documents.insert(MARKS, document)
                    else:
                        await self._documents.put_if(MARKS, document, version=_number(mark, "version"))
                except (Duplicate, Changed):
                    continue
                if conversation.get("agent") == reader:
                    self._bus.publish(StaffRead(str(conversation["id"]), reader, seq))
                return
        except (Unavailable, Lost) as error:
            raise unanswered(error) from error

    async def of(self, conversation: str, reader: str) -> tuple[int, int]:
        """(received up to, read up to) of a reader, 0 where he has not."""
        mark = await self._documents.get(MARKS, f"{conversation}:{reader}")
        return (0, 0) if mark is None else (_number(mark, "delivered"), _number(mark, "seq"))


def _number(document: Document, field: str) -> int:
    value = document.get(field)
    return value if isinstance(value, int) else 0
