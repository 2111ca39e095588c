"""Conversations as text with holes: made by the real transition table and projection, once each.

A shape is the course of a conversation in five entries. Its documents are what the hub itself
would have stored, with marks where ids, times and words go; so a million of them costs filling in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import msgspec

from hub.documents import Document, Json
from hub.entries import Act, Actor, After, By, Entry, Kind, State, after, digest
from hub.ids import MAIN_GROUP, MAIN_ORGANISATION, ConversationId, EntryId
from hub.projections import project

HOLES = ("conversation", "contact", "inbox", "address", "generation", "queue", "agent", "until", "next")
ENTRIES = 5
_FAR = 700_000_001  # a number that stands for the hole of a number


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a shape."""

    kind: Kind
    by: Actor
    how: str | None = None


MESSAGE = Step(Kind.MESSAGE, Actor.CONTACT)
ANSWER = Step(Kind.MESSAGE, Actor.AGENT)
PULLED = Step(Kind.ASSIGNED, Actor.AGENT, "pull")
CLOSED = Step(Kind.CLOSED, Actor.AGENT)
COURSES: Mapping[str, Sequence[Step]] = {
    "closed": (MESSAGE, PULLED, ANSWER, MESSAGE, CLOSED),
    "continued": (MESSAGE, PULLED, ANSWER, CLOSED, Step(Kind.CONTINUED, Actor.SYSTEM)),
    "assigned": (MESSAGE, PULLED, ANSWER, MESSAGE, ANSWER),
    "waiting": (MESSAGE,) * ENTRIES,
    "snoozed": (MESSAGE, PULLED, ANSWER, MESSAGE, Step(Kind.SNOOZED, Actor.AGENT)),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """Texts to fill in with ``%``: the entries in order, and the conversation's document."""

    entries: tuple[str, ...]
    conversation: str
    slot: int | None  # the number of the entry that names the slot, where it is still held


def shape_of(course: str) -> Shape:
    """The documents of a course, with holes."""
    last: After | None = None
    document: Document | None = None
    texts = []
    for seq, step in enumerate(COURSES[course], start=1):
        entry = _entry(step, seq, last)
        last = entry.after
        document = project(document, entry)
        texts.append(_holed(cast(Document, msgspec.to_builtins(entry))))
    if last is None or document is None:
        raise ValueError("a course without entries")
    slot = None if last.slot is None else int(last.slot.removeprefix(_mark("entry"))[0])
    return Shape(tuple(texts), _holed(document), slot)


def _mark(name: str) -> str:
    return f"\u00ab{name}"


def _hole(name: str) -> str:
    return f"{_mark(name)}\u00bb"


def _moment(seq: int) -> str:
    """What stands for the time of an entry: the projection reckons with times, here one minute apart."""
    return f"1971-01-01T00:0{seq}:00.000Z"


def _author(step: Step) -> By:
    if step.by is Actor.CONTACT:
        return By(step.by, _hole("contact"))
    if step.by is Actor.AGENT:
        return By(step.by, _hole("agent"))
    return By(step.by, "intake")


def _body(step: Step, seq: int) -> dict[str, Json]:
    if step.kind is Kind.MESSAGE:
        return {"v": 1, "text": _hole(f"text{seq}")}
    if step.kind is Kind.CONTINUED:
        return {"v": 1, "to": _hole("next")}
    if step.kind is Kind.CLOSED:
        return {"v": 1, "reason": "done"}
    if step.kind is Kind.SNOOZED:
        return {"v": 1, "until": _hole("until")}
    return {"v": 1, "how": step.how}


def _entry(step: Step, seq: int, last: After | None) -> Entry:
    by, at = _author(step), _moment(seq)
    act = Act(
        kind=step.kind,
        by=by,
        id=EntryId(f"{_mark('entry')}{seq}\u00bb"),
        seq=seq,
        at=at,
        how=step.how,
        seen=seq,
        agent=_hole("agent"),
        group=MAIN_GROUP,
        queue=_hole("queue"),
        channel="webchat",
        door=State.WAITING,
    )
    body = _body(step, seq)
    return Entry(
        id=act.id,
        version=1,
        organisation=MAIN_ORGANISATION,
        conversation=ConversationId(_hole("conversation")),
        seq=seq,
        kind=step.kind,
        by=by,
        at=at,
        body=body,
        digest=digest(step.kind, body),
        after=after(last, act),
        inbox=_hole("inbox"),
        address=_hole("address"),
        generation=_FAR,
        client_id=f"{_mark('client')}{seq}\u00bb" if by.kind is not Actor.SYSTEM else None,
    )


def _holed(document: Document) -> str:
    text = msgspec.json.encode(document).decode().replace("%", "%%").replace(str(_FAR), _hole("generation"))
    for seq in range(1, ENTRIES + 1):
        text = text.replace(_moment(seq), _hole(f"at{seq}"))
    for name in (
        *HOLES,
        *(f"{kind}{seq}" for kind in ("entry", "client", "at", "text") for seq in range(1, ENTRIES + 1)),
    ):
        text = text.replace(_hole(name), f"%({name})s")
    if "\u00ab" in text:
        raise ValueError("a hole without a name")
    return text
