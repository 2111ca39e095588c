"""The conversation document: a projection of the timeline that lists and badges read.

``version`` is the sequence number of the last entry applied. :func:`project` is the pure
step from version v to v + 1; :class:`Projector` catches a document up and clears the mark.

``unanswered``: how many messages of the customer those who hold it now have not answered.
An answer makes it 0; a hand-over (to a queue, to a colleague, back from somebody who is gone,
until later) makes it at least 1 again, until the next one speaks. ``preview_seq`` and
``summary_seq`` name the entries whose words ``preview`` and ``summary`` are.
"""

from collections.abc import AsyncIterator
from typing import cast

from hub.clock import parse_stamp
from hub.documents import (
    Delete,
    Document,
    Documents,
    Equal,
    Insert,
    Json,
    Range,
    Refused,
    Step,
    all_of,
)
from hub.entries import Actor, Entry, Kind, State
from hub.events import Bus, ConversationProjected
from hub.ids import ConversationId
from hub.timeline import to_entry

PREVIEW_LENGTH = 120  # characters
_WAITED = frozenset({State.WAITING.value, State.OFFERED.value})
_SPOKEN = frozenset({Actor.AGENT, Actor.BOT})


def project(document: Document | None, entry: Entry) -> Document:
    """The conversation document after ``entry``, which must be the next one (seq = version + 1)."""
    version = 0 if document is None else cast(int, document["version"])
    if entry.seq != version + 1:
        raise ValueError(f"entry {entry.seq} does not follow version {version}")
    after = entry.after
    new: Document = {} if document is None else dict(document)
    if document is None:
        new["id"] = entry.conversation
        new["organisation"] = entry.organisation
        new["inbox"] = entry.inbox
        new["address"] = entry.address
        new["generation"] = entry.generation
        new["contact"] = entry.by.id
        new["created_at"] = entry.at
        new["messages"] = 0
        new["unanswered"] = 0
    new["version"] = entry.seq
    new["channel"] = after.channel
    new["state"] = after.state.value
    new["group"] = after.group
    new["queue"] = after.queue
    new["agent"] = after.agent
    new["slot"] = after.slot
    new["heard"] = after.heard
    new["waiting_since"] = after.waiting_since
    new["skills"] = cast(Json, after.skills)
    new["priority"] = after.priority
    new["entered"] = after.entered
    for field, value in (("overflow", after.overflow), ("callback", after.callback)):
        if value:
            new[field] = value
        else:
            new.pop(field, None)
    if not _keeps_its_place(entry):
        new["updated_at"] = entry.at
    holder = after.agent if after.state is State.ASSIGNED else after.last_agent
    if holder is not None:
        new["last_agent"] = holder
    if document is not None:
        _note_wait(new, document, entry)
    step = _STEPS.get(entry.kind)
    if step is not None:
        step(new, entry)
    return new


def _note_wait(new: Document, before: Document, entry: Entry) -> None:
    """How long it waited until somebody took it (``waited``, seconds), or that he gave up (``abandoned``)."""
    if before["state"] not in _WAITED:
        return
    since = entry.after.waiting_since
    if entry.after.state is State.ASSIGNED and since is not None:
        wait = (parse_stamp(entry.at) - parse_stamp(since)).total_seconds()
        new["waited"] = round(max(wait, 0.0), 3)
        new.pop("abandoned", None)
    elif entry.after.state is State.CLOSED and entry.by.kind is Actor.CONTACT:
        new["abandoned"] = True


def _keeps_its_place(entry: Entry) -> bool:
    """Offers, the order in line and notes of the house itself do not move a row in a list."""
    if entry.kind is Kind.NOTE:
        return entry.by.kind is Actor.SYSTEM
    return entry.kind in (Kind.OFFERED, Kind.OFFER_ENDED, Kind.OVERFLOWED, Kind.PRIORITISED)


def _message(new: Document, entry: Entry) -> None:
    new["messages"] = cast(int, new["messages"]) + 1
    new["preview"], new["preview_seq"] = preview(entry), entry.seq
    if entry.by.kind is Actor.CONTACT:
        new["unanswered"] = cast(int, new["unanswered"]) + 1
        for field in ("left_at", "snoozed_until"):
            new.pop(field, None)
    elif entry.by.kind in _SPOKEN:
        new["unanswered"] = 0


def _note(new: Document, entry: Entry) -> None:
    """The house's note of an erasure takes the erased words out of the row, whoever wrote the row."""
    erased = erased_by(entry)
    if erased is None:
        return
    if new.get("preview_seq") == erased:
        new["preview"] = {**cast(Document, new["preview"]), "text": "", "media": None}
    if new.get("summary_seq") == erased:
        new["summary"] = ""


def _closed(new: Document, entry: Entry) -> None:
    new["closed_at"] = entry.at
    new["unanswered"] = 0
    new.pop("snoozed_until", None)
    for field in ("disposition", "summary"):
        if entry.body.get(field) is not None:
            new[field] = entry.body[field]
    if entry.body.get("summary") is not None:
        new["summary_seq"] = entry.seq


def _rated(new: Document, entry: Entry) -> None:
    new["rating"] = entry.body.get("score")


def _left(new: Document, entry: Entry) -> None:
    new["left_at"] = entry.at


def _returned(new: Document, entry: Entry) -> None:
    new.pop("left_at", None)


def _snoozed(new: Document, entry: Entry) -> None:
    new["snoozed_until"] = entry.body.get("until")
    _passed_on(new, entry)


def _woken(new: Document, entry: Entry) -> None:
    new.pop("snoozed_until", None)


def _assigned(new: Document, entry: Entry) -> None:
    new.pop("snoozed_until", None)
    if entry.body.get("how") in ("transfer", "given"):
        _passed_on(new, entry)


def _passed_on(new: Document, entry: Entry) -> None:
    """Who holds it next has said nothing yet: the customer waits, also where the one before had answered."""
    new["unanswered"] = max(cast(int, new["unanswered"]), 1)


_STEPS = {
    Kind.MESSAGE: _message,
    Kind.NOTE: _note,
    Kind.CLOSED: _closed,
    Kind.RATED: _rated,
    Kind.LEFT: _left,
    Kind.RETURNED: _returned,
    Kind.SNOOZED: _snoozed,
    Kind.WOKEN: _woken,
    Kind.ASSIGNED: _assigned,
    Kind.QUEUED: _passed_on,
    Kind.RELEASED: _passed_on,
}


def erased_by(entry: Entry) -> int | None:
    """The number of the entry whose erasure this one tells of (:mod:`hub.erasure`); None for all others."""
    if entry.kind is not Kind.NOTE or entry.by.kind is not Actor.SYSTEM:
        return None
    number = entry.body.get("erased")
    return number if isinstance(number, int) else None


def preview(entry: Entry) -> Json:
    """One line of a message for a list; a file without words is named by its kind of medium."""
    text = entry.body.get("text")
    media: Json = None
    attachments = entry.body.get("attachments")
    if isinstance(attachments, list) and attachments and isinstance(attachments[0], dict):
        media = attachments[0].get("media")
    prompt = entry.body.get("prompt")
    if not text and isinstance(prompt, dict):
        text = prompt.get("text")
    words = " ".join(text.split())[:PREVIEW_LENGTH] if isinstance(text, str) else ""
    return {"text": words, "media": media, "by": entry.by.kind.value, "by_id": entry.by.id, "at": entry.at}


class Projector:
    """Brings conversation documents up to date with their timelines."""

    def __init__(self, documents: Documents, bus: Bus) -> None:
        """Over this store; tells the bus when a document has moved."""
        self._documents = documents
        self._bus = bus

    async def catch_up(self, *entries: Entry) -> None:
        """Apply everything up to the last of these entries of one conversation, then clear their marks.

        Safe to run twice, or by two at once.
        """
        last = max(entries, key=lambda entry: entry.seq)
        await self._advance(last.conversation, last.seq)
        for entry in entries:
            await self._documents.clear("entries", entry.id, "todo.project")

    async def _advance(self, conversation: ConversationId, seq: int) -> None:
        while True:
            document = await self._documents.get("conversations", conversation)
            version = 0 if document is None else cast(int, document["version"])
            if version >= seq:
                return
            page = await self._documents.find(
                "entries",
                all_of(Equal("conversation", conversation), Range("seq", gt=version, lte=seq)),
                sort=("seq",),
                limit=200,
            )
            for item in page.items:
                if not await self._step(document, to_entry(item)):
                    break  # another one was faster: look again
                document = project(document, to_entry(item))
            if not page.items:
                return

    async def _step(self, document: Document | None, entry: Entry) -> bool:
        """Move the document by one entry; whether it was I who did."""
        new = project(document, entry)
        try:
            if document is None:
                await self._documents.insert("conversations", new)
            else:
                await self._documents.put_if("conversations", new, version=entry.seq - 1)
        except Refused:
            return False
        self._bus.publish(ConversationProjected(new))
        return True

    async def rebuild(self, conversation: ConversationId) -> None:
        """Make the document anew from its entries, in one commit, while others may write.

        A store error leaves the old document or the new one, never none.
        """
        while True:
            stored = await self._documents.get("conversations", conversation)
            new: Document | None = None
            async for entry in self._entries(conversation):
                new = project(new, entry)
            if new is None:
                return
            steps: list[Step] = [Insert("conversations", new)]
            if stored is not None:
                steps.insert(0, Delete("conversations", conversation, cast(int, stored["version"])))
            try:
                await self._documents.commit(steps)
            except Refused:
                continue  # an entry came meanwhile: fold again
            self._bus.publish(ConversationProjected(new))
            return

    async def _entries(self, conversation: ConversationId) -> AsyncIterator[Entry]:
        after: str | None = None
        while True:
            page = await self._documents.find(
                "entries", Equal("conversation", conversation), sort=("seq",), limit=200, after=after
            )
            for item in page.items:
                yield to_entry(item)
            if page.next is None:
                return
            after = page.next
