"""Lists of conversations for a reader: mine, a queue's, all I may see, a contact's.

Every list is read along declared indexes. A list that spans several ranges of one (an
agent's queues, several states) is merged from them as it is shown, a few rows of each at a
time, so what is read stays near what is shown, however many conversations there are.
"""

import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from hub.access import Permission, Principal, Scope
from hub.documents import EVERYTHING, Document, Documents, Equal, Exists, Filter, In, Range, all_of
from hub.entries import State
from hub.errors import Invalid

CONVERSATIONS = "conversations"
MOST_COUNTED = 1000  # badges say "999+" beyond
_WAITING = (State.WAITING.value,)
_ENDED = (State.CLOSED.value, State.CONTINUED.value)
# In the order in which a conversation goes through them, and so are they read: one that moves on
# meanwhile is met twice (and shown once), not missed.
_OPEN = (
    State.BOT.value,
    State.WAITING.value,
    State.OFFERED.value,
    State.ASSIGNED.value,
    State.SNOOZED.value,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One page and the cursor that continues it."""

    items: list[Document]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Order:
    """What a list is sorted by; the id is the tie-break, in the same direction."""

    field: str
    descending: bool

    @property
    def sort(self) -> tuple[str]:
        return (f"-{self.field}" if self.descending else self.field,)

    def key(self, row: Document) -> tuple[str, str]:
        return (str(row.get(self.field) or ""), str(row["id"]))

    def comes_before(self, one: tuple[str, str], other: tuple[str, str]) -> bool:
        return one > other if self.descending else one < other

    def beyond(self, place: tuple[str, str]) -> Filter:
        value = place[0]
        if not value:
            return EVERYTHING  # rows without a value come first, and a range does not hold them
        return Range(self.field, lte=value) if self.descending else Range(self.field, gte=value)


_LATEST = _Order("updated_at", descending=True)
_LONGEST_WAITING = _Order("waiting_since", descending=False)


def asleep(agent: str) -> Filter:
    """The conversations that this agent let rest until a moment."""
    return all_of(Equal("last_agent", agent), Exists("snoozed_until"))


class ConversationLists:
    """Reads lists and badges."""

    def __init__(self, documents: Documents) -> None:
        """Over this store."""
        self._documents = documents

    async def mine(self, reader: Principal, state: str, *, cursor: str | None, limit: int) -> Listed:
        """What the reader holds, is offered or let rest; *closed*: what he handled last and has ended."""
        ranges: list[Filter] = [Equal("agent", reader.id), asleep(reader.id)]
        if state == "closed":
            ranges = [all_of(Equal("last_agent", reader.id), In("state", _ENDED))]
        return await self._merge(ranges, _LATEST, reader, cursor, limit)

    async def queue(
        self, reader: Principal, queue: str, state: str, *, cursor: str | None, limit: int
    ) -> Listed:
        """What stands (or stood) in a queue; waiting and open ones by how long they wait."""
        ranges = _in_states(Equal("queue", queue), _states(state))
        return await self._merge(ranges, _queue_order(state), reader, cursor, limit)

    async def all(self, reader: Principal, state: str, *, cursor: str | None, limit: int) -> Listed:
        """Everything the reader may see."""
        scope = reader.scope(Permission.CONVERSATIONS_READ)
        states = _states(state)
        if scope is Scope.ALL:
            ranges = _in_states(Equal("organisation", reader.organisation), states)
            return await self._merge(ranges, _LATEST, reader, cursor, limit)
        ranges = _own(reader, state)
        if scope is Scope.TEAM:
            for queue in sorted(reader.queues):
                ranges += _in_states(Equal("queue", queue), states)
        return await self._merge(ranges, _queue_order(state), reader, cursor, limit)

    async def contact(
        self, reader: Principal, contact: str, state: str, *, cursor: str | None, limit: int
    ) -> Listed:
        """A contact's conversations, as far as the reader may see them.

        He may have had thousands, but few are open: one at each of his addresses. So the open ones
        are looked through, and of the ended ones only those are read that the reader may see.
        """
        scope = reader.scope(Permission.CONVERSATIONS_READ)
        of_contact = Equal("contact", contact)
        states = _states(state)
        if scope is Scope.ALL:
            ranges = _in_states(of_contact, states)
        else:
            ranges = _in_states(of_contact, [one for one in states if one not in _ENDED])
            if _ENDED[0] in states:
                ended = all_of(of_contact, In("state", _ENDED))
                ranges.append(all_of(ended, Equal("last_agent", reader.id)))
                queues = sorted(reader.queues) if scope is Scope.TEAM else []
                ranges += [all_of(ended, Equal("queue", queue)) for queue in queues]
        return await self._merge(ranges, _LATEST, reader, cursor, limit)

    async def badges(self, reader: Principal, queues: Sequence[str]) -> tuple[int, int, dict[str, int]]:
        """(held, offered, waiting by queue) – counted along indexes, at most 1,000 each."""
        agent = Equal("agent", reader.id)
        mine = await self._count(all_of(agent, Equal("state", State.ASSIGNED.value)))
        offered = await self._count(all_of(agent, Equal("state", State.OFFERED.value)))
        waiting = Equal("state", State.WAITING.value)
        by_queue = {queue: await self._count(all_of(Equal("queue", queue), waiting)) for queue in queues}
        return mine, offered, by_queue

    async def _count(self, where: Filter) -> int:
        return await self._documents.count(CONVERSATIONS, where, limit=MOST_COUNTED)

    async def _merge(
        self,
        ranges: Sequence[Filter],
        order: _Order,
        reader: Principal,
        cursor: str | None,
        limit: int,
    ) -> Listed:
        place = None if cursor is None else _place(cursor, order)
        chunk = limit + 1
        if len(ranges) > 1:
            chunk = math.ceil(2 * limit / len(ranges))
        sources = [_Source(self._documents, where, order, place, chunk) for where in ranges]
        for source in sources:
            await source.fill()
        rows: list[Document] = []
        shown: set[str] = set()
        while len(rows) <= limit:
            best = _first(sources, order)
            if best is None:
                return Listed(rows, None)
            row = best.take()
            await best.fill()
            if row["id"] in shown or not may_see(reader, row):
                continue
            shown.add(str(row["id"]))
            rows.append(row)
        return Listed(rows[:limit], _cursor(order, order.key(rows[limit - 1])))


@dataclass(slots=True)
class _Source:
    """One range of an index, read a chunk at a time."""

    documents: Documents
    where: Filter
    order: _Order
    place: tuple[str, str] | None
    chunk: int
    rows: list[Document] = field(default_factory=list)
    after: str | None = None
    ended: bool = False

    async def fill(self) -> None:
        """Have the next row at hand, if there is one."""
        while not self.rows and not self.ended:
            where = self.where
            if self.place is not None:
                where = all_of(where, self.order.beyond(self.place))
            page = await self.documents.find(
                CONVERSATIONS, where, sort=self.order.sort, limit=self.chunk, after=self.after
            )
            self.after = page.next
            self.ended = page.next is None
            self.rows = [row for row in page.items if self._is_beyond(row)]
            self.rows.reverse()

    def _is_beyond(self, row: Document) -> bool:
        return self.place is None or self.order.comes_before(self.place, self.order.key(row))

    def take(self) -> Document:
        """The next row."""
        return self.rows.pop()


def _first(sources: Sequence[_Source], order: _Order) -> _Source | None:
    best: _Source | None = None
    for source in sources:
        if source.rows and (
            best is None or order.comes_before(order.key(source.rows[-1]), order.key(best.rows[-1]))
        ):
            best = source
    return best


def may_see(reader: Principal, conversation: Document) -> bool:
    """Whether a conversation's document is the reader's to see."""
    if conversation.get("organisation") != reader.organisation:
        return False
    agent, queue = conversation.get("agent"), conversation.get("queue")
    if conversation.get("state") in _ENDED:
        agent = conversation.get("last_agent")  # what he handled stays his to look up
    return reader.reaches(
        Permission.CONVERSATIONS_READ,
        owner=agent if isinstance(agent, str) else None,
        queue=queue if isinstance(queue, str) else None,
    )


def _states(state: str) -> tuple[str, ...]:
    known = {"waiting": _WAITING, "open": _OPEN, "closed": _ENDED}
    return known.get(state, (*_OPEN, *_ENDED))


def _queue_order(state: str) -> _Order:
    return _LONGEST_WAITING if state in {"waiting", "open"} else _LATEST


def _in_states(whose: Filter, states: Sequence[str]) -> list[Filter]:
    return [all_of(whose, Equal("state", one)) for one in states]


def _own(reader: Principal, state: str) -> list[Filter]:
    """What the reader holds, and what he handled last and has ended; nobody holds what waits."""
    ranges: list[Filter] = []
    if state in {"any", "open"}:
        ranges.append(all_of(Equal("agent", reader.id), In("state", _OPEN)))
    if state in {"any", "closed"}:
        ranges.append(all_of(Equal("last_agent", reader.id), In("state", _ENDED)))
    return ranges


def _cursor(order: _Order, key: tuple[str, str]) -> str:
    text = msgspec.json.encode([order.field, *key])
    return urlsafe_b64encode(text).decode().rstrip("=")


def _place(cursor: str, order: _Order) -> tuple[str, str]:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        name, value, id = msgspec.json.decode(text, type=tuple[str, str, str])
    except (ValueError, msgspec.DecodeError) as error:
        raise Invalid("cursor: it is not one of this list.") from error
    if name != order.field:
        raise Invalid("cursor: it is not one of this list.")
    return value, id
