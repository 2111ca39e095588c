"""How much happens in a round on each engine, and what rounds came to."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Scale:
    """How much happens in a round, by what the engine can bear."""

    contacts: int
    agents: int
    speed: int  # of the house's clock
    term: float  # of the router's lease, in the house's seconds
    calm: tuple[int, int]  # commits before the point counts
    skip: int  # times that the point is passed, at the most
    seldom: int  # the same for what is seldom
    alone: float  # how often a program need not wait for its predecessor's term to pass
    pace: float  # seconds between two messages of a contact
    rounds: int  # of one house
    together: int  # houses at once, where one mostly waits for a term to pass


SCALES = {
    "sqlite": Scale(
        contacts=24,
        agents=6,
        speed=10,
        term=6.0,
        calm=(5, 90),
        skip=12,
        seldom=2,
        alone=1.0,  # as its lock file proves
        pace=0.02,
        rounds=16,
        together=3,
    ),
    "mongo": Scale(
        contacts=4,
        agents=2,
        speed=5,
        term=10.0,
        calm=(0, 8),
        skip=1,
        seldom=0,
        alone=0.75,
        pace=0.2,
        rounds=12,
        together=4,
    ),
}


@dataclass(slots=True)
class Report:
    """What rounds came to."""

    rounds: int = 0
    houses: int = 0
    seconds: float = 0.0
    resting: float = 0.0  # of them, until all was quiet
    kills: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    retried: int = 0
    sent: int = 0
    unknown: int = 0
    wrong: int = 0  # messages lost or doubled
    missed: list[str] = field(default_factory=list)
    took: dict[str, float] = field(default_factory=dict)  # point → its longest round, in seconds

    def add(self, other: "Report") -> None:
        """Add another one's figures to these."""
        self.rounds += other.rounds
        self.houses += other.houses
        self.seconds += other.seconds
        self.resting += other.resting
        self.kills += other.kills
        self.messages += other.messages
        self.done += other.done
        self.retried += other.retried
        self.sent += other.sent
        self.unknown += other.unknown
        self.wrong += other.wrong
        self.missed += other.missed
        for point, seconds in other.took.items():
            self.took[point] = max(seconds, self.took.get(point, 0.0))

    def __str__(self) -> str:
        return (
            f"{self.rounds} rounds in {self.houses} houses, "
            f"{self.seconds:.0f} s ({self.resting:.0f} to rest): "
            f"{self.messages['contact']} + {self.messages['agent']} messages acknowledged, "
            f"{self.sent} sent, {self.unknown} unknown, {self.retried} asked again, {self.wrong} wrong, "
            f"{len(self.missed)} points missed"
        )
