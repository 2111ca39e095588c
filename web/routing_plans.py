"""Configuration as routers see it (:class:`routing.configuration.Configuration`), from the registers."""

import msgspec

from hub.channel import Channels
from hub.clock import Clock
from hub.documents import Documents
from hub.hours import is_open
from hub.sharing import Sharing
from routing.configuration import Plan
from routing.queues import QUEUES, Queue
from routing.settings import Settings
from web.configured import Configured

_MOST = 1000


class RoutingPlans:
    """Puts queues, their hours, the channels and the matrix together."""

    def __init__(
        self,
        documents: Documents,
        configured: Configured,
        settings: Settings,
        channels: Channels,
        clock: Clock,
    ) -> None:
        """Read anew at each asking: routers ask every few seconds and after an edit."""
        self._documents = documents
        self._configured = configured
        self._settings = settings
        self._channels = channels
        self._clock = clock

    async def _queues(self) -> list[Queue]:
        page = await self._documents.find(QUEUES, limit=_MOST)
        return [msgspec.convert(item, Queue) for item in page.items]

    async def groups(self) -> set[str]:
        """Every group that has a queue."""
        return {queue.group for queue in await self._queues()}

    async def plan(self, group: str) -> Plan:
        """How a group is routed now."""
        queues = {queue.id: queue for queue in await self._queues() if queue.group == group}
        now = self._clock.now()
        closed = {
            queue.id
            for queue in queues.values()
            if queue.hours is not None and not is_open(await self._configured.hours(queue.hours), now)
        }
        organisations = {queue.organisation for queue in queues.values()}
        return Plan(
            queues=queues,
            closed=frozenset(closed),
            outcomes={
                kind: channel.capabilities.outcomes for kind, channel in self._channels.by_kind.items()
            },
            sharing=await self.sharing(min(organisations, default="")),
        )

    async def sharing(self, organisation: str) -> Sharing:
        """What may be offered beside what in this organisation."""
        settings = await self._settings.get(organisation)
        return Sharing(
            live=self.live(),
            interrupts={new: frozenset(held) for new, held in settings.interrupts.items()},
        )

    def channels(self) -> frozenset[str]:
        """Every channel that is plugged in."""
        return frozenset(self._channels.by_kind)

    def outcomes(self) -> frozenset[str]:
        """The overflows that some channel carries out itself."""
        kinds = self._channels.by_kind.values()
        return frozenset(outcome for channel in kinds for outcome in channel.capabilities.outcomes)

    def live(self) -> frozenset[str]:
        """The live channels that are plugged in."""
        return frozenset(kind for kind, one in self._channels.by_kind.items() if one.capabilities.live)

    async def find(self, queue: str) -> Queue | None:
        """One queue of whatever group, None where there is none."""
        return await self._configured.find(queue)
