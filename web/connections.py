"""A package's WebSocket over Starlette's: text frames of limited size, one kind of goodbye."""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from hub.endpoints import SocketClosed, SocketConnection
from web.identity import own_origin, peer

_log = structlog.get_logger(__name__)
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
