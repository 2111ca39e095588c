"""A keep-alive HTTP/1.1 client on a plain socket, one request at a time: it adds almost nothing."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass

TIMEOUT = 30.0


class RequestFailedError(RuntimeError):
    """An answer that was not the one hoped for; says which and why."""


@dataclass(frozen=True, slots=True)
class Response:
    """Status and body of an answer."""

    status: int
    body: bytes

    def json(self) -> dict[str, object]:
        """The body as a JSON object."""
        found: dict[str, object] = json.loads(self.body)
        return found


class RawHttp:
    """One connection to a server on loopback."""

    def __init__(self, port: int, *, headers: Mapping[str, str] | None = None) -> None:
        """``headers`` go with every request."""
        self._port = port
        given = {"Host": f"127.0.0.1:{port}", **(headers or {})}
        self._head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        self.socket = connect(port)

    def close(self) -> None:
        """Ends the connection."""
        self.socket.close()

    def post(self, path: str, content: Mapping[str, object]) -> bytes:
        """The bytes of a POST with a JSON body, to send now or later."""
        return self.request("POST", path, json.dumps(content, separators=(",", ":")).encode())

    def request(self, method: str, path: str, body: bytes = b"") -> bytes:
        """The bytes of a request."""
        size = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        return f"{method} {path} HTTP/1.1\r\n{self._head}{size}\r\n".encode() + body

    def send(self, request: bytes) -> None:
        """Sends a request; :meth:`receive` must follow."""
        self.socket.sendall(request)

    def receive(self) -> Response:
        """The answer to the request that was sent."""
        data = self.socket.recv(65536)
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        length = content_length(head)
        while len(body) < length:
            body += self._more()
        return Response(int(head[9:12]), body)

    def _more(self) -> bytes:
        data = self.socket.recv(65536)
        if not data:
            raise RequestFailedError("the server closed the connection")
        return data

    def call(
        self,
        method: str,
        path: str,
        content: Mapping[str, object] | None = None,
        *,
        wanted: int | None = None,
    ) -> Response:
        """One request and its answer; a status of 400 or more (or not ``wanted``) raises."""
        body = b"" if content is None else json.dumps(content, separators=(",", ":")).encode()
        self.send(self.request(method, path, body))
        response = self.receive()
        if response.status >= 400 or (wanted is not None and response.status != wanted):
            said = response.body[:500].decode(errors="replace")
            raise RequestFailedError(f"{method} {path}: {response.status} {said}")
        return response


def connect(port: int) -> socket.socket:
    """A connection to a port on loopback that sends at once."""
    made = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def content_length(head: bytes) -> int:
    """The length that the header of an answer names; 0 where it names none (204)."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0
