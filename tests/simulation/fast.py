"""The in-memory store with its most frequent questions made cheap; the answers are the same."""

import marshal
from collections.abc import Sequence

from hub import document_orders as orders
from hub import document_rules as rules
from hub.documents import (
    EVERYTHING,
    And,
    Changed,
    Clear,
    Document,
    Duplicate,
    Equal,
    Filter,
    Index,
    Insert,
    Page,
    PutIf,
    Schema,
    Step,
)
from tests.fakes.memory_documents import MemoryDocuments
from tests.fakes.memory_indexes import Plan, Shelf, Sorter, Unique, token

_SORTERS: dict[tuple[str, ...], tuple[tuple[orders.Order, ...], Sorter]] = {}
_PLANS: dict[Filter, Plan] = {}
_BEST: dict[tuple[str, Filter], tuple[Index, int] | None] = {}
_MOST_PLANS = 5_000


def copied(document: Document) -> Document:
    """A deep copy of a document that is known to be plain."""
    copy: Document = marshal.loads(marshal.dumps(document))
    return copy


def _checked(document: Document) -> Document:
    try:
        return copied(document)
    except ValueError:  # an enum or the like: what it is plainly
        return rules.checked(document)


class FastShelf(Shelf):
    """A shelf that remembers which index helps with which filter, and looks up unique keys."""

    def __init__(self, shelf: Shelf, indexes: Sequence[Index]) -> None:
        self.name = shelf.name
        self.documents = shelf.documents
        self._indexes = tuple(indexes)
        self._uniques = shelf._uniques
        self._lookups = shelf._lookups
        self._by_fields: dict[tuple[str, ...], Unique] = {
            index.fields: unique
            for index, unique in zip(
                [index for index in indexes if index.unique], shelf._uniques, strict=True
            )
        }

    def _best(self, plan: Plan) -> tuple[Index, int] | None:
        key = (self.name, plan.where)
        if key not in _BEST:
            _BEST[key] = super()._best(plan)
        return _BEST[key]

    def unique_match(self, where: Filter) -> list[Document] | None:
        """The documents of a filter that names exactly the fields of a unique index, else None."""
        if type(where) is not And or len(where.parts) < 2:
            return None
        fields = []
        values = []
        for part in where.parts:
            if type(part) is not Equal:
                return None
            fields.append(part.field)
            values.append(part.value)
        unique = self._by_fields.get(tuple(fields))
        if unique is None or None in values:
            return None
        id = unique._taken.get(tuple([token(rules.scalar(value)) for value in values]))
        return [] if id is None else [self.documents[id]]

    def rows(self, where: Filter) -> Sequence[Document]:
        """Every document that matches, in a stable order; not to be changed."""
        found = self.unique_match(where)
        if found is not None:
            return found
        known = _PLANS.get(where)
        if known is None:
            if len(_PLANS) > _MOST_PLANS:
                _PLANS.clear()
                _BEST.clear()
            known = _PLANS[where] = Plan(where)
        return self.matching(known)


class FastDocuments(MemoryDocuments):
    """:class:`MemoryDocuments`, which remembers plans and finds last entries in one pass."""

    def __init__(self, schema: Schema) -> None:
        super().__init__(schema)
        self._fast = {one.name: FastShelf(self._shelves[one.name], one.indexes) for one in schema.collections}
        self._shelves = dict(self._fast)

    def get_now(self, collection: str, id: str) -> Document | None:
        found = self._fast[collection].documents.get(id)
        return None if found is None else copied(found)

    def _take(self, step: Step, undo: list[tuple[Shelf, str, Document | None]]) -> None:
        kind = type(step)
        shelf = self._fast[step.collection]
        if kind is Insert:
            new = _checked(step.document)  # type: ignore[union-attr]
            id: str = new["id"]  # type: ignore[assignment]
            old = shelf.documents.get(id)
            if old is not None:
                raise Duplicate(f"{shelf.name} {id}")
        elif kind is PutIf:
            new = _checked(step.document)  # type: ignore[union-attr]
            id = new["id"]  # type: ignore[assignment]
            old = shelf.documents.get(id)
            if new["version"] != step.version + 1:  # type: ignore[union-attr,operator]
                raise ValueError(f"put_if at version {step.version} of {new['version']}")  # type: ignore[union-attr]
            if old is None or old["version"] != step.version:  # type: ignore[union-attr]
                raise Changed(f"{shelf.name} {id}")
        elif kind is Clear:
            id = step.id  # type: ignore[union-attr]
            old = shelf.documents.get(id)
            if old is None:
                return
            new = copied(old)
            if not rules.clear_field(new, step.field):  # type: ignore[union-attr]
                return
        else:
            super()._take(step, undo)
            return
        shelf.replace(id, old, new)
        undo.append((shelf, id, old))

    def find_now(
        self,
        collection: str,
        where: Filter = EVERYTHING,
        *,
        sort: Sequence[str] = ("id",),
        limit: int = 100,
        after: str | None = None,
    ) -> Page:
        found = self._fast[collection].rows(where)
        if not found:
            return Page([], None)
        if len(found) == 1 and after is None:
            return Page([copied(found[0])], None)
        names = tuple(sort)
        if limit == 1 and names == ("-seq",) and type(where) is Equal and after is None:
            return Page([copied(max(found, key=_seq))], "more")
        known = _SORTERS.get(names)
        if known is None:
            by = orders.order(names)
            known = _SORTERS[names] = (by, Sorter(by))
        by, sorter = known
        rest = list(found)
        if after is not None:
            rest = sorter.beyond(rest, orders.cursor_values(after, by))
        sorter.sort(rest)
        items = [copied(one) for one in rest[:limit]]
        more = len(rest) > limit
        return Page(items, orders.cursor_after(items[-1], by) if more else None)


def _seq(document: Document) -> int:
    return document["seq"]  # type: ignore[return-value]
