"""Runs schedules on a copy of the tree with one fault put back, until one notices it."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.faults.editing import put_back
from tests.simulation.faults.table import FAULTS, Fault

ROOT = Path(__file__).resolve().parent.parent.parent.parent
COPIED = ("hub", "routing", "web", "tests")
LEFT_OUT = shutil.ignore_patterns("ui", "static", "__pycache__", "node_modules", "*.pyc")
MOST = 20_000  # schedules until a fault counts as not noticed
_FOUND = re.compile(r"^seed=(\d+) invariant=(\S+) (.*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Catch:
    """Which schedule noticed it, the how manieth that was, and what it said; None: none did."""

    fault: str
    seed: int | None
    schedules: int
    invariant: str = ""
    what: str = ""

    def __str__(self) -> str:
        if self.seed is None:
            return f"{self.fault}: NOT noticed in {self.schedules} schedules"
        what = self.what[:110]
        return f"{self.fault}: schedule {self.schedules} (seed {self.seed}), {self.invariant} {what}"


@contextmanager
def copy_with(fault: Fault) -> Iterator[Path]:
    """A copy of the tree in which the fault stands."""
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        root = Path(folder)
        for name in COPIED:
            shutil.copytree(ROOT / name, root / name, ignore=LEFT_OUT)
        put_back(fault, root)
        yield root


def catch(fault: Fault, *, first: int = 1, most: int = MOST) -> Catch:
    """Run schedules from seed ``first`` until one fails."""
    with copy_with(fault) as root:
        environment = os.environ | {"PYTHONPATH": str(root), "PYTHONHASHSEED": "0"}
        environment.pop("PYTHONSAFEPATH", None)
        command = [sys.executable, "-m", "tests.simulation.faults.noticing", str(first), str(most)]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    found = _FOUND.search(done.stdout)
    if found is None:
        if done.returncode != 0:
            raise RuntimeError(f"{fault.name}: {done.stdout}\n{done.stderr}")
        return Catch(fault.name, None, most)
    seed = int(found[1])
    return Catch(fault.name, seed, seed - first + 1, found[2], found[3])


def catch_all(name: str, *, jobs: int, tell: Callable[[str], None]) -> int:
    """Each fault (or those whose name contains ``name``); 1 if one is not noticed."""
    faults = [fault for fault in FAULTS if name in fault.name]
    if not faults:
        tell(f"no fault is called {name!r}; there are: {', '.join(f.name for f in FAULTS)}")
        return 2
    missed = 0
    with ThreadPoolExecutor(jobs) as pool:
        for caught in pool.map(catch, faults):
            tell(str(caught))
            missed += caught.seed is None
    tell(f"{len(faults) - missed} of {len(faults)} noticed")
    return 1 if missed else 0
