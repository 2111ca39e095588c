"""What is asked of the lists: every list that a desk shows, in each state, by agents and a supervisor."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.bench.house import Person
from tests.bench.million.store import Million

ROWS = 30
STATES = ("any", "open", "waiting", "closed")
GO_ON = 0.4  # how often somebody scrolls to the next page
BADGES = "/api/conversations/badges"


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody asks for a page of a list (or the badges)."""

    part: str
    person: Person
    path: str
    pages: int = 1

    def page(self, cursor: str) -> str:
        """The path of the page that a cursor continues."""
        return f"{self.path}&cursor={cursor}"


def asks_of(million: Million, number: int, seed: int) -> Iterator[Ask]:
    """For each part so many asks, in an order that mixes them."""
    makers = _Makers(million, random.Random(seed))
    parts = {
        "mine": makers.mine,
        "queue": makers.queue,
        "all-agent": makers.all_of_agent,
        "all-supervisor": makers.all_of_supervisor,
        "contact": makers.contact,
        "badges": makers.badges,
    }
    for place in range(number):
        for part, make in parts.items():
            yield makers.ask(part, make, STATES[place % len(STATES)])


class _Makers:
    def __init__(self, million: Million, chance: random.Random) -> None:
        self._million = million
        self._chance = chance
        self._agents = million.house.agents
        self._chief = million.house.supervisor

    def ask(self, part: str, make: Callable[[str], tuple[Person, str]], state: str) -> Ask:
        person, path = make(state)
        pages = 1
        while path != BADGES and pages < 5 and self._chance.random() < GO_ON:
            pages += 1
        return Ask(part, person, path, pages)

    def _list(self, name: str, state: str, more: str = "") -> str:
        return f"/api/conversations?list={name}&state={state}&limit={ROWS}{more}"

    def _anybody(self) -> Person:
        return self._chance.choice([self._chief, *self._chance.sample(self._agents, 3)])

    def mine(self, state: str) -> tuple[Person, str]:
        return self._chance.choice(self._agents), self._list("mine", state)

    def queue(self, state: str) -> tuple[Person, str]:
        person = self._anybody()
        queues = self._million.queues_of.get(person.id) or [one.queue for one in self._million.house.teams]
        return person, self._list("queue", state, f"&queue={self._chance.choice(queues)}")

    def all_of_agent(self, state: str) -> tuple[Person, str]:
        return self._chance.choice(self._agents), self._list("all", state)

    def all_of_supervisor(self, state: str) -> tuple[Person, str]:
        return self._chief, self._list("all", state)

    def contact(self, state: str) -> tuple[Person, str]:
        contact = self._chance.choice(self._million.contacts)
        return self._anybody(), self._list("contact", state, f"&contact={contact}")

    def badges(self, state: str) -> tuple[Person, str]:
        return self._anybody(), BADGES
