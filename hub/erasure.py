"""Erasing what was said: the body goes, the number and the state after it stay."""

from typing import cast

import msgspec

from hub.clock import Clock, stamp
from hub.documents import Document, Documents, Lost, Refused, StoreError
from hub.entries import Entry, Kind
from hub.errors import Busy, Invalid, NotFound
from hub.ids import ConversationId
from hub.projections import Projector
from hub.timeline import Timeline

_ERASABLE = frozenset({Kind.MESSAGE, Kind.NOTE, Kind.RATED, Kind.CLOSED})


class Erasure:
    """Takes the words out of entries, in place."""

    def __init__(self, documents: Documents, projector: Projector, clock: Clock) -> None:
        """``projector`` takes the words out of the list rows, too."""
        self._documents = documents
        self._timeline = Timeline(documents)
        self._projector = projector
        self._clock = clock

    async def redact(self, entry: str, *, organisation: str, conversation: ConversationId, by: str) -> Entry:
        """Erase one entry's body for good; doing it twice is no error.

        Files that the body named are the caller's to delete: their ids are in the answer of
        :meth:`files_of` before. The digest stays, so that a repeated client id is still known.
        """
        try:
            for _ in range(20):
                old = await self._timeline.by_id(entry)
                if old is None or old.organisation != organisation or old.conversation != conversation:
                    raise NotFound("no such entry")
                if old.body.get("redacted"):
                    return old
                if old.kind not in _ERASABLE:
                    raise Invalid("only what people wrote can be erased", code="not_erasable")
                new = msgspec.structs.replace(
                    old,
                    version=old.version + 1,
                    body={"v": 1, "redacted": True, "by": by, "at": stamp(self._clock.now())},
                )
                try:
                    await self._documents.put_if(
                        "entries", cast(Document, msgspec.to_builtins(new)), version=old.version
                    )
                except (Refused, Lost):
                    continue
                await self._projector.rebuild(conversation)
                return new
        except StoreError as error:
            raise Busy("the store did not answer; try again") from error
        raise Busy("others were faster too often; try again")

    async def files_of(self, entry: str) -> list[str]:
        """The ids of the files that an entry's body names."""
        found = await self._timeline.by_id(entry)
        attachments = [] if found is None else found.body.get("attachments")
        if not isinstance(attachments, list):
            return []
        return [str(item["file"]) for item in attachments if isinstance(item, dict) and "file" in item]
