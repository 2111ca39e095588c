"""What a message costs at least: bare Starlette and uvicorn, HTTP in, WebSocket out, nothing kept.

`python -m tests.bench.echo PORT`: POST /messages sends the body to every socket of /socket.
"""

import json
import sys
import time
import uuid

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect


class Echo:
    """The sockets, and the two routes."""

    def __init__(self) -> None:
        self._sockets: set[WebSocket] = set()

    async def message(self, request: Request) -> Response:
        """Parse the message, send it to all sockets, answer."""
        entry = {"id": uuid.uuid4().hex, "body": await request.json()}
        text = json.dumps({"t": "entry", "entry": entry})
        for socket in list(self._sockets):
            await socket.send_text(text)
        return JSONResponse({"entry": entry}, 201)

    async def socket(self, socket: WebSocket) -> None:
        """Keep a socket until it is closed; what comes is sent back with the time of sending, in ns."""
        await socket.accept()
        self._sockets.add(socket)
        try:
            while True:
                asked = await socket.receive_text()
                await socket.send_text(f"{time.monotonic_ns()} {asked}")
        except WebSocketDisconnect:
            self._sockets.discard(socket)


def main(port: int) -> None:
    """Serve until killed, with the same loop and HTTP implementation as the hub."""
    echo = Echo()
    routes = [Route("/messages", echo.message, methods=["POST"]), WebSocketRoute("/socket", echo.socket)]
    uvicorn.run(
        Starlette(routes=routes),
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
