"""Restoring a backup: prepared beside the live data, put in its place between two runs.

What was there is kept in ``before-restore-…``. Every step may be cut by a crash: the next
start goes on where the former one stopped.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from hub.documents import Schema, Unavailable
from hub.settings import Settings
from hub.sqlite.documents import SqliteDocuments
from web.archive import BadArchive, Manifest, forget, load, unpack
from web.foundation import open_documents, schema
from web.installation import Installation

_PART, _READY = "restore.part", "restore.ready"
_STORE = ("hub.sqlite", "hub.sqlite-wal", "hub.sqlite-shm")
_MOVED = (*_STORE, "files", "secrets.json")
_NOT_RESTORED = frozenset({"sessions", "beats", "processes", "hints"})  # everybody signs in anew


async def prepare(settings: Settings, archive: Path) -> Manifest:
    """Unpack and check an archive and build its store; nothing live is touched."""
    part = settings.data / _PART
    await asyncio.to_thread(forget, part)
    manifest = await asyncio.to_thread(_unpack, archive, part)
    kept = Schema(tuple(one for one in schema().collections if one.name not in _NOT_RESTORED))
    if settings.mongodb_uri is None:
        documents = await SqliteDocuments.open(part / "hub.sqlite", schema())
        try:
            await load(documents, part, kept)
        finally:
            await documents.close()
    else:
        await _into_empty_database(settings, part, kept)
    await asyncio.to_thread(_ready, part, settings.data / _READY)
    return manifest


def _unpack(archive: Path, part: Path) -> Manifest:
    part.mkdir(parents=True, mode=0o700)
    try:
        return unpack(archive, part)
    except BadArchive:
        forget(part)
        raise


async def _into_empty_database(settings: Settings, part: Path, kept: Schema) -> None:
    documents = await open_documents(settings, Installation(settings.data), schema())
    try:
        if await documents.count("users", limit=1) or await documents.count("entries", limit=1):
            raise BadArchive(
                "This database is not empty. Name a new one (HUB_MONGODB_DATABASE) to restore into."
            )
        await load(documents, part, kept)
    finally:
        await documents.close()


def _ready(part: Path, ready: Path) -> None:
    forget(part / "documents")
    (part / "hub.lock").unlink(missing_ok=True)
    forget(ready)
    part.replace(ready)


def finish(folder: Path) -> Path | None:
    """Put a prepared restore in its place; where the old data is now.

    Only while this process holds the folder's lock and the store is not open yet. Unavailable
    where the disk refuses: the next start goes on from there.
    """
    try:
        return _finish(folder)
    except OSError as error:
        raise Unavailable(f"cannot put the restored data in its place: {error}") from error


def _finish(folder: Path) -> Path | None:
    ready = folder / _READY
    if not ready.is_dir():
        return None
    old = folder / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    earlier = sorted(folder.glob("before-restore-*"))
    if (ready / "moving").exists() and earlier:
        old = earlier[-1]
    old.mkdir(mode=0o700, exist_ok=True)
    (ready / "moving").touch()
    for name in _MOVED:
        new = ready / name
        if (folder / name).exists() and (new.exists() or name in _STORE) and not (old / name).exists():
            (folder / name).replace(old / name)
    for name in _MOVED:
        if (ready / name).exists():
            (ready / name).replace(folder / name)
    forget(ready)
    return old
