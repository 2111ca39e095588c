"""Generated scripts for a matcher: what it is told and asked, and what the oracle answers to it.

A script is written with the oracle alone, so that the same one can be put to any matcher.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from msgspec.structs import replace

from hub.sharing import Sharing
from routing.matcher import Candidate, Line, Match, Step, Strategy, Waiting
from tests.routing.matcher_oracle import REASONS, Choice, Counts, Oracle

QUEUES = ("repair", "billing", "sales")
CHANNELS = ("chat", "mail", "call")
SKILLS = ("gas", "english", "pumps")
AGENTS = tuple(f"u{number}" for number in range(7))
CONVERSATIONS = tuple(f"c{number:02}" for number in range(30))


class AnyMatcher(Protocol):
    """What a script is put to."""

    def set_line(self, line: Line) -> None: ...
    def drop_line(self, queue: str) -> None: ...
    def set_sharing(self, sharing: Sharing) -> None: ...
    def add(self, waiting: Waiting, now: float) -> None: ...
    def remove(self, conversation: str) -> None: ...
    def get(self, conversation: str) -> Waiting | None: ...
    def __len__(self) -> int: ...
    def __contains__(self, conversation: str) -> bool: ...
    def waiting(self) -> Any: ...
    def in_line(self, queue: str) -> list[str]: ...
    def set_agent(self, candidate: Candidate) -> None: ...
    def drop_agent(self, agent: str) -> None: ...
    def next(self, now: float) -> Any: ...
    def due(self) -> float | None: ...
    def explain(self, conversation: str, now: float) -> Any: ...


@dataclass(frozen=True, slots=True)
class Act:
    """One step of a script, and the oracle's answer."""

    verb: str
    told: tuple[Any, ...]
    answer: object = None


def counts(considered: Any) -> Counts | None:
    """The facts about the agents as the oracle writes them."""
    if considered is None:
        return None
    return (considered.queue_agents, *(getattr(considered, reason) for reason in REASONS))


def choice(match: Match | None) -> Choice | None:
    """A match as the oracle writes it."""
    if match is None:
        return None
    return Choice(
        match.waiting.conversation,
        match.agent,
        match.step,
        match.any_agent,
        match.sticky,
        counts(match.considered) or (),
        match.next,
        match.idle_since,
        match.strategy.value,
    )


def _look(matcher: AnyMatcher, conversation: str) -> object:
    waits = {one.conversation: one for one in matcher.waiting()}
    lines = tuple(tuple(matcher.in_line(queue)) for queue in QUEUES)
    return len(matcher), conversation in matcher, matcher.get(conversation), waits, lines


VERBS: dict[str, Callable[..., object]] = {
    "set_line": lambda matcher, line: matcher.set_line(line),
    "drop_line": lambda matcher, queue: matcher.drop_line(queue),
    "set_sharing": lambda matcher, sharing: matcher.set_sharing(sharing),
    "add": lambda matcher, waiting, now: matcher.add(waiting, now),
    "remove": lambda matcher, conversation: matcher.remove(conversation),
    "set_agent": lambda matcher, facts: matcher.set_agent(facts),
    "drop_agent": lambda matcher, agent: matcher.drop_agent(agent),
    "next": lambda matcher, now: choice(matcher.next(now)),
    "due": lambda matcher: matcher.due(),
    "explain": lambda matcher, conversation, now: counts(matcher.explain(conversation, now)),
    "look": _look,
}


def perform(matcher: AnyMatcher, act: Act) -> object:
    """Tell or ask it; the answer as the oracle would write it."""
    return VERBS[act.verb](matcher, *act.told)


def disagreement(matcher: AnyMatcher, script: list[Act]) -> str | None:
    """Where a matcher first answers otherwise than the oracle, with what came before; None: nowhere."""
    for place, act in enumerate(script):
        answer = perform(matcher, act)
        if answer != act.answer:
            before = "\n".join(f"  {one.verb}{one.told}" for one in script[max(0, place - 25) : place + 1])
            return f"step {place}:\n{before}\n  answered {answer}\n  expected {act.answer}"
    return None


class Script:
    """Writes one script."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.oracle = Oracle()
        self.now = 100.0
        self.acts: list[Act] = []
        self.matches = 0
        few = self.random.random
        self.queues = QUEUES[: 1 + int(few() * 3)]
        self.channels = CHANNELS[: 1 + int(few() * 3)]
        self.skills = SKILLS[: int(few() * 4)]
        self.agents = AGENTS[: 1 + int(few() * 7)]
        self.conversations = CONVERSATIONS[: self.random.choice((4, 12, 30))]
        self.weights = [(verb, weight * self.random.choice((0.3, 1, 1, 2))) for verb, weight in self._verbs()]

    def _verbs(self) -> list[tuple[Callable[[], None], float]]:
        return [
            (self.arrive, 24),
            (self.leave, 4),
            (self.change, 8),
            (self.refuse, 5),
            (self.transfer, 4),
            (self.agent, 14),
            (self.agent_a_little, 12),
            (self.agent_gone, 2),
            (self.match, 26),
            (self.line, 2),
            (self.drop_line, 0.5),
            (self.share, 0.7),
            (self.explain, 3),
            (self.look, 2),
        ]

    def write(self, steps: int) -> list[Act]:
        """A script of at least so many steps."""
        verbs, weights = zip(*self.weights, strict=True)
        for queue in self.queues:
            if self.random.random() < 0.8:
                self.set_line(self.any_line(queue))
        self.share()
        while len(self.acts) < steps:
            (verb,) = self.random.choices(verbs, weights)
            verb()
        return self.acts

    def tell(self, verb: str, *told: Any, answer: object = None) -> None:
        self.acts.append(Act(verb, told, answer))

    # --- who waits ---

    def arrive(self) -> None:
        self.add(self.anybody(self.random.choice(self.conversations)))

    def add(self, waiting: Waiting) -> None:
        self.tell("add", waiting, self.now)
        self.oracle.line[waiting.conversation] = waiting

    def anybody(self, conversation: str) -> Waiting:
        random = self.random
        asked = random.sample(self.skills, random.randint(0, len(self.skills)))
        since = self.now - random.choice((0, 0, 0.5, 1, 7, 60))
        return Waiting(
            conversation,
            random.choice(self.queues),
            random.choice(self.channels),
            since,
            random.choice((self.now, self.now, since, since + 2)),
            tuple(sorted((skill, random.randint(1, 5)) for skill in asked)),
            random.choice((0, 0, 0, 1, 5)),
            random.choice((None, random.choice(self.agents), random.choice(AGENTS))),
            frozenset(random.sample(self.agents, min(len(self.agents), random.choice((0, 0, 0, 1, 2))))),
        )

    def somebody(self) -> Waiting | None:
        line = self.oracle.in_order()
        return self.random.choice(line) if line else None

    def leave(self) -> None:
        conversation = self.random.choice(self.conversations)
        self.tell("remove", conversation)
        self.oracle.line.pop(conversation, None)

    def change(self) -> None:
        known = self.somebody()
        if known is not None:
            part = self.random.choice(
                ("queue", "channel", "skills", "priority", "since", "entered", "preferred", "conversation")
            )
            self.add(replace(known, **{part: getattr(self.anybody(known.conversation), part)}))

    def refuse(self) -> None:
        """He declines it or lets it ring; or that was long ago."""
        known = self.somebody()
        if known is not None:
            self.add(replace(known, refused=known.refused ^ {self.random.choice(self.agents)}))

    def transfer(self) -> None:
        known = self.somebody()
        if known is not None:
            self.tell("remove", known.conversation)
            self.add(replace(known, queue=self.random.choice(self.queues), entered=self.now))

    # --- agents ---

    def agent(self) -> None:
        self.set_agent(self.any_agent(self.random.choice(self.agents)))

    def set_agent(self, facts: Candidate) -> None:
        self.tell("set_agent", facts)
        self.oracle.set_agent(facts)

    def any_agent(self, agent: str) -> Candidate:
        random = self.random
        states = ("ready",) * 8 + ("after_work", "break", "unresponsive", "offline")
        return Candidate(
            agent,
            frozenset(random.sample(self.queues, random.randint(0, len(self.queues)))),
            {skill: random.randint(1, 5) for skill in self.skills if random.random() < 0.8},
            {channel: random.randint(0, 3) for channel in (*CHANNELS[:2], "*") if random.random() < 0.7},
            {channel: random.randint(0, 2) for channel in self.channels if random.random() < 0.4},
            self.now - random.randrange(6),
            random.choice((0.0, self.now - random.randrange(6))),
            random.choice(states),
        )

    def agent_a_little(self) -> None:
        """One of his facts changes; or what he was given is in the store by now; or nothing."""
        person = self.oracle.people.get(self.random.choice(self.agents))
        if person is None:
            return
        facts = person.facts
        held = {channel: person.has(channel) for channel in (*facts.held, *person.given)}
        part = self.random.choice(
            ("queues", "skills", "capacity", "held", "idle_since", "offered_at", "state", "state", "given")
        )
        if part == "given":
            facts = replace(facts, held=held)
        else:
            facts = replace(facts, **{part: getattr(self.any_agent(facts.agent), part)})
        self.set_agent(facts)

    def agent_gone(self) -> None:
        agent = self.random.choice(self.agents)
        self.tell("drop_agent", agent)
        self.oracle.people.pop(agent, None)

    # --- configuration ---

    def line(self) -> None:
        self.set_line(self.any_line(self.random.choice(self.queues)))

    def set_line(self, line: Line) -> None:
        self.pass_time(0)
        self.tell("set_line", line)
        self.oracle.queues[line.queue] = line

    def any_line(self, queue: str) -> Line:
        random = self.random
        after = 0.0
        steps = []
        for _ in range(random.choice((0, 0, 1, 2, 3))):
            after += random.choice((0.5, 2, 5, 20))
            drop = random.sample(SKILLS, random.choice((0, 0, 1)))
            steps.append(Step(after, random.choice((0, 0, 1, 2, 4)), frozenset(drop)))
        return Line(
            queue,
            random.choice(tuple(Strategy)),
            tuple(random.sample(AGENTS, random.randint(0, 5))),
            tuple(steps),
            random.choice((None, None, after, after + 5)),
            random.choice((0.0, 0.5, 5.0, 20.0)),
            random.choice((0.0, 0.0, 0.5, 2.0)),
        )

    def drop_line(self) -> None:
        queue = self.random.choice(QUEUES)
        self.pass_time(0)
        self.tell("drop_line", queue)
        self.oracle.queues.pop(queue, None)

    def share(self) -> None:
        random = self.random
        live = frozenset(random.sample(CHANNELS, random.choice((0, 1, 1, 2))))
        interrupts = {
            channel: frozenset(random.sample(CHANNELS, random.randint(0, 3)))
            for channel in CHANNELS
            if random.random() < 0.5
        }
        self.oracle.sharing = Sharing(live, interrupts)
        self.tell("set_sharing", self.oracle.sharing)

    # --- what is asked ---

    def pass_time(self, seconds: float) -> None:
        self.now += seconds

    def match(self) -> None:
        """Time goes by; what is due is matched, once or until there is nothing."""
        self.pass_time(self.random.choice((0, 0, 0, 0.5, 0.5, 2, 10, 60)))
        for _ in range(self.random.choice((1, 1, 2, 50))):
            found = self.oracle.next(self.now)
            self.tell("next", self.now, answer=found)
            if found is None:
                break
            self.matches += 1
        if self.random.random() < 0.3:
            self.tell("due", answer=self.oracle.due(self.now))

    def explain(self) -> None:
        conversation = self.random.choice(self.conversations)
        waiting = self.oracle.line.get(conversation)
        answer = None if waiting is None else self.oracle.explain(waiting, self.now)
        self.tell("explain", conversation, self.now, answer=answer)

    def look(self) -> None:
        line = self.oracle.in_order()
        one = self.random.choice(self.conversations)
        waits = {waiting.conversation: waiting for waiting in line}
        lines = tuple(tuple(w.conversation for w in line if w.queue == queue) for queue in QUEUES)
        self.tell("look", one, answer=(len(line), one in waits, waits.get(one), waits, lines))


def scripts(seeds: range, steps: int) -> Iterator[list[Act]]:
    """One script of so many steps for each seed."""
    for seed in seeds:
        yield Script(seed).write(steps)
