"""message-path: from a customer's POST until his message is on the agent's socket.

One driver process asks the three in turn, one at a time: the real hub, the bare echo, and a
bare durable insert. It sends on a plain socket and reads the agent's socket until the message
is there, so both ends of a time are read from one clock.
"""

import json
import sqlite3
import time
import uuid
from pathlib import Path

from tests.bench.cpu import Meter
from tests.bench.customers import Customer, arrive, take
from tests.bench.figures import Figure, Outcome
from tests.bench.house import fill
from tests.bench.raw_http import RawHttp
from tests.bench.raw_socket import RawSocket
from tests.bench.samples import milliseconds, percentile, summary
from tests.bench.servers import folder_on_disk, hub_on, python_server
from tests.bench.swarm import marked

NAME = "message-path"
TARGET = 4.0
WARM_UP = 50
WORDS = "The gas stove in our kitchen does not light since this morning."


class Insert:
    """One durable insert: standard sqlite3, write-ahead log, synchronous FULL, one row."""

    def __init__(self, path: Path, document: str) -> None:
        self._document = document
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE rows(id TEXT PRIMARY KEY, version INTEGER, doc TEXT)")

    def __call__(self) -> int:
        """Insert a row; how long it took, in ns."""
        id = uuid.uuid4().hex
        began = time.monotonic_ns()
        self._connection.execute("INSERT INTO rows VALUES(?, 1, ?)", (id, self._document))
        return time.monotonic_ns() - began

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class Way:
    """A connection to write on and a socket to read from."""

    def __init__(self, http: RawHttp, socket: RawSocket, path: str) -> None:
        self._http = http
        self._socket = socket
        self._path = path
        self.last = b""

    def __call__(self, number: int) -> int:
        """Send a message and wait until it has come; how long that took, in ns."""
        text = marked(number, WORDS)
        request = self._http.post(self._path, {"client_id": uuid.uuid4().hex, "text": text})
        mark = text.encode()
        began = time.monotonic_ns()
        self._http.send(request)
        self.last = self._socket.wait_for(mark)
        ended = time.monotonic_ns()
        response = self._http.receive()
        if response.status not in (200, 201):
            raise RuntimeError(f"{response.status} {response.body[:300]!r}")
        return ended - began

    def close(self) -> None:
        """End both."""
        self._http.close()
        self._socket.socket.close()


def run(*, quick: bool) -> Outcome:
    """Measure in turns."""
    rounds = 300 if quick else 3000
    with folder_on_disk() as folder:
        (folder / "hub").mkdir()
        house = fill(folder / "hub" / "data", agents=1)
        with hub_on(folder / "hub") as hub, python_server(folder, "tests.bench.echo") as (_, echo_port):
            (customer,) = arrive(hub.port, house.teams[0], 1)
            ours = _hub_path(hub.port, customer, house.agents[0].headers(hub.port))
            take(hub.port, house, house.agents[0], [customer.conversation])
            bare = Way(RawHttp(echo_port), RawSocket(echo_port, "/socket"), "/messages")
            for number in range(WARM_UP):
                ours(number)
                bare(number)
            size = _entry_size(ours.last)
            insert = Insert(folder / "bare.sqlite", "x" * size)
            meter = Meter(hub.process.pid)
            meter.start()
            times: dict[str, list[int]] = {"hub": [], "echo": [], "insert": []}
            for number in range(WARM_UP, WARM_UP + rounds):
                times["hub"].append(ours(number))
                times["echo"].append(bare(number))
                times["insert"].append(insert())
            waited = meter.crowding()
            paused = []
            for number in range(WARM_UP + rounds, WARM_UP + rounds + rounds // 10):
                time.sleep(0.03)
                paused.append(ours(number))
            insert.close()
            bare.close()
            ours.close()
    outcome = _outcome(times, paused, size)
    outcome.facts["server_waited_for_processor"] = waited
    return outcome


def _hub_path(port: int, customer: Customer, headers: dict[str, str]) -> Way:
    socket = RawSocket(port, "/api/desk", headers=headers)
    socket.send({"t": "hello", "tab": "bench", "resume": {}})
    socket.wait_for(b'"t":"caught_up"')
    return Way(RawHttp(port, headers=customer.headers(port)), socket, customer.path)


def _entry_size(frame: bytes) -> int:
    for event in json.loads(frame):
        if event["t"] == "entry":
            return len(json.dumps(event["entry"], separators=(",", ":"), ensure_ascii=False))
    raise ValueError("no entry in the frame")


def _outcome(times: dict[str, list[int]], paused: list[int], size: int) -> Outcome:
    outcome = Outcome(facts={"rounds": len(times["hub"]), "row_bytes": size})
    taken = {name: milliseconds(values) for name, values in times.items()}
    for name, values in taken.items():
        outcome.facts |= summary(f"{name}_ms", values)
    outcome.facts |= summary("hub_30ms_apart_ms", milliseconds(paused))
    for part, at in (("p50-ratio", 0.5), ("p99-ratio", 0.99)):
        least = percentile(taken["echo"], at) + percentile(taken["insert"], at)
        outcome.figures.append(Figure(NAME, percentile(taken["hub"], at) / least, "x", TARGET, part))
    return outcome
