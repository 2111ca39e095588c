"""Migrations: what must be done to stored data when a new version of the program needs it otherwise.

The store remembers the number of the last one that was done. Each is safe to run twice:
a process that was killed in the middle begins it anew.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from hub.documents import Changed, Collection, Document, Documents, Duplicate
from hub.migration_steps import calendars_of_inboxes
from hub.rebuilding import rebuild_quietly

META = Collection("meta")
_ID = "data"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from data version ``number - 1`` to ``number``."""

    number: int
    name: str
    run: Callable[[Documents], Awaitable[None]]


# The program's own list, in order, numbers from 1 without gaps. Never edit one that was released.
MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, "opening hours of inboxes become calendars", calendars_of_inboxes),
    Migration(2, "conversation documents are made anew from their entries", rebuild_quietly),
)


class DataTooNew(Exception):
    """The data was written by a newer version of the program."""

    def __init__(self, found: int, known: int) -> None:
        """Data versions."""
        super().__init__(
            f"The stored data has version {found}; this program knows version {known} at most. "
            "Install the version of the program that wrote it, or restore a backup."
        )


class Migrations:
    """Looks at the data's version and brings it up to date."""

    def __init__(self, documents: Documents, steps: Sequence[Migration] = MIGRATIONS) -> None:
        """``steps``: the program's list (tests have their own)."""
        if [step.number for step in steps] != list(range(1, len(steps) + 1)):
            raise ValueError("migrations must be numbered from 1 without gaps")
        self._documents = documents
        self._steps = tuple(steps)

    @property
    def newest(self) -> int:
        """The data version this program works with."""
        return len(self._steps)

    async def version(self) -> int:
        """The version of the stored data; a store that says nothing is at 0."""
        document = await self._documents.get(META.name, _ID)
        found = 0 if document is None else document["data_version"]
        if not isinstance(found, int):
            raise TypeError("the data's version is no number")
        return found

    async def pending(self) -> list[Migration]:
        """What is still to be done; :class:`DataTooNew`."""
        found = await self.version()
        if found > self.newest:
            raise DataTooNew(found, self.newest)
        return list(self._steps[found:])

    async def mark_new(self) -> None:
        """A store that holds nothing yet is at the newest version."""
        if await self._documents.get(META.name, _ID) is None:
            await self._remember(self.newest)

    async def run(self, say: Callable[[str], None] = lambda words: None) -> int:
        """Do what is pending, one after the other; how many were done."""
        pending = await self.pending()
        for step in pending:
            _log.info("A migration of the stored data begins", number=step.number, name=step.name)
            say(f"Migration {step.number}: {step.name}")
            await step.run(self._documents)
            await self._remember(step.number)
        return len(pending)

    async def _remember(self, version: int) -> None:
        while True:
            old = await self._documents.get(META.name, _ID)
            try:
                if old is None:
                    document: Document = {"id": _ID, "version": 1, "data_version": version}
                    await self._documents.insert(META.name, document)
                else:
                    at = old["version"]
                    if not isinstance(at, int):
                        raise TypeError("a document without a version")
                    document = {"id": _ID, "version": at + 1, "data_version": version}
                    await self._documents.put_if(META.name, document, version=at)
            except (Duplicate, Changed):
                continue
            return
