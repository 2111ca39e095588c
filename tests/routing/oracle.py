"""Who gets whom, written from the rules alone and as slowly as they read. Knows only our types.

* Who has a higher priority is served first, then who waits longest, then by the conversation's name.
* An agent may get a conversation when he works in its queue, has every skill it asks for at the
  level or above, has room on its channel, and has not just refused it.
* Of those who may, the one who is idle longest gets it, then by name.
* A conversation that nobody may get holds up nobody behind it.
"""

from dataclasses import dataclass, field

from routing.matching import Candidate, Waiting


@dataclass(frozen=True, slots=True)
class Pair:
    """What the rules say: this conversation to this agent, of so many who might have had it."""

    conversation: str
    agent: str
    fitting: int


@dataclass(slots=True)
class Person:
    """An agent, with the room he has left on each channel that was asked for."""

    facts: Candidate
    used: dict[str, int] = field(default_factory=dict)

    def has_room(self, channel: str) -> bool:
        """Named channels have their own number, all others the number under ``*`` each."""
        numbers = self.facts.room
        if channel in numbers:
            all_in_all = numbers[channel]
        elif "*" in numbers:
            all_in_all = numbers["*"]
        else:
            all_in_all = 0
        return all_in_all - self.used.get(channel, 0) > 0


class Oracle:
    """Looks at everybody and everything each time."""

    def __init__(self) -> None:
        self.line: dict[str, Waiting] = {}
        self.people: dict[str, Person] = {}

    def set_candidate(self, facts: Candidate) -> None:
        """He may be rung, with this room."""
        copy = Candidate(facts.agent, facts.queues, dict(facts.skills), dict(facts.room), facts.idle_since)
        self.people[facts.agent] = Person(copy)

    def in_order(self) -> list[Waiting]:
        """All who wait, first who is served first."""
        return sorted(self.line.values(), key=lambda one: (-one.priority, one.since, one.conversation))

    def may_get(self, person: Person, waiting: Waiting) -> bool:
        """Whether this agent may get this conversation now."""
        if waiting.queue not in person.facts.queues:
            return False
        if person.facts.agent in waiting.refused:
            return False
        for skill, level in waiting.skills:
            if skill not in person.facts.skills or person.facts.skills[skill] < level:
                return False
        return person.has_room(waiting.channel)

    def next(self) -> Pair | None:
        """The next pair, taken out of the line."""
        for waiting in self.in_order():
            fitting = [person for person in self.people.values() if self.may_get(person, waiting)]
            if fitting:
                chosen = sorted(fitting, key=lambda one: (one.facts.idle_since, one.facts.agent))[0]
                chosen.used[waiting.channel] = chosen.used.get(waiting.channel, 0) + 1
                del self.line[waiting.conversation]
                return Pair(waiting.conversation, chosen.facts.agent, len(fitting))
        return None
