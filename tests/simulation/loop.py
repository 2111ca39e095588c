"""An event loop per simulated process: no threads, no sockets, no clock of its own.

It runs what is ready until nothing is. Timers never fire by themselves: the scheduler decides
when one that is due is noticed, which is what a slow, stopped or unlucky process looks like.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from typing import Any

Failing = Callable[[str, BaseException | None], None]
MOST_TURNS = 20_000  # callbacks in one go: more is a loop that never waits


class Handle:
    """One callback that is to be called once."""

    __slots__ = ("args", "callback", "cancelled_", "context", "when_")

    def __init__(
        self,
        callback: Callable[..., object],
        args: tuple[object, ...],
        context: Context | None,
        when: float = 0.0,
    ) -> None:
        self.callback = callback
        self.args = args
        self.context = copy_context() if context is None else context
        self.cancelled_ = False
        self.when_ = when

    def cancel(self) -> None:
        self.cancelled_ = True

    def cancelled(self) -> bool:
        return self.cancelled_

    def when(self) -> float:
        return self.when_


class Loop(asyncio.AbstractEventLoop):
    """What asyncio's tasks, futures, events and time-outs need of a loop, and no more."""

    def __init__(self, monotonic: Callable[[], float], failing: Failing) -> None:
        self._monotonic = monotonic
        self._failing = failing
        self._ready: deque[Handle] = deque()
        self.timers: list[Handle] = []
        self._tasks: dict[asyncio.Task[Any], None] = {}

    # --- what asyncio calls ---

    def time(self) -> float:
        return self._monotonic()

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> Handle:
        handle = Handle(callback, args, context)
        self._ready.append(handle)
        return handle

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Callable[..., object],
        *args: object,
        context: Context | None = None,
    ) -> Handle:
        return self.call_at(self._monotonic() + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., object],
        *args: object,
        context: Context | None = None,
    ) -> Handle:
        handle = Handle(callback, args, context, when)
        self.timers.append(handle)
        return handle

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override]
        self,
        coro: Coroutine[Any, Any, Any],
        *,
        name: str | None = None,
        context: Context | None = None,
    ) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=self, name=name or "t", context=context)
        self._tasks[task] = None
        task.add_done_callback(self._done)
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        error = context.get("exception")
        self._failing(str(context.get("message")), error)

    # --- what the scheduler calls ---

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.pop(task, None)

    @property
    def is_idle(self) -> bool:
        return not self._ready

    def run(self) -> None:
        """Run everything that is ready, and what becomes ready by it."""
        ready = self._ready
        asyncio._set_running_loop(self)
        try:
            for _ in range(MOST_TURNS):
                if not ready:
                    return
                handle = ready.popleft()
                if not handle.cancelled_:
                    handle.context.run(handle.callback, *handle.args)
        finally:
            asyncio._set_running_loop(None)
        self._failing("a process ran on and on without waiting", None)

    def due(self) -> list[Handle]:
        """Timers whose time has come; cancelled ones are dropped on the way."""
        now = self._monotonic()
        self.timers = [one for one in self.timers if not one.cancelled_]
        return [one for one in self.timers if one.when_ <= now]

    def fire(self, timer: Handle) -> None:
        """Notice that this timer is due."""
        self.timers.remove(timer)
        self._ready.append(timer)

    def kill(self) -> None:
        """End like kill -9: nothing of this process runs again, its coroutines are just gone."""
        self._ready.clear()
        self.timers.clear()
        asyncio._set_running_loop(self)
        try:
            for task in list(self._tasks):
                task._log_destroy_pending = False  # type: ignore[attr-defined]
                coroutine = task.get_coro()
                with contextlib.suppress(
                    RuntimeError, ValueError
                ):  # it awaits in a finally: gone all the same
                    coroutine.close()
        finally:
            asyncio._set_running_loop(None)
        self._tasks.clear()
        self._ready.clear()
