"""Queues: where conversations wait for an agent, and what is promised to them there."""

from enum import StrEnum
from typing import Annotated

import msgspec

from hub.documents import Collection, Index
from hub.ids import MAIN_GROUP
from hub.register import Kept, Register
from routing.matcher import Strategy
from routing.skills import Level

QUEUES = "queues"
COLLECTIONS = (Collection(QUEUES, (Index("organisation", ("organisation",)),)),)


Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
OfferSeconds = Annotated[int, msgspec.Meta(ge=5, le=300)]
After = Annotated[int, msgspec.Meta(ge=1, le=86_400)]


class Relaxation(msgspec.Struct, frozen=True, kw_only=True):
    """From ``after`` seconds in the queue on, less is demanded, on top of the steps before.

    Every demanded level is lowered by ``lower`` (to 1 at the least); the skills in ``drop`` are not
    demanded any more.
    """

    after: After
    lower: Annotated[int, msgspec.Meta(ge=0, le=9)] = 0
    drop: Annotated[list[Id], msgspec.Meta(max_length=20)] = msgspec.field(default_factory=list)


class Outcome(StrEnum):
    """Where a conversation overflows to. The hub carries out the first two, the channel the others."""

    QUEUE = "queue"
    MESSAGE = "message"
    VOICEMAIL = "voicemail"
    NUMBER = "number"
    CALLBACK = "callback"


class Overflow(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to a conversation that still waits ``after`` seconds in the queue.

    ``queue``: goes on there in its old place. ``message``, ``voicemail``, ``callback``: ``text`` is
    said. ``number``: it goes to an outside number.
    """

    after: After
    to: Outcome
    queue: Id | None = None
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)] | None = None
    number: Annotated[str, msgspec.Meta(pattern=r"^\+?[0-9*#]{3,20}$")] | None = None


class Queue(Kept, frozen=True, kw_only=True):
    """One queue. A higher ``priority`` is served first, then who waits longest; times in seconds.

    ``skills`` are what a conversation in this queue asks for when nobody said otherwise;
    ``hours``: the calendar by which it is open, None: always. ``ageing``: points of priority
    that a minute of waiting is worth, 0: a higher priority always goes first. ``order``: the
    agents of the linear strategy. ``any_agent_after``: from then on no skill is demanded.
    ``last_agent_seconds``: so long who held the customer's last conversation has it to himself.
    ``service_level_percent`` of conversations shall be answered in ``service_level_seconds``.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    group: Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[a-z0-9_-]+$")] = MAIN_GROUP
    strategy: Strategy = Strategy.LONGEST_IDLE
    order: Annotated[list[Id], msgspec.Meta(max_length=1000)] = msgspec.field(default_factory=list)
    last_agent_seconds: Annotated[int, msgspec.Meta(ge=0, le=3_600)] = 0
    relaxation: Annotated[list[Relaxation], msgspec.Meta(max_length=10)] = msgspec.field(default_factory=list)
    any_agent_after: After | None = None
    ageing: Annotated[float, msgspec.Meta(ge=0, le=100)] = 0
    overflow: Annotated[list[Overflow], msgspec.Meta(max_length=10)] = msgspec.field(default_factory=list)
    offer_seconds: OfferSeconds = 20
    offer_seconds_by_channel: Annotated[
        dict[Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]{1,40}$")], OfferSeconds],
        msgspec.Meta(max_length=20),
    ] = msgspec.field(default_factory=dict)
    service_level_seconds: Annotated[int, msgspec.Meta(ge=5, le=86_400)] = 60
    service_level_percent: Annotated[int, msgspec.Meta(ge=1, le=100)] = 80
    after_work_seconds: Annotated[int, msgspec.Meta(ge=0, le=3_600)] = 0
    disposition_required: bool = False
    priority: Annotated[int, msgspec.Meta(ge=0, le=10)] = 0
    skills: Annotated[dict[str, Level], msgspec.Meta(max_length=20)] = msgspec.field(default_factory=dict)
    hours: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None

    def rings_for(self, channel: str) -> float:
        """How long an offer of this channel stands, in seconds."""
        return float(self.offer_seconds_by_channel.get(channel, self.offer_seconds))


Queues = Register[Queue]
