"""The routers of this process: one for each routing group that has a queue, made when it appears."""

import asyncio
from collections.abc import Callable

from hub.clock import Clock
from hub.documents import StoreError
from hub.events import Bus, ConfigurationChanged
from routing.configuration import Configuration
from routing.router import Router

LOOK = 5.0  # seconds between two looks for groups that another process has made


class Routers:
    """Routes every group; each group has an owner of its own, here or in another process."""

    def __init__(
        self, configuration: Configuration, make: Callable[[str], Router], *, bus: Bus, clock: Clock
    ) -> None:
        """``make``: a new router of a group, with a lease of its own."""
        self._configuration = configuration
        self._make = make
        self._bus = bus
        self._clock = clock
        self._routers: dict[str, Router] = {}
        self._edited = asyncio.Event()
        bus.listen(ConfigurationChanged, self._on_edit)

    def _on_edit(self, event: ConfigurationChanged) -> None:
        if event.collection == "queues":
            self._edited.set()

    @property
    def owned(self) -> dict[str, int]:
        """The groups that this process routes now, each with its epoch."""
        epochs = ((group, router.epoch) for group, router in sorted(self._routers.items()))
        return {group: epoch for group, epoch in epochs if epoch is not None}

    def line(self, queue: str) -> list[str]:
        """The conversations that wait in a queue, in the order in which they will be served."""
        return next((line for router in self._routers.values() if (line := router.line(queue))), [])

    def queue_of(self, conversation: str) -> str | None:
        """The queue in which a conversation waits here."""
        found = (router.queue_of(conversation) for router in self._routers.values())
        return next((queue for queue in found if queue is not None), None)

    def remaining(self, slot: str) -> float | None:
        """People's seconds left of a standing offer; None where it is not known here."""
        found = (router.remaining(slot) for router in self._routers.values())
        return next((left for left in found if left is not None), None)

    async def release(self) -> None:
        """At a clean end: leave every lease to whoever comes next."""
        for router in self._routers.values():
            await router.release()

    async def run(self) -> None:
        """Route until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._edited.clear()
                for router in await self.look():
                    tasks.create_task(router.run(), name=f"router {router.group}")
                await self._pause()

    async def look(self) -> list[Router]:
        """Make a router for each group that has none yet; those."""
        try:
            groups = await self._configuration.groups()
        except StoreError:
            return []
        new = [self._make(group) for group in sorted(groups - set(self._routers))]
        for router in new:
            router.listen(self._bus)
            self._routers[router.group] = router
        return new

    async def _pause(self) -> None:
        edited = asyncio.ensure_future(self._edited.wait())
        slept = asyncio.ensure_future(self._clock.sleep(LOOK))
        try:
            await asyncio.wait((edited, slept), return_when=asyncio.FIRST_COMPLETED)
        finally:
            edited.cancel()
            slept.cancel()
