"""What is told to the matcher. Facts alone: nothing is decided here.

Times are seconds; those of conversations' places and agents' idleness are only compared with
each other, ``entered`` is on the clock that the matcher is asked by.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import msgspec


class Strategy(StrEnum):
    """Who of those who fit gets the conversation."""

    LONGEST_IDLE = "longest_idle"
    LEAST_BUSY = "least_busy"
    ROUND_ROBIN = "round_robin"
    BEST_SKILL = "best_skill"
    LINEAR = "linear"


class Step(NamedTuple):
    """One step of relaxation, ``after`` seconds in the queue, on top of the steps before.

    ``lower``: so many levels less of every demanded skill, 1 at the least. ``drop``: skills not
    demanded any more.
    """

    after: float
    lower: int = 0
    drop: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """What the matcher knows of a queue.

    ``order``: the agents of the linear strategy. ``relaxation``: steps, their times rising.
    ``any_agent_after``: seconds in the queue after which no skill is demanded. ``last_agent_seconds``:
    so long only the preferred agent. ``ageing``: points of priority a minute, 0 for strict priority.
    """

    queue: str
    strategy: Strategy = Strategy.LONGEST_IDLE
    order: tuple[str, ...] = ()
    relaxation: tuple[Step, ...] = ()
    any_agent_after: float | None = None
    last_agent_seconds: float = 0.0
    ageing: float = 0.0


class Waiting(msgspec.Struct, frozen=True, gc=False):
    """One conversation that waits. ``since`` makes its place, ``entered`` its relaxation.

    ``skills``: demanded levels, sorted by skill. ``preferred``: who held the contact's last
    conversation. ``refused``: agents who did not take it and are left out for a while.
    """

    conversation: str
    queue: str
    channel: str
    since: float
    entered: float
    skills: tuple[tuple[str, int], ...] = ()
    priority: int = 0
    preferred: str | None = None
    refused: frozenset[str] = frozenset()


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """An agent of the team, whatever he does. The matcher does not change it.

    ``capacity`` by channel, ``*`` for those not named; ``held`` by channel: slots and after-contact
    work. ``state``: ready, after_work (may be offered what he has room for), break, unresponsive, offline.
    """

    agent: str
    queues: frozenset[str]
    skills: Mapping[str, int]
    capacity: Mapping[str, int]
    held: Mapping[str, int]
    idle_since: float
    offered_at: float = 0.0
    state: str = "ready"


@dataclass(frozen=True, slots=True)
class Considered:
    """How many work in the queue, and how they stood to one conversation, each counted once.

    By the first that holds: ``offline``, ``unresponsive``, ``on_break``, ``unskilled`` (lacks what is
    demanded now), ``not_preferred`` (the last agent alone gets it now), ``refused``, ``busy`` (no
    room on the channel), ``blocked`` (by what he holds on other channels), ``fits``.
    """

    queue_agents: int = 0
    offline: int = 0
    unresponsive: int = 0
    on_break: int = 0
    unskilled: int = 0
    not_preferred: int = 0
    refused: int = 0
    busy: int = 0
    blocked: int = 0
    fits: int = 0
