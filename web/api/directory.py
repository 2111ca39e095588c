"""Queues, skills, canned replies, dispositions, break reasons and inboxes as the API shows them."""

from typing import Annotated, Any

import msgspec
from pydantic import Field

from hub.access import Permission
from hub.directory import BreakReasons, CannedReplies, Dispositions
from hub.inboxes import Inbox, Inboxes
from routing.queues import Queues
from routing.skills import Skills
from web.api.queue_shapes import QueueChange, QueueGiven, QueueNew
from web.api.registers import RegisterApi, Shape, Version
from web.operations import Body, Given, Id, Resource, optional, printable

Name = Annotated[str, printable(60, 1)]
QueueIds = Annotated[list[Id], Field(max_length=100)]
ReplyText = Annotated[str, printable(4_000, 1)]
Shortcut = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[^\s/\x00-\x1f\x7f]+$")]
Title = Annotated[str, printable(80, 1)]
FillText = Annotated[str, printable(2_000)]
ChannelKind = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
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


class InboxNew(Body):
    """An inbox to be made: one configured instance of a channel. ``hours``: a calendar's id."""

    channel: ChannelKind
    name: Name
    enabled: bool = True
    queue: Id
    hours: Id | None = None
    settings: ChannelSettings = Field(default_factory=dict)


class InboxChange(Body):
    """What changes of an inbox; its channel cannot."""

    version: Version
    name: Name = optional()
    enabled: bool = optional()
    queue: Id = optional()
    hours: Id | None = None
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
    hours: str | None
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
