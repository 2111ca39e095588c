"""Files: upload one, and read one of a conversation one may see."""

from typing import Literal
from urllib.parse import quote

from pydantic import ConfigDict
from starlette.datastructures import UploadFile
from starlette.responses import Response, StreamingResponse

from hub.access import Permission
from hub.endpoints import Permitted
from hub.errors import NotFound
from web.files import INLINE, Files, StoredFile
from web.operations import Asked, Given, Operation, Query
from web.sight import Sight

_USE = Permitted(Permission.FILES_USE)
_CSP = "default-src 'none'; sandbox"


class FileGiven(Given):
    """A file that was stored; send its id as an attachment."""

    id: str
    name: str
    type: str
    size: int
    media: Literal["image", "audio", "file"]


class FileQuery(Query):
    """``inline=1``: show a picture in the page instead of saving it (png, jpeg, gif, webp)."""

    model_config = ConfigDict(extra="forbid")

    inline: Literal["0", "1"] = "0"


class FilesApi:
    """/api/files."""

    def __init__(self, files: Files, sight: Sight) -> None:
        """``sight`` says who may see the conversation a file belongs to."""
        self._files = files
        self._sight = sight

    def operations(self) -> list[Operation]:
        """What to mount."""
        return [
            Operation(method="POST", path="/api/files", policy=_USE, handle=self.upload,
                      tag="files", upload=True, gives=FileGiven, status=201),
            Operation(method="GET", path="/api/files/{id}", policy=_USE, handle=self.get,
                      tag="files", query=FileQuery, sends="application/octet-stream"),
        ]  # fmt: skip

    async def upload(self, asked: Asked[None, UploadFile]) -> FileGiven:  # type: ignore[type-var]
        """Store a file (form field `file`); its type is told from its content."""
        upload: UploadFile = asked.body
        stored = await self._files.take(
            asked.me.organisation, upload, name=upload.filename or "file", by=asked.me.id
        )
        return FileGiven(
            id=stored.id, name=stored.name, type=stored.type, size=stored.size, media=stored.media
        )

    async def get(self, asked: Asked[FileQuery, None]) -> Response:
        """The file itself, to be saved; pictures may be shown."""
        file = await self._files.get(asked.me.organisation, asked.path["id"])
        if file.by != asked.me.id:
            if file.conversation is None:
                raise NotFound("there is no such file")
            await self._sight.last(asked.me, file.conversation)
        pieces = await self._files.read(file)
        shown = asked.query.inline == "1" and file.type in INLINE
        return StreamingResponse(
            pieces,
            media_type=file.type if shown else "application/octet-stream",
            headers={
                "content-disposition": disposition(file, shown=shown),
                "content-length": str(file.size),
                "content-security-policy": _CSP,
                "cache-control": "private, max-age=86400, immutable",
                "cross-origin-resource-policy": "same-origin",
            },
        )


def disposition(file: StoredFile, *, shown: bool) -> str:
    """The header that names the file (RFC 6266); plain text for old clients, UTF-8 for others."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in file.name)
    kind = "inline" if shown else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
