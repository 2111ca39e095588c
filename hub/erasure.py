"""Erasing what was said: the words go; the number, what was done and the state after it stay.

The erasure is one commit: the entry without its words, and a note of the house at the end of
the timeline that says who erased which number. Whoever was writing meanwhile is refused that
place and reads again; and the list row, which may hold the words, goes by the same numbers: at
the note they leave it (:mod:`hub.projections`), by whatever hand and however late it is written.
"""

from typing import cast

import msgspec

from hub.clock import Clock, stamp
from hub.documents import Document, Json, PutIf, StoreError
from hub.entries import SYSTEM, Actor, Entry, Kind
from hub.errors import Invalid, NotFound, unanswered
from hub.ids import ConversationId
from hub.writer import Attempt, Draft, Found, Place, Writer

# What of an entry is no words of anybody, and stays.
_FACTS: dict[Kind, tuple[str, ...]] = {
    Kind.MESSAGE: ("routed",),
    Kind.NOTE: (),
    Kind.CLOSED: ("reason", "disposition"),
    Kind.RATED: ("score",),
    Kind.QUEUED: ("queue", "skills", "priority", "how", "reason"),
    Kind.ASSIGNED: ("how", "slot", "to"),
}


class Erasure:
    """Takes the words out of entries, in place."""

    def __init__(self, writer: Writer, clock: Clock) -> None:
        """Over this writer."""
        self._writer = writer
        self._clock = clock

    async def redact(
        self,
        entry: str,
        *,
        organisation: str,
        conversation: ConversationId,
        by: str,
        reason: str | None = None,
    ) -> Entry:
        """Erase one entry's words for good, on a user's word; doing it twice is no error.

        The answer is the entry as it stands now. Files that the body named are the caller's to
        delete: their ids are in the answer of :meth:`files_of` before. The digest stays, so that
        a repeated client id is still known. Raises :class:`NotFound`, :class:`Invalid` where
        nobody's words are, :class:`hub.errors.Busy`: ask again.
        """
        told: dict[str, Json] = {"event": "erased", "by": by, "reason": reason}

        async def decide(attempt: Attempt) -> None:
            old = await self._writer.timeline.by_id(entry)
            if old is None or old.organisation != organisation or old.conversation != conversation:
                raise NotFound("no such entry")
            if old.body.get("redacted"):
                raise Found(old)
            if not has_words(old):
                raise Invalid("only what people wrote can be erased", code="not_erasable")
            last = await self._writer.last(conversation)
            attempt.steps.append(self._without_words(old, by))
            note = Draft(kind=Kind.NOTE, by=SYSTEM, body={**told, "erased": old.seq})
            await self._writer.append(attempt, Place.following(last), note)

        await self._writer.settle(decide, by=SYSTEM, first=(Kind.NOTE, told))
        try:
            erased = await self._writer.timeline.by_id(entry)
        except StoreError as error:
            raise unanswered(error) from error
        if erased is None:
            raise NotFound("no such entry")
        return erased

    def _without_words(self, old: Entry, by: str) -> PutIf:
        body: dict[str, Json] = {"v": 1, "redacted": True, "by": by, "at": stamp(self._clock.now())}
        body |= {name: old.body[name] for name in _FACTS[old.kind] if name in old.body}
        if old.body.get("summary") is not None:
            body["summary"] = ""  # there was one: it still stands before those of earlier closings
        new = msgspec.structs.replace(old, version=old.version + 1, body=body)
        return PutIf("entries", cast(Document, msgspec.to_builtins(new)), old.version)

    async def files_of(self, entry: str) -> list[str]:
        """The ids of the files that an entry's body names."""
        found = await self._writer.timeline.by_id(entry)
        attachments = [] if found is None else found.body.get("attachments")
        if not isinstance(attachments, list):
            return []
        return [str(item["file"]) for item in attachments if isinstance(item, dict) and "file" in item]


def has_words(entry: Entry) -> bool:
    """Whether somebody's words are in this entry; notes of the house itself are its records."""
    if entry.kind in (Kind.QUEUED, Kind.ASSIGNED):
        return bool(entry.body.get("note"))
    if entry.kind is Kind.NOTE and entry.by.kind is Actor.SYSTEM:
        return False
    return entry.kind in _FACTS
