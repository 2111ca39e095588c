"""Files in a folder: written beside, made durable, then renamed into place."""

import asyncio
import hashlib
import os
import re
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from hub.blobs import BlobMissing, BlobTooLarge

PIECE = 262_144  # bytes read at once
_KEY = re.compile(r"^[A-Za-z0-9_-]{4,100}$")
_PART = ".part"


class FolderBlobs:
    """Implements :class:`hub.blobs.Blobs`. Keys are spread over folders by two of their letters."""

    def __init__(self, folder: Path) -> None:
        """``folder``: ours alone, made where it is missing; what a crash left unfinished is removed."""
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left_over in folder.glob(f"*/*{_PART}"):
            left_over.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.match(key):
            raise ValueError("this is not a key of ours")
        return self._folder / key[-2:] / key

    async def put(self, key: str, pieces: AsyncIterator[bytes], *, most: int) -> tuple[int, str]:
        """Store durably; :class:`BlobTooLarge` past ``most`` bytes.

        :class:`OSError` where the disk refuses; nothing is kept then.
        """
        path = self._path(key)
        part = path.with_name(f"{key}.{secrets.token_hex(4)}{_PART}")
        file = await asyncio.to_thread(self._create, part)
        size = 0
        digest = hashlib.sha256()
        try:
            try:
                async for piece in pieces:
                    size += len(piece)
                    if size > most:
                        raise BlobTooLarge(f"more than {most} bytes")
                    digest.update(piece)
                    await asyncio.to_thread(file.write, piece)
                await asyncio.to_thread(_finish, file, part, path)
            finally:
                file.close()
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return size, digest.hexdigest()

    def _create(self, part: Path) -> BinaryIO:
        if not part.parent.is_dir():
            part.parent.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self._folder)
        return os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    async def read(self, key: str) -> AsyncIterator[bytes]:
        """The bytes in pieces; :class:`BlobMissing`, before the first piece, where there is nothing."""
        try:
            file = await asyncio.to_thread(self._path(key).open, "rb")
        except (FileNotFoundError, ValueError) as error:
            raise BlobMissing(key) from error
        try:
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece
        finally:
            file.close()

    async def delete(self, key: str) -> None:
        """Forget it, if it is there."""
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)


def _finish(file: BinaryIO, part: Path, path: Path) -> None:
    file.flush()
    os.fsync(file.fileno())
    part.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
