"""Many WebSockets in one thread: connects them all at once, then hands out what comes, uncut.

Reading must cost little, or the readers slow the server that is measured: a chunk is searched
for marks as it comes from the kernel; of its frames only the heads are looked at, for pings.
"""

import select
import socket
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.raw_socket import CLOSE, PING, PONG, frame

AT_ONCE = 100  # handshakes under way at the same time, where nobody measures them
CHUNK = 262_144
JOIN_LIMIT = 120.0


@dataclass(frozen=True, slots=True)
class Visit:
    """One socket to open: where, with which headers, and the frames it begins with."""

    port: int
    path: str
    headers: Mapping[str, str]
    first: Sequence[str] = ()


class Member:
    """One socket of a crowd."""

    __slots__ = ("data", "head", "index", "joined", "sock", "tail", "to_skip", "visit")

    def __init__(self, index: int, visit: Visit) -> None:
        self.index = index
        self.visit = visit
        self.joined = False
        self.data = b""  # of the handshake
        self.head = b""  # of a frame, of which more must come
        self.to_skip = 0  # bytes until the next frame's head
        self.tail = b""  # the end of the last chunk, in which a mark may have begun
        self.sock = socket.create_connection(("127.0.0.1", visit.port), timeout=30)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        given = {
            "Host": f"127.0.0.1:{visit.port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
            "Sec-WebSocket-Version": "13",
            **visit.headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        self.sock.sendall(f"GET {visit.path} HTTP/1.1\r\n{lines}\r\n".encode())

    def say(self, text: str) -> None:
        """Send one text frame."""
        self.sock.sendall(frame(text))

    def look(self, data: bytes) -> None:
        """Go from frame to frame; answer pings, and refuse to be sent away."""
        if self.head:
            data, self.head = self.head + data, b""
        at, length = self.to_skip, len(data)
        while at < length:
            if length - at < 2:
                break
            size, start = data[at + 1], at + 2
            if size > 125:
                start += 2 if size == 126 else 8
                if start > length:
                    break
                size = int.from_bytes(data[at + 2 : start], "big")
            opcode = data[at] & 0x0F
            if opcode >= CLOSE:
                if start + size > length:
                    break
                self._control(opcode, data[start : start + size])
            at = start + size
        else:
            self.to_skip = at - length
            return
        self.to_skip = 0
        self.head = data[at:]

    def _control(self, opcode: int, content: bytes) -> None:
        if opcode == PING:
            self.sock.sendall(frame(content, PONG))
        elif opcode == CLOSE:
            code = int.from_bytes(content[:2], "big")
            raise CrowdError(f"the server closed socket {self.index}: {code} {content[2:]!r}")


class CrowdError(RuntimeError):
    """A socket that could not be opened, or was closed by the server."""


OnData = Callable[[Member, bytes, int], None]


class Crowd:
    """The sockets, and the loop that reads them."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self.members: dict[int, Member] = {}  # by descriptor

    def add(self, member: Member) -> None:
        """Read this one, too."""
        number = member.sock.fileno()
        self.members[number] = member
        self._poll.register(number, select.EPOLLIN)

    def watch(self, descriptor: int) -> None:
        """Let :meth:`read` end when this becomes readable."""
        self._poll.register(descriptor, select.EPOLLIN)

    def drop(self, member: Member) -> None:
        """Read this one no more."""
        number = member.sock.fileno()
        self._poll.unregister(number)
        del self.members[number]
        member.sock.close()

    def join(self, visits: Sequence[Visit], until: bytes, on_data: OnData, *, at_once: int = AT_ONCE) -> None:
        """Open all sockets; returns when each has received ``until`` (which may be empty)."""
        waiting = list(reversed([(number, visit) for number, visit in enumerate(visits)]))
        missing: set[int] = set()
        deadline = time.monotonic() + JOIN_LIMIT

        def heard(member: Member, data: bytes, now: int) -> None:
            if data:
                on_data(member, data, now)
            if member.index in missing and until in member.tail + data:
                missing.discard(member.index)
            member.tail = (member.tail + data)[-64:]

        while waiting or missing:
            while waiting and len(missing) < at_once:
                number, visit = waiting.pop()
                member = Member(number, visit)
                missing.add(number)
                self.add(member)
            self.step(0.1, heard)
            if time.monotonic() > deadline:
                raise CrowdError(f"{len(missing) + len(waiting)} sockets were not served in {JOIN_LIMIT} s")
        for member in self.members.values():
            member.tail = b""

    def step(self, wait: float, on_data: OnData) -> bool:
        """Read what there is, or wait for it; whether a watched descriptor wants to be read."""
        wanted = False
        members = self.members
        for number, _ in self._poll.poll(wait):
            member = members.get(number)
            if member is None:
                wanted = True
                continue
            data = member.sock.recv(CHUNK)
            now = time.monotonic_ns()
            if not data:
                self.drop(member)
                raise CrowdError(f"the server dropped socket {member.index}")
            if member.joined:
                member.look(data)
                on_data(member, data, now)
                continue
            member.data += data
            if b"\r\n\r\n" in member.data:
                self._begin(member, on_data, now)
        return wanted

    def _begin(self, member: Member, on_data: OnData, now: int) -> None:
        head, _, rest = member.data.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            raise CrowdError(f"{member.visit.path}: {head.splitlines()[0].decode()}")
        member.joined = True
        for text in member.visit.first:
            member.say(text)
        member.look(rest)
        on_data(member, rest, now)

    def cut(self) -> None:
        """Reset every connection, as a network that fails would, and forget them."""
        for member in list(self.members.values()):
            member.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.drop(member)

    def close(self) -> None:
        """Close every socket."""
        for member in list(self.members.values()):
            self.drop(member)
        self._poll.close()
