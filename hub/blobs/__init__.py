"""Blob storage: bytes under a generated key, outside the document store."""

from collections.abc import AsyncIterator
from typing import Protocol


class BlobMissing(Exception):
    """There is nothing under this key."""


class BlobTooLarge(Exception):
    """More bytes came than were allowed; nothing was kept."""


class Blobs(Protocol):
    """A place for files. Keys are ours (``f_…``), never a customer's file name."""

    async def put(self, key: str, pieces: AsyncIterator[bytes], *, most: int) -> tuple[int, str]:
        """Store durably; answers (size in bytes, sha256 in hex). :class:`BlobTooLarge` past ``most``."""
        ...

    def read(self, key: str) -> AsyncIterator[bytes]:
        """The bytes in pieces; :class:`BlobMissing`."""
        ...

    async def delete(self, key: str) -> None:
        """Forget it, if it is there."""
        ...
