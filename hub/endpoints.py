"""What a package asks the web server to mount for it: HTTP endpoints and sockets, as data.

The web package checks the policy, the size and the shape of what comes in, before
``handle`` is called; a package that offers endpoints imports no web framework.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from hub.documents import Json


@dataclass(frozen=True, slots=True)
class Public:
    """Anybody may call it, and why that is right; it authenticates by itself where it must."""

    reason: str


@dataclass(frozen=True, slots=True)
class Permitted:
    """Signed-in users with this permission."""

    permission: str


Policy = Public | Permitted


class Upload(Protocol):
    """A file on its way in: read it in pieces."""

    name: str

    async def read(self, size: int) -> bytes:
        """The next piece, at most ``size`` bytes; empty at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request as an endpoint sees it."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    address: str  # the peer's, behind trusted proxies the customer's
    body: object = None  # the decoded struct that the endpoint declared
    raw: bytes = b""
    upload: Upload | None = None
    user: str | None = None
    host: str = ""  # scheme://host[:port] under which the customer reached us


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response. ``body``: bytes as they are, an async iterator of bytes streamed, else JSON."""

    body: object = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route. ``takes`` and ``gives`` are msgspec structs (they also make the OpenAPI document)."""

    method: str
    path: str  # Starlette's form: /webchat/{inbox}/messages
    policy: Policy
    handle: Callable[[Call], Awaitable[Answer]]
    summary: str
    takes: type[msgspec.Struct] | None = None
    gives: object = None  # a type msgspec knows
    max_bytes: int = 64_000
    uploads: bool = False  # multipart with one field "file"
    frameable: bool = False  # may be shown inside other sites' pages
    any_origin: bool = False  # called from other sites' pages (CORS without cookies)


class SocketConnection(Protocol):
    """A WebSocket, accepted, as a package sees it."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    address: str
    user: str | None
    session: str | None  # the sign-in it came with
    host: str  # scheme://host[:port] under which the customer reached us

    async def receive(self) -> str:
        """The next text frame; raises :class:`SocketClosed`."""
        ...

    async def send(self, text: str) -> None:
        """Send one text frame; raises :class:`SocketClosed`."""
        ...

    async def close(self, code: int, reason: str = "") -> None:
        """End it with a close code."""
        ...


class SocketClosed(Exception):
    """The other side is gone."""


@dataclass(frozen=True, slots=True)
class Socket:
    """One WebSocket route."""

    path: str
    policy: Policy
    handle: Callable[[SocketConnection], Awaitable[None]]
    any_origin: bool = False
    max_frame_bytes: int = 64_000


Body = dict[str, Json]
