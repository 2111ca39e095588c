"""lease: a lease of one second on the MongoDB engine, its owner stopped or killed under load, 50 times each.

How long until somebody offers again (0.5 of the rounds, and the longest), and what was wrong in the
store afterwards: timelines by the protocol's table, capacity, places, offers of a deposed owner.
"""

import asyncio
import signal

from tests.bench.figures import Figure, Outcome
from tests.parts.mongo import mongo_server
from tests.takeover.rounds import LEASE, House

NAME = "lease"
ROUNDS = 50
EACH = 10  # rounds on one store: the test server is slow on large collections


def run(*, quick: bool) -> Outcome:
    """Stop and kill."""
    rounds, wrong = (2 if quick else ROUNDS), 0
    back: list[float] = []
    outcome = Outcome(facts={"rounds_stopped": rounds, "rounds_killed": rounds})
    with mongo_server() as server:
        for how in (signal.SIGSTOP, signal.SIGKILL):
            for first in range(0, rounds, EACH):
                number = min(EACH, rounds - first)
                times, complaints = asyncio.run(_series(server.uri, how, first, number))
                back += times
                wrong += len(complaints)
                for complaint in complaints:
                    print(complaint)
    outcome.figures.append(Figure(NAME, max(back), "s", LEASE + 1, "longest-until-offers"))
    outcome.figures.append(Figure(NAME, float(wrong), "faults", 0, "wrong"))
    outcome.facts["until_offers_p50_s"] = round(sorted(back)[len(back) // 2], 2)
    return outcome


async def _series(uri: str, how: signal.Signals, seed: int, rounds: int) -> tuple[list[float], list[str]]:
    house = House(uri, seed=seed, agents=6)
    async with house.open():
        for _ in range(rounds):
            await house.round(how)
    return house.report.back, house.look()
