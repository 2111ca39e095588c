"""Runs the measurements: `python -m tests.bench [--quick] [name ...]`, or `--table` for the page.

Each ends with a line for each of its values: `name [part] value unit target ok`, or `short` in
the place of `ok`. The exit code is 1 where one is short.
"""

import argparse
import sys
from collections.abc import Callable, Mapping

from tests.bench import (
    erlang,
    fan_out,
    free_to_offer,
    kill,
    lease,
    message_path,
    resume,
    take_over,
    two_hundred_agents,
)
from tests.bench.figures import Outcome, all_ok, keep
from tests.bench.matcher import measure as matcher
from tests.bench.million import measure as million
from tests.bench.table import write_table

BENCHES: Mapping[str, Callable[..., Outcome]] = {
    message_path.NAME: message_path.run,
    fan_out.NAME: fan_out.run,
    two_hundred_agents.NAME: two_hundred_agents.run,
    resume.NAME: resume.run,
    million.NAME: million.run,
    kill.NAME: kill.run,
    free_to_offer.NAME: free_to_offer.run,
    take_over.NAME: take_over.run,
    erlang.NAME: erlang.run,
    lease.NAME: lease.run,
    matcher.NAME: matcher.run,
}


def main(arguments: list[str]) -> int:
    """Measure what was asked for, or everything."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHES))
    parser.add_argument("--quick", action="store_true", help="small numbers, to see whether it works")
    parser.add_argument(
        "--table", action="store_true", help="write build/bench.json into the page; no measuring"
    )
    chosen = parser.parse_args(arguments)
    if chosen.table:
        write_table()
        return 0
    unknown = [name for name in chosen.names if name not in BENCHES]
    if unknown:
        parser.error(f"no such measurement: {', '.join(unknown)} (there are {', '.join(BENCHES)})")
    outcomes = []
    lines: list[str] = []
    for name in chosen.names or BENCHES:
        print(f"== {name}", flush=True)
        outcome = BENCHES[name](quick=chosen.quick)
        keep(name, outcome, quick=chosen.quick)
        for fact, value in outcome.facts.items():
            print(f"   {fact} = {value}")
        outcomes.append(outcome)
        lines += [figure.line() for figure in outcome.figures]
        print("\n".join(figure.line() for figure in outcome.figures), flush=True)
    if len(outcomes) > 1:
        print("\n" + "\n".join(lines))
    return 0 if all_ok(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
