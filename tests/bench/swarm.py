"""A crowd of WebSocket readers in a process of its own, which counts or times what comes."""

import multiprocessing
import re
import time
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from tests.bench.crowd import Crowd, Member, Visit

PING_EVERY = 20.0
MARK = re.compile(rb"#(\d{7});")
MARK_LENGTH = 9
_PING = '{"t":"ping"}'


def marked(number: int, words: str) -> str:
    """A text by which a message is known again on the wire."""
    return f"#{number:07d};{words}"


@dataclass(frozen=True, slots=True)
class Join:
    """Open these sockets; each is served when it has received ``until``."""

    visits: Sequence[Visit]
    until: bytes = b""
    pings: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """Count from now how often the mark comes, over all sockets."""

    mark: bytes


@dataclass(frozen=True, slots=True)
class Time:
    """Note from now when each socket sees each marked message for the first time."""

    messages: int


@dataclass(frozen=True, slots=True)
class Talk:
    """Send these frames (socket, text), one after the other and again, so many a second."""

    frames: Sequence[tuple[int, str]]
    per_second: float


@dataclass(frozen=True, slots=True)
class Report:
    """Say what was seen since the last order."""


@dataclass(slots=True)
class Seen:
    """What a swarm saw. ``messages`` and ``times``: which marked message came when (ns), in order."""

    count: int = 0
    bytes: int = 0
    chunks: int = 0
    spoken: int = 0
    messages: "array[int]" = field(default_factory=lambda: array("q"))
    times: "array[int]" = field(default_factory=lambda: array("q"))
    cpu: float = 0.0


Order = Join | Count | Time | Talk | Report


class Swarm:
    """The measuring side: gives orders to the process with the sockets."""

    def __init__(self) -> None:
        """Starts the process."""
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_run, args=(there,), daemon=True)
        self._process.start()
        there.close()

    def order(self, order: Order, *, limit: float = 180) -> Seen:
        """Has something done; what was seen until then."""
        self._here.send(order)
        if not self._here.poll(limit):
            raise TimeoutError(f"the readers did not answer within {limit} s")
        answer = self._here.recv()
        if isinstance(answer, Exception):
            raise answer
        seen: Seen = answer
        return seen

    def close(self) -> None:
        """Ends the process and with it the sockets."""
        self._here.close()
        self._process.join(10)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


@contextmanager
def swarm_of(join: Join) -> Iterator[Swarm]:
    """Readers with these sockets open; ended afterwards."""
    swarm = Swarm()
    try:
        swarm.order(join)
        yield swarm
    finally:
        swarm.close()


class _Reader:
    def __init__(self, orders: Connection) -> None:
        self._orders = orders
        self._crowd = Crowd()
        self._crowd.watch(orders.fileno())
        self._seen = Seen()
        self._mark = b""
        self._first: list[bytearray] = []
        self._talk = Talk((), 0)
        self._said = 0
        self._talking_since = 0.0
        self._by_index: dict[int, Member] = {}
        self._ping_at = float("inf")

    def run(self) -> None:
        on_data = self._ignore
        while True:
            if self._crowd.step(self._next_word(), on_data):
                order = self._orders.recv()
                report, self._seen = self._seen, Seen()
                report.cpu = time.process_time()
                if isinstance(order, Join):
                    self._join(order)
                    on_data = self._ignore
                elif isinstance(order, Count):
                    self._mark, on_data = order.mark, self._count
                elif isinstance(order, Time):
                    self._first = [bytearray(order.messages) for _ in self._by_index]
                    on_data = self._time
                elif isinstance(order, Talk):
                    self._talk, self._said = order, 0
                    self._talking_since = time.monotonic()
                self._orders.send(report)
            self._speak()

    def _join(self, order: Join) -> None:
        self._crowd.join(order.visits, order.until, self._ignore)
        self._by_index = {member.index: member for member in self._crowd.members.values()}
        if order.pings:
            self._ping_at = time.monotonic() + PING_EVERY

    def _next_word(self) -> float:
        wait = min(1.0, self._ping_at - time.monotonic())
        if self._talk.per_second:
            due = self._talking_since + self._said / self._talk.per_second
            wait = min(wait, due - time.monotonic())
        return max(0.0, wait)

    def _speak(self) -> None:
        now = time.monotonic()
        if now >= self._ping_at:
            self._ping_at = now + PING_EVERY
            for member in self._crowd.members.values():
                member.say(_PING)
        if not self._talk.per_second:
            return
        while self._said < (now - self._talking_since) * self._talk.per_second:
            index, text = self._talk.frames[self._said % len(self._talk.frames)]
            self._by_index[index].say(text)
            self._said += 1
            self._seen.spoken += 1

    def _ignore(self, member: Member, data: bytes, now: int) -> None:
        self._seen.bytes += len(data)

    def _count(self, member: Member, data: bytes, now: int) -> None:
        mark, seen = self._mark, self._seen
        seen.count += data.count(mark)
        if member.tail:
            seen.count += (member.tail + data[: len(mark) - 1]).count(mark)
        member.tail = _end_of(member.tail, data, len(mark) - 1)
        seen.bytes += len(data)
        seen.chunks += 1

    def _time(self, member: Member, data: bytes, now: int) -> None:
        seen, first = self._seen, self._first[member.index]
        for found in MARK.findall(member.tail + data):
            number = int(found)
            if number < len(first) and not first[number]:
                first[number] = 1
                seen.messages.append(number)
                seen.times.append(now)
        member.tail = _end_of(member.tail, data, MARK_LENGTH - 1)
        seen.bytes += len(data)
        seen.chunks += 1


def _end_of(tail: bytes, data: bytes, length: int) -> bytes:
    return data[-length:] if len(data) >= length else (tail + data)[-length:]


def _run(orders: Connection) -> None:
    try:
        _Reader(orders).run()
    except EOFError:
        return
    except Exception as error:  # noqa: BLE001 - told to whoever gave the orders
        orders.send(error)
