"""A large house for the matcher: queues, skills, agents and a crowd that all fit no better than in life.

10 queues of all strategies (half of them with ageing, relaxation in two steps and then any agent in
six, the last agent first in five), 40 kinds of requirement on 3 channels, 1,000 agents of 30 kinds who
take 3 chats, 4 mails or one call at a time; a call is exclusive but may interrupt mails.
"""

from collections.abc import Iterator
from random import Random

from hub.sharing import Sharing
from routing.matcher import Candidate, Line, Matcher, Step, Strategy, Waiting

QUEUES = tuple(f"queue-{number}" for number in range(10))
SKILLS = tuple(f"skill-{number}" for number in range(8))
CAPACITIES: tuple[dict[str, int], ...] = (
    {"chat": 3, "mail": 4, "call": 0},
    {"chat": 0, "mail": 0, "call": 1},
    {"chat": 3, "mail": 4, "call": 1},
)
AGENTS, CREWS, REQUIREMENTS = 1000, 30, 40
RATE = 20.0  # assignments in a second of the matcher's time
Crew = tuple[frozenset[str], dict[str, int], dict[str, int]]
Need = tuple[str, str, tuple[tuple[str, int], ...]]
SHARING = Sharing(frozenset({"call"}), {"call": frozenset({"mail"})})


def lines() -> Iterator[Line]:
    """The queues' configuration."""
    strategies = tuple(Strategy)
    for number, queue in enumerate(QUEUES):
        relaxed = number % 5 < 3
        yield Line(
            queue,
            strategies[number % 5],
            tuple(f"agent-{place:03}" for place in range(number, 200, 7)),
            (Step(20.0, 1), Step(40.0, 2, frozenset({SKILLS[number % 8]}))) if relaxed else (),
            90.0 if relaxed else None,
            15.0 if number % 2 else 0.0,
            0.5 if number < 5 else 0.0,
        )


class House:
    """The matcher with its queues and agents, and who would come next."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.matcher = Matcher(SHARING)
        for line in lines():
            self.matcher.set_line(line)
        kinds = [self._crew(number) for number in range(CREWS)]
        self.crews = {f"agent-{number:03}": kinds[number % CREWS] for number in range(AGENTS)}
        self.needs = [self._need(kinds[number % CREWS]) for number in range(REQUIREMENTS)]
        self.born = 0

    def _crew(self, number: int) -> Crew:
        random = self.random
        queues = frozenset(random.sample(QUEUES, random.randint(2, 4)))
        skills = {skill: random.randint(3, 10) for skill in random.sample(SKILLS, random.randint(4, 7))}
        return queues, skills, CAPACITIES[number % len(CAPACITIES)]

    def _need(self, crew: Crew) -> Need:
        """Something that at least this crew can do."""
        random = self.random
        queues, can, capacity = crew
        skills = random.sample(sorted(can), random.choice((0, 1, 1, 2, 2)))
        channel = random.choice([channel for channel in sorted(capacity) if capacity[channel]])
        return (
            random.choice(sorted(queues)),
            channel,
            tuple(sorted((skill, random.randint(1, can[skill])) for skill in skills)),
        )

    def candidate(self, agent: str, held: dict[str, int], now: float) -> Candidate:
        """An agent who has just got free on something."""
        queues, skills, capacity = self.crews[agent]
        return Candidate(agent, queues, skills, capacity, held, now, now, "ready")

    def arrival(self, need: Need, at: float) -> Waiting:
        """One who begins to wait."""
        random = self.random
        self.born += 1
        queue, channel, skills = need
        preferred = f"agent-{random.randrange(AGENTS):03}" if random.random() < 0.25 else None
        (priority,) = random.choices((0, 1, 5), (80, 15, 5))
        name = f"cv_{self.born:012x}"
        return Waiting(name, queue, channel, at, at, skills, priority, preferred)

    def fill(self, number: int, now: float) -> None:
        """So many who wait since up to now, as if they had come at the usual pace."""
        for ago in range(number, 0, -1):
            need = self.needs[ago % REQUIREMENTS]
            self.matcher.add(self.arrival(need, now - ago / RATE), now)
