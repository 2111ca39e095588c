"""A register: the small documents an administrator edits (queues, skills, canned replies …).

One register keeps one kind in one collection: reading, and writing that checks the
organisation, the version that was read, the kind's own rules, and names that must differ.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import msgspec

from hub.documents import (
    Changed,
    Collection,
    Delete,
    Document,
    Documents,
    Duplicate,
    Equal,
    Index,
    Lost,
    Unavailable,
)
from hub.errors import Conflict, Invalid, NotFound, unanswered
from hub.events import Bus, ConfigurationChanged
from hub.ids import Ids

MOST = 1000  # documents of one kind in one organisation: these are lists that people maintain


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What every document of a register has."""

    id: str
    version: int = 1
    organisation: str


K = TypeVar("K", bound=Kept)
Check = Callable[[K, K | None], Awaitable[None]]  # the document to be written, and the one before
Guard = Callable[[K], Awaitable[None]]


class Problem(Exception):
    """One thing that is wrong with a document, in plain words, and the field it is about."""

    def __init__(self, field: str, words: str) -> None:
        """``field`` as the API names it; ``words``: a sentence."""
        super().__init__(f"{field}: {words}")
        self.field = field
        self.words = words


def invalid(problems: Sequence[Problem]) -> Invalid:
    """The refusal that names every problem."""
    return Invalid(" ".join(f"{problem.field}: {problem.words}" for problem in problems))


def collection(name: str, *indexes: Index) -> Collection:
    """The declaration of a register's collection: listed by organisation."""
    return Collection(name, (Index("organisation", ("organisation", "id")), *indexes))


class Register(Generic[K]):
    """The documents of one kind. ``check`` and ``guard`` raise :class:`Invalid` (or a conflict)."""

    def __init__(
        self,
        documents: Documents,
        ids: Ids,
        bus: Bus,
        *,
        kind: type[K],
        collection: str,
        prefix: str,
        check: Check[K] | None = None,
        guard: Guard[K] | None = None,
    ) -> None:
        """``check`` sees what is to be written; ``guard`` may refuse that one is deleted."""
        self._documents = documents
        self._ids = ids
        self._bus = bus
        self._kind = kind
        self._collection = collection
        self._prefix = prefix
        self._check = check
        self._guards: list[Guard[K]] = [] if guard is None else [guard]

    def guarded_by(self, guard: Guard[K]) -> None:
        """One more that may refuse a deletion: for what names documents of this register."""
        self._guards.append(guard)

    async def all(self, organisation: str) -> list[K]:
        """Every document of the organisation, oldest id first."""
        try:
            page = await self._documents.find(
                self._collection, Equal("organisation", organisation), sort=("id",), limit=MOST
            )
        except Unavailable as error:
            raise unanswered(error) from error
        return [self._read(document) for document in page.items]

    async def get(self, organisation: str, id: str) -> K:
        """One document; :class:`NotFound` also where it is another organisation's."""
        try:
            document = await self._documents.get(self._collection, id)
        except Unavailable as error:
            raise unanswered(error) from error
        if document is None or document.get("organisation") != organisation:
            raise NotFound(f"there is no such document in {self._collection}")
        return self._read(document)

    async def create(self, organisation: str, fields: Document, *, id: str | None = None) -> K:
        """A new document from its fields (without id, version and organisation)."""
        kept = self._read(
            {
                **fields,
                "id": id or self._ids.new(self._prefix),
                "version": 1,
                "organisation": organisation,
            }
        )
        if self._check is not None:
            await self._check(kept, None)
        if len(await self.all(organisation)) >= MOST:
            raise Invalid(f"there are {MOST} of these already", code="too_many_documents")
        try:
            await self._documents.insert(self._collection, _write(kept))
        except Duplicate as error:
            raise Conflict("it exists already", code="exists") from error
        except (Unavailable, Lost) as error:
            raise unanswered(error) from error
        self._bus.publish(ConfigurationChanged(self._collection))
        return kept

    async def change(self, organisation: str, id: str, fields: Document, *, version: int) -> K:
        """Replace the named fields of the document that was read at ``version``."""
        before = await self.get(organisation, id)
        if before.version != version:
            raise Conflict("somebody else changed it since you opened it")
        document = {**_write(before), **fields, "id": id, "organisation": organisation}
        kept = self._read({**document, "version": version + 1})
        if self._check is not None:
            await self._check(kept, before)
        try:
            await self._documents.put_if(self._collection, _write(kept), version=version)
        except Changed as error:
            raise Conflict("somebody else changed it since you opened it") from error
        except Duplicate as error:
            raise Conflict("another one has this already", code="exists") from error
        except (Unavailable, Lost) as error:
            raise unanswered(error) from error
        self._bus.publish(ConfigurationChanged(self._collection))
        return kept

    async def remove(self, organisation: str, id: str) -> None:
        """Delete it, unless the guard says that something still needs it."""
        kept = await self.get(organisation, id)
        for guard in self._guards:
            await guard(kept)
        try:
            await self._documents.commit([Delete(self._collection, id, version=kept.version)])
        except Changed as error:
            raise Conflict("somebody else changed it meanwhile") from error
        except (Unavailable, Lost) as error:
            raise unanswered(error) from error
        self._bus.publish(ConfigurationChanged(self._collection))

    def _read(self, document: Document) -> K:
        try:
            return msgspec.convert(document, self._kind)
        except msgspec.ValidationError as error:
            raise Invalid(str(error)) from error


def _write(kept: Kept) -> Document:
    document: Document = msgspec.to_builtins(kept)
    return document
