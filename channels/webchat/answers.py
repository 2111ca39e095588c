"""What the web chat answers, as structs (docs/channels/webchat.md). Answers may gain fields."""

from typing import Literal

import msgspec

from channels.webchat.kinds import Media
from hub.documents import Json


class Standing(msgspec.Struct, frozen=True):
    """Where a customer stands who waits; ``staffed``: somebody who could answer is signed in."""

    position: int | None = None
    wait_seconds: int | None = None
    staffed: bool = True


class Named(msgspec.Struct, frozen=True):
    """Somebody's name."""

    name: str


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation as its customer sees it. Numbers are sequence numbers; 0: none yet."""

    id: str
    state: Literal["bot", "waiting", "assigned", "closed"]
    position: int | None
    wait_seconds: int | None
    staffed: bool
    agent: Named | None
    last: int
    read: int
    seen: int
    reason: str | None
    rating: int | None


class ContactView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The visitor as we know him."""

    verified: bool
    name: str | None = None


class InboxView(msgspec.Struct, frozen=True, kw_only=True):
    """What a client must know of the inbox.

    ``opens_at``, ``opens_text``: when it opens next, where it is closed and will open.
    """

    id: str
    name: str
    open: bool
    opens_at: str | None
    opens_text: str
    staffed: bool
    hours_text: str
    greeting: str
    colour: str
    offline: Literal["message", "none"]
    max_text: int
    max_file_bytes: int
    file_types: list[str]


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to POST session."""

    token: str
    contact: ContactView
    inbox: InboxView
    conversation: Conversation | None
    socket: str


class Speaker(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who did it; no ids of ours, a name where there is one."""

    kind: Literal["contact", "agent", "bot", "system"]
    name: str | None = None


class EntryView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry as the customer sees it."""

    id: str
    conversation: str
    seq: int
    prev: int
    kind: str
    by: Speaker
    at: str
    body: dict[str, Json]
    client_id: str | None = None


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a message: where it stands."""

    entry: EntryView
    conversation: Conversation


class Entries(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a timeline."""

    of: str | None
    next: str | None
    items: list[EntryView]
    last: int
    conversation: Conversation | None


class FileView(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an upload."""

    id: str
    name: str
    type: str
    size: int
    media: Media
