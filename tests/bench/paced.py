"""Many keep-alive connections that send requests at given moments, whether or not others are answered."""

import select
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tests.bench.raw_http import RawHttp, RequestFailedError, content_length


@dataclass(frozen=True, slots=True)
class Shot:
    """A request and when it is due (seconds from the start), on which connection."""

    due: float
    line: int
    request: bytes
    number: int = -1


@dataclass(slots=True)
class Sent:
    """When each numbered request was sent (ns), what was answered and how long it took (ms)."""

    at: dict[int, int] = field(default_factory=dict)
    answers: list[float] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    late: int = 0


def arrivals(per_second: float, seconds: float, seed: int) -> list[float]:
    """Moments of independent arrivals (a Poisson process), exactly as many as the rate says."""
    random = Random(seed)
    return sorted(random.uniform(0, seconds) for _ in range(round(per_second * seconds)))


@dataclass(slots=True)
class _Line:
    http: RawHttp
    waiting: deque[Shot] = field(default_factory=deque)
    sent_at: float = 0.0
    data: bytes = b""


def fire(lines: Sequence[RawHttp], shots: Sequence[Shot]) -> Sent:
    """Send every request at its time; a connection that still waits for its answer sends it after that."""
    sent = Sent()
    poll = select.epoll()
    all_lines = [_Line(http) for http in lines]
    by_descriptor = {}
    for line in all_lines:
        by_descriptor[line.http.socket.fileno()] = line
        poll.register(line.http.socket.fileno(), select.EPOLLIN)
    todo = deque(sorted(shots, key=lambda shot: shot.due))
    open_requests = 0
    began = time.monotonic()
    while todo or open_requests:
        now = time.monotonic() - began
        while todo and todo[0].due <= now:
            shot = todo.popleft()
            line = all_lines[shot.line]
            line.waiting.append(shot)
            open_requests += 1
            if len(line.waiting) == 1:
                _send(line, sent)
            else:
                sent.late += 1
        wait = todo[0].due - now if todo else 1.0
        for descriptor, _ in poll.poll(max(0.0, min(wait, 1.0))):
            line = by_descriptor[descriptor]
            if _answered(line, sent):
                open_requests -= 1
                if line.waiting:
                    _send(line, sent)
        if not todo and now > shots[-1].due + 60:
            raise RequestFailedError(f"{open_requests} requests were not answered within 60 s")
    poll.close()
    return sent


def _send(line: _Line, sent: Sent) -> None:
    shot = line.waiting[0]
    line.sent_at = time.monotonic()
    if shot.number >= 0:
        sent.at[shot.number] = time.monotonic_ns()
    line.http.send(shot.request)


def _answered(line: _Line, sent: Sent) -> bool:
    data = line.http.socket.recv(65536)
    if not data:
        raise RequestFailedError("the server closed a connection")
    line.data += data
    head, found, body = line.data.partition(b"\r\n\r\n")
    if not found or len(body) < content_length(head):
        return False
    if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201", b"HTTP/1.1 204")):
        raise RequestFailedError(f"{head.splitlines()[0]!r} {body[:300]!r}")
    sent.answers.append((time.monotonic() - line.sent_at) * 1000)
    sent.bodies.append(body)
    line.data = b""
    line.waiting.popleft()
    return True
