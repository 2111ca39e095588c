"""One desk's outgoing side: events are gathered into frames, and a slow reader is cut."""

import asyncio
from collections.abc import Mapping

from hub.endpoints import SocketClosed, SocketConnection

MOST_PENDING = 4_000_000  # characters that may wait for a reader before he is cut
SLOW = 20.0  # seconds one frame may take to be taken


class Sender:
    """Writes frames to one socket; a frame is a JSON array of all events that came meanwhile."""

    def __init__(self, connection: SocketConnection) -> None:
        """Over an accepted connection."""
        self._connection = connection
        self._pending: list[str] = []
        self._size = 0
        self._wake = asyncio.Event()
        self._held = True
        self._held_places: dict[int, tuple[str, int]] = {}
        self._told: Mapping[str, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._sending_since: float | None = None
        self.slow = False

    def push(self, event: str, place: tuple[str, int] | None = None) -> bool:
        """Queue one event (JSON); whether this socket now waits for a flush.

        ``place``: conversation and number, where the event is an entry.
        """
        if self.slow:
            return False
        if place is not None:
            if place[1] <= self._told.get(place[0], 0):
                return False
            if self._held:
                self._held_places[len(self._pending)] = place
        first = not self._pending
        self._pending.append(event)
        self._size += len(event)
        if self._size > MOST_PENDING:
            self._cut()
        return first and not self._held

    def lead(self, events: list[str], told: Mapping[str, int]) -> None:
        """Put these before whatever was queued since the socket was opened, and let it flow.

        ``told``: by conversation the last number that ``events`` hold or the desk had: queued
        entries up to it are not told again.
        """
        queued = [
            event
            for number, event in enumerate(self._pending)
            if (place := self._held_places.get(number)) is None or place[1] > told.get(place[0], 0)
        ]
        self._held_places.clear()
        self._told = told
        self._pending = events + queued
        self._size = sum(map(len, self._pending))
        self._held = False
        self.flush()

    def flush(self) -> None:
        """Send what is pending as soon as the socket takes it."""
        self._wake.set()

    async def run(self) -> None:
        """Send until the socket is closed; ends by itself for a slow reader."""
        self._task = asyncio.current_task()
        try:
            await self._send_frames()
        except SocketClosed:
            return
        except asyncio.CancelledError:
            if not self.slow:
                raise

    async def _send_frames(self) -> None:
        clock = asyncio.get_running_loop().time
        while not self.slow:
            await self._wake.wait()
            self._wake.clear()
            if self._held or not self._pending:
                continue
            frame = "[" + ",".join(self._pending) + "]"
            self._pending.clear()
            self._size = 0
            self._sending_since = clock()
            await self._connection.send(frame)
            self._sending_since = None

    def cut_if_stuck(self, now: float) -> None:
        """End it where the reader has not taken a frame for ``SLOW`` seconds of the loop's clock."""
        if self._sending_since is not None and now - self._sending_since > SLOW:
            self._cut()

    def _cut(self) -> None:
        self.slow = True
        self._pending.clear()
        if self._task is not None:
            self._task.cancel()


class Flusher:
    """Flushes all sockets that wait: at once when it is quiet, else as often as it can be afforded.

    The pause between two flushes follows from how many sockets the last one woke, so that
    sending takes a bounded share of the process however many desks there are.
    """

    def __init__(self, per_socket: float, most: float) -> None:
        """Seconds of pause for each socket that was flushed, and the most there may be."""
        self._per_socket = per_socket
        self._most = most
        self._waiting: list[Sender] = []
        self._free_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, sender: Sender) -> None:
        """This socket has something to send."""
        self._waiting.append(sender)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._free_at), self._flush)

    def _flush(self) -> None:
        self._timer = None
        waiting, self._waiting = self._waiting, []
        pause = min(self._per_socket * len(waiting), self._most)
        self._free_at = asyncio.get_running_loop().time() + pause
        for sender in waiting:
            sender.flush()
