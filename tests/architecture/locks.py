"""Whether the locks still fit what they were made from: `python -m tests.architecture.locks`.

Every name in requirements*.in has a pin that fits, all pins carry hashes, the three locks agree,
and no package index is named.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

from tests.architecture.source import ROOT

LOCKS = ("requirements", "requirements-build", "requirements-dev")
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)


def canonical(name: str) -> str:
    """A project name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> dict[str, set[Version]]:
    """Every pinned project of a lock with its versions (several: one for each Python)."""
    found: dict[str, set[Version]] = {}
    for pin in PIN.finditer(lock):
        found.setdefault(canonical(pin["name"]), set()).add(Version(pin["version"]))
    return found


def wanted(path: Path) -> Iterator[Requirement]:
    """The requirements of an .in file, with those of the files it includes."""
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("-r "):
            yield from wanted(path.parent / text[3:].strip())
        elif text:
            yield Requirement(text)


def complaints(root: Path) -> Iterator[str]:
    """What is wrong with the locks in this folder."""
    everything = pins((root / "requirements-dev.lock").read_text(encoding="utf-8"))
    for name in LOCKS:
        lock = (root / f"{name}.lock").read_text(encoding="utf-8")
        pinned = pins(lock)
        for requirement in wanted(root / f"{name}.in"):
            versions = pinned.get(canonical(requirement.name), set())
            if not versions or not all(requirement.specifier.contains(v, prereleases=True) for v in versions):
                yield f"{name}.lock does not fit {requirement} of {name}.in: make lock"
        for project, versions in pinned.items():
            if not versions <= everything.get(project, set()):
                yield f"{name}.lock and requirements-dev.lock differ about {project}: make lock"
        entries = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)[1:]
        yield from (
            f"{name}.lock has no hash for {entry.split()[0]}"
            for entry in entries
            if "--hash=sha256:" not in entry
        )
        if "://" in lock or re.search(r"^\s*-(-index|-extra|-find|i |f )", lock, re.MULTILINE):
            yield f"{name}.lock names where packages come from"


if __name__ == "__main__":
    found = list(complaints(ROOT))
    print("\n".join(found) or "The locks fit requirements*.in.")
    sys.exit(bool(found))
