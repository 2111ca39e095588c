"""Configuration as the running house reads it, from memory, re-read when edited.

One place answers what the verbs (:class:`hub.doors.Doors`), the router, delivery, bots, opening
hours (:class:`hub.hours.OpeningHours`) and the desk ask. What another process edited is seen
within ``FRESH`` seconds.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from hub.bots import Bot
from hub.calendars import CALENDARS, Calendar
from hub.channel import Channel, Channels
from hub.clock import Clock
from hub.documents import Document, Documents, Equal
from hub.doors import Door, QueueFacts
from hub.errors import NotFound
from hub.events import Bus, ConfigurationChanged
from hub.hours import Hours, PublicDays, is_open
from hub.ids import InboxId
from hub.inboxes import INBOXES, Inbox
from routing.queues import QUEUES, Queue

FRESH = 5.0  # seconds
REOPEN_WITHIN = 24 * 3600.0  # these three in seconds, where the inbox does not say
SILENT_AFTER = 30 * 60.0
LEFT_AFTER = 3 * 60.0
_MOST = 20_000

S = TypeVar("S", bound=msgspec.Struct)


class Configured:
    """The configuration of all organisations, by id."""

    def __init__(
        self,
        documents: Documents,
        channels: Channels,
        bus: Bus,
        clock: Clock,
        *,
        public: Mapping[str, PublicDays],
    ) -> None:
        """``channels``: what is plugged in; ``public``: the public days that are known, by country."""
        self._documents = documents
        self._public = public
        self._channels = channels
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[float, Document | None]] = {}
        bus.listen(ConfigurationChanged, self._on_configuration_changed)

    def _on_configuration_changed(self, event: ConfigurationChanged) -> None:
        for key in [key for key in self._kept if key[0] == event.collection]:
            del self._kept[key]

    async def _get(self, collection: str, id: str, kind: type[S]) -> S | None:
        now = self._clock.monotonic()
        kept = self._kept.get((collection, id))
        if kept is None or now - kept[0] >= FRESH:
            kept = (now, await self._documents.get(collection, id))
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[collection, id] = kept
        return None if kept[1] is None else msgspec.convert(kept[1], kind)

    # --- queues ---

    async def find(self, queue: str) -> Queue | None:
        """One queue, None where there is none."""
        return await self._get(QUEUES, queue, Queue)

    async def all(self, organisation: str) -> list[Queue]:
        """Every queue of an organisation, by name."""
        page = await self._documents.find(QUEUES, Equal("organisation", organisation), limit=1000)
        queues = [msgspec.convert(item, Queue) for item in page.items]
        return sorted(queues, key=lambda queue: queue.name)

    async def queue(self, queue: str) -> QueueFacts:
        """What closing and queueing must know of a queue; NotFound."""
        found = await self.find(queue)
        if found is None:
            raise NotFound("no such queue", code="no_such_queue")
        return QueueFacts(
            organisation=found.organisation,
            group=found.group,
            after_work_seconds=found.after_work_seconds,
            disposition_required=found.disposition_required,
            priority=found.priority,
            skills=found.skills,
        )

    # --- inboxes ---

    async def inbox(self, id: str) -> Inbox:
        """One inbox, of whatever organisation; NotFound."""
        found = await self._get(INBOXES, id, Inbox)
        if found is None:
            raise NotFound("no such inbox", code="no_such_inbox")
        return found

    async def door(self, inbox: str) -> Door:
        """How an inbox takes its customers in; NotFound where there is none or it is switched off."""
        found = await self.inbox(inbox)
        if not found.enabled:
            raise NotFound("this inbox is switched off", code="inbox_disabled")
        queue = await self.find(found.queue)
        return Door(
            organisation=found.organisation,
            channel=found.channel,
            group=found.group,
            queue=found.queue,
            priority=queue.priority if queue is not None else 0,
            skills=dict(queue.skills) if queue is not None else {},
            reopen_within=_seconds(found, "reopen_within", REOPEN_WITHIN) or 0.0,
            silent_after=_seconds(found, "silent_after", SILENT_AFTER),
            left_after=_seconds(found, "left_after", LEFT_AFTER),
            goodbye=str(found.settings.get("goodbye") or "") or None,
        )

    async def channel(self, inbox: InboxId) -> Channel:
        """The channel that serves an inbox; KeyError where it is not plugged in."""
        return self._channels[(await self.inbox(inbox)).channel]

    # --- opening hours ---

    async def hours(self, calendar: str | None) -> Hours | None:
        """The hours by a calendar's id; None: always open, also where the calendar is gone."""
        found = None if calendar is None else await self._get(CALENDARS.name, calendar, Calendar)
        if found is None:
            return None
        return Hours(found, None if found.follows is None else self._public.get(found.follows))

    async def is_open(self, calendar: str, moment: datetime) -> bool:
        """Whether it is open by a calendar at a moment (:class:`routing.rulebook.IsOpen`)."""
        return is_open(await self.hours(calendar), moment)

    # --- bots: none is plugged in yet, inboxes lead straight to their queue ---

    async def at_door(self, inbox: str) -> tuple[str, Bot] | None:
        """The bot at an inbox's door."""
        return None

    async def fallback_queue(self, inbox: str) -> str:
        """Where a conversation goes that a bot held when it was unplugged."""
        return (await self.inbox(inbox)).queue


def _seconds(inbox: Inbox, name: str, otherwise: float) -> float | None:
    """A time from an inbox's settings; 0 switches it off."""
    value = inbox.settings.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return otherwise
    return float(value) or None
