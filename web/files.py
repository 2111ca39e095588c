"""Files of conversations: stored under names of ours, known by their content, owned by one upload."""

from collections.abc import AsyncIterator
from typing import Annotated, Protocol, cast

import msgspec

from channels.webchat.kinds import HEAD, INLINE, KINDS, clean_name, kind_of
from hub.blobs import BlobMissing, Blobs, BlobTooLarge
from hub.clock import Clock, stamp
from hub.documents import Changed, Document, Documents, Lost, Unavailable
from hub.errors import Busy, Invalid, NotFound, unanswered
from hub.ids import Ids
from web.errors import BodyTooLarge

FILES = "files"
__all__ = ["INLINE", "Files", "StoredFile"]


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a file; ``by`` is who sent it, ``key`` where its bytes are."""

    id: str
    version: int = 1
    organisation: str
    name: Annotated[str, msgspec.Meta(max_length=200)]
    type: str
    size: int
    sha256: str
    key: str
    by: str
    conversation: str | None = None
    created_at: str

    @property
    def media(self) -> str:
        """How it is shown: image, audio or file."""
        return KINDS.get(self.type, "file")

    def attachment(self) -> Document:
        """The file as a message's body names it."""
        return {
            "file": self.id,
            "name": self.name,
            "type": self.type,
            "size": self.size,
            "media": self.media,
        }


class Readable(Protocol):
    """A file on its way in."""

    async def read(self, size: int = -1) -> bytes:
        """The next piece; empty at the end."""
        ...


class Files:
    """Takes, finds and gives files."""

    def __init__(self, documents: Documents, blobs: Blobs, clock: Clock, ids: Ids, *, most: int) -> None:
        """``most``: bytes of one file."""
        self._documents = documents
        self._blobs = blobs
        self._clock = clock
        self._ids = ids
        self._most = most

    async def take(self, organisation: str, upload: Readable, *, name: str, by: str) -> StoredFile:
        """Store an upload; what it is is decided by its content, not by its name."""
        head = b""
        while len(head) < HEAD and (piece := await upload.read(HEAD - len(head))):
            head += piece
        kind = kind_of(head, name)
        if kind is None:
            raise Invalid("file: this kind of file is not taken.", code="file_type_refused")
        key = self._ids.new("f")
        try:
            size, digest = await self._blobs.put(key, _pieces(head, upload), most=self._most)
        except BlobTooLarge as error:
            raise BodyTooLarge(f"A file may have {self._most} bytes at most.") from error
        except OSError as error:
            raise Busy("the file could not be stored") from error
        stored = StoredFile(
            id=key,
            organisation=organisation,
            name=clean_name(name),
            type=kind,
            size=size,
            sha256=digest,
            key=key,
            by=by,
            created_at=stamp(self._clock.now()),
        )
        try:
            await self._documents.insert(FILES, cast(Document, msgspec.to_builtins(stored)))
        except (Unavailable, Lost) as error:
            raise unanswered(error) from error
        return stored

    async def get(self, organisation: str, id: str) -> StoredFile:
        """A file's record; :class:`NotFound` also where it is another organisation's."""
        try:
            document = await self._documents.get(FILES, id)
        except Unavailable as error:
            raise unanswered(error) from error
        if document is None or document.get("organisation") != organisation:
            raise NotFound("there is no such file")
        return msgspec.convert(document, StoredFile)

    async def give_to(self, conversation: str, file: StoredFile) -> StoredFile:
        """The file is sent in a conversation: whoever may see that may see it from now on."""
        if file.conversation == conversation:
            return file
        if file.conversation is not None:
            raise Invalid("attachments: a file belongs to one conversation; upload it again.")
        given = msgspec.structs.replace(file, conversation=conversation, version=file.version + 1)
        try:
            document = cast(Document, msgspec.to_builtins(given))
            await self._documents.put_if(FILES, document, version=file.version)
        except Changed:
            return await self.give_to(conversation, await self.get(file.organisation, file.id))
        except (Unavailable, Lost) as error:
            raise unanswered(error) from error
        return given

    async def read(self, file: StoredFile) -> AsyncIterator[bytes]:
        """The bytes, piece by piece; :class:`NotFound` before the first where they are gone."""
        pieces = self._blobs.read(file.key)
        try:
            first = await anext(pieces, b"")
        except BlobMissing as error:
            raise NotFound("the file's content is gone", code="file_gone") from error
        return _joined(first, pieces)

    async def erase(self, organisation: str, id: str) -> None:
        """Delete the bytes; the record stays, without its name."""
        file = await self.get(organisation, id)
        await self._blobs.delete(file.key)
        document = await self._documents.get(FILES, id)
        if document is None:
            return
        try:
            erased: Document = {**document, "name": "file", "version": file.version + 1}
            await self._documents.put_if(FILES, erased, version=file.version)
        except Changed:
            return
        except (Unavailable, Lost) as error:
            raise unanswered(error) from error


async def _pieces(head: bytes, upload: Readable) -> AsyncIterator[bytes]:
    if head:
        yield head
    while piece := await upload.read(65_536):
        yield piece


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
