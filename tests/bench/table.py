"""Writes the measured values into docs/performance.md, between its two marks."""

from pathlib import Path
from typing import Any, cast

from tests.bench.figures import read_results, rounded
from tests.parts.processes import ROOT

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
_SHOWN = (
    "processor",
    "cores",
    "memory_gib",
    "file_system",
    "kernel",
    "python",
    "sqlite",
    "uvicorn",
    "websockets",
)


def write_table(page: Path = PAGE) -> None:
    """Put what build/bench.json holds in the place of the former table."""
    results = cast(dict[str, dict[str, Any]], read_results())
    if not results:
        raise SystemExit("Nothing was measured yet: run `make bench` first.")
    text = page.read_text()
    before, found, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise SystemExit(f"{page.name} has no place for the table: {BEGIN} … {END}")
    page.write_text(f"{before}{BEGIN}\n\n{_table(results)}\n{END}{after}")


def _table(results: dict[str, dict[str, Any]]) -> str:
    lines = [
        "| measurement | value | | target | | measured (UTC) | load |",
        "|---|---:|---|---:|---|---|---:|",
    ]
    for result in results.values():
        at = str(result["measured_at"])[:16].replace("T", " ")
        for figure in result["figures"]:
            name = f"{figure['name']} {figure['part']}".strip()
            sign = "≤" if figure["better"] == "lower" else "≥"
            verdict = "ok" if figure["ok"] else "**short**"
            value, target = rounded(figure["value"]), f"{sign} {rounded(figure['target'])}"
            load = result["machine"]["load_average"]
            if result["machine"].get("priority") == "real-time":
                load = f"{load} (first)"
            lines.append(f"| {name} | {value} | {figure['unit']} | {target} | {verdict} | {at} | {load} |")
    lines += ["", "Behind them:", ""]
    for name, result in results.items():
        facts = ", ".join(f"{fact.replace('_', ' ')} {value}" for fact, value in result["facts"].items())
        lines.append(f"- **{name}**: {facts}.")
    machine = next(iter(results.values()))["machine"]
    shown = ", ".join(f"{fact.replace('_', ' ')} {machine[fact]}" for fact in _SHOWN if fact in machine)
    return "\n".join([*lines, "", f"Machine: {shown}.", ""])
