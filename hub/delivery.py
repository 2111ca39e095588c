"""What becomes of an outgoing message, and what delivery asks of others.

The entry's mark ``todo.deliver`` is the queue; the delivery document (id = entry id) says how
far the message came. :mod:`hub.deliverer` takes messages to their channels, :mod:`hub.receipts`
hears what channels and people say of them afterwards.
"""

from enum import StrEnum
from typing import Protocol

import msgspec

from hub.channel import Channel
from hub.ids import InboxId

# Why a message did not go out, where it was not the channel that said so.
NOT_PLUGGED_IN = "channel_unplugged"
ERASED = "erased_before_sent"
NO_ANSWER = "channel_did_not_answer"
INTERRUPTED = "sender_interrupted"


class Status(StrEnum):
    """How far an outgoing message came."""

    STARTED = "started"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"


FINAL = frozenset({Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED, Status.UNKNOWN})
RANK = {Status.STARTED: 0, Status.UNKNOWN: 1, Status.SENT: 2, Status.DELIVERED: 3, Status.READ: 4}


class Delivery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fate of one outgoing message. ``tries`` counts attempts that surely did not go out."""

    id: str
    version: int
    organisation: str
    conversation: str
    inbox: str
    address: str
    seq: int
    status: Status
    worker: str
    number: int
    at: str
    tries: int = 0
    next_at: str | None = None
    why: str | None = None
    external_id: str | None = None


class ChannelOf(Protocol):
    """Finds the channel that serves an inbox."""

    async def channel(self, inbox: InboxId) -> Channel:
        """The channel; KeyError where it is not plugged in any more."""
        ...


class SpeakerNames(Protocol):
    """Names of those who speak, as customers should see them."""

    async def public_name(self, kind: str, id: str) -> str:
        """For an agent his name; for a bot its name."""
        ...
