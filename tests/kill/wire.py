"""How the parent talks to the program: JSON in frames with a length before them, over a socket."""

import asyncio
from typing import TypeVar

import msgspec


class Ask(msgspec.Struct, omit_defaults=True):
    """A verb and what it needs. ``who``: the contact or the agent; ``number``: which message of his."""

    verb: str
    who: str
    conversation: str = ""
    client_id: str | None = None
    number: int = 0
    inbox: str = ""
    address: str = ""
    slot: str = ""
    seen: int = 0
    to: str = ""


class Told(msgspec.Struct, omit_defaults=True):
    """The entry that an acknowledgement names."""

    id: str
    conversation: str
    seq: int
    kind: str


class Held(msgspec.Struct, omit_defaults=True):
    """A conversation on an agent's desk."""

    slot: str
    conversation: str
    state: str
    seq: int
    heard: int


class Desk(msgspec.Struct, omit_defaults=True):
    """What an agent is shown."""

    away: str | None
    unresponsive: bool
    held: list[Held]
    waiting: list[str]


class Answer(msgspec.Struct, omit_defaults=True):
    """One of: done (``told`` where an entry was written), refused, ``again`` (outcome unknown), failed."""

    told: Told | None = None
    desk: Desk | None = None
    refused: str | None = None
    again: bool = False
    failed: str | None = None


T = TypeVar("T")
_encode = msgspec.json.Encoder().encode


def frame(value: Ask | Answer) -> bytes:
    """A value as it is sent."""
    text = _encode(value)
    return len(text).to_bytes(4) + text


async def read_frame(reader: asyncio.StreamReader, kind: type[T]) -> T:
    """The next value; IncompleteReadError or ConnectionError where the other side is gone."""
    length = int.from_bytes(await reader.readexactly(4))
    return msgspec.json.decode(await reader.readexactly(length), type=kind)
