"""A hub of one process: its parts, the tasks that run them, and their end."""

import asyncio
import contextlib
import gc
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog

from hub.conversations import Conversations
from hub.intake import Intake
from hub.processes import Part
from hub.sweeper import Sweeper
from hub.timeline import Timeline
from routing.groups import Routers
from web.app import Application
from web.foundation import Foundation
from web.health import Health, Phase
from web.metrics import Metrics

_log = structlog.get_logger(__name__)
DRAIN = 2.0  # seconds for owed work to finish at the end, and then for what is still written
LOOK_FOR_CYCLES = (5_000, 10, 25)  # new objects, looks at young ones, looks at middle ones: see gc
Runner = Callable[[], Coroutine[Any, Any, None]]
Step = Callable[[], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class House:
    """Everything :mod:`web.wiring` has put together.

    ``runners``: what runs as long as the hub does, by name. ``goodbyes``: whoever is connected
    is told that the hub stops. ``endings``: what is still written at the end.
    """

    foundation: Foundation
    application: Application
    health: Health
    metrics: Metrics
    intake: Intake
    conversations: Conversations
    timeline: Timeline
    sweeper: Sweeper
    routers: Routers
    part: Part = Part.ALL
    runners: dict[str, Runner]
    goodbyes: list[Step] = field(default_factory=list)
    endings: list[Step] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _failed: set[str] = field(default_factory=set)
    _usual: tuple[int, int, int] | None = None  # how often the interpreter looked for cycles before

    async def start(self) -> None:
        """Begin to work; ready when it returns."""
        if self.part is not Part.ROUTER:
            self.sweeper.listen(self.foundation.bus)
            for channel in self.foundation.channels.by_kind.values():
                await channel.start()
        for name, run in self.runners.items():
            self._tasks.append(asyncio.create_task(self._guarded(name, run), name=name))
        self.health.add("parts", self._all_run)
        self._settle_memory()
        self.health.phase = Phase.READY

    def _settle_memory(self) -> None:
        """Let the collector of cycles look at what comes from now on only, and rarely.

        What a start makes (modules, routes, configuration) stays as long as the hub runs. Looking
        through it again and again stopped everything for 40 to 200 ms, longer with every desk;
        so it is 5 to 15 ms (docs/performance.md). 1,250,000 new objects are some 200 MB.
        """
        gc.freeze()
        self._usual = gc.get_threshold()
        gc.set_threshold(*LOOK_FOR_CYCLES)

    async def say_goodbye(self) -> None:
        """The hub is about to stop: not ready any more, and whoever is connected is told."""
        self.health.phase = Phase.DRAINING
        for goodbye in self.goodbyes:
            await goodbye()

    async def stop(self) -> None:
        """Finish what is owed now, end the tasks, close the store."""
        self.health.phase = Phase.DRAINING
        for channel in self.foundation.channels.by_kind.values():
            await channel.stop()
        await self.sweeper.drain(DRAIN)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # A store that is away does not keep us from ending.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                await asyncio.gather(*(ending() for ending in self.endings), return_exceptions=True)
        await self.foundation.close()
        if self._usual is not None:  # the process may go on with another hub: see web.restore
            gc.set_threshold(*self._usual)
            gc.unfreeze()

    async def _guarded(self, name: str, run: Runner) -> None:
        """A part that fails is a fault of ours: it is said, shown by /health, and begun anew."""
        pause = 1.0
        while True:
            try:
                await run()
                return
            except Exception:  # noqa: BLE001 - the task's border; the other parts go on
                self._failed.add(name)
                _log.exception("A part of the hub has failed and is begun anew", part=name)
            await self.foundation.clock.sleep(pause)
            pause = min(pause * 2, 30.0)
            self._failed.discard(name)

    async def _all_run(self) -> None:
        if self._failed:
            raise RuntimeError(f"failed: {', '.join(sorted(self._failed))}")
