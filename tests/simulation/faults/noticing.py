"""`python -m tests.simulation.faults.noticing FIRST MOST`: schedules until one fails; tells it."""

import sys
from collections import Counter

from tests.simulation.runner import quiet_logs, run_schedule


def main(first: int, most: int) -> None:
    quiet_logs()
    for seed in range(first, first + most):
        failure = run_schedule(seed, Counter())
        if failure is not None:
            print(failure, flush=True)
            return


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
