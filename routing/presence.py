"""The people's clock and who is gone: nobody is blamed for an outage of ours.

The people's clock runs only while the router owns its group, reaches the store, and some
web process's beat moves; at most one interval a look, whatever the wall clock says.
"""

from collections.abc import Iterable

from hub.beats import Beat

GRACE = 90.0  # seconds of the people's clock without a beat until an agent is offline


class PeoplesClock:
    """Seconds in which people could have acted."""

    def __init__(self, *, interval: float) -> None:
        """``interval``: the most that one look may add."""
        self.now = 0.0
        self._interval = interval
        self._looked: float | None = None
        self._counts: dict[str, int] = {}

    def look(self, beats: Iterable[Beat], monotonic: float) -> frozenset[str]:
        """Take the beats as they stand; the agents whose beat has moved since the last look, if any."""
        counts = {beat.id: beat.n for beat in beats}
        if self._looked is None:  # the first look: nobody knows what has moved
            self._looked, self._counts = monotonic, counts
            return frozenset()
        moved = {id for id, n in counts.items() if n != self._counts.get(id)}
        if moved:  # while no beat moves the clock stands
            if any(id in self._counts for id in moved):
                self.now += min(monotonic - self._looked, self._interval)
            self._looked = monotonic
        self._counts = counts
        return frozenset(agent for beat in beats if beat.id in moved for agent in beat.agents)

    def reading(self, monotonic: float) -> float:
        """What a count that begins now starts from: the next look may add what lies before it."""
        ahead = 0.0 if self._looked is None else min(monotonic - self._looked, self._interval)
        return self.now + ahead


class Grace:
    """Counts, for each agent, the people's time since his desk was last heard of."""

    def __init__(self, grace: float = GRACE) -> None:
        """``grace``: people's seconds until he is gone."""
        self._grace = grace
        self._heard: dict[str, float] = {}

    def hear(self, agents: Iterable[str], now: float) -> None:
        """These desks were heard of at ``now`` (people's clock)."""
        for agent in agents:
            self._heard[agent] = now

    def is_gone(self, agent: str, now: float) -> bool:
        """Whether his grace time is over; a count begins at its first reading."""
        return now - self._heard.setdefault(agent, now) >= self._grace

    def forget(self, agent: str) -> None:
        """He is offline, or back: the next count begins anew."""
        self._heard.pop(agent, None)
