"""When which waiting conversation overflows next. Pure; times on the router's monotonic clock."""

import heapq


class Overflows:
    """At most one plan for each conversation; a new one replaces the old."""

    def __init__(self) -> None:
        """Nothing is planned yet."""
        self._plans: dict[str, tuple[float, int]] = {}
        self._heap: list[tuple[float, str]] = []

    def plan(self, conversation: str, due: float, step: int) -> None:
        """Step number ``step`` (from 0) of its queue's overflow is due then."""
        if self._plans.get(conversation) == (due, step):
            return
        self._plans[conversation] = (due, step)
        heapq.heappush(self._heap, (due, conversation))

    def forget(self, conversation: str) -> None:
        """It does not wait any more, or nothing is planned for it."""
        self._plans.pop(conversation, None)

    def next_due(self) -> float | None:
        """When the next one is due; None where nothing is planned."""
        while self._heap and self._stale(self._heap[0]):
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: float) -> list[tuple[str, int]]:
        """Conversations whose time has come, with the number of the step; each is told once."""
        due = []
        while (first := self.next_due()) is not None and first <= now:
            conversation = heapq.heappop(self._heap)[1]
            due.append((conversation, self._plans.pop(conversation)[1]))
        return due

    def _stale(self, planned: tuple[float, str]) -> bool:
        plan = self._plans.get(planned[1])
        return plan is None or plan[0] != planned[0]
