"""Errors as HTTP: the one place that chooses a status and writes the body.

The body is ``{"error": {"code", "message", "hint"?, "details"?}}``; programs go by ``code``.
"""

from collections.abc import Sequence
from http import HTTPStatus

import msgspec
import pydantic
from starlette.responses import JSONResponse, Response

from hub.access import Forbidden
from hub.errors import (
    Away,
    Busy,
    Conflict,
    HubError,
    Invalid,
    Mismatch,
    NoRoom,
    NotAllowed,
    NotFound,
    TooMany,
)
from hub.register import Problem


class NotSignedIn(HubError):
    """There is no session, or it has ended."""

    code = "not_signed_in"


class WrongCredentials(HubError):
    """Login and password do not belong together; which of them is wrong is not said."""

    code = "wrong_credentials"


class WrongOrigin(HubError):
    """The request comes from a page of another site."""

    code = "wrong_origin"


class BodyTooLarge(HubError):
    """More bytes than this endpoint takes."""

    code = "body_too_large"


class WrongMediaType(HubError):
    """The body is not of the type this endpoint takes."""

    code = "wrong_media_type"


class MalformedInput(Invalid):
    """The request does not have the shape this endpoint takes; ``problems`` by field."""

    code = "invalid_input"

    def __init__(self, problems: Sequence[Problem]) -> None:
        """``problems``: each field that is wrong, and how."""
        super().__init__("The request does not have the right form.")
        self.problems = tuple(problems)


# The first class that fits decides.
_STATUS: tuple[tuple[type[HubError], HTTPStatus], ...] = (
    (NotSignedIn, HTTPStatus.UNAUTHORIZED),
    (WrongCredentials, HTTPStatus.UNAUTHORIZED),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (WrongOrigin, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (NotAllowed, HTTPStatus.CONFLICT),
    (NoRoom, HTTPStatus.CONFLICT),
    (Away, HTTPStatus.CONFLICT),
    (Mismatch, HTTPStatus.CONFLICT),
    (Conflict, HTTPStatus.CONFLICT),
    (BodyTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (WrongMediaType, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (Invalid, HTTPStatus.UNPROCESSABLE_ENTITY),
    (TooMany, HTTPStatus.TOO_MANY_REQUESTS),
    (Busy, HTTPStatus.SERVICE_UNAVAILABLE),
)


def status_of(error: HubError) -> HTTPStatus:
    """The status of an error; one that is missing from the table is our fault (500)."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def error_response(error: HubError) -> Response:
    """The answer to a request that was refused."""
    headers = {"cache-control": "no-store"}
    details: dict[str, object] = {}
    if isinstance(error, TooMany):
        after = max(1, round(error.after + 0.5))
        headers["retry-after"] = str(after)
        details["after"] = after
    if isinstance(error, Busy):
        headers["retry-after"] = "1"
    if isinstance(error, MalformedInput):
        details["problems"] = [
            {"field": problem.field, "message": problem.words} for problem in error.problems
        ]
    return body(status_of(error), error.code, str(error), error.hint, details, headers)


def body(
    status: int,
    code: str,
    message: str,
    hint: str | None = None,
    details: dict[str, object] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """An error body with this status."""
    error: dict[str, object] = {"code": code, "message": message}
    if hint is not None:
        error["hint"] = hint
    if details:
        error["details"] = details
    return JSONResponse({"error": error}, int(status), headers)


def from_pydantic(error: pydantic.ValidationError, where: str) -> MalformedInput:
    """What pydantic found wrong, without repeating what was sent."""
    problems = []
    for found in error.errors(include_url=False, include_context=False, include_input=False)[:20]:
        path = ".".join(str(part)[:60] for part in found["loc"])
        problems.append(Problem(path or where, f"{found['msg']}."))
    return MalformedInput(problems)


def from_msgspec(error: msgspec.MsgspecError, where: str) -> MalformedInput:
    """What msgspec found wrong; its messages name the path and no values."""
    words = str(error)
    path = words.rpartition("`$")[2].rstrip("`").lstrip(".") if "`$" in words else ""
    return MalformedInput([Problem(path or where, words if len(words) < 200 else "It is malformed.")])
