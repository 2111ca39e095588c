"""million: how long the real hub takes for each list and for badges, and how many rows it reads.

`hub serve` on the kept store, with every agent's desk connected so that nobody loses what he
holds. One keep-alive connection for each person asks one page after the other. Then the same
asks go to the application in this process, where the rows read are counted.
"""

import json
import os
import re
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.cpu import Meter
from tests.bench.crowd import Visit
from tests.bench.figures import Figure, Outcome
from tests.bench.house import Person
from tests.bench.million.asks import BADGES, Ask, asks_of
from tests.bench.million.rows_read import Readings, read_by
from tests.bench.million.store import Million, million_store
from tests.bench.raw_http import RawHttp
from tests.bench.samples import percentile
from tests.bench.servers import FOLDER, hub_on
from tests.bench.swarm import Join, swarm_of

NAME = "million"
TARGET, ROWS_TARGET = 50.0, 10.0
SETTLE = 5.0


def run(*, quick: bool) -> Outcome:
    """Make the store where it is not kept, ask, count."""
    conversations, asks, counted = (20_000, 20, 10) if quick else (1_000_000, 400, 80)
    million = million_store(FOLDER / ("million-quick" if quick else "million"), conversations)
    outcome = Outcome(
        facts={
            "conversations": million.conversations,
            "store_gib": round(million.gibibytes, 2),
            "made_in_s": million.seconds,
        }
    )
    times = _times(million, list(asks_of(million, asks, seed=1)), outcome)
    for part, values in times.items():
        outcome.facts[f"{part}_p50_ms"] = round(percentile(values, 0.5), 2)
        outcome.facts[f"{part}_max_ms"] = round(max(values), 2)
        outcome.facts[f"{part}_asks"] = len(values)
        outcome.figures.append(Figure(NAME, percentile(values, 0.99), "ms", TARGET, part))
    _rows(read_by(million, list(asks_of(million, counted, seed=2))), outcome)
    return outcome


def _times(million: Million, asks: Sequence[Ask], outcome: Outcome) -> dict[str, list[float]]:
    with hub_on(million.folder) as hub:
        hello = json.dumps({"t": "hello", "tab": "bench", "resume": {}})
        visits = [
            Visit(hub.port, "/api/desk", person.headers(hub.port), (hello,))
            for person in million.house.agents
        ]
        with swarm_of(Join(visits, b'"t":"caught_up"', pings=True)):
            meter = Meter(hub.process.pid)
            meter.start()
            time.sleep(SETTLE)
            outcome.facts["idle_cpu"] = round(meter.read() / SETTLE, 3)
            lines: dict[str, RawHttp] = {}
            _forget(million.data / "hub.sqlite")
            cold = _ask(hub.port, lines, asks[: len(asks) // 10])
            outcome.facts["cold_p99_ms"] = _p99_of_all(cold)
            return _ask(hub.port, lines, asks)


def _p99_of_all(times: Mapping[str, Sequence[float]]) -> float:
    return round(percentile([value for values in times.values() for value in values], 0.99), 2)


def _forget(path: Path) -> None:
    """Ask the system to drop what it has of the file in memory."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def _ask(port: int, lines: dict[str, RawHttp], asks: Sequence[Ask]) -> dict[str, list[float]]:
    """Milliseconds from sending to the last byte of the answer, by part."""
    times: dict[str, list[float]] = defaultdict(list)
    for ask in asks:
        path = ask.path
        for _ in range(ask.pages):
            taken, cursor = _one(port, lines, ask.person, path)
            times[ask.part].append(taken)
            if cursor is None:
                break
            path = ask.page(cursor)
    return dict(times)


def _one(port: int, lines: dict[str, RawHttp], person: Person, path: str) -> tuple[float, str | None]:
    http = lines.get(person.id)
    if http is None:
        http = lines[person.id] = RawHttp(port, headers=person.headers(port))
    request = http.request("GET", path)
    began = time.monotonic_ns()
    http.send(request)
    response = http.receive()
    taken = (time.monotonic_ns() - began) / 1e6
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status} {response.body[:300]!r}")
    cursor = None if path == BADGES else response.json()["next"]
    return taken, None if cursor is None else str(cursor)


def _rows(readings: Sequence[Readings], outcome: Outcome) -> None:
    bad = {plan for one in readings for plan in one.bad_plans}
    for statement in sorted(bad):
        print(f"   scans or sorts: {statement}")
    outcome.figures.append(Figure(NAME, len(bad), "statements", 0, "scans-or-sorts"))
    outcome.facts["rows_asks"] = len(readings)
    by_part: dict[str, list[Readings]] = defaultdict(list)
    for one in readings:
        by_part[one.part].append(one)
    for part, of_part in by_part.items():
        total = sum(one.read for one in of_part) / max(1, sum(one.shown for one in of_part))
        outcome.facts[f"{part}_rows_for_each"] = round(total, 2)
        outcome.facts[f"{part}_rows_for_each_max"] = round(max(one.for_each for one in of_part), 2)
    worst = max(readings, key=lambda one: one.for_each)
    ask = re.sub(r"&contact=[^&]*|&queue=[^&]*", "", worst.path.partition("?")[2])
    outcome.facts["worst_rows"] = f"{ask}: {worst.read} read for {worst.shown} shown"
    outcome.figures.append(Figure(NAME, worst.for_each, "x", ROWS_TARGET, "rows-read"))
