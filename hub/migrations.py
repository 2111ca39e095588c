"""Moving stored data from one version of the program to the next, once, in order, resumable.

The document ``house/data`` says which steps have run. Each step must be safe to run again
from its beginning: a process may die in the middle of it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import cast

import structlog

from hub.documents import Collection, Documents, Duplicate

HOUSE = Collection("house")
_ID = "data"
_log = structlog.get_logger(__name__)


class DataTooNew(Exception):
    """The store was written by a newer program: an older one must not touch it."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: ``number`` counts from 1 without gaps; ``words`` say what it changes."""

    number: int
    words: str
    run: Callable[[Documents], Awaitable[None]]


MIGRATIONS: tuple[Migration, ...] = ()
"""Every step since the first release, which is number 0."""


async def migrate(documents: Documents, migrations: Sequence[Migration] = MIGRATIONS) -> list[str]:
    """Run the steps that this store still lacks; their words. A fresh store begins at the newest."""
    newest = migrations[-1].number if migrations else 0
    stored = await documents.get(HOUSE.name, _ID)
    if stored is None:
        fresh = not (await documents.find("entries", limit=1)).items
        at = newest if fresh else 0
        try:
            await documents.insert(HOUSE.name, {"id": _ID, "version": 1, "migrated": at})
        except Duplicate:
            return await migrate(documents, migrations)
        stored = {"id": _ID, "version": 1, "migrated": at}
    done = cast(int, stored["migrated"])
    version = cast(int, stored["version"])
    if done > newest:
        raise DataTooNew(f"the data is at step {done}, this program knows {newest}: use a newer one")
    ran = []
    for migration in migrations:
        if migration.number <= done:
            continue
        _log.info("A migration runs", number=migration.number, words=migration.words)
        await migration.run(documents)
        version += 1
        await documents.put_if(
            HOUSE.name,
            {"id": _ID, "version": version, "migrated": migration.number},
            version=version - 1,
        )
        ran.append(migration.words)
    return ran
