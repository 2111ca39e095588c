"""The desk's small lists: canned replies, dispositions (two levels) and break reasons."""

from typing import Annotated

import msgspec

from hub.documents import Documents, Equal, all_of
from hub.errors import Conflict, Invalid
from hub.events import Bus
from hub.ids import Ids
from hub.register import MOST, Kept, Register

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
QueueIds = Annotated[
    list[Annotated[str, msgspec.Meta(min_length=1, max_length=64)]], msgspec.Meta(max_length=100)
]


class CannedReply(Kept, frozen=True, kw_only=True):
    """A text agents send often, found by its shortcut. No ``queues`` means every queue."""

    shortcut: Annotated[str, msgspec.Meta(min_length=1, max_length=32, pattern=r"^[^\s/]+$")]
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)]
    queues: QueueIds = msgspec.field(default_factory=list)


class Disposition(Kept, frozen=True, kw_only=True):
    """What a conversation was about. One with a ``parent`` is of the second level."""

    name: Name
    parent: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    queues: QueueIds = msgspec.field(default_factory=list)
    fill_text: Annotated[str, msgspec.Meta(max_length=2_000)] | None = None


class BreakReason(Kept, frozen=True, kw_only=True):
    """Why an agent may be away from the desk."""

    name: Name


CannedReplies = Register[CannedReply]
Dispositions = Register[Disposition]
BreakReasons = Register[BreakReason]


def open_canned_replies(documents: Documents, ids: Ids, bus: Bus) -> CannedReplies:
    """The register of canned replies."""
    rules = _Names(documents, "canned_replies", field="shortcut", what="canned reply")
    return Register(
        documents,
        ids,
        bus,
        kind=CannedReply,
        collection="canned_replies",
        prefix="r",
        check=rules.check_reply,
    )


def open_break_reasons(documents: Documents, ids: Ids, bus: Bus) -> BreakReasons:
    """The register of break reasons."""
    rules = _Names(documents, "break_reasons", field="name", what="break reason")
    return Register(
        documents,
        ids,
        bus,
        kind=BreakReason,
        collection="break_reasons",
        prefix="b",
        check=rules.check_reason,
    )


def open_dispositions(documents: Documents, ids: Ids, bus: Bus) -> Dispositions:
    """The register of dispositions."""
    rules = _Tree(documents)
    return Register(
        documents,
        ids,
        bus,
        kind=Disposition,
        collection="dispositions",
        prefix="d",
        check=rules.check,
        guard=rules.guard,
    )


class _Names:
    """No two documents of an organisation with the same name, written large or small."""

    def __init__(self, documents: Documents, collection: str, *, field: str, what: str) -> None:
        self._documents = documents
        self._collection = collection
        self._field = field
        self._what = what

    async def check_reply(self, reply: CannedReply, before: CannedReply | None) -> None:
        await _queues_exist(self._documents, reply.organisation, reply.queues)
        await self._differs(reply, reply.shortcut)

    async def check_reason(self, reason: BreakReason, before: BreakReason | None) -> None:
        await self._differs(reason, reason.name)

    async def _differs(self, kept: Kept, name: str) -> None:
        page = await self._documents.find(
            self._collection, Equal("organisation", kept.organisation), limit=MOST
        )
        for other in page.items:
            if other["id"] == kept.id:
                continue
            if str(other[self._field]).strip().casefold() == name.strip().casefold():
                raise Invalid(f"{self._field}: there is a {self._what} called this already.")


class _Tree:
    """Two levels: a parent has no parent, and none is deleted while it has children."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def check(self, disposition: Disposition, before: Disposition | None) -> None:
        await _queues_exist(self._documents, disposition.organisation, disposition.queues)
        if disposition.parent is None:
            return
        if disposition.parent == disposition.id:
            raise Invalid("parent: a disposition cannot stand below itself.")
        parent = await self._documents.get("dispositions", disposition.parent)
        if parent is None or parent.get("organisation") != disposition.organisation:
            raise Invalid("parent: there is no such disposition.")
        if parent.get("parent") is not None:
            raise Invalid("parent: there are only two levels, and this one is on the second.")
        if before is not None and await self._children(disposition) > 0:
            raise Invalid("parent: it has others below it, so it must stay on the first level.")

    async def guard(self, disposition: Disposition) -> None:
        children = await self._children(disposition)
        if children:
            raise Conflict(f"{children} others stand below it; delete those first.", code="in_use")

    async def _children(self, disposition: Disposition) -> int:
        return await self._documents.count(
            "dispositions",
            all_of(Equal("organisation", disposition.organisation), Equal("parent", disposition.id)),
        )


async def _queues_exist(documents: Documents, organisation: str, queues: list[str]) -> None:
    if not queues:
        return
    page = await documents.find("queues", Equal("organisation", organisation), limit=MOST)
    missing = sorted(set(queues) - {str(queue["id"]) for queue in page.items})
    if missing:
        raise Invalid(f"queues: there is no queue {', '.join(missing)}.")
