"""The edge: what happens to every request, whatever it asks for.

A request id, security headers, one log line, metrics, and an answer where our own code failed.
"""

import time
from collections.abc import Callable
from functools import lru_cache

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import body
from web.metrics import Metrics
from web.routes import ROUTE

_log = structlog.get_logger(__name__)
_SLOW = 1.0  # seconds; slower requests are logged as a warning


class Edge:
    """ASGI middleware around the whole app."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        new_id: Callable[[], str],
        draining: Callable[[], bool],
    ) -> None:
        """``draining``: whether the hub is about to stop."""
        self._app = app
        self._metrics = metrics
        self._new_id = new_id
        self._draining = draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        request_id = self._new_id()
        scope["hub.request_id"] = request_id
        with structlog.contextvars.bound_contextvars(request=request_id):
            if scope["type"] == "http":
                await self._http(scope, receive, send, request_id)
            else:
                with self._metrics.socket_open():
                    await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        began = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                secure(headers, scope)
                headers["x-request-id"] = request_id
                if self._draining():
                    headers["connection"] = "close"
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            _log.exception("A request failed", method=scope["method"], route=scope.get(ROUTE))
            if status:
                raise
            failure = body(
                500,
                "internal_error",
                "Something went wrong on our side.",
                f"Quote the code {request_id}.",
            )
            await failure(scope, receive, send_with_headers)
        finally:
            seconds = time.perf_counter() - began
            route = scope.get(ROUTE, "none")
            self._metrics.request(scope["method"], route, status, seconds)
            say = _log.warning if seconds >= _SLOW else _log.debug
            say(
                "A request was served",
                method=scope["method"],
                route=route,
                status=status,
                ms=round(seconds * 1000, 1),
            )


def secure(headers: MutableHeaders, scope: Scope) -> None:
    """Add the security headers that the answer does not set itself."""
    host = Headers(scope=scope).get("host", "")
    ancestors = scope.get("hub.frame_ancestors", "'none'")
    present = {name for name, _ in headers.raw}
    for name, value in _security_headers(scope["scheme"], host, ancestors):
        if name not in present:
            headers.raw.append((name, value))


@lru_cache(maxsize=256)
def _security_headers(scheme: str, host: str, ancestors: str) -> list[tuple[bytes, bytes]]:
    found = {
        "content-security-policy": policy(scheme, host, ancestors),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "geolocation=(), camera=(), payment=(), usb=()",
    }
    if ancestors == "'none'":
        found["x-frame-options"] = "DENY"
    if scheme == "https":
        found["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in found.items()]


def policy(scheme: str, host: str, ancestors: str) -> str:
    """The content security policy: everything from us, no inline script, no plug-ins."""
    socket = "wss" if scheme == "https" else "ws"
    # Safari before 15.4 does not count a WebSocket to the same host as 'self'.
    connect = f"'self' {socket}://{host}" if host and _is_plain(host) else "'self'"
    return (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' blob: data:; media-src 'self' blob:; connect-src {connect}; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; "
        f"frame-ancestors {ancestors}"
    )


def _is_plain(host: str) -> bool:
    return all(character.isascii() and (character.isalnum() or character in ".-:[]_") for character in host)
