"""What the verbs must know of configuration: who stands at an inbox's door, what a queue asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Door:
    """How an inbox takes a customer in.

    ``bot``: the bot that meets him first, None: he waits in ``queue`` at once.
    ``reopen_within``: seconds after closing in which a new message reopens the old
    conversation; later it begins a new one. ``silent_after``: seconds of the customer's
    silence after which an answered conversation is closed with ``goodbye``, None: never;
    ``left_after``: the same where he has left.
    """

    organisation: str
    channel: str
    group: str
    queue: str
    bot: str | None = None
    reopen_within: float = 24 * 3600.0
    priority: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)
    silent_after: float | None = None
    left_after: float | None = None
    goodbye: str | None = None


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """What closing and queueing must know of a queue."""

    organisation: str
    group: str
    after_work_seconds: int = 0
    disposition_required: bool = False


class Doors(Protocol):
    """Configuration as the verbs see it; answers come from memory or the store."""

    async def door(self, inbox: str) -> Door:
        """The door of an inbox; NotFound where there is none or it is switched off."""
        ...

    async def queue(self, queue: str) -> QueueFacts:
        """The facts of a queue; NotFound."""
        ...
