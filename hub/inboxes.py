"""Inboxes: the configured instances of channels, each with the queue its customers come to."""

from collections.abc import Callable, Mapping
from typing import Annotated

import msgspec

from hub.calendars import check_hours
from hub.documents import Documents, Json, Prefix
from hub.errors import Conflict, Invalid
from hub.events import Bus
from hub.ids import MAIN_GROUP, Ids
from hub.register import MOST, Kept, Register

INBOXES = "inboxes"
_MOST_SETTINGS_BYTES = 20_000


class Inbox(Kept, frozen=True, kw_only=True):
    """One way in. ``settings`` are the channel's own; ``hours``: its calendar, None: always open."""

    channel: Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    enabled: bool = True
    queue: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    group: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] = MAIN_GROUP
    hours: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None
    settings: dict[str, Json] = msgspec.field(default_factory=dict)


Inboxes = Register[Inbox]


SettingsProblems = Callable[[str, Mapping[str, Json]], list[str]]


def open_inboxes(
    documents: Documents,
    ids: Ids,
    bus: Bus,
    *,
    channels: frozenset[str],
    settings_problems: SettingsProblems = lambda kind, settings: [],
) -> Inboxes:
    """The register of inboxes; ``channels`` are the kinds that are plugged in.

    ``settings_problems`` asks the channel of a kind what is wrong with an inbox's settings.
    """
    rules = _Rules(documents, channels, settings_problems)
    return Register(
        documents,
        ids,
        bus,
        kind=Inbox,
        collection=INBOXES,
        prefix="i",
        check=rules.check,
        guard=rules.guard,
    )


class _Rules:
    def __init__(
        self, documents: Documents, channels: frozenset[str], settings_problems: SettingsProblems
    ) -> None:
        self._documents = documents
        self._channels = channels
        self._settings_problems = settings_problems

    async def check(self, inbox: Inbox, before: Inbox | None) -> None:
        if inbox.channel not in self._channels:
            known = ", ".join(sorted(self._channels)) or "none"
            raise Invalid(f"channel: there is no channel {inbox.channel!r} here (there is: {known}).")
        if before is not None and before.channel != inbox.channel:
            raise Invalid("channel: it cannot be changed; make another inbox.")
        await check_hours(self._documents, inbox)
        if len(msgspec.json.encode(inbox.settings)) > _MOST_SETTINGS_BYTES:
            raise Invalid(f"settings: they are larger than {_MOST_SETTINGS_BYTES} bytes.")
        wrong = self._settings_problems(inbox.channel, inbox.settings)
        if wrong:
            raise Invalid(f"settings: {' '.join(wrong)}")
        queue = await self._documents.get("queues", inbox.queue)
        if queue is None or queue.get("organisation") != inbox.organisation:
            raise Invalid("queue: there is no such queue.")
        if queue.get("group") != inbox.group:
            raise Invalid("group: it must be the group of the queue.")

    async def guard(self, inbox: Inbox) -> None:
        page = await self._documents.find("threads", Prefix("id", f"{inbox.id}:"), limit=1)
        if page.items:
            raise Conflict(
                "Customers have written to this inbox; their history needs it. Disable it instead.",
                code="in_use",
            )


async def inboxes_of_channel(inboxes: Inboxes, organisation: str, channel: str) -> list[Inbox]:
    """The inboxes of one kind, for the channel that serves them."""
    return [inbox for inbox in await inboxes.all(organisation) if inbox.channel == channel][:MOST]
