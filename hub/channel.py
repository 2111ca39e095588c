"""The channel port: a plug is a few methods and declared facts."""

from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from hub.documents import Json
from hub.ids import Address, ConversationId, EntryId, InboxId


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do, as data: nobody asks for its name."""

    text: bool = True
    media: frozenset[str] = frozenset()  # of "image", "audio", "file"
    typing: bool = False
    read_receipts: bool = False
    delivery_receipts: bool = False
    prompts: bool = False  # options can be shown as buttons
    live: bool = False  # both sides are there at once and nothing can wait (a call)
    recognises_ids: bool = False  # sending the same entry id twice shows it once
    max_text: int = 10_000  # characters
    max_file_bytes: int = 20_000_000
    outcomes: frozenset[str] = frozenset()  # overflows it carries out: "voicemail", "number", "callback"
    send_timeout: float = 15.0  # seconds


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One message to a contact. ``id`` is the entry's, the same on every attempt."""

    id: EntryId
    inbox: InboxId
    address: Address
    conversation: ConversationId
    seq: int
    by_kind: str
    by_name: str
    body: dict[str, Json]
    attempt: int = 1


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The channel has taken the message. ``external_id`` is what it calls it."""

    external_id: str | None = None
    delivered: bool = False


class ChannelError(Exception):
    """Sending did not work; the class says what to do.

    ::

        ChannelError
        ├── ChannelUnavailable   surely not sent: try again later
        ├── Rejected             refused for good: failed, ``why`` in plain words
        ├── WindowClosed         the reply window or quota is used up
        ├── RateLimited          try again after ``after`` seconds
        └── OutcomeUnknown       it may have been sent
    """

    code = "channel_error"

    def __init__(self, why: str = "") -> None:
        """``why``: words that an agent can act on."""
        super().__init__(why or self.code)
        self.why = why or self.code


class ChannelUnavailable(ChannelError):
    """Surely not sent; try again."""

    code = "channel_unavailable"


class Rejected(ChannelError):
    """Refused for good."""

    code = "rejected"


class WindowClosed(ChannelError):
    """The vendor takes no reply any more until the customer writes again."""

    code = "window_closed"


class RateLimited(ChannelError):
    """Too fast."""

    code = "rate_limited"

    def __init__(self, why: str = "", *, after: float = 1.0) -> None:
        """``after``: seconds to wait."""
        super().__init__(why)
        self.after = after


class OutcomeUnknown(ChannelError):
    """A time-out or a cut after the request left: it may have been sent."""

    code = "outcome_unknown"


class Channel(Protocol):
    """One kind of channel, serving every inbox of that kind."""

    capabilities: Capabilities

    async def start(self) -> None:
        """Begin to receive."""
        ...

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Hand one message to the outside; raises :class:`ChannelError`."""
        ...

    async def stop(self) -> None:
        """Stop receiving and finish what is under way."""
        ...


@dataclass(slots=True)
class Channels:
    """The channels that are plugged in, by kind; the composition root fills it from the one list."""

    by_kind: dict[str, Channel] = field(default_factory=dict)

    def __getitem__(self, kind: str) -> Channel:
        """The channel of this kind; KeyError where it is not plugged in."""
        return self.by_kind[kind]
