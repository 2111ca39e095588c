"""The document port: what the domain asks of a store, whichever engine it is on.

A document is JSON with a string ``id`` (unique in its collection) and an integer
``version`` that its writer raises by one. Three outcomes of a write exist and callers
must tell them apart: *done* (the call returns), *refused* (:class:`Refused`: nothing
happened) and *lost* (:class:`Lost`: it may have happened, may happen later, or never).

Error tree::

    StoreError
    ├── Refused            nothing happened, look again and decide again
    │   ├── Duplicate      an id or a unique index is taken
    │   └── Changed        the document is not at the version named, or is gone
    ├── Unavailable        nothing happened: the store cannot be reached or refuses work
    └── Lost               the outcome is unknown: look again, never assume
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
else:  # msgspec reads annotations at run time and knows no recursive alias
    Json = Any
Document: TypeAlias = dict[str, Json]
Scalar: TypeAlias = bool | int | float | str | None


class StoreError(Exception):
    """Anything a store may answer other than "done"."""

    code = "store_error"


class Refused(StoreError):
    """Nothing happened: a uniqueness rule or a version forbade it."""

    code = "refused"


class Duplicate(Refused):
    """The id, or the value of a unique index, is taken."""

    code = "duplicate"


class Changed(Refused):
    """The document is not at the version the writer had read, or does not exist."""

    code = "changed"


class Unavailable(StoreError):
    """The store cannot be reached or refuses work; nothing was written."""

    code = "store_unavailable"


class Lost(StoreError):
    """The outcome of a write is unknown: it may have happened, may happen later, or never."""

    code = "outcome_unknown"


# --- Filters: a small closed set; anything else is a TypeError where it is written. ---


@dataclass(frozen=True, slots=True)
class Equal:
    """The field has this value. ``None`` matches a field that is null, not one that is missing."""

    field: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class In:
    """The field has one of these values."""

    field: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """The field lies in a range; at least one bound; strings compare by code point."""

    field: str
    gt: int | float | str | None = None
    gte: int | float | str | None = None
    lt: int | float | str | None = None
    lte: int | float | str | None = None


@dataclass(frozen=True, slots=True)
class Exists:
    """The field is present (``True``, also when it is null) or missing (``False``)."""

    field: str
    present: bool = True


@dataclass(frozen=True, slots=True)
class Prefix:
    """The field is a string that begins with this text, compared by code point."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Contains:
    """The field is an array that has this value as an element."""

    field: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class And:
    """Every part holds; an empty one holds for all documents."""

    parts: "tuple[Filter, ...]" = ()


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds."""

    parts: "tuple[Filter, ...]"


Filter: TypeAlias = Equal | In | Range | Exists | Prefix | Contains | And | Or
EVERYTHING = And()


def all_of(*parts: Filter) -> And:
    """Every one of these filters."""
    return And(parts)


# --- Declarations ---


@dataclass(frozen=True, slots=True)
class Index:
    """One declared index.

    ``fields`` are dotted paths in order, each with a leading ``-`` where it descends.
    ``where`` (an :class:`Exists` or :class:`Equal`) makes it partial: only documents that
    match are in it, and a unique index binds only those. ``many`` marks one field that
    is an array, indexed by element (for :class:`Contains`).
    """

    name: str
    fields: tuple[str, ...]
    unique: bool = False
    where: Exists | Equal | None = None
    many: bool = False


@dataclass(frozen=True, slots=True)
class Collection:
    """A named set of documents and its indexes; ``id`` is always unique and indexed."""

    name: str
    indexes: tuple[Index, ...] = ()


# --- Steps of a commit ---


@dataclass(frozen=True, slots=True)
class Insert:
    """Store a new document; :class:`Duplicate` where its id or a unique index is taken."""

    collection: str
    document: Document


@dataclass(frozen=True, slots=True)
class PutIf:
    """Replace the document if it stands at ``version``; else :class:`Changed`."""

    collection: str
    document: Document
    version: int


@dataclass(frozen=True, slots=True)
class Clear:
    """Remove one field (dotted path), atomically; no error where it or the document is missing.

    It does not look at the version and does not raise it.
    """

    collection: str
    id: str
    field: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove the document; no error where it is missing. With ``version``: only at that version."""

    collection: str
    id: str
    version: int | None = None


Step: TypeAlias = Insert | PutIf | Clear | Delete


# --- Reading ---


@dataclass(frozen=True, slots=True)
class Page:
    """Some documents in order, and the cursor that continues after them (None: no more)."""

    items: list[Document]
    next: str | None = None


class Documents(Protocol):
    """A document store. Every call may raise :class:`Unavailable`; every write :class:`Lost`."""

    async def get(self, collection: str, id: str) -> Document | None:
        """The document with this id, as last committed."""
        ...

    async def find(
        self,
        collection: str,
        where: Filter = EVERYTHING,
        *,
        sort: Sequence[str] = ("id",),
        limit: int = 100,
        after: str | None = None,
    ) -> Page:
        """At most ``limit`` matching documents in the order of ``sort``.

        ``sort`` names fields as an index does (a leading ``-`` descends); ``id`` is added as
        the last tie-break. A missing field sorts as null, before everything else. ``after``
        is a former page's ``next``, opaque to callers, refused with :class:`ValueError` when
        it was made for another sort.
        """
        ...

    async def count(self, collection: str, where: Filter = EVERYTHING, *, limit: int | None = None) -> int:
        """How many match; stops counting at ``limit``."""
        ...

    async def insert(self, collection: str, document: Document) -> None:
        """Store a new document."""
        ...

    async def put_if(self, collection: str, document: Document, *, version: int) -> None:
        """Replace the document that stands at ``version``."""
        ...

    async def claim_next(
        self, collection: str, where: Filter, *, sort: Sequence[str], changes: Mapping[str, Json]
    ) -> Document | None:
        """Set fields of the first match that nobody else has claimed meanwhile; the new document.

        The version is raised by one. None where nothing matches.
        """
        ...

    async def append(self, collection: str, id: str, field: str, value: Json) -> None:
        """Add an element to an array field and raise the version; :class:`Changed` if it is gone."""
        ...

    async def clear(self, collection: str, id: str, field: str) -> None:
        """Remove one field, as the step :class:`Clear`."""
        ...

    async def delete(self, collection: str, id: str) -> None:
        """Remove the document if it is there."""
        ...

    async def expire(self, collection: str, field: str, *, before: str, limit: int = 1000) -> int:
        """Delete at most ``limit`` documents whose ``field`` is a string below ``before``; how many."""
        ...

    async def bulk(self, collection: str, documents: Sequence[Document]) -> None:
        """Store or replace many documents without looking at versions: imports and rebuilding only."""
        ...

    async def commit(self, steps: Sequence[Step]) -> None:
        """All steps or none, durable when it returns."""
        ...

    async def report(self, name: str, parameters: Mapping[str, Json]) -> list[Document]:
        """Run a named report that the engine was given when it was made; KeyError if unknown."""
        ...

    async def ping(self) -> None:
        """Raise :class:`Unavailable` unless a durable write would be taken now."""
        ...

    async def close(self) -> None:
        """Finish what is under way and let go of files and connections."""
        ...


def lookup(document: Mapping[str, Json], path: str) -> Json:
    """The value at a dotted path, None where any part of it is missing."""
    value: Json | Mapping[str, Json] = document
    for part in path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Schema:
    """Every collection the house uses, merged by the composition root from each package's own."""

    collections: tuple[Collection, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse two collections of one name."""
        names = [collection.name for collection in self.collections]
        if len(names) != len(set(names)):
            raise ValueError(f"collection declared twice in {sorted(names)}")

    def __getitem__(self, name: str) -> Collection:
        """The collection of that name; KeyError where it was never declared."""
        for collection in self.collections:
            if collection.name == name:
                return collection
        raise KeyError(name)
