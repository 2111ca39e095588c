"""The web application, made of declared parts; nothing is registered by importing it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from hub.access import Permission
from hub.endpoints import Endpoint, Permitted, Public, Socket
from hub.settings import Settings
from web.connections import OpenSockets
from web.documentation import describe, document, spectree
from web.edge import Edge
from web.endpoints import Endpoints
from web.errors import body
from web.health import Health
from web.identity import Gate, peer
from web.metrics import MEDIA_TYPE, Metrics
from web.operations import Operation
from web.pages import Pages, page
from web.routes import DeclaredRoute, Routes, answered, check_app

_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Everything that is mounted."""

    operations: Sequence[Operation] = ()
    endpoints: Sequence[Endpoint] = ()
    sockets: Sequence[Socket] = ()
    routes: Sequence[BaseRoute] = ()  # declared routes and sockets made elsewhere (the desk's)
    lifespan: Callable[[], AbstractAsyncContextManager[None]] | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """The ASGI app, and what tests and commands want to know of it."""

    asgi: ASGIApp
    starlette: Starlette
    openapi: dict[str, Any] = field(repr=False)


class Switch:
    """Finds a request's router by the first part of its path (two parts below /api).

    Starlette compares a path with one route after the other; there are a hundred.
    """

    def __init__(self, routes: Sequence[BaseRoute], whole: Router) -> None:
        """``whole`` answers what is not a request (lifespan)."""
        groups: dict[str, list[BaseRoute]] = {}
        for route in routes:
            path = getattr(route, "path", "")
            key = _first_parts(path)
            if "{" in key:
                raise ValueError(f"the first part of {path!r} must be plain text")
            groups.setdefault(key, []).append(route)
        self._routers = {key: Router(members, redirect_slashes=False) for key, members in groups.items()}
        self._nowhere = Router([], redirect_slashes=False)
        self._whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on."""
        router = self._whole
        if scope["type"] in {"http", "websocket"}:
            router = self._routers.get(_first_parts(scope["path"]), self._nowhere)
        await router(scope, receive, send)


def _first_parts(path: str) -> str:
    parts = path.split("/", 3)
    first = parts[1] if len(parts) > 1 else ""
    if first == "api" and len(parts) > 2:
        return f"api/{parts[2]}"
    return first


def create_app(
    contents: Contents,
    *,
    settings: Settings,
    gate: Gate,
    sockets: OpenSockets,
    metrics: Metrics,
    health: Health,
    pages: Pages,
    new_id: Callable[[], str],
    version: str,
    lookout: bool = False,
) -> Application:
    """Build the app; :class:`web.routes.MissingPolicy` where a route has no policy.

    ``lookout``: nothing but /health and /metrics, for a process that serves nobody.
    """
    routes = Routes(gate, sockets, max_body=settings.max_body_bytes, max_file=settings.max_file_bytes)
    endpoints = Endpoints(gate, embedding=settings.allow_embedding)
    tree = spectree(version)
    mounted: list[BaseRoute] = [
        DeclaredRoute(
            operation.path,
            describe(tree, operation, routes.function(operation)),
            method=operation.method,
            policy=operation.policy,
        )
        for operation in contents.operations
    ]
    for endpoint in contents.endpoints:
        mounted += endpoints.routes(endpoint)
    mounted += [routes.socket(socket) for socket in contents.sockets]
    openapi = document(tree, contents.operations, contents.endpoints)
    looked_at = [*health.routes(), *_figures(gate, metrics)]
    if lookout:
        mounted = [*looked_at]
    else:
        mounted += [*contents.routes, *looked_at, _openapi_route(openapi), *pages.routes()]
    app = Starlette(
        routes=mounted,
        lifespan=_lifespan(contents),
    )
    app.router.redirect_slashes = False
    check_app(app)
    # Without Starlette's own outermost layer: a fault is answered in our form, by the edge.
    switch = Switch(mounted, app.router)
    inner = ExceptionMiddleware(switch, handlers={HTTPException: _http_error})

    async def within(scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = app
        await inner(scope, receive, send)

    asgi: ASGIApp = Edge(within, metrics=metrics, new_id=new_id, draining=lambda: health.draining)
    if settings.trusted_proxies:
        asgi = ProxyHeadersMiddleware(asgi, trusted_hosts=list(settings.trusted_proxies))  # type: ignore[arg-type, assignment]
    return Application(asgi, app, openapi)


def _lifespan(contents: Contents) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        if contents.lifespan is None:
            yield
        else:
            async with contents.lifespan():
                yield

    return lifespan


def _openapi_route(openapi: dict[str, Any]) -> DeclaredRoute:
    async def answer(request: Request) -> Response:
        return JSONResponse(openapi, headers={"cache-control": "no-cache"})

    return page("/openapi.json", answer, Public("describes the API, holds no data"))


def _figures(gate: Gate, metrics: Metrics) -> list[DeclaredRoute]:
    reason = "a scraper on this machine needs no sign-in; others need the permission (checked)"

    async def figures(request: Request) -> Response:
        if not _is_local(request):
            await gate.admit(request, Permitted(Permission.METRICS_READ))
        return Response(await metrics.text(), media_type=MEDIA_TYPE, headers={"cache-control": "no-store"})

    async def answer(request: Request) -> Response:
        return await answered(figures(request))

    return [page("/metrics", answer, Public(reason))]


def _is_local(request: Request) -> bool:
    """Whether a program on this machine asks, and no proxy on it for somebody else."""
    forwarded = any(name in request.headers for name in _FORWARDED)
    return peer(request) in _LOOPBACK and not forwarded


_CODES = {404: "not_found", 405: "method_not_allowed", 400: "invalid_input", 413: "body_too_large"}


async def _http_error(request: Request, error: Exception) -> Response:
    """Starlette's own refusals (no such route, wrong method) in our form."""
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers or {})
    return body(
        error.status_code,
        _CODES.get(error.status_code, "http_error"),
        str(error.detail),
        headers={"cache-control": "no-store", **headers},
    )
