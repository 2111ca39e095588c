"""matcher: assignments a second on one core, their cost with a million waiting, memory, and the oracle.

The house of :mod:`tests.bench.matcher.workload`. An assignment is: an agent gets free, the matcher finds
the pair, and somebody new begins to wait; all of it is counted, trace facts included.
"""

import gc
import resource
import time
from pathlib import Path
from random import Random

from routing.matcher import Matcher
from tests.bench.figures import Figure, Outcome
from tests.bench.matcher.workload import AGENTS, RATE, REQUIREMENTS, House
from tests.routing.matcher_script import disagreement, scripts

NAME = "matcher"
FEW, MANY = 1_000, 1_000_000
PER_AGENT = 3  # assignments to somebody who has got free on everything, about
STEPS = 1_000_000  # against the oracle


def run(*, quick: bool) -> Outcome:
    """Measure with few and with many, then ask the oracle."""
    many, assignments, steps = (50_000, 5_000, 50_000) if quick else (MANY, 60_000, STEPS)
    few_cost, _ = _cost(FEW, assignments)
    many_cost, memory = _cost(many, assignments)
    asked, wrong = _oracle(steps)
    outcome = Outcome(facts={"waiting_many": many, "assignments": assignments, "oracle_steps": asked})
    outcome.figures += [
        Figure(NAME, 1e6 / few_cost, "assignments/s", 100_000, "rate", better="higher"),
        Figure(NAME, many_cost, "us", 10.0, "cost-at-many"),
        Figure(NAME, many_cost / few_cost, "x", 5.0, "growth"),
        Figure("waiting-memory", memory, "bytes", 2048),
        Figure(NAME, float(wrong), "disagreements", 0, "oracle"),
    ]
    return outcome


def _cost(waiting: int, assignments: int) -> tuple[float, float]:
    """Microseconds of the processor for an assignment, and bytes for one that waits."""
    gc.collect()
    before = _resident()
    house = House(7)
    now = 1000.0
    house.fill(waiting, now)
    memory = (_resident() - before) / waiting
    matcher, random = house.matcher, Random(3)
    for number in range(AGENTS):
        matcher.set_agent(house.candidate(f"agent-{number:03}", {}, now))
    while matcher.next(now) is not None:
        pass
    moments = [now + number / RATE for number in range(1, assignments + 1)]
    freed = [house.candidate(f"agent-{random.randrange(AGENTS):03}", {}, at) for at in moments]
    coming = [
        house.arrival(house.needs[number % REQUIREMENTS], now + number / RATE / PER_AGENT)
        for number in range(assignments + 20)
    ]
    gc.freeze()
    gc.disable()
    began = time.process_time()
    done = 0
    for at, candidate in zip(moments, freed, strict=True):
        matcher.set_agent(candidate)
        while matcher.next(at) is not None:
            matcher.add(coming[done], at)
            done += 1
        if done >= assignments:
            break
    cost = (time.process_time() - began) / done * 1e6
    gc.enable()
    gc.unfreeze()
    return cost, memory


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


def _oracle(steps: int) -> tuple[int, int]:
    """Steps that were asked, and scripts in which the matcher answered otherwise."""
    asked = wrong = 0
    seed = 0
    while asked < steps:
        seed += 1
        for script in scripts(range(seed, seed + 1), 400):
            asked += len(script)
            complaint = disagreement(Matcher(), script)
            if complaint is not None:
                wrong += 1
                print(complaint)
    return asked, wrong
