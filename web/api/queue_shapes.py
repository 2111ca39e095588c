"""A queue as the API takes and gives it."""

from typing import Annotated, Literal

from pydantic import Field

from hub.ids import MAIN_GROUP
from web.api.registers import Version
from web.operations import Body, Given, Id, optional, printable

Name = Annotated[str, printable(60, 1)]
Level = Annotated[int, Field(ge=1, le=10)]
Levels = Annotated[dict[Id, Level], Field(max_length=20)]
OfferSeconds = Annotated[int, Field(ge=5, le=300)]
LevelSeconds = Annotated[int, Field(ge=5, le=86_400)]
WorkSeconds = Annotated[int, Field(ge=0, le=3_600)]
Priority = Annotated[int, Field(ge=0, le=10)]
AfterSeconds = Annotated[int, Field(ge=1, le=86_400)]
Ageing = Annotated[float, Field(ge=0, le=100)]
Percent = Annotated[int, Field(ge=1, le=100)]
Group = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,64}$")]
StrategyName = Literal["longest_idle", "least_busy", "round_robin", "best_skill", "linear"]
AgentIds = Annotated[list[Id], Field(max_length=1000)]
ChannelName = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
OfferSecondsByChannel = Annotated[dict[ChannelName, OfferSeconds], Field(max_length=20)]


class RelaxationStep(Body):
    """From ``after`` seconds on less is demanded: levels lowered, skills dropped."""

    after: AfterSeconds
    lower: Annotated[int, Field(ge=0, le=9)] = 0
    drop: Annotated[list[Id], Field(max_length=20)] = Field(default_factory=list)


class OverflowStep(Body):
    """What happens to who still waits ``after`` seconds."""

    after: AfterSeconds
    to: Literal["queue", "message", "voicemail", "number", "callback"]
    queue: Id | None = None
    text: Annotated[str, printable(1000, 1)] | None = None
    number: Annotated[str, Field(max_length=21, pattern=r"^\+?[0-9*#]{3,20}$")] | None = None


Relaxation = Annotated[list[RelaxationStep], Field(max_length=10)]
Overflow = Annotated[list[OverflowStep], Field(max_length=10)]


class QueueNew(Body):
    """A queue to be made; times in seconds. ``hours``: a calendar's id, null: always open."""

    name: Name
    group: Group = MAIN_GROUP
    strategy: StrategyName = "longest_idle"
    order: AgentIds = Field(default_factory=list)
    last_agent_seconds: WorkSeconds = 0
    relaxation: Relaxation = Field(default_factory=list)
    any_agent_after: AfterSeconds | None = None
    ageing: Ageing = 0
    overflow: Overflow = Field(default_factory=list)
    offer_seconds: OfferSeconds = 20
    offer_seconds_by_channel: OfferSecondsByChannel = Field(default_factory=dict)
    service_level_seconds: LevelSeconds = 60
    service_level_percent: Percent = 80
    after_work_seconds: WorkSeconds = 0
    disposition_required: bool = False
    priority: Priority = 0
    skills: Levels = Field(default_factory=dict)
    hours: Id | None = None


class QueueChange(Body):
    """What changes of a queue."""

    version: Version
    name: Name = optional()
    group: Group = optional()
    strategy: StrategyName = optional()
    order: AgentIds = optional()
    last_agent_seconds: WorkSeconds = optional()
    relaxation: Relaxation = optional()
    any_agent_after: AfterSeconds | None = None
    ageing: Ageing = optional()
    overflow: Overflow = optional()
    offer_seconds: OfferSeconds = optional()
    offer_seconds_by_channel: OfferSecondsByChannel = optional()
    service_level_seconds: LevelSeconds = optional()
    service_level_percent: Percent = optional()
    after_work_seconds: WorkSeconds = optional()
    disposition_required: bool = optional()
    priority: Priority = optional()
    skills: Levels = optional()
    hours: Id | None = None


class RelaxationGiven(Given):
    """One step of relaxation."""

    after: int
    lower: int
    drop: list[str]


class OverflowGiven(Given):
    """One step of overflow."""

    after: int
    to: str
    queue: str | None
    text: str | None
    number: str | None


class QueueGiven(Given):
    """A queue: where conversations wait, and what is promised there."""

    id: str
    version: int
    name: str
    group: str
    strategy: str
    order: list[str]
    last_agent_seconds: int
    relaxation: list[RelaxationGiven]
    any_agent_after: int | None
    ageing: float
    overflow: list[OverflowGiven]
    offer_seconds: int
    offer_seconds_by_channel: dict[str, int]
    service_level_seconds: int
    service_level_percent: int
    after_work_seconds: int
    disposition_required: bool
    priority: int
    skills: dict[str, int]
    hours: str | None
