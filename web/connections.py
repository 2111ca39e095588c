"""A package's WebSocket over Starlette's: text frames of limited size, one end for all."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from hub.endpoints import SocketClosed, SocketConnection
from hub.events import Bus, SessionEnded
from hub.sessions import Sessions
from web.identity import own_origin, peer

_log = structlog.get_logger(__name__)
NOT_SIGNED_IN = 4401
_TOO_BIG, _NOT_TEXT, _OUR_FAULT = 1009, 1003, 1011


class Connection:
    """One accepted WebSocket (:class:`hub.endpoints.SocketConnection`)."""

    def __init__(self, websocket: WebSocket, *, user: str | None, session: str | None, most: int) -> None:
        """``most``: bytes a frame may have."""
        self._websocket = websocket
        self._most = most
        self.path: Mapping[str, str] = dict(websocket.path_params)
        self.query: Mapping[str, str] = dict(websocket.query_params)
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in websocket.headers.items()}
        self.address = peer(websocket)
        self.host = own_origin(websocket)
        self.user = user
        self.session = session

    async def receive(self) -> str:
        """The next text frame; one that is too big or not text ends the connection."""
        try:
            message = await self._websocket.receive()
        except (WebSocketDisconnect, RuntimeError) as error:
            raise SocketClosed from error
        if message["type"] == "websocket.disconnect":
            raise SocketClosed
        text = message.get("text")
        if not isinstance(text, str):
            await self.close(_NOT_TEXT, "text frames only")
            raise SocketClosed
        if len(text) > self._most or len(text.encode()) > self._most:
            await self.close(_TOO_BIG, "frame too big")
            raise SocketClosed
        return text

    async def send(self, text: str) -> None:
        """Send one text frame."""
        try:
            await self._websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError, OSError) as error:
            raise SocketClosed from error

    async def close(self, code: int, reason: str = "") -> None:
        """End it, if it has not ended."""
        if self._websocket.application_state is WebSocketState.CONNECTED:
            try:
                await self._websocket.close(code, reason)
            except (WebSocketDisconnect, RuntimeError, OSError) as error:
                raise SocketClosed from error

    async def run(self, handle: Callable[[SocketConnection], Awaitable[None]]) -> None:
        """Let the package talk until one side ends it."""
        try:
            await handle(self)
            await self.close(1000)
        except SocketClosed:
            return
        except Exception:  # noqa: BLE001 - the border of the task, nobody above can answer the peer
            _log.exception("A socket's handler failed", route=self._websocket.scope.get("path"))
            await self._close_quietly()

    async def _close_quietly(self) -> None:
        try:
            await self.close(_OUR_FAULT, "internal error")
        except SocketClosed:
            return


class OpenSockets:
    """The sockets of signed-in people: they end with the session they came with."""

    def __init__(self, sessions: Sessions, bus: Bus) -> None:
        """``bus`` tells when a session ends in this process."""
        self._sessions = sessions
        self._open: dict[str, set[Connection]] = {}
        self._closing: set[asyncio.Task[None]] = set()
        bus.listen(SessionEnded, lambda event: self._end(event.session))

    @contextmanager
    def holding(self, connection: Connection) -> Iterator[None]:
        """While the socket is open."""
        session = connection.session
        if session is None:
            yield
            return
        self._open.setdefault(session, set()).add(connection)
        try:
            yield
        finally:
            held = self._open[session]
            held.discard(connection)
            if not held:
                del self._open[session]

    async def look(self) -> None:
        """An open socket is use of its session; one whose session is over is closed."""
        for session in list(self._open):
            if not await self._sessions.keep(session):
                self._end(session)

    def _end(self, session: str) -> None:
        for connection in list(self._open.get(session, ())):
            task = asyncio.get_running_loop().create_task(_close(connection), name="signed out")
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


async def _close(connection: Connection) -> None:
    with suppress(SocketClosed):
        await connection.close(NOT_SIGNED_IN, "signed out")
