"""The named places at which a program kills itself, and the store that notices when it gets there.

Each place is passed many times in a round; a :class:`Trigger` is set to one of them and to how
often it lets the program pass.
"""

import os
import signal
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, cast

from hub.documents import (
    EVERYTHING,
    Clear,
    Delete,
    Document,
    Documents,
    Filter,
    Insert,
    Json,
    Page,
    PutIf,
    Step,
)

COMMITS = (
    "first message",
    "later message",
    "continued",
    "offered",
    "accepted",
    "declined",
    "offer ended",
    "posted",
    "queued",
    "transferred",
    "released",
    "closed",
)
AFTER_SEND = "after the send"
PROJECTED = "after projected"
PROJECTION_CLEARED = "after projection cleared"
LEASE_TAKEN = "after lease taken"
EPOCHS_SET = "after epochs set"
BETWEEN_STATEMENTS = "between two statements"
BEFORE_COMMIT = "between statements and commit"
AFTER_COMMIT = "between commit and answer"
ENGINE = (BETWEEN_STATEMENTS, BEFORE_COMMIT, AFTER_COMMIT)
POINTS = (
    *(f"{when} {commit}" for commit in COMMITS for when in ("before", "after")),
    "before delivery started",
    "after delivery started",
    AFTER_SEND,
    "after delivery finished",
    PROJECTED,
    PROJECTION_CLEARED,
    "before lease renewed",
    "after lease renewed",
    LEASE_TAKEN,
    EPOCHS_SET,
    *ENGINE,
)
FROM_OUTSIDE = "at any time"  # not a place: the parent sends the signal

_OF_CONVERSATION = {
    "offered": "offered",
    "queued": "queued",
    "released": "released",
    "closed": "closed",
    "continued": "continued",
}


@dataclass(slots=True)
class Trigger:
    """Kills the program at ``point``: not in its first ``calm`` commits, nor the next ``skip`` times."""

    point: str | None = None
    skip: int = 0
    calm: int = 0

    def committed(self) -> None:
        """One more commit has been made."""
        self.calm -= 1

    def reach(self, point: str) -> None:
        """The program has come to this place."""
        if point != self.point or self.calm > 0:
            return
        self.skip -= 1
        if self.skip < 0:
            die(point)


def die(point: str) -> NoReturn:
    """SIGKILL to oneself."""
    os.write(2, f"killed {point}\n".encode())
    os.kill(os.getpid(), signal.SIGKILL)
    threading.Event().wait()  # it comes when a system call returns
    raise SystemExit


def entry_point(entry: Document, *, continues: bool) -> str | None:
    """The name of what this entry's commit does."""
    kind, body = str(entry["kind"]), cast(Document, entry["body"])
    by = str(cast(Document, entry["by"])["kind"])
    if kind == "message" and by == "contact":
        if continues:
            return "continued"
        return "first message" if entry["seq"] == 1 else "later message"
    if kind == "message" and by == "agent":
        return "posted"
    if kind == "assigned":
        return {"accept": "accepted", "transfer": "transferred"}.get(str(body["how"]))
    if kind == "offer_ended":
        return "declined" if by == "agent" else "offer ended"
    return _OF_CONVERSATION.get(kind)


class DyingDocuments:
    """The document port over a real engine; names each write and tells the trigger before and after."""

    def __init__(self, documents: Documents, trigger: Trigger) -> None:
        self._documents = documents
        self._trigger = trigger
        self._epoch: Json = None
        self._fenced: set[str] = set()

    def _name(self, steps: Sequence[Step]) -> str | None:
        entries = [step.document for step in steps if type(step) is Insert and step.collection == "entries"]
        if entries:
            return entry_point(entries[-1], continues=len(entries) > 1)
        first = steps[0]
        match first:
            case Insert("deliveries", document):
                return "delivery started"
            case PutIf("deliveries", document):
                return "delivery finished" if len(steps) > 1 else None
            case Insert("leases", document) | PutIf("leases", document):
                return "lease renewed" if document["epoch"] == self._epoch else "lease taken"
            case Insert("conversations", _) | PutIf("conversations", _):
                return "projected"
            case Clear("entries", _, "todo.project"):
                return "projection cleared"
            case PutIf("agents", document):
                epochs = cast(dict[str, Json], document["epochs"])
                fences = self._epoch is not None and self._epoch in epochs.values()
                return "epochs set" if fences and document["id"] not in self._fenced else None
            case _:
                return None

    def _before(self, steps: Sequence[Step]) -> str | None:
        name = self._name(steps)
        if name is not None:
            self._trigger.reach(f"before {name}")
        return name

    def _after(self, name: str | None, steps: Sequence[Step]) -> None:
        self._trigger.committed()
        if name is None:
            return
        first = steps[0]
        if name == "lease taken" and isinstance(first, Insert | PutIf):
            self._epoch, self._fenced = first.document["epoch"], set()
        if name == "epochs set":
            self._fenced |= {str(step.document["id"]) for step in steps if isinstance(step, PutIf)}
        self._trigger.reach(f"after {name}")

    # --- writing ---

    async def commit(self, steps: Sequence[Step]) -> None:
        """Named by its entry, or by its first step."""
        name = self._before(steps)
        await self._documents.commit(steps)
        self._after(name, steps)

    async def insert(self, collection: str, document: Document) -> None:
        """As a commit of one step."""
        steps = [Insert(collection, document)]
        name = self._before(steps)
        await self._documents.insert(collection, document)
        self._after(name, steps)

    async def put_if(self, collection: str, document: Document, *, version: int) -> None:
        """As a commit of one step."""
        steps = [PutIf(collection, document, version)]
        name = self._before(steps)
        await self._documents.put_if(collection, document, version=version)
        self._after(name, steps)

    async def clear(self, collection: str, id: str, field: str) -> None:
        """As a commit of one step."""
        steps = [Clear(collection, id, field)]
        name = self._before(steps)
        await self._documents.clear(collection, id, field)
        self._after(name, steps)

    async def delete(self, collection: str, id: str) -> None:
        """As a commit of one step."""
        steps = [Delete(collection, id)]
        name = self._before(steps)
        await self._documents.delete(collection, id)
        self._after(name, steps)

    # --- what needs no place ---

    async def get(self, collection: str, id: str) -> Document | None:
        """Passed on."""
        return await self._documents.get(collection, id)

    async def find(
        self,
        collection: str,
        where: Filter = EVERYTHING,
        *,
        sort: Sequence[str] = ("id",),
        limit: int = 100,
        after: str | None = None,
    ) -> Page:
        """Passed on."""
        return await self._documents.find(collection, where, sort=sort, limit=limit, after=after)

    async def count(self, collection: str, where: Filter = EVERYTHING, *, limit: int | None = None) -> int:
        """Passed on."""
        return await self._documents.count(collection, where, limit=limit)

    async def claim_next(
        self, collection: str, where: Filter, *, sort: Sequence[str], changes: Mapping[str, Json]
    ) -> Document | None:
        """Passed on."""
        return await self._documents.claim_next(collection, where, sort=sort, changes=changes)

    async def append(self, collection: str, id: str, field: str, value: Json) -> None:
        """Passed on."""
        await self._documents.append(collection, id, field, value)

    async def expire(self, collection: str, field: str, *, before: str, limit: int = 1000) -> int:
        """Passed on."""
        return await self._documents.expire(collection, field, before=before, limit=limit)

    async def bulk(self, collection: str, documents: Sequence[Document]) -> None:
        """Passed on."""
        await self._documents.bulk(collection, documents)

    async def report(self, name: str, parameters: Mapping[str, Json]) -> list[Document]:
        """Passed on."""
        return await self._documents.report(name, parameters)

    async def ping(self) -> None:
        """Passed on."""
        await self._documents.ping()

    async def close(self) -> None:
        """Passed on."""
        await self._documents.close()
