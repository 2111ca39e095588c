"""kill: the hub is killed a thousand times while people use it, on both engines (:mod:`tests.kill`)."""

import re
import subprocess
import sys

from tests.bench.figures import Figure, Outcome
from tests.parts.processes import ROOT

NAME = "kill"
_LAST = re.compile(r"^kill (\d+) messages 0 (ok|short)$")
_DONE = re.compile(r"'([a-z ]+)': (\d+)")


def run(*, quick: bool) -> Outcome:
    """So many rounds, shared by the engines; what they print goes by."""
    rounds = 40 if quick else 1000
    command = [sys.executable, "-m", "tests.kill", "--rounds", str(rounds), "--engine", "both"]
    outcome = Outcome(facts={"rounds": rounds})
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(f"   {line}", end="", flush=True)
            if line.startswith("done:"):
                outcome.facts |= {f"done_{verb}": int(times) for verb, times in _DONE.findall(line)}
            found = _LAST.match(line.strip())
            if found is not None:
                outcome.figures = [Figure(NAME, float(found[1]), "messages", 0, "lost-or-doubled")]
    if not outcome.figures:
        raise RuntimeError(f"the rounds ended with {process.returncode} and no last line")
    return outcome
