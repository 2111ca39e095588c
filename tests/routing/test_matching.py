"""The matcher agrees with an oracle that looks at everything each time."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from routing.matching import Candidate, Matcher, Waiting
from tests.routing.oracle import Oracle, Pair

STEPS = 800
SEEDS = 32  # times STEPS: 25,600 generated steps
QUEUES = ("repair", "billing", "sales")
CHANNELS = ("chat", "mail", "call")
SKILLS = ("gas", "english")
AGENTS = tuple(f"u_{number}" for number in range(7))


class Play:
    """Does the same to the matcher and to the oracle, and compares."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.matcher = Matcher()
        self.oracle = Oracle()
        self.told: list[str] = []
        self.born = 0
        self.matches = 0

    def step(self) -> None:
        """One thing happens."""
        steps: list[tuple[int, Callable[[], None]]] = [
            (24, self.arrive),
            (8, self.leave),
            (8, self.change),
            (6, self.refuse),
            (18, self.person_up),
            (6, self.person_down),
            (28, self.match),
            (2, self.compare),
        ]
        weights = [weight for weight, _ in steps]
        (chosen,) = self.random.choices([step for _, step in steps], weights)
        chosen()

    # --- what happens ---

    def arrive(self) -> None:
        self.born += 1
        self.wait(self.anybody(f"c_{self.born % 40:02}"))

    def anybody(self, conversation: str) -> Waiting:
        random = self.random
        asked = random.sample(SKILLS, random.choice((0, 0, 1, 2)))
        return Waiting(
            conversation,
            random.choice(QUEUES),
            random.choice(CHANNELS),
            f"2026-11-25T13:{random.randrange(60):02}:00.000Z",
            tuple(sorted((skill, random.randint(1, 10)) for skill in asked)),
            random.choice((0, 0, 0, 1, 5)),
            frozenset(random.sample(AGENTS, random.choice((0, 0, 0, 1, 2)))),
        )

    def wait(self, waiting: Waiting) -> None:
        self.told.append(f"wait {waiting}")
        self.matcher.add(waiting)
        self.oracle.line[waiting.conversation] = waiting

    def leave(self) -> None:
        id = f"c_{self.random.randrange(40):02}"
        self.told.append(f"remove {id}")
        self.matcher.remove(id)
        self.oracle.line.pop(id, None)

    def change(self) -> None:
        """The same conversation asks for something else, or has another place."""
        known = self.some_waiting()
        if known is None:
            return
        other = self.anybody(known.conversation)
        part = self.random.choice(("queue", "skills", "priority", "since", "all", "nothing"))
        if part == "all":
            known = other
        elif part != "nothing":
            known = replace(known, **{part: getattr(other, part)})
        self.wait(known)

    def refuse(self) -> None:
        known = self.some_waiting()
        if known is not None:
            agent = self.random.choice(AGENTS)
            refused = known.refused - {agent} if agent in known.refused else known.refused | {agent}
            self.wait(replace(known, refused=refused))

    def some_waiting(self) -> Waiting | None:
        line = self.oracle.in_order()
        return self.random.choice(line) if line else None

    def person_up(self) -> None:
        random = self.random
        room = {channel: random.randint(0, 3) for channel in (*CHANNELS[:2], "*") if random.random() < 0.7}
        candidate = Candidate(
            random.choice(AGENTS),
            frozenset(random.sample(QUEUES, random.randint(0, 3))),
            {skill: random.randint(1, 10) for skill in SKILLS if random.random() < 0.7},
            room,
            f"2026-11-25T12:{random.randrange(60):02}:00.000Z",
        )
        self.told.append(f"up {candidate}")
        self.oracle.set_candidate(candidate)
        self.matcher.set_candidate(candidate)

    def person_down(self) -> None:
        agent = self.random.choice(AGENTS)
        self.told.append(f"down {agent}")
        self.matcher.drop_candidate(agent)
        self.oracle.people.pop(agent, None)

    def match(self) -> None:
        for _ in range(self.random.choice((1, 1, 2, 50))):
            expected = self.oracle.next()
            found = self.matcher.next()
            pair = None if found is None else Pair(found.waiting.conversation, found.agent, found.fitting)
            self.told.append(f"next {pair}")
            assert pair == expected
            if pair is None:
                return
            self.matches += 1

    def compare(self) -> None:
        assert len(self.matcher) == len(self.oracle.line)
        assert {one.conversation: one for one in self.matcher.waiting()} == self.oracle.line
        for queue in QUEUES:
            line = [one.conversation for one in self.oracle.in_order() if one.queue == queue]
            assert self.matcher.in_line(queue) == line
        for id in ("c_00", "c_20"):
            assert (id in self.matcher) == (id in self.oracle.line)
            assert self.matcher.get(id) == self.oracle.line.get(id)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_matcher_agrees_with_the_oracle(seed: int) -> None:
    play = Play(seed)
    for _ in range(STEPS):
        try:
            play.step()
        except AssertionError as error:
            tail = "\n".join(play.told[-30:])
            raise AssertionError(f"seed {seed}, step {len(play.told)}: {error}\n{tail}") from error
    play.compare()
    assert play.matches > STEPS / 20  # something was at stake


def waiting(name: str, *, since: int = 0, priority: int = 0, refused: tuple[str, ...] = ()) -> Waiting:
    """One who waits for repair by chat."""
    return Waiting(name, "repair", "chat", f"{since:04}", (), priority, frozenset(refused))


def candidate(name: str, *, room: int = 1, idle: int = 0) -> Candidate:
    """One who works there."""
    return Candidate(name, frozenset({"repair"}), {}, {"chat": room}, f"{idle:04}")


def pairs(matcher: Matcher) -> list[tuple[str, str]]:
    """All pairs there are."""
    found = []
    while (match := matcher.next()) is not None:
        found.append((match.waiting.conversation, match.agent))
    return found


def test_the_longest_idle_gets_the_longest_waiting() -> None:
    matcher = Matcher()
    for name, since in (("late", 9), ("early", 1), ("middle", 5)):
        matcher.add(waiting(name, since=since))
    for name, idle in (("fresh", 8), ("rested", 2)):
        matcher.set_candidate(candidate(name, idle=idle))
    assert pairs(matcher) == [("early", "rested"), ("middle", "fresh")]
    assert matcher.in_line("repair") == ["late"]


def test_a_higher_priority_is_served_first() -> None:
    matcher = Matcher()
    matcher.add(waiting("long", since=1))
    matcher.add(waiting("urgent", since=9, priority=1))
    matcher.set_candidate(candidate("u", room=2))
    assert pairs(matcher) == [("urgent", "u"), ("long", "u")]


def test_what_nobody_can_take_holds_up_nobody_behind_it() -> None:
    matcher = Matcher()
    matcher.add(waiting("refused", since=1, refused=("u",)))
    matcher.add(waiting("other", since=2))
    matcher.set_candidate(candidate("u", room=2))
    assert pairs(matcher) == [("other", "u")]
    matcher.add(waiting("refused", since=1))  # the pause is over
    assert pairs(matcher) == [("refused", "u")]


def test_a_match_costs_by_what_is_asked_for_and_not_by_how_many_wait() -> None:
    """20,000 in line: taking a hundred of them looks at a few hundred agents, not at two million places."""
    matcher = Matcher()
    looked = 0

    class Counted(Candidate):
        def fits(self, need: object) -> bool:
            nonlocal looked
            looked += 1
            return super().fits(need)  # type: ignore[arg-type]

    for number in range(20_000):
        matcher.add(waiting(f"c{number:05}", since=number % 9_999))
    for number in range(20):
        matcher.set_candidate(Counted(f"u{number}", frozenset({"repair"}), {}, {"chat": 5}, "0"))
    assert len(pairs(matcher)) == 100
    assert looked <= 20 * 102
