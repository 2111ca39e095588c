"""What a measurement comes to: a named value against its target, kept in build/bench.json."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias

from tests.bench.machine import machine_facts
from tests.parts.processes import ROOT

RESULTS = ROOT / "build" / "bench.json"
TRIALS = ROOT / "build" / "bench-quick.json"
Fact: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One value of one measurement. ``part`` tells several values of one measurement apart."""

    name: str
    value: float
    unit: str
    target: float
    part: str = ""
    better: Literal["lower", "higher"] = "lower"

    @property
    def ok(self) -> bool:
        """Whether the target is met."""
        return self.value <= self.target if self.better == "lower" else self.value >= self.target

    def line(self) -> str:
        """`name [part] value unit target ok` or `… short`."""
        words = [self.name, self.part, rounded(self.value), self.unit, rounded(self.target)]
        return " ".join([*filter(None, words), "ok" if self.ok else "short"])


@dataclass(slots=True)
class Outcome:
    """All values of one measurement, and how it was done."""

    figures: list[Figure] = field(default_factory=list)
    facts: dict[str, Fact] = field(default_factory=dict)


def rounded(value: float) -> str:
    """A number with three digits that count, without an exponent."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.3g}"


def read_results(path: Path = RESULTS) -> dict[str, dict[str, object]]:
    """What was measured so far, by name of the measurement."""
    if not path.exists():
        return {}
    found: dict[str, dict[str, object]] = json.loads(path.read_text())
    return found


def keep(name: str, outcome: Outcome, *, quick: bool) -> None:
    """Put a measurement's outcome in the place of its former one; trials are kept apart."""
    path = TRIALS if quick else RESULTS
    results = read_results(path)
    results[name] = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "figures": [as_json(figure) for figure in outcome.figures],
        "facts": dict(outcome.facts),
        "machine": machine_facts(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    part.replace(path)


def as_json(figure: Figure) -> Mapping[str, object]:
    """A figure as it is kept."""
    return {
        "name": figure.name,
        "part": figure.part,
        "value": figure.value,
        "unit": figure.unit,
        "target": figure.target,
        "better": figure.better,
        "ok": figure.ok,
    }


def all_ok(outcomes: Sequence[Outcome]) -> bool:
    """Whether every target was met."""
    return all(figure.ok for outcome in outcomes for figure in outcome.figures)
