"""The document port in memory: exact, deterministic and fast.

It is the reference that the engines are compared with, and the store under the simulator.
Every call has a synchronous core (``apply``, ``get_now``, ``find_now`` …) that the port's
coroutines wrap without ever awaiting, so a caller alone decides where others may step in.
Invariant checkers read ``data[collection][id]`` and must not change what they find there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from hub import document_orders as orders
from hub import document_rules as rules
from hub.documents import (
    EVERYTHING,
    Changed,
    Clear,
    Delete,
    Document,
    Duplicate,
    Filter,
    Insert,
    Json,
    Page,
    PutIf,
    Range,
    Schema,
    Step,
)
from tests.fakes.memory_indexes import Plan, Shelf, Sorter

MemoryReport = Callable[["MemoryDocuments", Mapping[str, Json]], list[Document]]


class MemoryDocuments:
    """Documents in dictionaries; ``reports`` are functions of this store and the parameters."""

    def __init__(self, schema: Schema, *, reports: Mapping[str, MemoryReport] | None = None) -> None:
        rules.check_schema(schema)
        self._shelves = {one.name: Shelf(one) for one in schema.collections}
        self.data: dict[str, dict[str, Document]] = {
            name: shelf.documents for name, shelf in self._shelves.items()
        }
        self._reports = dict(reports or {})

    # --- The synchronous core ---

    def get_now(self, collection: str, id: str) -> Document | None:
        """As :meth:`get`."""
        found = self._shelves[collection].documents.get(rules.check_id(id))
        return None if found is None else rules.copied(found)

    def find_now(
        self,
        collection: str,
        where: Filter = EVERYTHING,
        *,
        sort: Sequence[str] = ("id",),
        limit: int = 100,
        after: str | None = None,
    ) -> Page:
        """As :meth:`find`."""
        by = orders.order(sort)
        rules.check_limit(limit)
        found = self._shelves[collection].matching(Plan(where))
        sorter = Sorter(by)
        if after is not None:
            found = sorter.beyond(found, orders.cursor_values(after, by))
        sorter.sort(found)
        items = [rules.copied(one) for one in found[:limit]]
        more = len(found) > limit
        return Page(items, orders.cursor_after(items[-1], by) if more else None)

    def count_now(self, collection: str, where: Filter = EVERYTHING, *, limit: int | None = None) -> int:
        """As :meth:`count`."""
        if limit is not None:
            rules.check_limit(limit)
        found = len(self._shelves[collection].matching(Plan(where)))
        return found if limit is None else min(found, limit)

    def apply(self, steps: Iterable[Step]) -> None:
        """As :meth:`commit`."""
        undo: list[tuple[Shelf, str, Document | None]] = []
        try:
            for step in steps:
                self._take(step, undo)
        except BaseException:
            for shelf, id, old in reversed(undo):
                shelf.restore(id, old)
            raise

    def _take(self, step: Step, undo: list[tuple[Shelf, str, Document | None]]) -> None:
        kind = type(step)
        if kind not in (Insert, PutIf, Clear, Delete):
            raise TypeError(f"{kind.__name__} is not a step")
        shelf = self._shelves[step.collection]
        if kind is Insert:
            new = rules.checked(step.document)  # type: ignore[union-attr]
            id: str = new["id"]  # type: ignore[assignment]
            old = shelf.documents.get(id)
            if old is not None:
                raise Duplicate(f"{shelf.name} {id}")
            shelf.replace(id, None, new)
        elif kind is PutIf:
            new = rules.checked_next(step.document, step.version)  # type: ignore[union-attr,arg-type]
            id = new["id"]  # type: ignore[assignment]
            old = shelf.documents.get(id)
            if old is None or old["version"] != step.version:  # type: ignore[union-attr]
                raise Changed(f"{shelf.name} {id}")
            shelf.replace(id, old, new)
        elif kind is Clear:
            id = rules.check_id(step.id)  # type: ignore[union-attr]
            old = shelf.documents.get(id)
            rules.changeable(step.field)  # type: ignore[union-attr]
            if old is None:
                return
            new = rules.copied(old)
            if not rules.clear_field(new, step.field):  # type: ignore[union-attr]
                return
            shelf.replace(id, old, new)
        else:
            id = rules.check_id(step.id)  # type: ignore[union-attr]
            old = shelf.documents.get(id)
            version = step.version  # type: ignore[union-attr]
            if version is not None and (old is None or old["version"] != rules.check_version(version)):
                raise Changed(f"{shelf.name} {id}")
            if old is None:
                return
            shelf.replace(id, old, None)
        undo.append((shelf, id, old))

    def claim_now(
        self, collection: str, where: Filter, *, sort: Sequence[str], changes: Mapping[str, Json]
    ) -> Document | None:
        """As :meth:`claim_next`."""
        changes = rules.checked_changes(changes)
        found = self.find_now(collection, where, sort=sort, limit=1).items
        if not found:
            return None
        new = found[0]
        for path, value in changes.items():
            rules.set_field(new, path, value)
        old_version: int = new["version"]  # type: ignore[assignment]
        new["version"] = old_version + 1
        self.apply([PutIf(collection, new, old_version)])
        return new

    def append_now(self, collection: str, id: str, field: str, value: Json) -> None:
        """As :meth:`append`."""
        rules.changeable(field)
        value = rules.plain(value)
        new = self.get_now(collection, id)
        if new is None:
            raise Changed(f"{collection} {id}")
        old_version: int = new["version"]  # type: ignore[assignment]
        rules.append_to(new, field, value)
        self.apply([PutIf(collection, new, old_version)])

    def expire_now(self, collection: str, field: str, *, before: str, limit: int = 1000) -> int:
        """As :meth:`expire`."""
        rules.check_limit(limit)
        where = Range(field, lt=rules.check_text(before))
        gone = self._shelves[collection].matching(Plan(where))[:limit]
        self.apply(Delete(collection, one["id"]) for one in gone)  # type: ignore[arg-type]
        return len(gone)

    def bulk_now(self, collection: str, documents: Sequence[Document]) -> None:
        """As :meth:`bulk`, here all or none."""
        shelf = self._shelves[collection]
        undo: list[tuple[Shelf, str, Document | None]] = []
        try:
            for new in [rules.checked(document) for document in documents]:
                id: str = new["id"]  # type: ignore[assignment]
                old = shelf.documents.get(id)
                shelf.replace(id, old, new)
                undo.append((shelf, id, old))
        except Duplicate:
            for shelf, id, old in reversed(undo):
                shelf.restore(id, old)
            raise

    # --- The port ---

    async def get(self, collection: str, id: str) -> Document | None:
        """The document with this id."""
        return self.get_now(collection, id)

    async def find(
        self,
        collection: str,
        where: Filter = EVERYTHING,
        *,
        sort: Sequence[str] = ("id",),
        limit: int = 100,
        after: str | None = None,
    ) -> Page:
        """At most ``limit`` matching documents in the order of ``sort``."""
        return self.find_now(collection, where, sort=sort, limit=limit, after=after)

    async def count(self, collection: str, where: Filter = EVERYTHING, *, limit: int | None = None) -> int:
        """How many match; stops counting at ``limit``."""
        return self.count_now(collection, where, limit=limit)

    async def insert(self, collection: str, document: Document) -> None:
        """Store a new document."""
        self.apply([Insert(collection, document)])

    async def put_if(self, collection: str, document: Document, *, version: int) -> None:
        """Replace the document that stands at ``version``."""
        self.apply([PutIf(collection, document, version)])

    async def claim_next(
        self, collection: str, where: Filter, *, sort: Sequence[str], changes: Mapping[str, Json]
    ) -> Document | None:
        """Set fields of the first match; the new document."""
        return self.claim_now(collection, where, sort=sort, changes=changes)

    async def append(self, collection: str, id: str, field: str, value: Json) -> None:
        """Add an element to an array field and raise the version."""
        self.append_now(collection, id, field, value)

    async def clear(self, collection: str, id: str, field: str) -> None:
        """Remove one field."""
        self.apply([Clear(collection, id, field)])

    async def delete(self, collection: str, id: str) -> None:
        """Remove the document if it is there."""
        self.apply([Delete(collection, id)])

    async def expire(self, collection: str, field: str, *, before: str, limit: int = 1000) -> int:
        """Delete documents whose ``field`` is a string below ``before``."""
        return self.expire_now(collection, field, before=before, limit=limit)

    async def bulk(self, collection: str, documents: Sequence[Document]) -> None:
        """Store or replace many documents without looking at versions."""
        self.bulk_now(collection, documents)

    async def commit(self, steps: Sequence[Step]) -> None:
        """All steps or none."""
        self.apply(steps)

    async def report(self, name: str, parameters: Mapping[str, Json]) -> list[Document]:
        """Run a named report."""
        return self._reports[name](self, parameters)

    async def ping(self) -> None:
        """Always fine."""

    async def close(self) -> None:
        """Nothing to let go of."""
