"""Reading a timeline: its last entry, an author's own entries, and what a reader may see of it."""

from enum import StrEnum

import msgspec

from hub.documents import Document, Documents, Equal, Filter, In, Range, all_of
from hub.entries import Actor, By, Entry, Kind
from hub.ids import ConversationId


class Audience(StrEnum):
    """Who reads: a contact sees messages and what was sent to him, staff also notes and events."""

    CONTACT = "contact"
    STAFF = "staff"


_FOR_CONTACTS = (Kind.MESSAGE, Kind.ASSIGNED, Kind.CLOSED, Kind.RATED)


class Seen(msgspec.Struct, frozen=True):
    """An entry and ``prev``: the highest sequence number below it that the reader may see, 0 if none."""

    entry: Entry
    prev: int


def to_entry(document: Document) -> Entry:
    """A stored document as an entry."""
    return msgspec.convert(document, Entry)


def may_see(entry: Entry, audience: Audience) -> bool:
    """Whether this reader is shown this entry at all."""
    return audience is Audience.STAFF or entry.kind in _FOR_CONTACTS


def _visible(audience: Audience) -> tuple[Filter, ...]:
    if audience is Audience.STAFF:
        return ()
    return (In("kind", tuple(kind.value for kind in _FOR_CONTACTS)),)


class Timeline:
    """Reads entries of conversations."""

    def __init__(self, documents: Documents) -> None:
        """Over this store."""
        self._documents = documents

    async def last(self, conversation: ConversationId) -> Entry | None:
        """The entry that decides: the one with the highest sequence number."""
        page = await self._documents.find(
            "entries", Equal("conversation", conversation), sort=("-seq",), limit=1
        )
        return to_entry(page.items[0]) if page.items else None

    async def by_id(self, id: str) -> Entry | None:
        """One entry by its id."""
        document = await self._documents.get("entries", id)
        return None if document is None else to_entry(document)

    async def by_client_id(self, author: By, client_id: str) -> Entry | None:
        """The entry that this author wrote under this client id, in whichever conversation."""
        page = await self._documents.find(
            "entries",
            all_of(
                Equal("by.kind", author.kind.value),
                Equal("by.id", author.id),
                Equal("client_id", client_id),
            ),
            limit=1,
        )
        return to_entry(page.items[0]) if page.items else None

    async def by_external_id(self, inbox: str, external_id: str) -> Entry | None:
        """The entry that came in under the channel's own id."""
        page = await self._documents.find(
            "entries", all_of(Equal("inbox", inbox), Equal("external_id", external_id)), limit=1
        )
        return to_entry(page.items[0]) if page.items else None

    async def newest(self, conversation: ConversationId, *kinds: Kind) -> Entry | None:
        """The newest entry of one of these kinds."""
        page = await self._documents.find(
            "entries",
            all_of(Equal("conversation", conversation), In("kind", tuple(kind.value for kind in kinds))),
            sort=("-seq",),
            limit=1,
        )
        return to_entry(page.items[0]) if page.items else None

    async def at(self, conversation: ConversationId, seq: int) -> Entry | None:
        """The entry at one place."""
        page = await self._documents.find(
            "entries", all_of(Equal("conversation", conversation), Equal("seq", seq)), limit=1
        )
        return to_entry(page.items[0]) if page.items else None

    async def following(
        self, conversation: ConversationId, seq: int, *, audience: Audience, limit: int = 50
    ) -> list[Seen]:
        """At most ``limit`` entries above ``seq`` that the reader may see, oldest first.

        ``seq`` must be a number the reader was given (or 0): it is the ``prev`` of the first.
        """
        page = await self._documents.find(
            "entries",
            all_of(Equal("conversation", conversation), Range("seq", gt=seq), *_visible(audience)),
            sort=("seq",),
            limit=limit,
        )
        found: list[Seen] = []
        for document in page.items:
            entry = to_entry(document)
            found.append(Seen(entry, seq))
            seq = entry.seq
        return found

    async def preceding(
        self, conversation: ConversationId, seq: int | None, *, audience: Audience, limit: int = 50
    ) -> list[Seen]:
        """The last ``limit`` entries below ``seq`` (or of all) that the reader may see, oldest first."""
        below = () if seq is None else (Range("seq", lt=seq),)
        page = await self._documents.find(
            "entries",
            all_of(Equal("conversation", conversation), *below, *_visible(audience)),
            sort=("-seq",),
            limit=limit + 1,
        )
        entries = [to_entry(document) for document in reversed(page.items)]
        surplus = entries.pop(0) if len(entries) > limit else None
        found: list[Seen] = []
        prev = 0 if surplus is None else surplus.seq
        for entry in entries:
            found.append(Seen(entry, prev))
            prev = entry.seq
        return found

    async def before(self, entry: Entry, *, audience: Audience) -> int:
        """The ``prev`` of one entry for this reader."""
        if audience is Audience.STAFF:
            return entry.seq - 1
        page = await self._documents.find(
            "entries",
            all_of(
                Equal("conversation", entry.conversation), Range("seq", lt=entry.seq), *_visible(audience)
            ),
            sort=("-seq",),
            limit=1,
        )
        return to_entry(page.items[0]).seq if page.items else 0


def speaker(entry: Entry) -> bool:
    """Whether somebody says something to the customer, or he to us."""
    return entry.kind is Kind.MESSAGE and entry.by.kind in (
        Actor.CONTACT,
        Actor.AGENT,
        Actor.BOT,
        Actor.SYSTEM,
    )
