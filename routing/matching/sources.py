"""Where a match may be that nobody has looked for since something changed.

A conversation and an agent who fit each other were brought together by a change on one side:
something was added to a group of those who wait, or an agent got room. That side is a *hot*
source until it was looked at and held no match; so nothing else need be looked at.
"""

from __future__ import annotations

from heapq import heappush
from typing import Protocol

from routing.matching.places import Place


class Source(Protocol):
    """A group of those who wait, a pool of agents, or one agent for whom some are kept.

    ``bound``: nothing that it holds is before this place; None while it is cold. ``number``: its own.
    """

    bound: Place | None
    number: int

    def best(self) -> Place:
        """The first in line of those it holds who may be offered; ``NOBODY`` where there is none."""
        ...


class Hot:
    """The hot sources, that with the least bound first; one whose bound has changed is in twice."""

    __slots__ = ("heap", "made")

    def __init__(self) -> None:
        self.heap: list[tuple[Place, int, Source]] = []
        self.made = 0

    def number(self) -> int:
        """A number for one more source."""
        self.made += 1
        return self.made

    def heat(self, source: Source, bound: Place) -> None:
        """Something changed: it must be looked at, and holds nothing before ``bound``."""
        if source.bound is None or bound < source.bound:
            source.bound = bound
            heappush(self.heap, (bound, source.number, source))
