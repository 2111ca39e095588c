"""The wire form of docs/channels/webchat.md: what comes in, what goes out. Pure.

Requests refuse unknown fields, so that a client's slip is noticed; answers may gain fields.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec

from channels.webchat.answers import Conversation, EntryView, Speaker, Standing
from hub.documents import Json
from hub.entries import Actor, Entry, Kind, State

ClientId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
Short = Annotated[str, msgspec.Meta(max_length=200)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]
Attribute = (
    Annotated[str, msgspec.Meta(max_length=500)]
    | Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
    | float
    | bool
)
# No dots and dollars, which mean something to stores, and nothing that cannot be shown.
ATTRIBUTE_NAME = r"^[^.$\x00-\x1f][^.\x00-\x1f]{0,59}$"
Seq = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Incoming(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all requests have in common."""


class Identity(Incoming, frozen=True, kw_only=True):
    """Whom the page says the visitor is; ``hash`` is the company's word for ``id`` alone."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    name: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    email: Short | None = None
    phone: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    hash: Short | None = None


class PageSeen(Incoming, frozen=True, kw_only=True):
    """The page the visitor is on."""

    url: Annotated[str, msgspec.Meta(max_length=2_000)]
    title: Annotated[str, msgspec.Meta(max_length=300)] = ""


class SessionRequest(Incoming, frozen=True, kw_only=True):
    """POST session."""

    token: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    identity: Identity | None = None
    attributes: Annotated[
        dict[Annotated[str, msgspec.Meta(pattern=ATTRIBUTE_NAME)], Attribute],
        msgspec.Meta(max_length=20),
    ] = {}
    page: PageSeen | None = None
    locale: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class MessageRequest(Incoming, frozen=True, kw_only=True):
    """POST messages: a text, files, or both; or the choice of an option of a prompt."""

    client_id: ClientId
    text: Text | None = None
    attachments: Annotated[list[Short], msgspec.Meta(max_length=10)] = []
    choice: Short | None = None
    reply_to: Short | None = None


class OfflineRequest(Incoming, frozen=True, kw_only=True):
    """POST offline-message: a message and a way to reach its author."""

    client_id: ClientId
    text: Text
    name: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    email: Short | None = None
    phone: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class RatingRequest(Incoming, frozen=True, kw_only=True):
    """POST rating."""

    score: Annotated[int, msgspec.Meta(ge=1, le=5)]
    comment: Annotated[str, msgspec.Meta(max_length=1_000)] | None = None
    client_id: ClientId | None = None


class ReadRequest(Incoming, frozen=True, kw_only=True):
    """POST read."""

    seq: Seq
    conversation: Short | None = None


class TypingRequest(Incoming, frozen=True, kw_only=True):
    """POST typing."""

    on: bool


class NothingRequest(Incoming, frozen=True, kw_only=True):
    """POST leave: an empty object."""


class Hello(Incoming, frozen=True, kw_only=True, tag_field="t", tag="hello"):
    """The first frame of a socket."""

    token: Annotated[str, msgspec.Meta(max_length=100)]
    after: Seq = 0
    conversation: Short | None = None


class Ack(Incoming, frozen=True, kw_only=True, tag_field="t", tag="ack"):
    """The client holds everything up to ``seq``."""

    seq: Seq
    conversation: Short | None = None


class Read(Incoming, frozen=True, kw_only=True, tag_field="t", tag="read"):
    """The customer was shown everything up to ``seq``."""

    seq: Seq
    conversation: Short | None = None


class TypingFrame(Incoming, frozen=True, kw_only=True, tag_field="t", tag="typing"):
    """The customer types, or stopped."""

    on: bool


class Ping(Incoming, frozen=True, kw_only=True, tag_field="t", tag="ping"):
    """Is anybody there."""


ClientFrame = Hello | Ack | Read | TypingFrame | Ping
decode_frame = msgspec.json.Decoder(ClientFrame).decode


_STATES: Mapping[State, Literal["bot", "waiting", "assigned", "closed"]] = {
    State.BOT: "bot",
    State.WAITING: "waiting",
    State.OFFERED: "waiting",  # an offer is the house's own affair
    State.ASSIGNED: "assigned",
    State.SNOOZED: "assigned",
    State.CLOSED: "closed",
    State.CONTINUED: "closed",
}
_SPEAKERS: Mapping[Actor, Literal["contact", "agent", "bot", "system"]] = {
    Actor.CONTACT: "contact",
    Actor.AGENT: "agent",
    Actor.BOT: "bot",
}
_SHOWN = ("text", "prompt", "choice", "reply_to", "redacted")


def state_for_contact(state: State) -> Literal["bot", "waiting", "assigned", "closed"]:
    """A conversation's state in the four words a customer needs."""
    return _STATES[state]


def speaker(entry: Entry, name: str) -> Speaker:
    """Who speaks, by name where it is not the customer himself."""
    kind = _SPEAKERS.get(entry.by.kind, "system")
    return Speaker(kind, None if kind == "contact" or not name else name)


def body_for_contact(entry: Entry, *, agent: str, tickets: Mapping[str, str]) -> dict[str, Json]:
    """The part of a body that is the customer's business.

    ``agent``: the name of who holds the conversation after the entry; ``tickets``: the
    address of each attached file.
    """
    body = entry.body
    if entry.kind is Kind.ASSIGNED:
        return {"agent": {"name": agent}}
    if entry.kind is Kind.CLOSED:
        return {"reason": body.get("reason")}
    if entry.kind is Kind.RATED:
        return {key: body[key] for key in ("score", "comment") if body.get(key) is not None}
    shown = {key: body[key] for key in _SHOWN if body.get(key) is not None}
    attached = body.get("attachments")
    if isinstance(attached, list) and attached:
        shown["attachments"] = [
            {**one, "url": tickets.get(str(one.get("file")), "")} for one in attached if isinstance(one, dict)
        ]
    return shown


def attached_files(entry: Entry) -> list[str]:
    """The ids of the files of a message."""
    attached = entry.body.get("attachments")
    if entry.kind is not Kind.MESSAGE or not isinstance(attached, list):
        return []
    return [str(one.get("file")) for one in attached if isinstance(one, dict)]


def option_label(entry: Entry, value: str) -> str | None:
    """The label of an option of the prompt in this entry; None where there is no such option."""
    prompt = entry.body.get("prompt")
    options = prompt.get("options") if isinstance(prompt, dict) else None
    for option in options if isinstance(options, list) else []:
        if isinstance(option, dict) and option.get("value") == value:
            return str(option.get("label", value))
    return None


_encode = msgspec.json.Encoder().encode


def frame(*events: Mapping[str, object]) -> str:
    """A server frame: an array of events."""
    return _encode(list(events)).decode()


def entry_event(entry: EntryView) -> Mapping[str, object]:
    """One entry."""
    return {"t": "entry", "entry": entry}


def state_event(conversation: Conversation) -> Mapping[str, object]:
    """The conversation has another state."""
    return {"t": "state", "conversation": conversation}


def position_event(standing: Standing) -> Mapping[str, object]:
    """The place in the queue has changed."""
    return {"t": "position", **msgspec.structs.asdict(standing)}


def chunks(entries: Sequence[EntryView], size: int = 50) -> list[Sequence[EntryView]]:
    """Entries in pieces that fit into a frame."""
    return [entries[at : at + size] for at in range(0, len(entries), size)]
