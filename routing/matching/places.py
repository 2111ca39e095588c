"""Places in line, kept so that the first is known and it does not matter how many there are."""

from __future__ import annotations

from collections import deque
from heapq import heapify, heappop, heappush
from math import inf

import msgspec

RUNS = 8  # lines in order at the most
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
    are served: each of ``runs`` is such a line in order, never empty. The heap ``odd`` holds those that
    fit at the end of none. ``dead``: those in both that are not there any more.
    """

    __slots__ = ("dead", "first", "odd", "runs")

    def __init__(self) -> None:
        self.first = NOBODY
        self.runs: list[deque[Place]] = []
        self.odd: list[Place] = []
        self.dead: set[Place] = set()

    def enter(self, place: Place) -> bool:
        """One more; whether it is the first now."""
        if self.dead and place in self.dead:
            self.dead.remove(place)
        else:
            for run in self.runs:
                if run[-1] < place:
                    run.append(place)
                    break
            else:
                if len(self.runs) < RUNS:
                    self.runs.append(deque((place,)))
                else:
                    heappush(self.odd, place)
        if place < self.first:
            self.first = place
            return True
        return False

    def leave(self, place: Place) -> None:
        """One less. Forgets the dead that come first, or are too many."""
        old, dead = self.first, self.dead
        if place is not old and place != old:
            dead.add(place)
            if len(dead) > SLACK and 2 * len(dead) > len(self.odd) + sum(map(len, self.runs)):
                self._forget_the_dead()
            return
        first = NOBODY
        emptied = False
        for run in self.runs:
            if run[0] is old:
                run.popleft()
            if dead:
                while run and run[0] in dead:
                    dead.remove(run.popleft())
            if not run:
                emptied = True
            elif run[0] < first:
                first = run[0]
        if emptied:
            self.runs = [run for run in self.runs if run]
        if self.odd:
            first = min(first, self._first_odd(old))
        self.first = first

    def live(self) -> list[Place]:
        """All of them, in no order."""
        return [place for line in (self.odd, *self.runs) for place in line if place not in self.dead]

    def _first_odd(self, old: Place) -> Place:
        odd, dead = self.odd, self.dead
        while odd and (odd[0] is old or odd[0] in dead):
            dead.discard(heappop(odd))
        return odd[0] if odd else NOBODY

    def _forget_the_dead(self) -> None:
        live = self.live()
        self.runs, self.odd = [deque(sorted(live))], []
        self.dead.clear()
