"""Agents, grouped by where they work and what they can: crews, and in them pools of those with room alike."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable
from typing import TYPE_CHECKING

from routing.matching.facts import Candidate
from routing.matching.groups import Reach, Skills
from routing.matching.match import Key
from routing.matching.places import NOBODY, Place, Places
from routing.matching.standings import NOWHERE

if TYPE_CHECKING:
    from routing.matching.lanes import Lane

Ordering = Callable[["Person"], Key]


class Person:
    """An agent with his crew, how he stands, and the pool he is in when he may be offered anything.

    ``idle``: his key where the longest idle goes first. ``own``: what is kept for him.
    """

    __slots__ = ("crew", "facts", "idle", "own", "pool", "standing")

    def __init__(self, facts: Candidate, crew: Crew, own: Own | None) -> None:
        self.facts = facts
        self.idle: Key = (facts.idle_since, facts.agent)
        self.crew = crew
        self.standing = NOWHERE
        self.pool: Pool | None = None
        self.own = own

    def best(self) -> Place:
        """The first in line that he may be offered, but for what is kept; ``NOBODY`` where there is none."""
        best = NOBODY
        reaches = self.crew.reaches
        for channel in self.standing.open:
            reach = reaches.get(channel)
            if reach is not None and reach.heap:
                found = reach.first((self.idle,))
                if best is NOBODY or found < best:
                    best = found
        return best


def by_load(person: Person) -> Key:
    """Who holds least first, then longest idle."""
    return person.standing.total, person.facts.idle_since, person.facts.agent


def by_offer(person: Person) -> Key:
    """Who was offered something least recently first."""
    return person.facts.offered_at, person.facts.agent


def by_order(order: tuple[str, ...]) -> Ordering:
    """In a given order; those not in it come after, longest idle first."""
    places: dict[str, int] = {}
    for place, agent in enumerate(order):
        places.setdefault(agent, place)
    last = len(order)

    def key(person: Person) -> Key:
        return places.get(person.facts.agent, last), person.facts.idle_since, person.facts.agent

    return key


class Crew:
    """Agents of the same queues and skills. ``number``: where the counts of how they stand are kept."""

    __slots__ = ("lanes", "members", "number", "people", "pools", "queues", "reaches", "scores", "skills")

    def __init__(
        self,
        queues: frozenset[str],
        skills: dict[str, int],
        lanes: tuple[Lane, ...],
        people: dict[str, Person],
        number: int,
    ) -> None:
        self.number = number
        self.queues = queues
        self.skills = skills
        self.lanes = lanes
        self.people = people
        self.members = 0
        self.pools: dict[tuple[str, ...], Pool] = {}
        self.reaches: dict[str, Reach] = {}
        self.scores: dict[Skills, int] = {}

    def has(self, skills: Skills) -> bool:
        """Whether they have these skills at these levels or above."""
        return all(self.skills.get(skill, 0) >= level for skill, level in skills)

    def score(self, skills: Skills) -> int:
        """The sum of their levels over these skills."""
        found = self.scores.get(skills)
        if found is None:
            found = self.scores[skills] = sum(self.skills.get(skill, 0) for skill, _ in skills)
        return found

    def reach(self, channel: str) -> Reach:
        """The groups that they could serve on a channel."""
        found = self.reaches.get(channel)
        if found is None:
            found = self.reaches[channel] = Reach()
        return found


class Pool:
    """Those of a crew who may be offered something on the same channels. A source.

    ``idle``: the longest idle first; ``orders``: in each other order that was asked for.
    """

    __slots__ = ("bound", "crew", "idle", "number", "open", "orders", "reaches")

    def __init__(self, number: int, crew: Crew, channels: tuple[str, ...]) -> None:
        self.bound: Place | None = None
        self.number = number
        self.crew = crew
        self.open = channels
        self.reaches = [crew.reach(channel) for channel in channels]
        self.idle: list[Key] = []
        self.orders: dict[Ordering, list[Key]] = {}

    def put(self, person: Person) -> None:
        """One more."""
        insort(self.idle, person.idle)
        for ordering, keys in self.orders.items():
            insort(keys, ordering(person))

    def lift(self, person: Person) -> None:
        """One less; his facts must be those with which he came."""
        idle = self.idle
        del idle[bisect_left(idle, person.idle)]
        for ordering, keys in self.orders.items():
            del keys[bisect_left(keys, ordering(person))]

    def order(self, ordering: Ordering) -> list[Key]:
        """All of them in an order that was not asked for before."""
        people = self.crew.people
        found = self.orders[ordering] = sorted(ordering(people[key[-1]]) for key in self.idle)
        return found

    def best(self) -> Place:
        """The first in line that one of them may be offered; ``NOBODY`` where there is none."""
        best = NOBODY
        if self.idle:
            for reach in self.reaches:
                if reach.heap:
                    found = reach.first(self.idle)
                    if best is NOBODY or found < best:
                        best = found
        return best


class Own:
    """What is kept for one agent, who may not be there. A source.

    ``lanes``: the queues where he works, as long as he is not offline. ``waiting``: what is kept for him by
    time. ``lines``: what of that he may be offered when he has room, by channel.
    """

    __slots__ = ("agent", "bound", "lanes", "lines", "number", "person", "waiting")

    def __init__(self, number: int, agent: str) -> None:
        self.bound: Place | None = None
        self.number = number
        self.agent = agent
        self.person: Person | None = None
        self.lanes: tuple[Lane, ...] = ()
        self.waiting: set[str] = set()
        self.lines: dict[str, Places] = {}

    def enter(self, channel: str, place: Place) -> bool:
        """One more that he may be offered; whether it is the first of its channel."""
        line = self.lines.get(channel)
        if line is None:
            line = self.lines[channel] = Places()
        return line.enter(place)

    def leave(self, channel: str, place: Place) -> None:
        """One less."""
        self.lines[channel].leave(place)

    def best(self) -> Place:
        """The first in line that he may be offered; ``NOBODY`` where there is none."""
        best = NOBODY
        if self.person is not None:
            for channel in self.person.standing.open:
                line = self.lines.get(channel)
                if line is not None and line.first < best:
                    best = line.first
        return best
