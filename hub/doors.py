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
    ``left_after``: the same where he has left; ten times as long where nobody had answered him.
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
    """What closing and queueing must know of a queue.

    ``priority``, ``skills``: of what comes there when nobody says otherwise.
    """

    organisation: str
    group: str
    after_work_seconds: int = 0
    disposition_required: bool = False
    priority: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)


class Doors(Protocol):
    """Configuration as the verbs see it; answers come from memory or the store."""

    async def door(self, inbox: str) -> Door:
        """The door of an inbox; NotFound where there is none or it is switched off."""
        ...

    async def queue(self, queue: str) -> QueueFacts:
        """The facts of a queue; NotFound."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a customer writes from, as his client says; None: it does not say.

    ``page``: the address of the page he is on; ``language``: a tag such as zh-CN.
    """

    page: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What is known of a conversation that begins, or that a bot hands over.

    ``text``: what the customer has written so far.
    """

    organisation: str
    channel: str
    inbox: str
    contact: str
    text: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the rules say of an arrival; None: nothing of it. ``rules``: the ids of those that held."""

    queue: str | None = None
    skills: Mapping[str, int] | None = None
    priority: int | None = None
    vip: bool | None = None
    rules: tuple[str, ...] = ()


class RoutingRules(Protocol):
    """The administrator's rules for conversations that begin."""

    async def rule(self, arrival: Arrival) -> Ruling | None:
        """What they say of it; None: no rule holds. May raise what the store raises."""
        ...
