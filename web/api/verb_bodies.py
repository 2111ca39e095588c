"""What the verbs of conversations take."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from hub.clock import stamp
from hub.errors import Invalid
from web.operations import Body, ClientId, Id, printable

Number = Annotated[int, Field(ge=0, le=2**53)]
MessageText = Annotated[str, printable(10_000, 1)]
NoteText = Annotated[str, printable(4_000, 1)]
FileIds = Annotated[list[Id], Field(max_length=10)]
Level = Annotated[int, Field(ge=1, le=10)]
_FARTHEST = timedelta(days=366)


class PromptOption(Body):
    """One thing the customer may choose."""

    value: Annotated[str, printable(100, 1)]
    label: Annotated[str, printable(100, 1)]


class Prompt(Body):
    """A question with options."""

    text: MessageText
    options: Annotated[list[PromptOption], Field(min_length=1, max_length=20)]


class Message(Body):
    """Something to say to the customer: a text, files, a prompt, or several of them."""

    client_id: ClientId
    text: MessageText | None = None
    attachments: FileIds = Field(default_factory=list)
    prompt: Prompt | None = None
    reply_to: Id | None = None


class Note(Body):
    """An internal note; ``mentions`` are users' ids."""

    client_id: ClientId
    text: NoteText
    mentions: Annotated[list[Id], Field(max_length=20)] = Field(default_factory=list)
    attachments: FileIds = Field(default_factory=list)


class Accept(Body):
    """Take the offer that stands with this slot."""

    client_id: ClientId
    slot: Id


class Decline(Body):
    """Refuse the offer that stands with this slot."""

    client_id: ClientId | None = None
    slot: Id


class Take(Body):
    """Take a waiting conversation, or a closed one up again."""

    client_id: ClientId


class Close(Body):
    """End it; ``seen`` is the last number I was shown."""

    client_id: ClientId
    seen: Number
    disposition: Id | None = None
    summary: Annotated[str, printable(4_000)] | None = None


class Snooze(Body):
    """Let it rest until a moment (ISO 8601 with a zone), or the customer's next message."""

    client_id: ClientId
    seen: Number
    until: Annotated[str, Field(min_length=16, max_length=40)]


class ToQueue(Body):
    """Hand it to a queue, with a note, and skills to ask for."""

    client_id: ClientId
    queue: Id
    note: NoteText | None = None
    skills: Annotated[dict[Id, Level], Field(max_length=20)] | None = None
    priority: Annotated[int, Field(ge=0, le=10)] | None = None


class ToAgent(Body):
    """Hand it to a colleague who has room."""

    client_id: ClientId
    agent: Id
    note: NoteText | None = None


class Give(Body):
    """Give it to an agent who has room."""

    client_id: ClientId
    agent: Id


class TakeBack(Body):
    """Take it from its agent; into another queue, where one is named."""

    client_id: ClientId
    queue: Id | None = None


class Prioritise(Body):
    """Its priority in line from now on; a higher one is served first."""

    client_id: ClientId
    priority: Annotated[int, Field(ge=0, le=10)]


class CallBack(Body):
    """Where the customer wants to be called back."""

    client_id: ClientId
    where: Annotated[str, printable(100, 3)]


class Redact(Body):
    """Why it is erased; the reason goes into the log of what was done, so name no person in it."""

    reason: Annotated[str, printable(200, 1)]


def moment_ahead(text: str, now: datetime) -> str:
    """A moment of the coming year, as the hub stores it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("until: it is not a moment such as 2026-11-25T13:00:00+08:00.") from error
    if moment.tzinfo is None:
        raise Invalid("until: the time zone is missing.")
    if not now < moment < now + _FARTHEST:
        raise Invalid("until: it must lie in the coming year.", code="moment_out_of_range")
    return stamp(moment)
