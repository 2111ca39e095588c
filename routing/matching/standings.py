"""How an agent stands to every channel: what he may be offered beside what he holds."""

from __future__ import annotations

from collections.abc import Mapping

from hub.sharing import Sharing
from routing.matching.facts import Candidate

ANY_CHANNEL = "*"
FIELD = 20  # bits of a number in a packed count: 1,048,575 agents
ONE = (1 << FIELD) - 1
READY = frozenset({"ready", "after_work"})
OFFLINE = "offline"

# A crew's counts in one integer: offline, unresponsive, on a break, ready, and of the ready for each
# channel busy, blocked, fitting. What follows are places of fields, in bits.
AWAY = {OFFLINE: 0, "unresponsive": FIELD, "break": 2 * FIELD}
ACTIVE = 3 * FIELD
CHANNELS = 4 * FIELD
CHANNEL = 3 * FIELD  # bits of one channel
BUSY, BLOCKED, FITS = 0, FIELD, 2 * FIELD

KEPT = 1000  # capacities, and standings of each, that are kept before they are worked out anew


Family = dict[tuple[tuple[str, int], ...], "Standing"]


class Standing:
    """What agents of the same capacity who hold the same may be offered.

    ``unit``: what one such agent adds to his crew's counts. ``open``: the channels on which he may be
    offered something; ``reasons`` why (not), for each channel: those of an agent who is away have none.
    ``family``: those of the same capacity by what is held.
    """

    __slots__ = ("capacity", "family", "held", "open", "reasons", "taking", "total", "unit")

    def __init__(
        self, capacity: Mapping[str, int], held: Mapping[str, int], unit: int, family: Family | None = None
    ) -> None:
        self.family = family
        self.capacity = capacity
        self.held = held
        self.total = sum(held.values())
        self.unit = unit
        self.open: tuple[str, ...] = ()
        self.reasons: dict[str, int] = {}
        self.taking: dict[str, Standing] = {}


NOWHERE = Standing({}, {}, 0)


class Standings:
    """Works out standings, each once. Knows the channels that anything ever came by."""

    def __init__(self, sharing: Sharing) -> None:
        self.sharing = sharing
        self.channels: dict[str, int] = {}
        self._away = {state: Standing({}, {}, 1 << place) for state, place in AWAY.items()}
        self._families: dict[tuple[tuple[str, int], ...], Family] = {}

    def learn(self, channel: str) -> None:
        """Something came by a channel that nothing came by before: all standings are out of date."""
        self.channels[channel] = CHANNELS + CHANNEL * len(self.channels)
        self._families.clear()

    def share(self, sharing: Sharing) -> None:
        """Other rules of sharing: all standings are out of date."""
        self.sharing = sharing
        self._families.clear()

    def of(self, facts: Candidate, last: Standing) -> Standing:
        """The standing of an agent; ``last``: how he stood before. ValueError for an unknown state."""
        if facts.state not in READY:
            if facts.state not in AWAY:
                raise ValueError(f"no state of an agent: {facts.state}")
            return self._away[facts.state]
        if last.family is not None and last.capacity == facts.capacity:
            found = last.family.get(tuple(facts.held.items()))
            if found is not None:
                return found
        return self._ready(facts.capacity, facts.held)

    def is_offline(self, standing: Standing) -> bool:
        """Whether it is that of agents who are offline."""
        return standing is self._away[OFFLINE]

    def take(self, standing: Standing, channel: str) -> Standing:
        """The standing after one more contact on a channel."""
        found = standing.taking.get(channel)
        if found is None:
            held = {**standing.held, channel: standing.held.get(channel, 0) + 1}
            found = standing.taking[channel] = self._ready(standing.capacity, held)
        return found

    def renew(self, standing: Standing) -> Standing:
        """The same by the channels and rules of now."""
        return standing if standing.family is None else self._ready(standing.capacity, standing.held)

    def _ready(self, capacity: Mapping[str, int], held: Mapping[str, int]) -> Standing:
        if len(self._families) > KEPT:
            self._families.clear()
        family = self._families.setdefault(tuple(capacity.items()), {})
        key = tuple(held.items())
        found = family.get(key)
        if found is None:
            if len(family) > KEPT:
                family.clear()
            found = family[key] = self._work_out(dict(capacity), dict(held), family)
        return found

    def _work_out(self, capacity: Mapping[str, int], held: Mapping[str, int], family: Family) -> Standing:
        standing = Standing(capacity, held, 1 << ACTIVE, family)
        holding = [channel for channel, number in held.items() if number > 0]
        for channel, place in self.channels.items():
            reason = FITS
            if capacity.get(channel, capacity.get(ANY_CHANNEL, 0)) <= held.get(channel, 0):
                reason = BUSY
            elif not self.sharing.allows(channel, holding):
                reason = BLOCKED
            else:
                standing.open += (channel,)
            standing.reasons[channel] = reason
            standing.unit += 1 << place + reason
        return standing
