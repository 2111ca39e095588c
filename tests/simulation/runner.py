"""Runs schedules, in several processes, and tells what they came to."""

import gc
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import structlog

from tests.simulation.coverage import missing, table
from tests.simulation.world import World

MOST_TOLD = 30  # failures that are told one by one
CHUNK = 100  # schedules a job does at a time
PROGRESS = 10.0  # seconds between two lines
EXPECTED = ("A bot failed and handed over",)  # what is logged with a traceback and no mistake of ours
Trace = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Failure:
    """One schedule that showed something wrong."""

    seed: int
    invariant: str
    what: str

    def __str__(self) -> str:
        what = self.what if self.invariant == "error" else " ".join(self.what.split())
        return (
            f"seed={self.seed} invariant={self.invariant} {what}\n"
            f"  replay: python -m tests.simulation --seed {self.seed} --trace"
        )


@dataclass(slots=True)
class Outcome:
    """What many schedules came to."""

    schedules: int = 0
    failures: list[Failure] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Outcome") -> None:
        self.schedules += other.schedules
        self.failures.extend(other.failures)
        self.seen.update(other.seen)


class Log:
    """The house's log while it is simulated: what code itself calls unexpected is a failure."""

    world: World | None = None

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def bind(self, **_: Any) -> "Log":
        return self

    def debug(self, event: str, **_: Any) -> None:
        pass

    info = warning = debug

    def error(self, event: str, **facts: Any) -> None:
        if Log.world is not None and not event.startswith(EXPECTED):
            Log.world.fail("error", f"{event} {facts}")

    def exception(self, event: str, **facts: Any) -> None:
        self.error(f"{event} {facts}\n{traceback.format_exc()}")


def quiet_logs() -> None:
    """Give the house's log to the running schedule."""
    structlog.configure(
        processors=[],
        wrapper_class=Log,  # type: ignore[arg-type]
        logger_factory=lambda *_: None,
        cache_logger_on_first_use=True,
    )


def run_schedule(seed: int, seen: Counter[str], trace: Trace | None = None) -> Failure | None:
    """One schedule; what was wrong, or None."""
    world = World(seed, seen=seen, trace=trace)
    Log.world = world
    try:
        failure = world.run()
    finally:
        Log.world = None
    return None if failure is None else Failure(seed, *failure)


def run_chunk(first: int, schedules: int) -> Outcome:
    """Schedules of consecutive seeds, in this process."""
    quiet_logs()
    outcome = Outcome()
    gc.disable()
    for number, seed in enumerate(range(first, first + schedules)):
        failure = run_schedule(seed, outcome.seen)
        outcome.schedules += 1
        if failure is not None:
            outcome.failures.append(failure)
        if number % 20 == 19:
            gc.collect()
    return outcome


def chunks(first: int, schedules: int) -> Iterator[tuple[int, int]]:
    """The seeds in portions."""
    for start in range(first, first + schedules, CHUNK):
        yield start, min(CHUNK, first + schedules - start)


def run_many(
    first: int, schedules: int, *, jobs: int, seconds: float | None, tell: Callable[[str], None]
) -> Outcome:
    """Schedules in ``jobs`` processes, at most for ``seconds``; tells progress and each failure."""
    outcome = Outcome()
    began = told = time.monotonic()
    rest = chunks(first, schedules)
    running: set[Future[Outcome]] = set()
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        while True:
            late = seconds is not None and time.monotonic() - began > seconds
            while not late and len(running) < 2 * jobs and (chunk := next(rest, None)) is not None:
                running.add(pool.submit(run_chunk, *chunk))
            if not running:
                break
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for one in done:
                part = one.result()
                for failure in part.failures[: max(MOST_TOLD - len(outcome.failures), 0)]:
                    tell(str(failure))
                outcome.add(part)
            now = time.monotonic()
            if now - told > PROGRESS:
                told = now
                tell(progress(outcome, now - began))
    tell(progress(outcome, time.monotonic() - began))
    return outcome


def progress(outcome: Outcome, seconds: float) -> str:
    """How far it has come and how fast."""
    rate = outcome.schedules / max(seconds, 0.001)
    failed = len(outcome.failures)
    return f"{outcome.schedules} schedules, {failed} failed, {seconds:.0f} s, {rate:.0f} a second"


def summary(outcome: Outcome) -> str:
    """The situations that were reached, and which were not."""
    left_out = missing(outcome.seen)
    lines = ["reached:", table(outcome.seen)]
    if left_out:
        lines.append(f"not reached: {', '.join(left_out)}")
    return "\n".join(lines)
