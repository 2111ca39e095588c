"""The place in line, as a channel may tell a customer who waits."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Place:
    """``position`` counts from 1; ``wait_seconds`` is expected, None where nothing is known yet."""

    position: int
    wait_seconds: int | None


@dataclass(frozen=True, slots=True)
class Expectation:
    """How long somebody will wait in seconds, and the mean error of such words lately; None: unknown."""

    seconds: float | None
    error: float | None


class QueuePlaces(Protocol):
    """Knows lines; the router of this process implements it."""

    async def place(self, conversation: str) -> Place | None:
        """Where a waiting conversation stands; None where it does not wait (or not here)."""
        ...

    def expectation(self, queue: str, position: int) -> Expectation:
        """How long somebody at this position (from 1) of a queue would wait."""
        ...

    async def staffed(self, queue: str) -> bool:
        """Whether somebody who works in this queue is signed in and not offline."""
        ...
