"""Virtual time: it stands still until a test moves it, and every task has its turn in between.

Sleepers wake in order of their time. After each moment the clock waits until nothing moves any
more: no task is ready, and no call is under way in the parts it watches (a store on a real disk
answers in real time, whatever the virtual time is).
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

T = TypeVar("T")
BEGIN = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
QUIET = 10  # rounds of the event loop without anything new, after which nothing moves
LIMIT = 30.0  # real seconds that one call of a real part may take


class Work(Protocol):
    """A part whose calls take real time."""

    @property
    def under_way(self) -> int:
        """How many calls will be answered without the test's doing."""
        ...

    @property
    def moves(self) -> int:
        """Grows with everything that happens."""
        ...

    async def answered(self) -> None:
        """Wait until one of them has been answered."""
        ...


class VirtualClock:
    """Implements :class:`hub.clock.Clock`; moved by :meth:`advance` and :meth:`jump`."""

    def __init__(self, begin: datetime = BEGIN) -> None:
        self._begin = begin
        self._elapsed = 0.0
        self._shift = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = 0
        self._woken = 0
        self._works: list[Work] = []

    # --- the port ---

    def now(self) -> datetime:
        """The virtual wall clock."""
        return self._begin + timedelta(seconds=self._elapsed + self._shift)

    def monotonic(self) -> float:
        """Virtual seconds; begins at a number that no code should rely on."""
        return 1000.0 + self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Until a test has moved the time so far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future = asyncio.get_running_loop().create_future()
        self._number += 1
        heapq.heappush(self._sleepers, (self._elapsed + seconds, self._number, future))
        await future

    # --- what tests do ---

    def watch(self, work: Work) -> None:
        """Wait for this part, too, before the time goes on."""
        self._works.append(work)

    def shift_wall(self, seconds: float) -> None:
        """The wall clock is set to another time; the monotonic one knows nothing of it."""
        self._shift += seconds

    async def settle(self) -> None:
        """Let everything run that can run without the time going on."""
        quiet, mark = 0, -1
        while quiet < QUIET:
            await asyncio.sleep(0)
            busy = [work for work in self._works if work.under_way]
            if busy:
                async with asyncio.timeout(LIMIT):
                    await busy[0].answered()
            now = self._woken + self._number + sum(work.moves for work in self._works)
            quiet = quiet + 1 if now == mark and not busy else 0
            mark = now

    async def advance(self, seconds: float) -> None:
        """Go on by this long; whoever sleeps wakes at his time, one moment after the other."""
        target = self._elapsed + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= target:
            await self._step()
        self._elapsed = target
        await self.settle()

    async def until(self, holds: Callable[[], Awaitable[bool]], *, limit: float) -> float:
        """Go on until the condition holds; how long it took. Fails after ``limit`` seconds."""
        began = self._elapsed
        await self.settle()
        while not await holds():
            if not self._sleepers or self._sleepers[0][0] > began + limit:
                raise AssertionError(f"it did not happen within {limit} s")
            await self._step()
        return self._elapsed - began

    async def play(self, *works: Coroutine[object, object, T], limit: float = 60.0) -> list[T | Exception]:
        """Run these at the same time and go on until all are done; what each came to.

        Verbs that are in each other's way wait a little before they try again.
        """
        deadline = self._elapsed + limit
        tasks = [asyncio.create_task(work) for work in works]
        await self.settle()
        while not all(task.done() for task in tasks):
            if not self._sleepers or self._sleepers[0][0] > deadline:
                raise AssertionError(f"not done within {limit} s: {tasks}")
            await self._step()
        return [_outcome(task) for task in tasks]

    async def jump(self, seconds: float) -> None:
        """The process was stopped for this long: nobody ran meanwhile, now everybody is late."""
        self._elapsed += seconds
        while self._sleepers and self._sleepers[0][0] <= self._elapsed:
            await self._step()
        await self.settle()

    async def _step(self) -> None:
        self._elapsed = max(self._elapsed, self._sleepers[0][0])
        while self._sleepers and self._sleepers[0][0] <= self._elapsed:
            _, _, future = heapq.heappop(self._sleepers)
            if not future.done():  # else its task was cancelled
                future.set_result(None)
                self._woken += 1
        await self.settle()


def _outcome(task: "asyncio.Task[T]") -> T | Exception:
    error = task.exception()
    if error is None:
        return task.result()
    if isinstance(error, Exception):
        return error
    raise error


class ProcessClock:
    """The clocks of one process among several: it can be stopped, as by SIGSTOP.

    The monotonic clock goes on meanwhile, the tasks do not: whoever slept wakes afterwards.
    """

    def __init__(self, clock: VirtualClock, *, offset: float = 0.0) -> None:
        """``offset``: how far its monotonic clock is from that of others."""
        self._clock = clock
        self._offset = offset
        self._running = asyncio.Event()
        self._running.set()

    def now(self) -> datetime:
        """The machine's wall clock."""
        return self._clock.now()

    def monotonic(self) -> float:
        """Its own count of the same seconds."""
        return self._clock.monotonic() + self._offset

    async def sleep(self, seconds: float) -> None:
        """Until then, or until it goes on."""
        await self._clock.sleep(seconds)
        await self._running.wait()

    def stop(self) -> None:
        """SIGSTOP."""
        self._running.clear()

    def go_on(self) -> None:
        """SIGCONT."""
        self._running.set()
