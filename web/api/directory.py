"""Queues, skills, canned replies, dispositions, break reasons and inboxes as the API shows them."""

from typing import Annotated, Any

import msgspec
from pydantic import ConfigDict, Field

from hub.access import Permission
from hub.directory import BreakReasons, CannedReplies, Dispositions
from hub.inboxes import Inbox, Inboxes
from routing.queues import Queues
from routing.skills import Skills
from web.api.registers import RegisterApi, Shape, Version
from web.operations import Body, Given, Id, Resource, optional, printable

Name = Annotated[str, printable(60, 1)]
Level = Annotated[int, Field(ge=1, le=10)]
Levels = Annotated[dict[Id, Level], Field(max_length=20)]
QueueIds = Annotated[list[Id], Field(max_length=100)]
OfferSeconds = Annotated[int, Field(ge=5, le=300)]
LevelSeconds = Annotated[int, Field(ge=5, le=86_400)]
WorkSeconds = Annotated[int, Field(ge=0, le=3_600)]
Priority = Annotated[int, Field(ge=0, le=10)]
ReplyText = Annotated[str, printable(4_000, 1)]
Shortcut = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[^\s/\x00-\x1f\x7f]+$")]
Title = Annotated[str, printable(80, 1)]
FillText = Annotated[str, printable(2_000)]
ChannelKind = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
# A channel's own settings: plain values, lists of text, and one level of named ones (texts by
# language, limits). The channel itself says what is wrong with them.
SettingName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")]
SettingText = Annotated[str, printable(4_000)]
Number = Annotated[float, Field(ge=-(10**12), le=10**12)]
Whole = Annotated[int, Field(ge=-(10**12), le=10**12)]
Plain = bool | Whole | Number | SettingText | None
Named = Annotated[dict[SettingName, Plain], Field(max_length=40)]
SettingValue = Plain | Annotated[list[SettingText], Field(max_length=100)] | Named
ChannelSettings = Annotated[dict[SettingName, SettingValue], Field(max_length=60)]


class QueueNew(Body):
    """A queue to be made; times in seconds."""

    name: Name
    offer_seconds: OfferSeconds = 20
    service_level_seconds: LevelSeconds = 60
    after_work_seconds: WorkSeconds = 0
    disposition_required: bool = False
    priority: Priority = 0
    skills: Levels = Field(default_factory=dict)


class QueueChange(Body):
    """What changes of a queue."""

    version: Version
    name: Name = optional()
    offer_seconds: OfferSeconds = optional()
    service_level_seconds: LevelSeconds = optional()
    after_work_seconds: WorkSeconds = optional()
    disposition_required: bool = optional()
    priority: Priority = optional()
    skills: Levels = optional()


class QueueGiven(Given):
    """A queue: where conversations wait, and what is promised there."""

    id: str
    version: int
    name: str
    group: str
    offer_seconds: int
    service_level_seconds: int
    after_work_seconds: int
    disposition_required: bool
    priority: int
    skills: dict[str, int]


class SkillNew(Body):
    """A skill to be made."""

    name: Name


class SkillChange(Body):
    """What changes of a skill."""

    version: Version
    name: Name = optional()


class SkillGiven(Given):
    """A skill that conversations may ask for."""

    id: str
    version: int
    name: str


class CannedReplyNew(Body):
    """A canned reply to be made. No queues: every queue."""

    shortcut: Shortcut
    title: Title
    text: ReplyText
    queues: QueueIds = Field(default_factory=list)


class CannedReplyChange(Body):
    """What changes of a canned reply."""

    version: Version
    shortcut: Shortcut = optional()
    title: Title = optional()
    text: ReplyText = optional()
    queues: QueueIds = optional()


class CannedReplyGiven(Given):
    """A text that is sent often, found by its shortcut."""

    id: str
    version: int
    shortcut: str
    title: str
    text: str
    queues: list[str]


class DispositionNew(Body):
    """A disposition to be made; with a parent it is of the second level."""

    name: Name
    parent: Id | None = None
    queues: QueueIds = Field(default_factory=list)
    fill_text: FillText | None = None


class DispositionChange(Body):
    """What changes of a disposition."""

    version: Version
    name: Name = optional()
    parent: Id | None = None
    queues: QueueIds = optional()
    fill_text: FillText | None = None


class DispositionGiven(Given):
    """What a conversation was about."""

    id: str
    version: int
    name: str
    parent: str | None
    queues: list[str]
    fill_text: str | None


class BreakReasonNew(Body):
    """A break reason to be made."""

    name: Name


class BreakReasonChange(Body):
    """What changes of a break reason."""

    version: Version
    name: Name = optional()


class BreakReasonGiven(Given):
    """Why an agent may be away from the desk."""

    id: str
    version: int
    name: str


class OpenSpan(Body):
    """From one time of day until another, local time."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    start: ClockTime = Field(alias="from")
    end: ClockTime = Field(alias="to")


Spans = Annotated[list[OpenSpan], Field(max_length=6)]


class OpeningHours(Body):
    """When somebody answers: seven days, Monday first, and days that differ, by date."""

    timezone: Annotated[str, printable(60, 1)] = "Asia/Shanghai"
    week: Annotated[list[Spans], Field(min_length=7, max_length=7)]
    days: Annotated[dict[Day, Spans], Field(max_length=400)] = Field(default_factory=dict)


class InboxNew(Body):
    """An inbox to be made: one configured instance of a channel."""

    channel: ChannelKind
    name: Name
    enabled: bool = True
    queue: Id
    hours: OpeningHours | None = None
    settings: ChannelSettings = Field(default_factory=dict)


class InboxChange(Body):
    """What changes of an inbox; its channel cannot."""

    version: Version
    name: Name = optional()
    enabled: bool = optional()
    queue: Id = optional()
    hours: OpeningHours | None = None
    settings: ChannelSettings = optional()


class InboxGiven(Given):
    """One way in for customers. Its settings are shown to those who may edit it."""

    id: str
    version: int
    channel: str
    name: str
    enabled: bool
    queue: str
    group: str
    hours: OpeningHours | None
    settings: dict[str, Any]


def directory(
    queues: Queues,
    skills: Skills,
    canned_replies: CannedReplies,
    dispositions: Dispositions,
    break_reasons: BreakReasons,
    inboxes: Inboxes,
) -> list[Resource]:
    """The resources of all registers."""
    p = Permission
    return [
        RegisterApi(queues, Shape(
            path="/api/queues", one="queue", read=p.QUEUES_READ, edit=p.QUEUES_EDIT,
            new=QueueNew, change=QueueChange, given=QueueGiven)),
        RegisterApi(skills, Shape(
            path="/api/skills", one="skill", read=p.SKILLS_READ, edit=p.SKILLS_EDIT,
            new=SkillNew, change=SkillChange, given=SkillGiven)),
        RegisterApi(canned_replies, Shape(
            path="/api/canned-replies", one="canned reply", read=p.CANNED_REPLIES_READ,
            edit=p.CANNED_REPLIES_EDIT, new=CannedReplyNew, change=CannedReplyChange,
            given=CannedReplyGiven)),
        RegisterApi(dispositions, Shape(
            path="/api/dispositions", one="disposition", read=p.DISPOSITIONS_READ,
            edit=p.DISPOSITIONS_EDIT, new=DispositionNew, change=DispositionChange,
            given=DispositionGiven)),
        RegisterApi(break_reasons, Shape(
            path="/api/break-reasons", one="break reason", read=p.BREAK_REASONS_READ,
            edit=p.BREAK_REASONS_EDIT, new=BreakReasonNew, change=BreakReasonChange,
            given=BreakReasonGiven)),
        RegisterApi(inboxes, Shape(
            path="/api/inboxes", one="inbox", read=p.INBOXES_READ, edit=p.INBOXES_EDIT,
            new=InboxNew, change=InboxChange, given=InboxGiven), limited=_without_settings),
    ]  # fmt: skip


def _without_settings(inbox: Inbox) -> Inbox:
    return msgspec.structs.replace(inbox, settings={})
