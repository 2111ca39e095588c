"""`python -m tests.simulation`: the house under random schedules, or under each of the known faults.

--schedules N --seed FIRST --jobs J --minutes M     many schedules; exit code 1 if one fails
--seed S [--trace]                                  one schedule again, exactly
--faults [NAME]                                     put faults back, one at a time
"""

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def with_fixed_hashes() -> None:
    """The order of sets must be the same in each run, or a seed would not replay."""
    if os.environ.get("PYTHONHASHSEED") == "0":
        return
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": path}
    command = [sys.executable, "-m", "tests.simulation", *sys.argv[1:]]
    os.execve(sys.executable, command, environment)


def tell(line: str) -> None:
    print(line, flush=True)


def replay(seed: int, *, trace: bool) -> int:
    """One schedule, told step by step if wanted."""
    from tests.simulation.runner import quiet_logs, run_schedule

    quiet_logs()
    failure = run_schedule(seed, Counter(), tell if trace else None)
    tell("nothing is wrong" if failure is None else str(failure))
    return 0 if failure is None else 1


def many(options: argparse.Namespace) -> int:
    from tests.simulation.runner import run_many, summary

    seconds = None if options.minutes is None else options.minutes * 60
    schedules = options.schedules
    if schedules is None:
        schedules = 100_000 if seconds is None else 10**9
    first = 1 if options.seed is None else options.seed
    outcome = run_many(first, schedules, jobs=options.jobs, seconds=seconds, tell=tell)
    tell(summary(outcome))
    return 1 if outcome.failures else 0


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--schedules", type=int, help="how many (100,000, or all that fit)")
    parser.add_argument("--seed", type=int, help="the first seed (1); alone: only this one")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--minutes", type=float, help="stop after this time")
    parser.add_argument("--trace", action="store_true", help="tell every call and decision")
    parser.add_argument("--faults", nargs="?", const="", metavar="NAME", help="all, or this one")
    options = parser.parse_args()
    if options.faults is not None:
        from tests.simulation.faults import catch_all

        return catch_all(options.faults, jobs=options.jobs, tell=tell)
    if options.seed is not None and options.schedules is None and options.minutes is None:
        return replay(options.seed, trace=options.trace)
    return many(options)


if __name__ == "__main__":
    with_fixed_hashes()
    sys.exit(main())
