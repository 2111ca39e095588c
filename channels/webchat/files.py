"""Files of visitors: taken in by content and size, given out by ticket."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import cast
from urllib.parse import quote

import structlog

from channels.webchat.answers import FileView
from channels.webchat.config import WebChatSettings
from channels.webchat.kinds import HEAD, INLINE, KINDS, clean_name, kind_of
from channels.webchat.refusals import FileTooLarge, FileType
from channels.webchat.visitors import Visitor
from hub.blobs import BlobMissing, Blobs, BlobTooLarge
from hub.clock import Clock, stamp
from hub.documents import Changed, Document, Documents, Json, Range
from hub.endpoints import Answer, Upload
from hub.errors import Busy, Invalid, NotFound
from hub.ids import ConversationId, FileId, Ids

FILES = "files"
PIECE = 65_536  # bytes
UNSENT_KEPT = timedelta(days=1)
_log = structlog.get_logger(__name__)


class Files:
    """Keeps files of visitors and hands files out to them."""

    def __init__(self, documents: Documents, blobs: Blobs, *, clock: Clock, ids: Ids) -> None:
        """``blobs`` keep the bytes, ``documents`` what is known of them."""
        self._documents = documents
        self._blobs = blobs
        self._clock = clock
        self._ids = ids

    async def take(self, upload: Upload, visitor: Visitor, settings: WebChatSettings) -> FileView:
        """Store an upload; :class:`FileType`, :class:`FileTooLarge`, Invalid where it is empty."""
        head = b""
        while len(head) < HEAD and (piece := await upload.read(PIECE)):
            head += piece
        if not head:
            raise Invalid("the file is empty", code="file_empty")
        name = clean_name(upload.name)
        kind = kind_of(head[:HEAD], name)
        if kind is None or kind not in settings.file_types:
            raise FileType("files of this type cannot be sent here")
        id = FileId(self._ids.new("f"))
        try:
            size, digest = await self._blobs.put(id, _pieces(head, upload), most=settings.max_file_bytes)
        except BlobTooLarge as error:
            raise FileTooLarge(f"at most {settings.max_file_bytes} bytes") from error
        except OSError as error:
            raise Busy("the file could not be stored") from error
        now = stamp(self._clock.now())
        document: Document = {
            "id": id,
            "version": 1,
            "organisation": visitor.organisation,
            "inbox": visitor.inbox,
            "name": name,
            "type": kind,
            "media": KINDS[kind],
            "size": size,
            "sha256": digest,
            "key": id,
            "by": visitor.contact,
            "created_at": now,
            "unsent_since": now,
        }
        await self._documents.insert(FILES, document)
        return FileView(id=id, name=name, type=kind, size=size, media=KINDS[kind])

    async def attach(self, ids: list[str], visitor: Visitor) -> list[Json]:
        """These files of the visitor as attachments of a message; Invalid where one is not his."""
        attached: list[Json] = []
        for id in ids:
            document = await self._documents.get(FILES, id)
            if document is None or document.get("by") != visitor.contact:
                raise Invalid("one of the attachments is not a file of yours", code="unknown_file")
            shown = {key: document[key] for key in ("name", "type", "size", "media")}
            attached.append({"file": id, **shown})
        return attached

    async def belong(self, ids: list[str], conversation: ConversationId) -> None:
        """Note which conversation files were sent in: who may see it may see them."""
        for id in ids:
            document = await self._documents.get(FILES, id)
            if document is None or document.get("conversation") is not None:
                continue
            version = cast(int, document["version"])
            changed: Document = {**document, "conversation": conversation, "version": version + 1}
            changed.pop("unsent_since", None)
            try:
                await self._documents.put_if(FILES, changed, version=version)
            except Changed:
                continue  # a repeated request was faster

    async def forget_unsent(self) -> int:
        """Remove files that were uploaded long ago and never sent; how many."""
        before = stamp(self._clock.now() - UNSENT_KEPT)
        page = await self._documents.find(FILES, Range("unsent_since", lt=before), limit=500)
        for document in page.items:
            await self._blobs.delete(str(document["key"]))
            await self._documents.delete(FILES, str(document["id"]))
        return len(page.items)

    async def answer(self, file: FileId, *, inline: bool, part: str | None) -> Answer:
        """The bytes, as a download or (pictures only) to be shown; NotFound where there are none.

        ``part``: the Range header.
        """
        document = await self._documents.get(FILES, file)
        if document is None:
            raise NotFound("there is no such file")
        name, kind, size = str(document["name"]), str(document["type"]), cast(int, document["size"])
        span = _span(part, size)
        pieces = self._blobs.read(str(document["key"]))
        try:
            first = await anext(pieces, b"")
        except BlobMissing as error:
            _log.warning("The bytes of a file are missing", file=file)
            raise NotFound("there is no such file") from error
        shown = "inline" if inline and kind in INLINE else "attachment"
        headers = {
            "content-disposition": f"{shown}; filename*=UTF-8''{quote(name)}",
            "cache-control": "private, max-age=3600",
            "content-security-policy": "default-src 'none'; sandbox",
            "cross-origin-resource-policy": "cross-origin",
            "accept-ranges": "bytes",
        }
        begin, end = span or (0, size - 1)
        headers["content-length"] = str(end - begin + 1)
        if span is not None:
            headers["content-range"] = f"bytes {begin}-{end}/{size}"
        media_type = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
        body = _cut(_joined(first, pieces), begin, end)
        return Answer(body, status=200 if span is None else 206, headers=headers, media_type=media_type)


async def _pieces(head: bytes, upload: Upload) -> AsyncIterator[bytes]:
    yield head
    while piece := await upload.read(PIECE):
        yield piece


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


async def _cut(pieces: AsyncIterator[bytes], begin: int, end: int) -> AsyncIterator[bytes]:
    """Only the bytes from ``begin`` to ``end``, both included."""
    at = 0
    async for piece in pieces:
        part = piece[max(0, begin - at) : max(0, end + 1 - at)]
        at += len(piece)
        if part:
            yield part
        if at > end:
            return


def _span(header: str | None, size: int) -> tuple[int, int] | None:
    """One range of bytes as players ask for it; anything else means the whole file."""
    if header is None or not header.startswith("bytes=") or "," in header or size == 0:
        return None
    first, dash, last = header.removeprefix("bytes=").strip().partition("-")
    if not dash or not all(part.isascii() and part.isdigit() for part in (first, last) if part):
        return None
    if first:
        begin, end = int(first), int(last) if last else size - 1
    elif last:
        begin, end = max(0, size - int(last)), size - 1
    else:
        return None
    end = min(end, size - 1)
    return (begin, end) if begin <= end else None
