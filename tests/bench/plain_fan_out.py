"""The yardstick of fan-out: uvicorn and websockets, one send after the other to every socket.

`python -m tests.bench.plain_fan_out PORT EVENTS_PER_SECOND WEBSOCKET_IMPLEMENTATION FILE`: FILE
holds one event as the desks send it, which is encoded once for each event.
"""

import asyncio
import json
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect


class Plain:
    """The sockets and the stream of events."""

    def __init__(self, per_second: float, event: dict[str, object]) -> None:
        self._gap = 1 / per_second
        self._event = event
        self._sockets: set[WebSocket] = set()
        self._stream: asyncio.Task[None] | None = None

    async def socket(self, socket: WebSocket) -> None:
        """Keep a socket; the first frame `go` begins the stream."""
        await socket.accept()
        self._sockets.add(socket)
        try:
            while True:
                if await socket.receive_text() == "go":
                    self._sockets.discard(socket)  # who says so is none of the readers
                    self._stream = asyncio.create_task(self._run())
        except WebSocketDisconnect:
            self._sockets.discard(socket)

    async def _run(self) -> None:
        """Events at their times; when sending takes longer, as fast as it goes."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            text = json.dumps([self._event], separators=(",", ":"), ensure_ascii=False)
            for socket in list(self._sockets):
                await socket.send_text(text)
            due = max(due + self._gap, loop.time() - 1)
            await asyncio.sleep(max(0.0, due - loop.time()))


def main(port: int, per_second: float, implementation: str, file: Path) -> None:
    """Serve until killed."""
    plain = Plain(per_second, json.loads(file.read_text()))
    uvicorn.run(
        Starlette(routes=[WebSocketRoute("/api/desk", plain.socket)]),
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        ws=implementation,
        ws_per_message_deflate=False,
        backlog=2048,
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
