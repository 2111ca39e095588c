"""Reading requests: a body of limited size, decoded into the declared shape or refused."""

from collections.abc import AsyncIterator
from typing import TypeVar

import msgspec
import pydantic
from starlette.datastructures import FormData, QueryParams, UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message, Receive

from hub.errors import Busy
from hub.register import Problem
from web.errors import BodyTooLarge, MalformedInput, WrongMediaType, from_msgspec, from_pydantic
from web.operations import Body, Query

MULTIPART_OVERHEAD = 10_000  # bytes of boundaries and headers around a file
B = TypeVar("B", bound=Body)
Q = TypeVar("Q", bound=Query)


async def read_body(request: Request, most: int) -> bytes:
    """The whole body, at most so many bytes; :class:`BodyTooLarge`."""
    declared = request.headers.get("content-length")
    if declared is not None and declared.isdigit() and int(declared) > most:
        raise BodyTooLarge(f"At most {most} bytes.")
    pieces = bytearray()
    async for piece in request.stream():
        pieces += piece
        if len(pieces) > most:
            raise BodyTooLarge(f"At most {most} bytes.")
    return bytes(pieces)


async def read_json(request: Request, model: type[B], most: int) -> B:
    """The JSON body as this model."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise WrongMediaType("Send JSON with the content type application/json.")
    try:
        return model.model_validate_json(await read_body(request, most))
    except pydantic.ValidationError as error:
        raise from_pydantic(error, "body") from error


async def read_struct(request: Request, kind: type[msgspec.Struct], most: int) -> msgspec.Struct:
    """The JSON body as this struct; any content type (a beacon may only send text/plain)."""
    raw = await read_body(request, most)
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if isinstance(error, msgspec.DecodeError):
            raise from_msgspec(error, "body") from error
        raise MalformedInput([Problem("body", "It is not JSON.")]) from error


def read_query(parameters: QueryParams, model: type[Q]) -> Q:
    """The query string as this model; a parameter given twice is refused."""
    given = parameters.multi_items()
    fields = dict(given)
    if len(fields) != len(given):
        raise MalformedInput([Problem("query", "A parameter is given twice.")])
    try:
        return model.model_validate(fields)
    except pydantic.ValidationError as error:
        raise from_pydantic(error, "query") from error


async def read_upload(request: Request, most: int) -> tuple[FormData, UploadFile]:
    """The form and its one file, in the field ``file``; close the form when done."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise WrongMediaType("Send a form (multipart/form-data) with the file in the field 'file'.")
    declared = request.headers.get("content-length")
    limit = most + MULTIPART_OVERHEAD
    if declared is not None and declared.isdigit() and int(declared) > limit:
        raise BodyTooLarge(f"At most {most} bytes.")
    limited = Request(request.scope, _limited(request.receive, limit))
    try:
        form = await limited.form(max_files=1, max_fields=4)
    except OSError as error:  # the disk that takes it while it comes is full
        raise Busy("the file could not be stored") from error
    except (MultiPartException, UnicodeDecodeError) as error:
        raise MalformedInput([Problem("body", "The form cannot be read.")]) from error
    except Exception as error:
        # Starlette turns a malformed form into its own 400 where it runs inside its app.
        if getattr(error, "status_code", None) == 400:
            raise MalformedInput([Problem("body", "The form cannot be read.")]) from error
        raise
    file = form.get("file")
    if not isinstance(file, UploadFile) or len(form) != 1:
        await form.close()
        raise MalformedInput([Problem("file", "Send exactly one file, in the field 'file'.")])
    return form, file


def _limited(receive: Receive, most: int) -> Receive:
    total = 0

    async def limited() -> Message:
        nonlocal total
        message = await receive()
        if message["type"] == "http.request":
            total += len(message.get("body", b""))
            if total > most:
                raise BodyTooLarge(f"At most {most} bytes.")
        return message

    return limited


async def pieces(file: UploadFile, size: int = 65_536) -> AsyncIterator[bytes]:
    """A file piece by piece."""
    while piece := await file.read(size):
        yield piece
