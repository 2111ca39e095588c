"""Places in line, kept so that the first is known and it does not matter how many there are."""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from math import inf

import msgspec

RUNS = 12  # lines in order at the most
SLACK = 16  # dead entries that are always allowed


class Place(msgspec.Struct, frozen=True, order=True, gc=False):
    """Where a conversation stands in line; the least is served first.

    ``since``: epoch seconds, less what priority is worth where waiting is worth something.
    """

    rank: float
    since: float
    conversation: str


FIRST = Place(-inf, -inf, "")
NOBODY = Place(inf, inf, "")


class Places:
    """Places, of which the first is asked for.

    ``first``: ``NOBODY`` where there is none. Those of one priority come nearly in the order in which they
    are served: so there are ``runs``, lines in order, each with its live head in ``heads`` and the last that
    came in ``lasts``. What fits at the end of none goes into a heap, which is the first of them. ``dead``:
    those in runs and heap that are not there any more.
    """

    __slots__ = ("dead", "first", "heads", "lasts", "odd", "runs")

    def __init__(self) -> None:
        self.dead: set[Place] = set()
        self._begin()

    def _begin(self) -> None:
        self.first = NOBODY
        self.odd: list[Place] = []
        self.runs: list[deque[Place]] = [deque()]
        self.heads = [NOBODY]
        self.lasts = [NOBODY]

    def enter(self, place: Place) -> bool:
        """One more; whether it is the first now."""
        if self.dead and place in self.dead:
            self.dead.remove(place)
            return False
        number = 0
        for last in self.lasts:
            if last < place:
                break
            number += 1
        else:
            number = self._another_run(place)
        if number:
            self.lasts[number] = place
            self.runs[number].append(place)
        if place < self.heads[number]:
            self.heads[number] = place
            if place < self.first:
                self.first = place
                return True
        return False

    def leave(self, place: Place) -> None:
        """One less. Forgets the dead that come first, or are too many."""
        heads, dead = self.heads, self.dead
        if place not in heads:
            dead.add(place)
            if len(dead) > SLACK and 2 * len(dead) > len(self.odd) + sum(map(len, self.runs)):
                self._forget_the_dead()
            return
        number = heads.index(place)
        if number:
            run = self.runs[number]
            run.popleft()
            while dead and run and run[0] in dead:
                dead.remove(run.popleft())
            if run:
                heads[number] = run[0]
            else:
                heads[number] = NOBODY
                self.lasts[number] = FIRST
        else:
            odd = self.odd
            heappop(odd)
            while dead and odd and odd[0] in dead:
                dead.remove(heappop(odd))
            heads[0] = odd[0] if odd else NOBODY
        self.first = min(heads)

    def live(self) -> list[Place]:
        """All of them, in no order."""
        return [place for line in (self.odd, *self.runs) for place in line if place not in self.dead]

    def _another_run(self, place: Place) -> int:
        """The number of a run for one that fits at the end of none; 0, the heap, where there are enough."""
        number = len(self.runs)
        if number > RUNS:
            heappush(self.odd, place)
            return 0
        self.runs.append(deque())
        self.heads.append(NOBODY)
        self.lasts.append(FIRST)
        return number

    def _forget_the_dead(self) -> None:
        live = sorted(self.live())
        self.dead.clear()
        self._begin()
        for place in live:
            self.enter(place)
