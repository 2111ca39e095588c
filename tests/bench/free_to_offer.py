"""free-to-offer: from when an agent is free in the store until the next customer's offer is on his socket.

Ten thousand customers need not wait for that: the matcher's cost does not depend on their number.
The agent closes what he holds; the store answers that he is free (t0, noted inside the hub by a
listener of its bus); the router offers, stored first, and the desk's socket carries it (t1, read by
the driver). Held against one bare durable insert plus one bare socket send, in the same run.
"""

import json
import sys
import time
import uuid
from pathlib import Path

from tests.bench.customers import arrive
from tests.bench.figures import Figure, Outcome
from tests.bench.house import fill
from tests.bench.message_path import Insert
from tests.bench.raw_http import RawHttp
from tests.bench.raw_socket import RawSocket
from tests.bench.samples import milliseconds, percentile, summary
from tests.bench.servers import folder_on_disk, python_server
from tests.parts.hub_process import HubProcess
from tests.parts.processes import ROOT

NAME = "free-to-offer"
TARGET = 4.0
WARM_UP = 20
ROW = 900  # bytes, about an entry


def run(*, quick: bool) -> Outcome:
    """Measure in turns."""
    rounds = 100 if quick else 600
    times: dict[str, list[int]] = {"offer": [], "insert": [], "send": []}
    with folder_on_disk() as folder:
        (folder / "hub").mkdir()
        house = fill(folder / "hub" / "data", agents=1)
        freed = folder / "freed.txt"
        freed.touch()
        hub = HubProcess(
            folder / "hub",
            program=[sys.executable, str(ROOT / "tests" / "bench" / "timed_hub.py"), str(freed)],
            arguments=(),
            settings={"HUB_LOG_LEVEL": "warning"},
        )
        hub.start(limit=120.0)
        try:
            with python_server(folder, "tests.bench.echo") as (_, echo_port):
                arrive(hub.port, house.teams[0], rounds + WARM_UP + 1)
                agent = house.agents[0]
                socket = RawSocket(hub.port, "/api/desk", headers=agent.headers(hub.port))
                socket.send({"t": "hello", "tab": "bench", "resume": {}})
                socket.wait_for(b'"t":"caught_up"')
                http = RawHttp(hub.port, headers=agent.headers(hub.port))
                http.call("PUT", "/api/presence", {"state": "ready"})
                offer = _offer(socket.wait_for(b'"t":"offer"'))
                bare = RawSocket(echo_port, "/socket")
                insert = Insert(folder / "bare.sqlite", "x" * ROW)
                for number in range(rounds + WARM_UP):
                    took, offer = _once(http, socket, freed, offer)
                    if number >= WARM_UP:
                        times["offer"].append(took)
                        times["insert"].append(insert())
                        times["send"].append(_send(bare))
                insert.close()
        finally:
            hub.process.kill()
    outcome = Outcome(facts={"rounds": rounds})
    taken = {name: milliseconds(values) for name, values in times.items()}
    for name, values in taken.items():
        outcome.facts |= summary(f"{name}_ms", values)
    least = percentile(taken["insert"], 0.5) + percentile(taken["send"], 0.5)
    outcome.figures.append(Figure(NAME, percentile(taken["offer"], 0.5) / least, "x", TARGET, "p50-ratio"))
    return outcome


def _offer(frame: bytes) -> dict[str, str]:
    for event in json.loads(frame):
        if event["t"] == "offer":
            offer: dict[str, str] = event["offer"]
            return offer
    raise ValueError("no offer in the frame")


def _once(http: RawHttp, socket: RawSocket, freed: Path, offer: dict[str, str]) -> tuple[int, dict[str, str]]:
    """Accept what is offered, close it, wait for the next offer; ns from free to offered."""
    path = f"/api/conversations/{offer['conversation']}"
    http.call("POST", f"{path}/accept", {"client_id": uuid.uuid4().hex, "slot": offer["slot"]})
    http.send(http.post(f"{path}/close", {"client_id": uuid.uuid4().hex, "seen": 1_000}))
    began = freed.stat().st_size
    following = _offer(socket.wait_for(b'"t":"offer"'))
    ended = time.monotonic_ns()
    response = http.receive()
    if response.status != 200:
        raise RuntimeError(f"{response.status} {response.body[:300]!r}")
    with freed.open("rb") as file:
        file.seek(began)
        first = file.readline()
    return ended - int(first.split()[0]), following


def _send(socket: RawSocket) -> int:
    """One bare send of an offer's size: from the server's call until it is here, in ns."""
    socket.send({"text": "x" * ROW})
    frame = socket.receive()
    return time.monotonic_ns() - int(frame.split(maxsplit=1)[0])
