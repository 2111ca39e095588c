"""Those who wait, grouped by what they ask for: the cost of a match does not grow with how many they are."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush, heapreplace
from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec

from routing.matching.facts import Waiting
from routing.matching.sources import NOBODY, Place, Source

if TYPE_CHECKING:
    from routing.matching.lanes import Lane
    from routing.matching.match import Key
    from routing.matching.people import Crew, Own

Skills = tuple[tuple[str, int], ...]
Counts = Callable[[Sequence[int]], tuple[int, ...]]  # picks some crews' counts
SLACK = 16  # dead entries that are always allowed


def counts_of(crews: Iterable[Crew]) -> Counts:
    """Picks these crews' counts out of those of all; 0 stands first in all, so that there are always some."""
    return itemgetter(0, 0, *(crew.number for crew in crews))


class Spot(msgspec.Struct, gc=False):
    """One who waits: its place, its group, and when it goes on to the following group."""

    waiting: Waiting
    place: Place
    group: Group
    due: float | None = None


class Demand:
    """A queue's channel and skills; with the crews that work there and have them.

    ``place``: of the channel in their counts. ``counts``: how their agents stand, by crew.
    """

    __slots__ = ("channel", "counts", "crews", "place", "skills")

    def __init__(self, channel: str, place: int, skills: Skills, crews: dict[Crew, None]) -> None:
        self.channel = channel
        self.place = place
        self.skills = skills
        self.crews = crews
        self.counts = counts_of(crews)


class Group(Source):
    """Those who ask for the same: demand, skills to rank agents by, agents who refused, last agent.

    ``first`` is the place of the first of them, ``NOBODY`` where there is none. Nearly all come in the
    order in which they are served: ``tail`` holds those, the heap ``odd`` the others, ``dead`` the places
    in both of those who have left. ``after``: seconds in the queue after which one of them goes on to
    ``following``. ``own``: who alone gets them while he is there; ``keeper`` is he while he is.
    """

    __slots__ = (
        "after",
        "asked",
        "dead",
        "demand",
        "first",
        "following",
        "keeper",
        "lane",
        "odd",
        "own",
        "refused",
        "stage",
        "tail",
    )

    def __init__(
        self,
        number: int,
        *,
        lane: Lane,
        demand: Demand,
        asked: Skills,
        stage: int,
        own: Own | None,
        refused: frozenset[str],
        after: float | None,
    ) -> None:
        super().__init__(number)
        self.lane = lane
        self.demand = demand
        self.asked = asked
        self.stage = stage
        self.own = own
        self.keeper = own if own is not None and lane in own.lanes else None
        self.refused = refused
        self.after = after
        self.following: Group | None = None
        self.first = NOBODY
        self.tail: deque[Place] = deque()
        self.odd: list[Place] = []
        self.dead: set[Place] = set()

    def best(self) -> Group | None:
        """Itself, where there is anybody."""
        return None if self.first is NOBODY else self

    def is_empty(self) -> bool:
        """Whether there is nobody."""
        return self.first is NOBODY

    def enter(self, place: Place) -> bool:
        """One more; whether it is the first now."""
        tail = self.tail
        if self.dead and place in self.dead:
            self.dead.remove(place)
        elif not tail or tail[-1] < place:
            tail.append(place)
        else:
            heappush(self.odd, place)
        if place < self.first:
            self.first = place
            return True
        return False

    def leave(self, place: Place) -> None:
        """One less. Forgets the dead that come first, or are too many."""
        tail, odd, dead = self.tail, self.odd, self.dead
        if place is not self.first and place != self.first:
            dead.add(place)
            if 2 * len(dead) > len(tail) + len(odd) + SLACK:
                self._forget_the_dead()
            return
        if tail and tail[0] == place:
            tail.popleft()
        else:
            heappop(odd)
        if dead:
            while tail and tail[0] in dead:
                dead.remove(tail.popleft())
            while odd and odd[0] in dead:
                dead.remove(heappop(odd))
        if odd and not (tail and tail[0] < odd[0]):
            self.first = odd[0]
        else:
            self.first = tail[0] if tail else NOBODY

    def live(self) -> list[Place]:
        """The places of all of them, in no order."""
        return [place for place in (*self.tail, *self.odd) if place not in self.dead]

    def clear(self) -> None:
        """Nobody is there any more."""
        self.first = NOBODY
        self.tail.clear()
        self.odd.clear()
        self.dead.clear()

    def _forget_the_dead(self) -> None:
        self.tail = deque(place for place in self.tail if place not in self.dead)
        self.odd = [place for place in self.odd if place not in self.dead]
        heapify(self.odd)
        self.dead.clear()


class Reach:
    """The groups that a crew could serve on one channel, or that are kept for an agent; first in line first.

    Knows of each group a place that none of its members is before; the true one is looked at when
    that comes up. ``_least``: the entry of a group that counts.
    """

    __slots__ = ("_least", "_own", "heap")

    def __init__(self, own: Own | None = None) -> None:
        self._own = own
        self.heap: list[tuple[Place, int, Group]] = []
        self._least: dict[Group, Place] = {}

    def push(self, group: Group) -> None:
        """A group may be served from its first on."""
        place = group.first
        known = self._least.get(group)
        if known is None or place < known:
            self._least[group] = place
            heappush(self.heap, (place, group.number, group))
            if len(self.heap) > 2 * len(self._least) + SLACK:
                self._rebuild()

    def first(self, agents: Sequence[Key]) -> Group | None:
        """Whose first is first in line and not refused by one of these agents (the last part of each key)."""
        heap, own = self.heap, self._own
        aside: list[tuple[Place, int, Group]] | None = None
        found = None
        while heap:
            place, number, group = heap[0]
            first = group.first
            if first is place and group.keeper is own:
                if not group.refused or any(key[-1] not in group.refused for key in agents):
                    found = group
                    break
                aside = aside or []
                aside.append(heappop(heap))
            elif self._least.get(group) is not place:  # another entry counts, or none
                heappop(heap)
            elif first is NOBODY or group.keeper is not own:
                heappop(heap)
                del self._least[group]
            else:
                self._least[group] = first
                heapreplace(heap, (first, number, group))
        if aside:
            for entry in aside:
                heappush(heap, entry)
        return found

    def forget_the_empty(self) -> None:
        """Drop groups that nobody is in."""
        self._least = {group: place for group, place in self._least.items() if group.first is not NOBODY}
        self._rebuild()

    def _rebuild(self) -> None:
        self.heap[:] = [(place, group.number, group) for group, place in self._least.items()]
        heapify(self.heap)
