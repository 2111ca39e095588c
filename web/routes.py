"""Routes: operations, endpoints, sockets and pages made into Starlette's, none without a policy."""

import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from hub.access import Permission
from hub.documents import StoreError
from hub.endpoints import Permitted, Policy, Public, Socket
from hub.errors import HubError, NotFound, unanswered
from web.connections import NOT_SIGNED_IN, Connection, OpenSockets
from web.errors import NotSignedIn, error_response
from web.identity import SAFE_METHODS, Gate, Identity, peer
from web.operations import Asked, Operation
from web.requests import read_json, read_query, read_upload

_log = structlog.get_logger(__name__)
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
ROUTE = "hub.route"  # the path's template, in the ASGI scope, for metrics and logs
WRONG_ORIGIN, _REFUSED = 4403, 1008


class MissingPolicy(TypeError):
    """A route or socket says nothing about who may use it; the app is not built."""


class DeclaredRoute(Route):
    """A route that says who may call it."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[[Request], Awaitable[Response]],
        *,
        method: str,
        policy: Policy,
    ) -> None:
        """Refuses a policy that is none, and a permission that does not exist."""
        super().__init__(path, endpoint, methods=[method])
        self.policy = checked(policy, f"{method} {path}")


class DeclaredSocket(WebSocketRoute):
    """A WebSocket route that says who may use it."""

    def __init__(
        self, path: str, endpoint: Callable[[WebSocket], Awaitable[None]], *, policy: Policy
    ) -> None:
        """Refuses a policy that is none, and a permission that does not exist."""
        super().__init__(path, endpoint)
        self.policy = checked(policy, f"WebSocket {path}")


def checked(policy: object, where: str) -> Policy:
    """The policy, or :class:`MissingPolicy`."""
    if isinstance(policy, Public) and policy.reason.strip():
        return policy
    if isinstance(policy, Permitted) and policy.permission in set(Permission):
        return policy
    raise MissingPolicy(f"{where} has no policy (or one without a reason or a known permission)")


def check_app(app: Starlette) -> None:
    """Refuse an app with a route that was not declared."""
    for route in app.routes:
        if not isinstance(route, DeclaredRoute | DeclaredSocket):
            raise MissingPolicy(f"{getattr(route, 'path', route)!r} is not a declared route")
        checked(route.policy, route.path)


class Routes:
    """Makes routes; each authenticates, authorises, parses, and turns errors into answers."""

    def __init__(self, gate: Gate, sockets: OpenSockets, *, max_body: int, max_file: int) -> None:
        """Limits in bytes."""
        self._gate = gate
        self._sockets = sockets
        self._max_body = max_body
        self._max_file = max_file

    def function(self, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        """What serves an operation."""

        async def serve(request: Request) -> Response:
            request.scope[ROUTE] = operation.path
            return await answered(self._operate(operation, request))

        return serve

    async def _operate(self, operation: Operation, request: Request) -> Response:
        check_ids(request)
        if operation.same_origin and operation.method not in SAFE_METHODS:
            self._gate.check_origin(request)
        identity = await self._gate.admit(request, operation.policy)
        async with AsyncExitStack() as stack:
            asked = await self._parse(operation, request, identity, stack)
            given = await operation.handle(asked)
        if isinstance(given, Response):
            return given
        if given is None:
            return Response(status_code=operation.status, headers={"cache-control": "no-store"})
        return Response(
            given.model_dump_json(by_alias=True),
            operation.status,
            media_type="application/json",
            headers={"cache-control": "no-store"},
        )

    async def _parse(
        self,
        operation: Operation,
        request: Request,
        identity: Identity | None,
        stack: AsyncExitStack,
    ) -> Asked[Any, Any]:
        most = self._max_body if operation.max_bytes is None else operation.max_bytes
        query = None
        if operation.query is not None:
            query = read_query(request.query_params, operation.query)
        body: Any = None
        if operation.body is not None:
            body = await read_json(request, operation.body, most)
        elif operation.upload:
            form, body = await read_upload(request, self._max_file)
            stack.push_async_callback(form.close)
        return Asked(
            path=request.path_params,
            query=query,
            body=body,
            address=peer(request),
            request=request,
            who=None if identity is None else identity.principal,
            session=None if identity is None else identity.session,
        )

    def socket(self, socket: Socket) -> DeclaredSocket:
        """A package's socket: checked before it is accepted."""

        async def serve(websocket: WebSocket) -> None:
            websocket.scope[ROUTE] = socket.path
            try:
                identity = await self.admit_socket(socket, websocket)
            except _TurnedAway as refused:
                await websocket.accept()
                await websocket.close(refused.code, refused.reason)
                return
            await websocket.accept()
            connection = Connection(
                websocket,
                user=None if identity is None else identity.user.id,
                session=None if identity is None else identity.session.id,
                most=socket.max_frame_bytes,
            )
            with self._sockets.holding(connection):
                await connection.run(socket.handle)

        return DeclaredSocket(socket.path, serve, policy=socket.policy)

    async def admit_socket(self, socket: Socket, websocket: WebSocket) -> Identity | None:
        """Who opens the socket.

        Where he may not, it is accepted and closed with a code: browsers hide a refused
        handshake from the page, so the reason must come that way.
        """
        if not socket.any_origin and not self._gate.is_our_origin(websocket):
            raise _TurnedAway(WRONG_ORIGIN, "wrong origin")
        try:
            check_ids(websocket)
            return await self._gate.admit(websocket, socket.policy)
        except NotSignedIn as error:
            raise _TurnedAway(NOT_SIGNED_IN, "not signed in") from error
        except (HubError, StoreError) as error:
            raise _TurnedAway(_REFUSED, error.code) from error


class _TurnedAway(Exception):
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def check_ids(connection: HTTPConnection) -> None:
    """Refuse path parameters that cannot be ids."""
    for value in connection.path_params.values():
        if not isinstance(value, str) or _ID.fullmatch(value) is None:
            raise NotFound("there is no such thing")


async def answered(work: Awaitable[Response]) -> Response:
    """The response, or the answer that an error deserves."""
    try:
        return await work
    except HubError as error:
        response = error_response(error)
        if response.status_code >= 500:
            _log.warning("A request could not be served", code=error.code, error=repr(error))
        return response
    except StoreError as error:
        return error_response(unanswered(error))


def routes_of(
    routes: Routes,
    operations: Sequence[Operation],
    describe: Callable[[Operation, Callable[[Request], Awaitable[Response]]], Any],
) -> list[BaseRoute]:
    """Routes of operations; ``describe`` documents each and answers the function to route to."""
    return [
        DeclaredRoute(
            operation.path,
            describe(operation, routes.function(operation)),
            method=operation.method,
            policy=operation.policy,
        )
        for operation in operations
    ]
