"""resume: every desk is cut at once, comes back with its cursors, and has what it missed.

The real hub with 1,000 agents in ten teams. Customers write all the time: before the cut, while
nobody is connected, while they come back, and after. What each desk then has of the
conversations it had open is compared with what the customers' acknowledgements say was written.
"""

import json
import multiprocessing
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

import msgspec

from tests.bench.cpu import Meter
from tests.bench.crowd import Crowd, Member, Visit
from tests.bench.customers import Customer, arrive, step_aside, take
from tests.bench.figures import Figure, Outcome
from tests.bench.house import House, Person, fill
from tests.bench.paced import Shot, arrivals, fire
from tests.bench.raw_http import RawHttp
from tests.bench.raw_socket import Frames
from tests.bench.samples import percentile
from tests.bench.servers import folder_on_disk, hub_on
from tests.bench.swarm import marked

NAME = "resume"
TARGET = 5.0
TEAMS = 10
CUSTOMERS_OF_A_TEAM = 20
OPEN = 3  # conversations that a desk has open
MESSAGES = 50.0  # a second, over all teams
BEFORE, AFTER = 3.0, 3.0  # seconds of reading before the cut, and after the last message
WRITING = 15.0  # seconds
WORDS = "The gas stove in our kitchen does not light since this morning."
CAUGHT_UP = b'"t":"caught_up"'


class Entry(msgspec.Struct):
    """What a reader must know of an entry."""

    conversation: str
    seq: int
    prev: int


class Event(msgspec.Struct):
    """One event of a frame; others than entries have none."""

    t: str
    entry: Entry | None = None


_decode = msgspec.json.Decoder(list[Event]).decode


@dataclass(slots=True)
class Reader:
    """One desk by the cursor's rules: for each conversation the highest number, and what was wrong."""

    person: Person
    last: dict[str, int]
    frames: Frames = field(default_factory=Frames)
    doubled: int = 0
    holes: int = 0
    caught_up_at: float = 0.0

    def feed(self, data: bytes) -> None:
        """What came from the socket."""
        self.frames.feed(data)
        for opcode, content in self.frames:
            if opcode == 1:
                for event in _decode(content):
                    self._on_event(event)

    def _on_event(self, event: Event) -> None:
        if event.t == "caught_up":
            self.caught_up_at = time.monotonic()
        entry = event.entry
        if entry is None or entry.conversation not in self.last:
            return
        last = self.last[entry.conversation]
        if entry.seq <= last:
            self.doubled += 1
            return
        if entry.prev != last:
            self.holes += 1
        self.last[entry.conversation] = entry.seq

    def visit(self, port: int, *, resume: Mapping[str, int]) -> Visit:
        """The socket to open, with its cursors."""
        hello = json.dumps({"t": "hello", "tab": "bench", "resume": resume})
        return Visit(port, "/api/desk", self.person.headers(port), (hello,))


def run(*, quick: bool) -> Outcome:
    """Cut them all, and wait."""
    agents = 20 if quick else 100
    with folder_on_disk() as folder:
        house = fill(folder / "data", agents=agents, teams=TEAMS)
        with hub_on(folder) as hub:
            customers = _staff(hub.port, house)
            readers = _readers(house, customers)
            meter = Meter(hub.process.pid)
            return _measure(hub.port, customers, readers, meter)


def _staff(port: int, house: House) -> list[list[Customer]]:
    """In each team as many conversations as there are, each with an agent; the others have a break."""
    customers = []
    for team in house.teams:
        of_team = arrive(port, team, min(CUSTOMERS_OF_A_TEAM, len(team.agents)))
        for person, customer in zip(team.agents, of_team, strict=False):
            take(port, house, person, [customer.conversation])
        for person in team.agents[len(of_team) :]:
            step_aside(port, house, person)
        customers.append(of_team)
    return customers


def _readers(house: House, customers: Sequence[Sequence[Customer]]) -> list[Reader]:
    readers = []
    for team, of_team in zip(house.teams, customers, strict=True):
        for place, person in enumerate(team.agents):
            open_here = [of_team[(place + step) % len(of_team)].conversation for step in range(OPEN)]
            readers.append(Reader(person, dict.fromkeys(open_here, 0)))
    return readers


def _measure(
    port: int, customers: Sequence[Sequence[Customer]], readers: Sequence[Reader], meter: Meter
) -> Outcome:
    crowd = Crowd()

    def on_data(member: Member, data: bytes, now: int) -> None:
        readers[member.index].feed(data)

    def read(seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            crowd.step(0.05, on_data)

    crowd.join([reader.visit(port, resume=reader.last) for reader in readers], CAUGHT_UP, on_data)
    fresh = sum(reader.doubled + reader.holes for reader in readers)
    writer, process = _begin_writing(port, [one for of_team in customers for one in of_team])
    read(BEFORE)
    before = sum(sum(reader.last.values()) for reader in readers)
    meter.start()
    cut_at = time.monotonic()
    crowd.cut()
    for reader in readers:
        reader.frames, reader.caught_up_at = Frames(), 0.0
    visits = [reader.visit(port, resume=reader.last) for reader in readers]
    crowd.join(visits, CAUGHT_UP, on_data, at_once=len(visits))
    while not all(reader.caught_up_at for reader in readers):  # its frame may end in the next piece
        read(0.01)
    used = {"server_cpu_s": round(meter.read(), 2), "server_waited_for_processor": meter.crowding()}
    back = [reader.caught_up_at - cut_at for reader in readers]
    resumed = sum(sum(reader.last.values()) for reader in readers) - before
    while not writer.poll():
        read(0.5)
    written = writer.recv()
    process.join()
    read(AFTER)
    crowd.close()
    outcome = _outcome(readers, written, back, fresh=fresh, resumed=resumed)
    outcome.facts |= used
    return outcome


def _outcome(
    readers: Sequence[Reader],
    written: Mapping[str, int],
    back: Sequence[float],
    *,
    fresh: int,
    resumed: int,
) -> Outcome:
    if fresh:
        raise AssertionError(f"{fresh} entries came twice or not in order before anything was cut")
    missing = sum(
        max(0, written.get(conversation, last) - last)
        for reader in readers
        for conversation, last in reader.last.items()
    ) + sum(reader.holes for reader in readers)
    doubled = sum(reader.doubled for reader in readers)
    outcome = Outcome(
        facts={
            "sockets": len(readers),
            "messages_per_second": MESSAGES,
            "conversations_open_at_each": OPEN,
            "entries_while_coming_back": resumed,
            "back_p50_s": round(percentile(back, 0.5), 3),
            "back_first_s": round(min(back), 3),
        }
    )
    outcome.figures = [
        Figure(NAME, max(back), "s", TARGET, "all-resumed"),
        Figure(NAME, missing, "entries", 0, "missing"),
        Figure(NAME, doubled, "entries", 0, "doubled"),
    ]
    return outcome


# --- customers who write meanwhile, in a process of their own ---


def _begin_writing(
    port: int, customers: Sequence[Customer]
) -> tuple[Connection, multiprocessing.process.BaseProcess]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_write, args=(there, port, customers), daemon=True)
    process.start()
    there.close()
    if here.recv() != "ready":
        raise RuntimeError("the writing customers did not begin")
    return here, process


def _write(answer: Connection, port: int, customers: Sequence[Customer]) -> None:
    """Write for a while; answers the highest number that was acknowledged in each conversation."""
    lines = [RawHttp(port, headers=customer.headers(port)) for customer in customers]
    shots = []
    for number, due in enumerate(arrivals(MESSAGES, WRITING, seed=3)):
        line = number % len(customers)
        content = customers[line].message(marked(number, WORDS))
        shots.append(Shot(due, line, lines[line].post(customers[line].path, content), number))
    answer.send("ready")
    sent = fire(lines, shots)
    highest: dict[str, int] = {}
    for body in sent.bodies:
        entry = json.loads(body)["entry"]
        conversation, seq = entry["conversation"], entry["seq"]
        highest[conversation] = max(highest.get(conversation, 0), seq)
    answer.send(highest)
