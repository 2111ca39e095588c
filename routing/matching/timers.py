"""When the demand of those who wait changes by itself."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import count

from routing.matching.groups import Spot

FORGET_FROM = 1000  # dead timers that are always allowed


class Timers:
    """The timers, a heap. A spot without ``due`` is dead, and is forgotten when it comes up."""

    def __init__(self) -> None:
        self.heap: list[tuple[float, int, Spot]] = []
        self._numbers = count()

    def push(self, due: float, spot: Spot, live: int) -> None:
        """One more. ``live``: how many there may be that are not dead."""
        heap = self.heap
        heappush(heap, (due, next(self._numbers), spot))
        if len(heap) > 2 * live + FORGET_FROM:
            heap[:] = [entry for entry in heap if entry[2].due is not None]
            heapify(heap)

    def take(self, now: float) -> list[Spot]:
        """Those that are due by now."""
        heap = self.heap
        found: list[Spot] = []
        while heap and heap[0][0] <= now:
            spot = heappop(heap)[2]
            if spot.due is not None:
                found.append(spot)
        return found

    def due(self) -> float | None:
        """When the next one is due."""
        heap = self.heap
        while heap and heap[0][2].due is None:
            heappop(heap)
        return heap[0][0] if heap else None
