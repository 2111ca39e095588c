"""kill -9 under retrying senders, a thousand times, on both engines: messages lost or doubled."""

from tests.bench.figures import Figure, Outcome
from tests.kill.__main__ import points_for
from tests.kill.rounds import Report, RoundFailed
from tests.kill.rounds import run as run_rounds

NAME = "kill"
ROUNDS = 1000
QUICK = 80
SEED = "bench"


def run(*, quick: bool = False) -> Outcome:
    """Rounds of start, use, kill and inspection, as many on one engine as on the other."""
    total, wrong, why = Report(), 0, ""
    try:
        for engine in ("sqlite", "mongo"):
            points = points_for((QUICK if quick else ROUNDS) // 2, SEED)
            total.add(
                run_rounds(engine, points, seed=SEED, tell=lambda line: print(f"   {line}", flush=True))
            )
        wrong = total.wrong
    except RoundFailed as failed:
        wrong, why = 1, str(failed)
    outcome = Outcome([Figure(NAME, wrong, "messages", 0)])
    outcome.facts |= {
        "rounds": total.rounds,
        "kills at the rarest point": min(total.kills.values(), default=0),
        "acknowledged messages": total.messages.total(),
        "messages sent out": total.sent,
        "asked again": total.retried,
    }
    if why:
        outcome.facts["failure"] = why
    return outcome
