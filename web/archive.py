"""Backups: every document, every file and the secrets in one archive, the same for both engines.

A tar file (gzip) with ``manifest.json`` first, then ``documents/<collection>.jsonl``,
``files/…`` and ``secrets.json``. Documents are those of one moment.
"""

import asyncio
import hashlib
import json
import shutil
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from hub.clock import stamp
from hub.documents import Document, Documents, Schema
from hub.sqlite.documents import SqliteDocuments
from web.foundation import Foundation, schema
from web.version import VERSION

FORMAT = 1
_PAGE = 500


class BadArchive(Exception):
    """The file is no archive of ours, or it is damaged; the words say which."""


class Manifest(msgspec.Struct, frozen=True):
    """What an archive holds: documents and SHA-256 by collection."""

    format: int
    version: str
    made_at: str
    counts: dict[str, int]
    digests: dict[str, str]


async def write_archive(foundation: Foundation, target: Path) -> dict[str, int]:
    """Write the archive while the hub works; how many documents of each collection."""
    with TemporaryDirectory(dir=foundation.installation.folder, prefix="backup-") as name:
        work = Path(name)
        async with _moment(foundation.documents, work) as documents:
            counts, digests = await _dump(documents, work / "documents")
        manifest = Manifest(
            format=FORMAT,
            version=VERSION,
            made_at=stamp(foundation.clock.now()),
            counts=counts,
            digests=digests,
        )
        (work / "manifest.json").write_bytes(msgspec.json.encode(manifest))
        await asyncio.to_thread(_pack, work, foundation.installation.folder, target)
    return counts


@asynccontextmanager
async def _moment(documents: Documents, work: Path) -> AsyncIterator[Documents]:
    """The documents as of one moment."""
    if isinstance(documents, SqliteDocuments):
        copy = work / "copy" / "hub.sqlite"
        await asyncio.to_thread(copy.parent.mkdir)
        await documents.backup(copy)
        frozen = await SqliteDocuments.open(copy, schema())
        try:
            yield frozen
        finally:
            await frozen.close()
            await asyncio.to_thread(forget, copy.parent)
    else:
        yield documents


async def _dump(documents: Documents, folder: Path) -> tuple[dict[str, int], dict[str, str]]:
    await asyncio.to_thread(folder.mkdir)
    counts, digests = {}, {}
    for collection in schema().collections:
        digest = hashlib.sha256()
        count = 0
        with (folder / f"{collection.name}.jsonl").open("wb") as file:
            async for document in every(documents, collection.name):
                line = msgspec.json.encode(document) + b"\n"
                digest.update(line)
                file.write(line)
                count += 1
        counts[collection.name], digests[collection.name] = count, digest.hexdigest()
    return counts, digests


async def every(documents: Documents, collection: str) -> AsyncIterator[Document]:
    """All documents of a collection, by id."""
    cursor: str | None = None
    while True:
        page = await documents.find(collection, limit=_PAGE, after=cursor)
        for document in page.items:
            yield document
        cursor = page.next
        if cursor is None:
            return


def _pack(work: Path, data: Path, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    part.touch(mode=0o600)
    try:
        with tarfile.open(part, "w:gz", compresslevel=3) as archive:
            archive.add(work / "manifest.json", "manifest.json")
            archive.add(work / "documents", "documents")
            archive.add(data / "secrets.json", "secrets.json")
            if (data / "files").is_dir():
                archive.add(data / "files", "files")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def unpack(archive: Path, folder: Path) -> Manifest:
    """Unpack into a fresh folder and check every digest; :class:`BadArchive`."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(folder, filter="data")
        manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    except (tarfile.TarError, EOFError, OSError, msgspec.DecodeError) as error:
        raise BadArchive(f"{archive} is not an archive of the hub, or it is damaged.") from error
    if manifest.format != FORMAT:
        raise BadArchive(f"{archive} was written by another version ({manifest.version}).")
    for name, digest in manifest.digests.items():
        path = folder / "documents" / f"{name}.jsonl"
        if not path.is_file() or _digest(path) != digest:
            raise BadArchive(f"{archive} is damaged: the documents of {name!r} are not whole.")
    if not (folder / "secrets.json").is_file():
        raise BadArchive(f"{archive} is damaged: the secrets are missing.")
    return manifest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def load(documents: Documents, folder: Path, kept: Schema) -> int:
    """Store every document of an unpacked archive; how many. Unknown collections are left out."""
    total = 0
    for collection in kept.collections:
        path = folder / "documents" / f"{collection.name}.jsonl"
        if not path.is_file():
            continue
        batch: list[Document] = []
        with path.open("rb") as file:
            for line in file:
                batch.append(json.loads(line))
                if len(batch) >= _PAGE:
                    await documents.bulk(collection.name, batch)
                    total += len(batch)
                    batch = []
        if batch:
            await documents.bulk(collection.name, batch)
            total += len(batch)
    return total


def forget(folder: Path) -> None:
    """Remove a folder and what is in it."""
    shutil.rmtree(folder, ignore_errors=True)
