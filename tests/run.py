"""Runs the test suites one after another: `python -m tests.run [suite ...]`.

A suite is a folder under tests/ that holds tests, or `ui`, the tests of the screens. Each runs in a
process of its own, so that one that hangs or dies takes no other with it. HUB_REQUIRE_ALL=1 turns
every skipped test into a failure. The last line is a plain `N passed, N failed, N skipped`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UI = ROOT / "web" / "ui"
RESULTS = ROOT / "build" / "tests"
SUITES = (
    "architecture",
    "unit",
    "hub",
    "routing",
    "conformance",
    "stories",
    "channels",
    "simulation",
    "kill",
    "processes",
    "takeover",
    "faults",
    "security",
    "web",
    "ui",
    "e2e",
)
SUITE_LIMIT = 1800  # seconds; a suite that takes longer is ended and has failed


@dataclass(slots=True)
class Outcome:
    """What one suite came to."""

    suite: str
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    complaints: list[str] = field(default_factory=list)


def has_tests(suite: str) -> bool:
    """Whether the suite's folder is there and holds tests yet."""
    if suite == "ui":
        return any(any((UI / folder).rglob("*.test.ts")) for folder in ("src", "tests", "widget"))
    return any((ROOT / "tests" / suite).rglob("test_*.py"))


def command_of(suite: str, report: Path, scratch: Path) -> tuple[list[str], Path]:
    """How to run the suite so that it writes a JUnit report, and in which folder."""
    if suite == "ui":
        reporters = ["--reporter=default", "--reporter=junit", f"--outputFile.junit={report}"]
        return ["npm", "run", "--silent", "test", "--", *reporters], UI
    pytest = [sys.executable, "-m", "pytest", f"tests/{suite}", "-q"]
    return [*pytest, f"--junitxml={report}", f"--basetemp={scratch / 't'}"], ROOT


def run_suite(suite: str, *, require_all: bool) -> Outcome:
    """Runs one suite in a process of its own and reads its report."""
    outcome = Outcome(suite)
    report = RESULTS / f"{suite}.xml"
    report.unlink(missing_ok=True)
    # A short path of its own: what a killed run left behind elsewhere disturbs nobody.
    scratch = Path(tempfile.mkdtemp(prefix="hub-"))
    command, folder = command_of(suite, report, scratch)
    environment = os.environ | {"PYTHONSAFEPATH": "1"}
    began = time.monotonic()
    runner = subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True)
    try:
        code = runner.wait(SUITE_LIMIT)
    except subprocess.TimeoutExpired:
        end_group(runner)
        code = -1
        outcome.complaints.append(f"was still running after {SUITE_LIMIT} s")
    except KeyboardInterrupt:
        end_group(runner)
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    outcome.seconds = time.monotonic() - began
    if report.exists():
        count(outcome, report, require_all=require_all)
    if code != 0 and not outcome.failed:
        outcome.failed = 1
        outcome.complaints.append(f"its runner ended with {code}")
    return outcome


def end_group(runner: subprocess.Popen[bytes]) -> None:
    """Ends a runner and what it started, which share a process group of their own."""
    os.killpg(runner.pid, 15)
    try:
        runner.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(runner.pid, 9)
        runner.wait()


def count(outcome: Outcome, report: Path, *, require_all: bool) -> None:
    """Adds up a JUnit report. A test that fails and then fails to clean up counts once."""
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname', '')}.{case.get('name', '')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed += 1
            outcome.complaints.append(f"failed: {name}")
        elif skipped is None:
            outcome.passed += 1
        elif require_all:
            outcome.failed += 1
            outcome.complaints.append(f"skipped, and nothing may be: {name}: {skipped.get('message')}")
        else:
            outcome.skipped += 1


def print_table(outcomes: list[Outcome]) -> None:
    """Prints what each suite came to, then the totals as the plain closing line."""
    print(f"\n{'suite':<14}{'seconds':>9}{'passed':>8}{'failed':>8}{'skipped':>9}")
    for one in outcomes:
        print(f"{one.suite:<14}{one.seconds:>9.1f}{one.passed:>8}{one.failed:>8}{one.skipped:>9}")
    for one in outcomes:
        for complaint in one.complaints:
            print(f"{one.suite}: {complaint}")
    passed, failed, skipped = (
        sum(getattr(one, kind) for one in outcomes) for kind in ("passed", "failed", "skipped")
    )
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped", flush=True)


def main(chosen: list[str]) -> int:
    """Runs the chosen suites, or all; the exit code says whether any failed."""
    unknown = [suite for suite in chosen if not has_tests(suite)]
    if unknown:
        print(f"No such suite: {', '.join(unknown)}", file=sys.stderr)
        return 2
    RESULTS.mkdir(parents=True, exist_ok=True)
    require_all = os.environ.get("HUB_REQUIRE_ALL") == "1"
    outcomes = []
    for suite in chosen or [suite for suite in SUITES if has_tests(suite)]:
        print(f"\n== {suite}", flush=True)
        outcome = run_suite(suite, require_all=require_all)
        print(f"{suite} took {outcome.seconds:.1f} s", flush=True)
        outcomes.append(outcome)
    print_table(outcomes)
    return int(not any(one.passed for one in outcomes) or any(one.failed for one in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
