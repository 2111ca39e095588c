"""How the in-memory store finds documents: filters as predicates, and look-ups by equality."""

from collections.abc import Callable, Iterable, Sequence
from itertools import product

from hub import document_orders as orders
from hub import document_rules as rules
from hub.documents import (
    And,
    Collection,
    Contains,
    Document,
    Duplicate,
    Equal,
    Exists,
    Filter,
    In,
    Index,
    Json,
    Or,
    Prefix,
    Range,
    Scalar,
)

Keys = tuple[str, ...]
Predicate = Callable[[Document], bool]
MISSING = object()


def fetch(document: object, keys: Keys) -> object:
    """The value at a path, MISSING where there is none."""
    here = document
    for key in keys:
        if type(here) is not dict:
            return MISSING
        here = here.get(key, MISSING)
    return here


def column(documents: Sequence[Document], keys: Keys) -> list[object]:
    """What each document has at a path."""
    if len(keys) == 1:
        key = keys[0]
        return [one.get(key, MISSING) for one in documents]
    return [fetch(one, keys) for one in documents]


def token(value: object) -> object:
    """A hashable stand-in under which equal values, and only those, are the same."""
    if type(value) is bool:
        return (value,)
    if type(value) is list or type(value) is dict:
        return (repr(value),)
    return value


def predicate(where: Filter) -> Predicate:
    """A filter as a function; TypeError or ValueError for what is none."""
    kind = type(where)
    if kind is Equal:
        return _equal(rules.parts(where.field), rules.scalar(where.value))  # type: ignore[union-attr]
    if kind is And:
        every = [predicate(part) for part in where.parts]  # type: ignore[union-attr]
        return lambda document: all(one(document) for one in every)
    if kind is Or:
        some = [predicate(part) for part in where.parts]  # type: ignore[union-attr]
        return lambda document: any(one(document) for one in some)
    if kind is In:
        keys = rules.parts(where.field)  # type: ignore[union-attr]
        values = {token(rules.scalar(value)) for value in where.values}  # type: ignore[union-attr]
        return lambda document: token(fetch(document, keys)) in values
    if kind is Range:
        return _range(where)  # type: ignore[arg-type]
    if kind is Exists:
        keys, present = rules.parts(where.field), where.present  # type: ignore[union-attr]
        return lambda document: (fetch(document, keys) is not MISSING) is present
    if kind is Prefix:
        keys = rules.parts(where.field)  # type: ignore[union-attr]
        text = rules.check_text(where.text)  # type: ignore[union-attr]
        return lambda document: isinstance(value := fetch(document, keys), str) and value.startswith(text)
    if kind is Contains:
        keys = rules.parts(where.field)  # type: ignore[union-attr]
        wanted = token(rules.scalar(where.value))  # type: ignore[union-attr]
        return lambda document: any(token(one) == wanted for one in elements(document, keys))
    raise rules.unknown(where)


def elements(document: Document, keys: Keys) -> list[Json]:
    """The elements of an array field; none where it is anything else."""
    value = fetch(document, keys)
    return value if type(value) is list else []


def _equal(keys: Keys, value: Scalar) -> Predicate:
    boolean = type(value) is bool

    def holds(document: Document) -> bool:
        found = fetch(document, keys)
        return found == value and (type(found) is bool) is boolean

    return holds


def _range(where: Range) -> Predicate:
    strings, bounds = rules.check_range(where)
    keys = rules.parts(where.field)
    kinds = (str,) if strings else (int, float)
    gt, gte, lt, lte = (bounds.get(name) for name in ("gt", "gte", "lt", "lte"))

    def holds(document: Document) -> bool:
        value = fetch(document, keys)
        return type(value) in kinds and (
            (gt is None or value > gt)  # type: ignore[operator]
            and (gte is None or value >= gte)  # type: ignore[operator]
            and (lt is None or value < lt)  # type: ignore[operator]
            and (lte is None or value <= lte)  # type: ignore[operator]
        )

    return holds


class Plan:
    """A filter taken apart: its predicates, and the equalities that look-ups can use."""

    __slots__ = ("contains", "equals", "predicates", "where")

    def __init__(self, where: Filter) -> None:
        self.where = where
        self.predicates: list[tuple[str | None, Predicate]] = []
        self.equals: dict[str, tuple[object, ...]] = {}
        self.contains: dict[str, object] = {}
        for part in rules.conjuncts(where):
            test = predicate(part)
            field = None
            if type(part) is Equal and part.field not in self.equals:
                field = part.field
                self.equals[field] = (token(part.value),)
            elif type(part) is In and part.field not in self.equals:
                field = part.field
                self.equals[field] = tuple({token(one): 0 for one in part.values})
            elif type(part) is Contains:
                self.contains[part.field] = token(part.value)
            self.predicates.append((field, test))


class Lookup:
    """Which documents have these values in these fields (the beginning of an index)."""

    __slots__ = ("_fields", "_holds", "_many", "found")

    def __init__(self, fields: Sequence[str], where: Filter | None, *, many: bool) -> None:
        self._fields = [rules.parts(field) for field in fields]
        self._many = many
        self._holds = None if where is None else predicate(where)
        self.found: dict[tuple[object, ...], dict[str, None]] = {}

    def keys(self, document: Document) -> list[tuple[object, ...]]:
        """Under what a document is found."""
        if self._holds is not None and not self._holds(document):
            return []
        if self._many:
            return [(key,) for key in {token(one): 0 for one in elements(document, self._fields[0])}]
        return [tuple([token(fetch(document, keys)) for keys in self._fields])]

    def change(self, id: str, old: Document | None, new: Document | None) -> None:
        """A document was replaced."""
        before = [] if old is None else self.keys(old)
        after = [] if new is None else self.keys(new)
        if before == after:
            return
        for key in before:
            ids = self.found[key]
            del ids[id]
            if not ids:
                del self.found[key]
        for key in after:
            self.found.setdefault(key, {})[id] = None


class Unique:
    """A unique index."""

    __slots__ = ("_fields", "_holds", "_name", "_taken")

    def __init__(self, index: Index) -> None:
        self._name = index.name
        self._fields = [rules.parts(field.removeprefix("-")) for field in index.fields]
        self._holds = None if index.where is None else predicate(index.where)
        self._taken: dict[tuple[object, ...], str] = {}

    def key(self, document: Document | None) -> tuple[object, ...] | None:
        """The value that must be unique; None for a document the index does not bind."""
        if document is None or (self._holds is not None and not self._holds(document)):
            return None
        key = []
        for keys in self._fields:
            value = fetch(document, keys)
            key.append(None if value is MISSING else token(value))
        return tuple(key)

    def check(self, id: str, key: tuple[object, ...] | None) -> None:
        """Raise :class:`Duplicate` where another document has it."""
        if key is not None and self._taken.get(key, id) != id:
            raise Duplicate(f"{self._name} of {id}")

    def change(self, id: str, old: tuple[object, ...] | None, new: tuple[object, ...] | None) -> None:
        """A document was replaced."""
        if old != new:
            if old is not None:
                del self._taken[old]
            if new is not None:
                self._taken[new] = id


class Shelf:
    """The documents of one collection, with its unique indexes and the look-ups used so far."""

    def __init__(self, collection: Collection) -> None:
        self.name = collection.name
        self.documents: dict[str, Document] = {}
        self._indexes = collection.indexes
        self._uniques = [Unique(index) for index in collection.indexes if index.unique]
        self._lookups: dict[tuple[str, int], Lookup] = {}

    def replace(self, id: str, old: Document | None, new: Document | None) -> None:
        """Put ``new`` where ``old`` was; :class:`Duplicate`, and nothing done, if it may not."""
        keys = [(unique, unique.key(old), unique.key(new)) for unique in self._uniques]
        for unique, _, key in keys:
            unique.check(id, key)
        for unique, before, after in keys:
            unique.change(id, before, after)
        for lookup in self._lookups.values():
            lookup.change(id, old, new)
        if new is None:
            del self.documents[id]
        else:
            self.documents[id] = new

    def restore(self, id: str, old: Document | None) -> None:
        """Take back a replacement."""
        self.replace(id, self.documents.get(id), old)

    def matching(self, plan: Plan) -> list[Document]:
        """Every document that matches, in a stable order."""
        documents = self.documents
        covered: Sequence[str] = ()
        if "id" in plan.equals:
            ids = plan.equals["id"]
            found = [documents[id] for id in ids if id in documents]
        elif (best := self._best(plan)) is not None:
            index, length = best
            covered = () if index.many else index.fields[:length]
            found = [documents[id] for id in self._found(plan, index, length)]
        else:
            found = list(documents.values())
        for field, test in plan.predicates:
            if field is None or field not in covered:
                found = [one for one in found if test(one)]
        return found

    def _best(self, plan: Plan) -> tuple[Index, int] | None:
        """The index that uses most of the filter, and how many fields; None where none helps."""
        best: tuple[int, Index, int] | None = None
        for index in self._indexes:
            partial = index.where is not None
            if partial and not rules.implies(plan.where, index.where):  # type: ignore[arg-type]
                continue
            length = 0
            if index.many:
                length = 1 if index.fields[0] in plan.contains else 0
            else:
                for field in index.fields:
                    if field.removeprefix("-") not in plan.equals:
                        break
                    length += 1
            worth = 2 * length + partial
            if worth and (best is None or worth > best[0]):
                best = (worth, index, length)
        return None if best is None else best[1:]

    def _found(self, plan: Plan, index: Index, length: int) -> Iterable[str]:
        fields = [field.removeprefix("-") for field in index.fields[:length]]
        lookup = self._lookups.get((index.name, length))
        if lookup is None:
            lookup = Lookup(fields, index.where, many=index.many and length > 0)
            for id, document in self.documents.items():
                lookup.change(id, None, document)
            self._lookups[index.name, length] = lookup
        if index.many:
            keys: Iterable[tuple[object, ...]] = [tuple(plan.contains[field] for field in fields)]
        else:
            keys = product(*(plan.equals[field] for field in fields))
        return _joined([lookup.found[key] for key in keys if key in lookup.found])


def _joined(found: list[dict[str, None]]) -> Iterable[str]:
    return found[0] if len(found) == 1 else (id for ids in found for id in ids)


# --- Order ---


def _rank(value: object) -> tuple[object, ...]:
    if value is None or value is MISSING:
        return (0,)
    if type(value) is str:
        return (2, value)
    if isinstance(value, int | float):
        return (1, value)
    return (3, repr(value))


class Backwards:
    """A value that sorts the other way round."""

    __slots__ = ("rank",)

    def __init__(self, rank: tuple[object, ...]) -> None:
        self.rank = rank

    def __lt__(self, other: "Backwards") -> bool:
        return other.rank < self.rank

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Backwards) and other.rank == self.rank


class Sorter:
    """Sorts documents in an order, and tells which of them stand beyond a cursor."""

    __slots__ = ("_by", "_falls", "_fields", "_mixed")

    def __init__(self, by: tuple[orders.Order, ...]) -> None:
        self._by = by
        self._fields = [rules.parts(one.field) for one in by]
        self._falls = by[0].descending
        self._mixed = len({one.descending for one in by}) > 1

    def place(self, document: Document) -> tuple[object, ...]:
        """Where a document stands, to compare with others."""
        return self._place([fetch(document, keys) for keys in self._fields])

    def _place(self, values: Sequence[object]) -> tuple[object, ...]:
        ranks = [_rank(value) for value in values]
        if self._mixed:
            return tuple(
                [
                    Backwards(rank) if one.descending is not self._falls else rank
                    for rank, one in zip(ranks, self._by, strict=True)
                ]
            )
        return tuple(ranks)

    def sort(self, documents: list[Document]) -> None:
        """Sort in place."""
        if len(documents) > 1 and not self._sort_quickly(documents):
            documents.sort(key=self.place, reverse=self._falls)

    def _sort_quickly(self, documents: list[Document]) -> bool:
        """The usual order, one field of one kind and the id, without a call for each document."""
        if len(self._fields) > 2 or self._mixed:
            return False
        values = column(documents, self._fields[0])
        kinds = set(map(type, values))
        if kinds != {int} and kinds != {str}:
            return False
        ids = column(documents, ("id",))
        rows = sorted(zip(values, ids, documents, strict=True), reverse=self._falls)
        documents[:] = [row[2] for row in rows]
        return True

    def beyond(self, documents: list[Document], after: Sequence[object]) -> list[Document]:
        """Those that stand after these values."""
        mark = self._place(after)
        if self._falls:
            return [one for one in documents if self.place(one) < mark]
        return [one for one in documents if self.place(one) > mark]
