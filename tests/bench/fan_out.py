"""fan-out: one event to 1,000 sockets; deliveries for each second of the server's processor time.

Ours is the whole hub with messages put on its event bus (:mod:`tests.bench.desk_fan_out`), the
yardstick a bare server that sends to one socket after the other. Both get the same events at
the same pace, encode each once, do not compress, and are read by the same readers.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.cpu import Meter
from tests.bench.crowd import Visit
from tests.bench.figures import Figure, Outcome
from tests.bench.house import House, fill
from tests.bench.raw_socket import RawSocket
from tests.bench.servers import folder_on_disk, python_server
from tests.bench.swarm import Count, Join, Report, Swarm, swarm_of

NAME = "fan-out"
TARGET = 1.5
PER_SECOND = 100
OTHERS = (20, 50, 200)
MARK = b'"t":"entry"'
WARM_UP = 3.0


@dataclass(slots=True)
class Sum:
    """What was delivered in how much processor time."""

    deliveries: int = 0
    cpu: float = 0.0
    seconds: float = 0.0
    chunks: int = 0

    @property
    def per_cpu_second(self) -> float:
        """Deliveries (event x socket) for each second of processor time."""
        return self.deliveries / self.cpu

    def __iadd__(self, other: "Sum") -> "Sum":
        self.deliveries += other.deliveries
        self.cpu += other.cpu
        self.seconds += other.seconds
        self.chunks += other.chunks
        return self


def run(*, quick: bool) -> Outcome:
    """Ours and the yardstick in turns."""
    sockets, seconds, rounds = (200, 3.0, 1) if quick else (1000, 10.0, 3)
    outcome = Outcome(facts={"sockets": sockets, "events_per_second": PER_SECOND})
    with folder_on_disk() as folder:
        house = fill(folder / "data", agents=sockets)
        ours, plain = Sum(), Sum()
        for _ in range(rounds):
            ours += _ours(folder, house, PER_SECOND, seconds)
            plain += _plain(folder, sockets, PER_SECOND, seconds)
        outcome.facts |= _facts("ours", ours) | _facts("plain", plain)
        outcome.facts["event_bytes"] = (folder / "event.json").stat().st_size
        for rate in () if quick else OTHERS:
            one, other = _ours(folder, house, rate, seconds), _plain(folder, sockets, rate, seconds)
            outcome.facts[f"ratio_at_{rate}"] = round(one.per_cpu_second / other.per_cpu_second, 2)
        outcome.facts["ratio_to_older_implementation"] = round(
            ours.per_cpu_second / _plain(folder, sockets, PER_SECOND, seconds, "websockets").per_cpu_second, 2
        )
    outcome.figures.append(
        Figure(NAME, ours.per_cpu_second / plain.per_cpu_second, "x", TARGET, better="higher")
    )
    return outcome


def _facts(name: str, total: Sum) -> dict[str, float]:
    return {
        f"{name}_deliveries_per_cpu_second": round(total.per_cpu_second),
        f"{name}_deliveries_per_second": round(total.deliveries / total.seconds),
        f"{name}_cpu": round(total.cpu / total.seconds, 3),
        f"{name}_reads_per_delivery": round(total.chunks / max(1, total.deliveries), 3),
    }


def _ours(folder: Path, house: House, per_second: float, seconds: float) -> Sum:
    go = folder / "go"
    go.unlink(missing_ok=True)
    arguments = (str(per_second), str(folder / "data"), house.inbox, str(go))
    with python_server(folder, "tests.bench.desk_fan_out", *arguments) as (process, port):
        hello = json.dumps({"t": "hello", "tab": "bench", "resume": {}})
        visits = [Visit(port, "/api/desk", person.headers(port), (hello,)) for person in house.agents]
        with swarm_of(Join(visits, b'"t":"caught_up"', pings=True)) as swarm:
            go.touch()
            if not (folder / "event.json").exists():
                _keep_event(folder / "event.json", port, house)
            return _window(swarm, process.pid, seconds)


def _keep_event(path: Path, port: int, house: House) -> None:
    socket = RawSocket(port, "/api/desk", headers=house.supervisor.headers(port))
    socket.send({"t": "hello", "tab": "chief", "resume": {}})
    events = json.loads(socket.wait_for(MARK))
    event = next(event for event in events if event["t"] == "entry")
    path.write_text(json.dumps(event, separators=(",", ":"), ensure_ascii=False))
    socket.socket.close()


def _plain(
    folder: Path, sockets: int, per_second: float, seconds: float, implementation: str = "auto"
) -> Sum:
    arguments = (str(per_second), implementation, str(folder / "event.json"))
    with python_server(folder, "tests.bench.plain_fan_out", *arguments) as (process, port):
        visits = [Visit(port, "/api/desk", {}) for _ in range(sockets)]
        with swarm_of(Join(visits)) as swarm:
            control = RawSocket(port, "/api/desk")
            control.socket.sendall(b"\x81\x82\x00\x00\x00\x00go")
            control.socket.close()
            return _window(swarm, process.pid, seconds)


def _window(swarm: Swarm, process: int, seconds: float) -> Sum:
    time.sleep(WARM_UP)
    swarm.order(Count(MARK))
    meter, began = Meter(process), time.monotonic()
    meter.start()
    time.sleep(seconds)
    cpu, lasted = meter.read(), time.monotonic() - began
    seen = swarm.order(Report())
    return Sum(seen.count, cpu, lasted, seen.chunks)
