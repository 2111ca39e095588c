"""Who gets whom, written from the rules alone and as slowly as they read. Knows only our types.

* Of those who wait, the first in line is served whom any agent fits. A higher priority goes first, then
  who waits longest, then the conversation's name; in a queue with ageing a point of priority is worth
  60 / ageing seconds of waiting, and such queues mix with others of priority 0.
* For so many seconds in the queue only the agent who last held the contact gets it, whatever he can,
  as long as he works in the queue and is not offline.
* After that, an agent must have the skills, of which steps demand less as time goes by, and in the end none.
* He must be ready, must not just have refused it, must have room on its channel, and nothing that he
  holds may forbid it.
* Of those who fit, the strategy of the queue names one.
"""

from dataclasses import dataclass, field

from hub.sharing import Sharing
from routing.matcher import Candidate, Line, Strategy, Waiting

REASONS = (
    "offline",
    "unresponsive",
    "on_break",
    "unskilled",
    "not_preferred",
    "refused",
    "busy",
    "blocked",
    "fits",
)
Counts = tuple[int, ...]  # who works in the queue, then by reason


@dataclass(frozen=True, slots=True)
class Choice:
    """What the rules say, with the facts that go with it."""

    conversation: str
    agent: str
    step: int
    any_agent: bool
    sticky: bool
    counts: Counts
    next: tuple[str, ...]
    idle_since: float
    strategy: str


@dataclass(slots=True)
class Person:
    """An agent, and what he was given here since he was last set."""

    facts: Candidate
    given: list[str] = field(default_factory=list)

    def has(self, channel: str) -> int:
        """How much he holds on a channel."""
        return self.facts.held.get(channel, 0) + self.given.count(channel)

    def channels(self) -> set[str]:
        """The channels on which he holds anything."""
        return {channel for channel in (*self.facts.held, *self.given) if self.has(channel) > 0}


class Oracle:
    """Looks at everybody and everything each time."""

    def __init__(self) -> None:
        self.line: dict[str, Waiting] = {}
        self.people: dict[str, Person] = {}
        self.queues: dict[str, Line] = {}
        self.sharing = Sharing()

    def set_agent(self, facts: Candidate) -> None:
        """An agent as he is now."""
        self.people[facts.agent] = Person(facts)

    def queue(self, waiting: Waiting) -> Line:
        """The queue in which it waits."""
        return self.queues.get(waiting.queue, Line(waiting.queue))

    # --- the line ---

    def place(self, waiting: Waiting) -> tuple[float, float, str]:
        """Where it stands."""
        ageing = self.queue(waiting).ageing
        if ageing == 0:
            return (-waiting.priority, waiting.since, waiting.conversation)
        return (0, waiting.since - waiting.priority * 60 / ageing, waiting.conversation)

    def in_order(self) -> list[Waiting]:
        """All who wait, first who is served first."""
        return sorted(self.line.values(), key=self.place)

    # --- the demand ---

    def is_kept(self, waiting: Waiting, now: float) -> bool:
        """Whether only the agent who last held the contact gets it."""
        seconds = self.queue(waiting).last_agent_seconds
        if waiting.preferred is None or seconds == 0 or now >= waiting.entered + seconds:
            return False
        if waiting.preferred not in self.people:
            return False
        facts = self.people[waiting.preferred].facts
        return waiting.queue in facts.queues and facts.state != "offline"

    def is_for_any(self, waiting: Waiting, now: float) -> bool:
        """Whether no skill is demanded any more."""
        after = self.queue(waiting).any_agent_after
        return after is not None and now >= waiting.entered + after

    def steps(self, waiting: Waiting, now: float) -> int:
        """How many steps are in force."""
        return len([step for step in self.queue(waiting).relaxation if now >= waiting.entered + step.after])

    def skills(self, waiting: Waiting, now: float) -> dict[str, int]:
        """What is demanded by now."""
        if self.is_for_any(waiting, now):
            return {}
        demanded = dict(waiting.skills)
        for step in self.queue(waiting).relaxation[: self.steps(waiting, now)]:
            for skill in list(demanded):
                if skill in step.drop:
                    del demanded[skill]
                else:
                    lower = demanded[skill] - step.lower
                    demanded[skill] = lower if lower > 1 else 1
        return demanded

    # --- the agents ---

    def reason(self, person: Person, waiting: Waiting, now: float) -> str:
        """Why this agent of the queue does not get it, or that he fits."""
        facts = person.facts
        if facts.state in ("offline", "unresponsive"):
            return facts.state
        if facts.state == "break":
            return "on_break"
        kept = self.is_kept(waiting, now)
        if not (kept and facts.agent == waiting.preferred):
            for skill, level in self.skills(waiting, now).items():
                if skill not in facts.skills or facts.skills[skill] < level:
                    return "unskilled"
            if kept:
                return "not_preferred"
        if facts.agent in waiting.refused:
            return "refused"
        if waiting.channel in facts.capacity:
            capacity = facts.capacity[waiting.channel]
        elif "*" in facts.capacity:
            capacity = facts.capacity["*"]
        else:
            capacity = 0
        if person.has(waiting.channel) >= capacity:
            return "busy"
        for other in person.channels():
            if other == waiting.channel and other not in self.sharing.live:
                continue
            if other in self.sharing.interrupts.get(waiting.channel, ()):
                continue
            if other in self.sharing.live or waiting.channel in self.sharing.live:
                return "blocked"
        return "fits"

    def reasons(self, waiting: Waiting, now: float) -> list[tuple[str, Person]]:
        """Everybody who works in its queue, and how he stands to it."""
        team = [person for person in self.people.values() if waiting.queue in person.facts.queues]
        return [(self.reason(person, waiting, now), person) for person in team]

    def explain(self, waiting: Waiting, now: float) -> Counts:
        """How many stand how to it."""
        reasons = [reason for reason, _ in self.reasons(waiting, now)]
        return (len(reasons), *(reasons.count(reason) for reason in REASONS))

    def rank(self, person: Person, waiting: Waiting) -> tuple[float, float, str]:
        """Where an agent stands for this conversation by the strategy; least is first."""
        queue, facts = self.queue(waiting), person.facts
        first = 0.0
        second = facts.idle_since
        if queue.strategy == Strategy.LEAST_BUSY:
            first = sum(facts.held.values()) + len(person.given)
        elif queue.strategy == Strategy.ROUND_ROBIN:
            second = facts.offered_at
        elif queue.strategy == Strategy.BEST_SKILL:
            first = -sum(facts.skills.get(skill, 0) for skill, _ in waiting.skills)
        elif queue.strategy == Strategy.LINEAR:
            first = queue.order.index(facts.agent) if facts.agent in queue.order else len(queue.order)
        return (first, second, facts.agent)

    # --- what is asked ---

    def next(self, now: float) -> Choice | None:
        """The next pair, taken out of the line."""
        for waiting in self.in_order():
            fitting = [person for reason, person in self.reasons(waiting, now) if reason == "fits"]
            if not fitting:
                continue
            ranked = sorted(fitting, key=lambda person: self.rank(person, waiting))
            chosen = ranked[0]
            choice = Choice(
                waiting.conversation,
                chosen.facts.agent,
                self.steps(waiting, now),
                self.is_for_any(waiting, now),
                self.is_kept(waiting, now),
                self.explain(waiting, now),
                tuple(person.facts.agent for person in ranked[1:4]),
                chosen.facts.idle_since,
                self.queue(waiting).strategy.value,
            )
            chosen.given.append(waiting.channel)
            del self.line[waiting.conversation]
            return choice
        return None

    def due(self, now: float) -> float | None:
        """When, after now, something else is demanded of one that waits, or it is kept no more."""
        times = []
        for waiting in self.line.values():
            queue = self.queue(waiting)
            moments = {waiting.entered + step.after for step in queue.relaxation}
            if queue.any_agent_after is not None:
                moments.add(waiting.entered + queue.any_agent_after)
            skills = self.skills(waiting, now)
            for moment in sorted(moments):
                if moment > now and self.skills(waiting, moment) != skills:
                    times.append(moment)
                    break
            end = waiting.entered + queue.last_agent_seconds
            if waiting.preferred is not None and queue.last_agent_seconds > 0 and end > now:
                times.append(end)
        return min(times, default=None)
