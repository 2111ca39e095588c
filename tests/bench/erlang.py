"""erlang: the real router against queueing theory, 200,000 customers each, in virtual time.

Erlang C with 10 agents at 80 % load, Erlang A with 10 agents at 110 % and patience of 1.5 service
times. Twenty runs with fixed seeds, each from an empty house; what differs from theory is told in %.
"""

import asyncio

from tests.bench.figures import Figure, Outcome
from tests.routing.erlang import Centre, Expected, Play, Seen, erlang_a, erlang_c

NAME = "erlang"
RUNS, CUSTOMERS, WARM_UP = 20, 10_000, 500
C = Centre(arrivals=40.0, services=5.0, agents=10)
A = Centre(arrivals=55.0, services=5.0, agents=10, patience=0.3)
BOUND = 5.0  # per cent


def run(*, quick: bool) -> Outcome:
    """Play both centres."""
    runs, customers = (2, 2_000) if quick else (RUNS, CUSTOMERS)
    outcome = Outcome(facts={"customers_each": runs * customers})
    for name, centre, expected in (("c", C, erlang_c(C)), ("a", A, erlang_a(A))):
        seen = asyncio.run(_play(centre, runs, customers))
        _compare(outcome, name, seen, expected)
    return outcome


async def _play(centre: Centre, runs: int, customers: int) -> Seen:
    whole = Seen()
    for seed in range(1, runs + 1):
        seen = await Play(centre, seed).run(customers, warm_up=WARM_UP)
        whole.waits += seen.waits
        whole.lost += seen.lost
    return whole


def _compare(outcome: Outcome, name: str, seen: Seen, expected: Expected) -> None:
    pairs = {"waited": (seen.waited, expected.waited), "mean": (seen.mean, expected.mean)}
    if expected.abandoned:
        pairs["abandoned"] = (seen.abandoned, expected.abandoned)
    for what, (found, theory) in pairs.items():
        outcome.facts[f"{name}_{what}"] = round(found, 5)
        outcome.facts[f"{name}_{what}_theory"] = round(theory, 5)
        off = 100 * abs(found / theory - 1)
        outcome.figures.append(Figure(NAME, off, "%", BOUND, f"{name}-{what}"))
