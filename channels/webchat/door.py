"""The door of the web chat: which inbox is meant, may this page call, who calls, how often."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from channels.webchat.config import WebChatSettings, origin_allowed, read
from channels.webchat.limits import Buckets, Rate, network
from channels.webchat.refusals import OriginNotAllowed, UnknownToken
from channels.webchat.visitors import Caller, Visitors
from hub.clock import Clock
from hub.documents import Documents
from hub.endpoints import Call
from hub.errors import NotFound
from hub.events import Bus, ConfigurationChanged
from hub.hours import Hours, OpeningHours, is_open, next_opening
from hub.inboxes import Inbox

KIND = "webchat"
FRESH = 10.0  # seconds an inbox is remembered: another process may have edited it
Opened = tuple[Inbox, WebChatSettings]


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether an inbox is open, as of ``now``; ``hours`` None: it always is."""

    hours: Hours | None
    now: datetime

    @property
    def open(self) -> bool:
        """Whether somebody answers now."""
        return is_open(self.hours, self.now)

    @property
    def next(self) -> datetime | None:
        """When it opens; None where it is open, or will not be for as long as one can see."""
        return None if self.open else next_opening(self.hours, self.now)


class Doorkeeper:
    """Lets callers in."""

    def __init__(
        self,
        documents: Documents,
        visitors: Visitors,
        *,
        hours: OpeningHours,
        clock: Clock,
        bus: Bus,
        public_url: str | None = None,
    ) -> None:
        """``bus`` tells when an inbox was edited; ``public_url``: our own origin, if it is set."""
        self._public_url = public_url
        self._documents = documents
        self._visitors = visitors
        self._hours = hours
        self._clock = clock
        self._known: dict[str, tuple[float, Opened]] = {}
        self._buckets = Buckets(clock)
        bus.listen(ConfigurationChanged, self._on_configuration_changed)

    def _on_configuration_changed(self, event: ConfigurationChanged) -> None:
        if event.collection == "inboxes":
            self._known.clear()

    async def inbox(self, id: str) -> Opened:
        """An inbox of ours that is switched on; NotFound."""
        now = self._clock.monotonic()
        at, known = self._known.get(id, (0.0, None))
        if known is None or now - at >= FRESH:
            document = await self._documents.get("inboxes", id)
            if document is None or document.get("channel") != KIND:
                raise NotFound("there is no such chat")
            inbox = msgspec.convert(document, Inbox)
            try:
                known = (inbox, read(inbox.settings))
            except msgspec.ValidationError as error:
                raise NotFound("this chat is not set up right", code="misconfigured") from error
            self._known[id] = (now, known)
        if not known[0].enabled:
            raise NotFound("this chat is switched off", code="inbox_disabled")
        return known

    def own(self, host: str) -> str:
        """Our own origin, for a caller who reached us under ``host``."""
        return self._public_url or host

    async def admit(self, id: str, headers: Mapping[str, str], host: str) -> Opened:
        """The inbox, for a page that may call it; :class:`OriginNotAllowed`."""
        opened = await self.inbox(id)
        origin = headers.get("origin")
        if origin is not None and not origin_allowed(
            origin, own=self.own(host), allowed=opened[1].allowed_origins
        ):
            raise OriginNotAllowed("this page may not use the chat")
        return opened

    async def caller(self, call: Call) -> Caller:
        """Who calls an endpoint; :class:`UnknownToken` without a token of ours."""
        inbox, settings = await self.admit(call.path["inbox"], call.headers, call.host)
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise UnknownToken("send the token: Authorization: Bearer …")
        return await self._visitors.caller(inbox, settings, token.strip())

    async def opening(self, inbox: Inbox) -> Opening:
        """Where the inbox stands by its opening hours."""
        return Opening(await self._hours.hours(inbox.hours), self._clock.now())

    async def open_now(self, inbox: Inbox) -> bool:
        """Whether the inbox is within its opening hours."""
        return (await self.opening(inbox)).open

    async def zone(self, inbox: Inbox, settings: WebChatSettings) -> ZoneInfo:
        """The time zone of the inbox: its calendar's, without one that of its settings."""
        hours = (await self.opening(inbox)).hours
        return ZoneInfo(settings.timezone) if hours is None else hours.zone

    def count_session(self, inbox: Inbox, settings: WebChatSettings, address: str) -> None:
        """One more session from this address; :class:`hub.errors.TooMany`."""
        rate = Rate.per_minute(settings.limits.sessions_per_minute_address)
        self._buckets.take(f"s:{inbox.id}:{network(address)}", rate)

    def count_message(self, caller: Caller, address: str) -> None:
        """One more message, and one more conversation where it is the visitor's first."""
        limits, inbox = caller.settings.limits, caller.inbox.id
        here = network(address)
        self._buckets.take(f"m:{caller.key}", Rate.per_minute(limits.messages_per_minute))
        self._buckets.take(f"ma:{inbox}:{here}", Rate.per_minute(limits.messages_per_minute_address))
        if caller.visitor is None:
            self._buckets.take(f"ca:{inbox}:{here}", Rate.per_minute(limits.conversations_per_minute_address))
            self._buckets.take(f"c:{inbox}", Rate.per_minute(limits.conversations_per_minute))

    def count_upload(self, caller: Caller, address: str) -> None:
        """One more file, as large as it may be; :meth:`settle_upload` says how large it was."""
        limits = caller.settings.limits
        self._buckets.take(f"u:{caller.key}", Rate.per_minute(limits.uploads_per_minute))
        size = float(caller.settings.max_file_bytes)
        self._buckets.take(_bytes_key(caller, address), _bytes_rate(caller), amount=size)
        if caller.visitor is None:
            self.count_message(caller, address)

    def settle_upload(self, caller: Caller, address: str, size: int) -> None:
        """The file has ``size`` bytes."""
        unused = float(caller.settings.max_file_bytes - size)
        self._buckets.give_back(_bytes_key(caller, address), _bytes_rate(caller), unused)

    def count_small(self, caller: Caller) -> None:
        """One more small call (read, typing, rating, leave, transcript)."""
        per_second = float(caller.settings.limits.frames_per_second)
        self._buckets.take(f"f:{caller.key}", Rate(per_second, per_second * 3))


def _bytes_key(caller: Caller, address: str) -> str:
    return f"ub:{caller.inbox.id}:{network(address)}"


def _bytes_rate(caller: Caller) -> Rate:
    most = caller.settings.limits.upload_megabytes_per_hour_address * 1_000_000.0
    return Rate(most / 3_600, most)
