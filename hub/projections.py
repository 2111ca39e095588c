"""The conversation document: a projection of the timeline that lists and badges read.

``version`` is the sequence number of the last entry applied. :func:`project` is the pure
step from version v to v + 1; :class:`Projector` catches a document up and clears the mark.
"""

from collections.abc import AsyncIterator
from typing import cast

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
    if entry.kind not in (Kind.OFFERED, Kind.OFFER_ENDED):  # offers do not move a row in a list
        new["updated_at"] = entry.at
    if after.state is State.ASSIGNED:
        new["last_agent"] = after.agent
    step = _STEPS.get(entry.kind)
    if step is not None:
        step(new, entry)
    return new


def _message(new: Document, entry: Entry) -> None:
    new["messages"] = cast(int, new["messages"]) + 1
    new["preview"] = preview(entry)
    if entry.by.kind is Actor.CONTACT:
        new["unanswered"] = cast(int, new["unanswered"]) + 1
        for field in ("left_at", "snoozed_until"):
            new.pop(field, None)
    elif entry.by.kind in _SPOKEN:
        new["unanswered"] = 0


def _closed(new: Document, entry: Entry) -> None:
    new["closed_at"] = entry.at
    new["unanswered"] = 0
    new.pop("snoozed_until", None)
    for field in ("disposition", "summary"):
        if entry.body.get(field) is not None:
            new[field] = entry.body[field]


def _rated(new: Document, entry: Entry) -> None:
    new["rating"] = entry.body.get("score")


def _left(new: Document, entry: Entry) -> None:
    new["left_at"] = entry.at


def _returned(new: Document, entry: Entry) -> None:
    new.pop("left_at", None)


def _snoozed(new: Document, entry: Entry) -> None:
    new["snoozed_until"] = entry.body.get("until")


def _woken(new: Document, entry: Entry) -> None:
    new.pop("snoozed_until", None)


_STEPS = {
    Kind.MESSAGE: _message,
    Kind.CLOSED: _closed,
    Kind.RATED: _rated,
    Kind.LEFT: _left,
    Kind.RETURNED: _returned,
    Kind.SNOOZED: _snoozed,
    Kind.WOKEN: _woken,
    Kind.ASSIGNED: _woken,
}


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
