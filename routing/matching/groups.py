"""Those who wait, grouped by what they ask for: the cost of a match does not grow with how many they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush, heapreplace
from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec

from routing.matching.facts import Waiting
from routing.matching.places import NOBODY, SLACK, Place, Places

if TYPE_CHECKING:
    from routing.matching.lanes import Lane
    from routing.matching.match import Key
    from routing.matching.people import Crew, Own

Skills = tuple[tuple[str, int], ...]
Counts = Callable[[Sequence[int]], tuple[int, ...]]  # picks some crews' counts


def counts_of(crews: Iterable[Crew]) -> Counts:
    """Picks these crews' counts out of those of all; 0 stands first in all, so that there are always some."""
    return itemgetter(0, 0, *(crew.number for crew in crews))


class Spot(msgspec.Struct, gc=False):
    """One who waits.

    ``due``: when its demand changes by itself. ``own``: for whom it is kept by time, if he is there;
    ``kept``: he is, and it stands with what is kept for him and not in its group.
    """

    waiting: Waiting
    place: Place
    group: Group
    due: float | None = None
    own: Own | None = None
    kept: bool = False


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


class Group(Places):
    """Those who ask for the same: demand, skills to rank agents by, and agents who refused. A source.

    ``after``: seconds in the queue after which one of them goes on to ``following``.
    """

    __slots__ = (
        "after",
        "asked",
        "bound",
        "demand",
        "following",
        "lane",
        "number",
        "refused",
        "stage",
    )

    def __init__(
        self,
        number: int,
        *,
        lane: Lane,
        demand: Demand,
        asked: Skills,
        stage: int,
        refused: frozenset[str],
        after: float | None,
    ) -> None:
        super().__init__()
        self.bound: Place | None = None
        self.number = number
        self.lane = lane
        self.demand = demand
        self.asked = asked
        self.stage = stage
        self.refused = refused
        self.after = after
        self.following: Group | None = None

    def best(self) -> Place:
        """The first of them."""
        return self.first


Entry = tuple[float, float, str, int, Place, Group]  # a place laid open, so that it is compared quickly


def entry(place: Place, group: Group) -> Entry:
    """A group as it stands in a heap."""
    return place.rank, place.since, place.conversation, group.number, place, group


class Reach:
    """The groups that a crew could serve on one channel; that whose first is first in line first.

    Knows of each group a place that none of its members is before; the true one is looked at when
    that comes up. ``_least``: the entry of a group that counts.
    """

    __slots__ = ("_least", "heap")

    def __init__(self) -> None:
        self.heap: list[Entry] = []
        self._least: dict[Group, Place] = {}

    def push(self, group: Group) -> None:
        """A group may be served from its first on."""
        place = group.first
        known = self._least.get(group)
        if known is None or place < known:
            self._least[group] = place
            heappush(self.heap, entry(place, group))
            if len(self.heap) > 2 * len(self._least) + SLACK:
                self._rebuild()

    def first(self, agents: Sequence[Key]) -> Place:
        """The first in line that one of these agents (the last part of each key) has not refused."""
        heap = self.heap
        aside: list[Entry] | None = None
        found = NOBODY
        while heap:
            _, _, _, number, place, group = heap[0]
            first = group.first
            if first is place:
                if not group.refused or any(key[-1] not in group.refused for key in agents):
                    found = place
                    break
                aside = aside or []
                aside.append(heappop(heap))
            elif self._least.get(group) is not place:  # another entry counts, or none
                heappop(heap)
            elif first is NOBODY:
                heappop(heap)
                del self._least[group]
            else:
                self._least[group] = first
                heapreplace(heap, (first.rank, first.since, first.conversation, number, first, group))
        if aside:
            for one in aside:
                heappush(heap, one)
        return found

    def forget_the_empty(self) -> None:
        """Drop groups that nobody is in."""
        self._least = {group: place for group, place in self._least.items() if group.first is not NOBODY}
        self._rebuild()

    def _rebuild(self) -> None:
        self.heap[:] = [entry(place, group) for group, place in self._least.items()]
        heapify(self.heap)
