"""What a router must know of configuration (a port; the house reads it from the registers)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from hub.sharing import ALONE, Sharing
from routing.queues import Queue


@dataclass(frozen=True, slots=True)
class Plan:
    """How a group is routed now.

    ``queues`` by id; ``closed``: those outside their hours; ``outcomes``: by channel, which
    overflows it carries out itself; ``sharing``: what may be offered beside what.
    """

    queues: Mapping[str, Queue] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    outcomes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sharing: Sharing = ALONE


class Configuration(Protocol):
    """Configuration as routers see it."""

    async def groups(self) -> set[str]:
        """Every group that has a queue."""
        ...

    async def plan(self, group: str) -> Plan:
        """How a group is routed now; asked at every round and when something was edited."""
        ...

    async def find(self, queue: str) -> Queue | None:
        """One queue of whatever group, None where there is none."""
        ...
