"""Many rounds: `python -m tests.kill --rounds 1000 --engine sqlite|mongo|both [--seed text]`.

Prints how far it is, and last `kill <lost or doubled> messages 0 ok` (or `short`).
"""

import argparse
import sys

from tests.kill.points import FROM_OUTSIDE, POINTS
from tests.kill.rounds import RoundFailed, plan, run
from tests.kill.scale import Report


def points_for(rounds: int, seed: str) -> list[str]:
    """So many rounds: every point as often as any other, the rest at any time."""
    each, rest = divmod(rounds, len(POINTS) + 1)
    return plan(seed, each=each, outside=each + rest)


def main(arguments: list[str]) -> int:
    """Run them; 1 where a rule was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.kill", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000, help="on each engine")
    parser.add_argument("--engine", choices=("sqlite", "mongo", "both"), default="both")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--point", choices=(*POINTS, FROM_OUTSIDE), help="only this one")
    chosen = parser.parse_args(arguments)
    engines = ("sqlite", "mongo") if chosen.engine == "both" else (chosen.engine,)
    total = Report()
    try:
        for engine in engines:
            rounds = chosen.rounds
            points = [chosen.point] * rounds if chosen.point else points_for(rounds, chosen.seed)
            total.add(run(engine, points, seed=chosen.seed, tell=lambda line: print(line, flush=True)))
    except RoundFailed as failed:
        print(f"{failed}\nkill 1 messages 0 short")
        return 1
    for point, times in sorted(total.kills.items()):
        print(f"{times:6} {point} ({total.took[point]:.1f} s)")
    print(f"missed: {total.missed}")
    print(f"done: {dict(total.done)}")
    print(f"kill {total.wrong} messages 0 {'short' if total.wrong else 'ok'}")
    return int(total.wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
