"""kill -9 under retrying senders, a thousand times on each engine: messages lost or doubled."""

from tests.bench.figures import Figure, Outcome
from tests.kill.__main__ import points_for
from tests.kill.points import POINTS
from tests.kill.rounds import RoundFailed
from tests.kill.rounds import run as run_rounds
from tests.kill.scale import Report

NAME = "kill"
ENGINES = ("sqlite", "mongo")
ROUNDS, MESSAGES, TIMES = 1000, 10_000, 5  # on each engine; the last: at each named place
QUICK = (80, 0, 2)
SEED = "bench"


def run(*, quick: bool = False) -> Outcome:
    """Rounds of start, use, kill and inspection; they end at the first rule that is broken."""
    rounds, messages, times = QUICK if quick else (ROUNDS, MESSAGES, TIMES)
    reports: dict[str, Report] = {}
    wrong, failure = 0, ""
    for engine in ENGINES:
        points = points_for(rounds, SEED)
        try:
            reports[engine] = run_rounds(engine, points, seed=SEED, messages=messages, tell=_tell)
        except RoundFailed as failed:
            wrong, failure = 1, str(failed)
            break
        wrong += reports[engine].wrong
    outcome = Outcome([Figure(NAME, wrong, "messages", 0)])
    for engine in ENGINES:
        outcome.figures += _reach(engine, reports.get(engine, Report()), rounds, messages, times)
    for engine, report in reports.items():
        outcome.facts |= {
            f"{engine} seconds": round(report.seconds),
            f"{engine} messages sent out": report.sent,
            f"{engine} asked again": report.retried,
        }
    if failure:
        outcome.facts["failure"] = failure
    return outcome


def _reach(engine: str, report: Report, rounds: int, messages: int, times: int) -> list[Figure]:
    """How much was tried: the figure before them says nothing without it."""
    rarest = min(report.kills[point] for point in POINTS)
    return [
        Figure(NAME, report.rounds, "rounds", rounds, part=engine, better="higher"),
        Figure(NAME, rarest, "kills", times, part=f"{engine} rarest place", better="higher"),
        Figure(NAME, report.messages.total(), "messages", messages, part=f"{engine} told", better="higher"),
    ]


def _tell(line: str) -> None:
    print(f"   {line}", flush=True)
