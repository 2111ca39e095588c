"""A WebSocket client by hand: handshake without extensions, masked frames out, whole frames in."""

import base64
import json
import os
import socket
import struct
from collections.abc import Iterator, Mapping

from tests.bench.raw_http import RequestFailedError, connect

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


class SocketEndedError(RuntimeError):
    """The server closed the WebSocket; the text has its code and reason."""


def open_socket(
    port: int, path: str, *, headers: Mapping[str, str] | None = None
) -> tuple[socket.socket, bytes]:
    """A connection after the handshake, and what came behind the answer's header already."""
    made = connect(port)
    key = base64.b64encode(os.urandom(16)).decode()
    given = {
        "Host": f"127.0.0.1:{port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Version": "13",
        **(headers or {}),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    made.sendall(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
    data = b""
    while b"\r\n\r\n" not in data:
        more = made.recv(65536)
        if not more:
            raise RequestFailedError(f"{path}: the server closed the connection")
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 101"):
        raise RequestFailedError(f"{path}: {head.splitlines()[0].decode()}")
    return made, rest


def frame(text: str | bytes, opcode: int = TEXT) -> bytes:
    """A client's frame. The mask is zero, which is a mask like any other."""
    content = text.encode() if isinstance(text, str) else text
    size = len(content)
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
    elif size < 65536:
        head = struct.pack("!BBH", 0x80 | opcode, 0xFE, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0xFF, size)
    return head + bytes(4) + content


class Frames:
    """Cuts a server's bytes into frames."""

    def __init__(self, data: bytes = b"") -> None:
        """``data``: what came with the handshake."""
        self._data = bytearray(data)

    def feed(self, data: bytes) -> None:
        """More bytes."""
        self._data += data

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Whole frames that have come: opcode and content."""
        data = self._data
        while len(data) >= 2:
            size, head = data[1] & 0x7F, 2
            if size == 126:
                size, head = int.from_bytes(data[2:4], "big"), 4
            elif size == 127:
                size, head = int.from_bytes(data[2:10], "big"), 10
            if len(data) < head or len(data) < head + size:
                return
            opcode, content = data[0] & 0x0F, bytes(data[head : head + size])
            del data[: head + size]
            yield opcode, content


class RawSocket:
    """A WebSocket that blocks while it waits."""

    def __init__(self, port: int, path: str, *, headers: Mapping[str, str] | None = None) -> None:
        """Connects."""
        self.socket, rest = open_socket(port, path, headers=headers)
        self._frames = Frames(rest)

    def send(self, content: Mapping[str, object]) -> None:
        """Sends one object as a text frame."""
        self.socket.sendall(frame(json.dumps(content, separators=(",", ":"))))

    def receive(self) -> bytes:
        """The next text frame."""
        while True:
            for opcode, content in self._frames:
                if opcode == CLOSE:
                    raise SocketEndedError(f"{content[:2].hex()} {content[2:].decode(errors='replace')}")
                if opcode == PING:
                    self.socket.sendall(frame(content, PONG))
                if opcode == TEXT:
                    return content
            data = self.socket.recv(65536)
            if not data:
                raise SocketEndedError("without a close frame")
            self._frames.feed(data)

    def wait_for(self, mark: bytes) -> bytes:
        """The next frame that contains these bytes."""
        while True:
            found = self.receive()
            if mark in found:
                return found

    def close(self) -> None:
        """Ends the connection without ceremony."""
        self.socket.close()
