"""One desk's outgoing side: events are gathered into frames, and a slow reader is cut."""

import asyncio
from collections.abc import Callable

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
        self.slow = False

    def push(self, event: str) -> bool:
        """Queue one event (JSON); whether this socket now waits for a flush."""
        first = not self._pending
        self._pending.append(event)
        self._size += len(event)
        if self._size > MOST_PENDING:
            self.slow = True
            self.flush()
        return first and not self._held

    def lead(self, events: list[str]) -> None:
        """Put these before whatever was queued since the socket was opened, and let it flow."""
        self._pending[:0] = events
        self._size += sum(map(len, events))
        self._held = False
        self.flush()

    def flush(self) -> None:
        """Send what is pending as soon as the socket takes it."""
        self._wake.set()

    async def run(self) -> None:
        """Send until the socket is closed; ends by itself for a slow reader."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self.slow:
                return
            if self._held or not self._pending:
                continue
            frame = "[" + ",".join(self._pending) + "]"
            self._pending.clear()
            self._size = 0
            try:
                async with asyncio.timeout(SLOW):
                    await self._connection.send(frame)
            except TimeoutError:
                self.slow = True
                return
            except SocketClosed:
                return


class Flusher:
    """Flushes all sockets that wait, at most once in ``gap`` seconds, at once when nothing was lately."""

    def __init__(self, gap: float) -> None:
        """``gap``: seconds; what comes within it shares a frame."""
        self._gap = gap
        self._waiting: list[Sender] = []
        self._last = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.get_running_loop

    def add(self, sender: Sender) -> None:
        """This socket has something to send."""
        self._waiting.append(sender)
        if self._timer is None:
            loop = self._loop()
            when = max(loop.time(), self._last + self._gap)
            self._timer = loop.call_at(when, self._flush)

    def _flush(self) -> None:
        self._timer = None
        self._last = self._loop().time()
        waiting, self._waiting = self._waiting, []
        for sender in waiting:
            sender.flush()
