"""Who gets whom: pure, in memory, exact. The longest waiting compatible customer, the longest idle agent.

Waiting conversations are grouped by what they ask for, so that the cost of a match grows
with the number of different requirements, not with how many wait.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple


class Requirement(NamedTuple):
    """What a conversation asks of an agent; those who refused it are left out for a while."""

    queue: str
    channel: str
    skills: tuple[tuple[str, int], ...]
    refused: frozenset[str]


class Place(NamedTuple):
    """Where a conversation stands: a higher priority first, then who waits longest."""

    minus_priority: int
    since: str
    conversation: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """One conversation that waits. ``since`` as stamped when it began to wait."""

    conversation: str
    queue: str
    channel: str
    since: str
    skills: tuple[tuple[str, int], ...] = ()
    priority: int = 0
    refused: frozenset[str] = frozenset()

    @property
    def requirement(self) -> Requirement:
        """What it asks for."""
        return Requirement(self.queue, self.channel, self.skills, self.refused)

    @property
    def place(self) -> Place:
        """Where it stands in line."""
        return Place(-self.priority, self.since, self.conversation)


@dataclass(slots=True)
class Candidate:
    """An agent who may be rung. ``room`` by channel, ``*`` for channels not named."""

    agent: str
    queues: frozenset[str]
    skills: dict[str, int]
    room: dict[str, int]
    idle_since: str

    def room_for(self, channel: str) -> int:
        """How many more he takes on this channel."""
        return self.room.get(channel, self.room.get("*", 0))

    def fits(self, need: Requirement) -> bool:
        """Whether he may and can take such a conversation now."""
        return (
            need.queue in self.queues
            and self.agent not in need.refused
            and self.room_for(need.channel) > 0
            and all(self.skills.get(skill, 0) >= level for skill, level in need.skills)
        )


@dataclass(frozen=True, slots=True)
class Match:
    """A conversation, the agent it goes to, and how many agents were looked at and fit."""

    waiting: Waiting
    agent: str
    idle_since: str
    fitting: int


@dataclass(slots=True)
class Matcher:
    """The waiting and the agents who may be rung."""

    _waiting: dict[str, Waiting] = field(default_factory=dict)
    _lines: dict[Requirement, list[Place]] = field(default_factory=dict)
    _candidates: dict[str, Candidate] = field(default_factory=dict)
    _hopeless: set[Requirement] = field(default_factory=set)

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def __contains__(self, conversation: str) -> bool:
        """Whether this conversation waits here."""
        return conversation in self._waiting

    def get(self, conversation: str) -> Waiting | None:
        """The waiting conversation, if it is here."""
        return self._waiting.get(conversation)

    def add(self, waiting: Waiting) -> None:
        """A conversation waits, or waits for something else than before."""
        old = self._waiting.get(waiting.conversation)
        if old == waiting:
            return
        self._waiting[waiting.conversation] = waiting
        line = self._lines.setdefault(waiting.requirement, [])
        heapq.heappush(line, waiting.place)

    def remove(self, conversation: str) -> None:
        """It waits no more; its place in the line is dropped when it comes up."""
        self._waiting.pop(conversation, None)

    def waiting(self) -> Iterable[Waiting]:
        """All that wait, in no order."""
        return self._waiting.values()

    def in_line(self, queue: str) -> list[str]:
        """The conversations of a queue in the order in which they are served."""
        places = sorted(w.place for w in self._waiting.values() if w.queue == queue)
        return [place.conversation for place in places]

    def set_candidate(self, candidate: Candidate) -> None:
        """An agent may be rung, with this much room."""
        self._candidates[candidate.agent] = candidate
        self._hopeless.clear()

    def drop_candidate(self, agent: str) -> None:
        """An agent may not be rung now."""
        self._candidates.pop(agent, None)

    def next(self) -> Match | None:
        """The best pair now, taken out of the line; None where nobody fits anybody.

        The agent's room is counted down here; whoever makes the offer sets the candidate
        anew from the store afterwards.
        """
        best: tuple[Place, Requirement, list[Candidate]] | None = None
        for need in list(self._lines):
            head = self._head(need)
            if head is None:
                del self._lines[need]
                self._hopeless.discard(need)
                continue
            if need in self._hopeless or (best is not None and head >= best[0]):
                continue
            fitting = [c for c in self._candidates.values() if c.fits(need)]
            if fitting:
                best = (head, need, fitting)
            else:
                self._hopeless.add(need)
        if best is None:
            return None
        place, need, fitting = best
        waiting = self._waiting.pop(place.conversation)
        heapq.heappop(self._lines[need])
        chosen = min(fitting, key=lambda c: (c.idle_since, c.agent))
        room = chosen.room_for(need.channel)
        chosen.room = {**chosen.room, need.channel: room - 1}
        return Match(waiting, chosen.agent, chosen.idle_since, len(fitting))

    def _head(self, need: Requirement) -> Place | None:
        line = self._lines[need]
        while line:
            place = line[0]
            waiting = self._waiting.get(place.conversation)
            if waiting is not None and waiting.requirement == need and waiting.place == place:
                return place
            heapq.heappop(line)
        return None
