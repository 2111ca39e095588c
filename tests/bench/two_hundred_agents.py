"""two-hundred-agents: a full hall, each desk of which sees every message.

The real hub; 200 agents with a conversation each, all in one queue; messages through the web
chat's endpoint, presence through the API, typing through the sockets. And what presence alone
costs at 200 and at 400 agents who change it equally often.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.cpu import Meter
from tests.bench.crowd import Visit
from tests.bench.customers import Customer, arrive, take
from tests.bench.figures import Figure, Outcome
from tests.bench.house import House, Person, fill
from tests.bench.paced import Sent, Shot, arrivals, fire
from tests.bench.raw_http import RawHttp
from tests.bench.samples import percentile, summary
from tests.bench.servers import folder_on_disk, hub_on
from tests.bench.swarm import Join, Report, Seen, Swarm, Talk, Time, marked, swarm_of
from tests.parts.hub_process import HubProcess

NAME = "two-hundred-agents"
MESSAGES, PRESENCES, TYPINGS = 100.0, 10.0, 50.0  # a second
WORDS = "The gas stove in our kitchen does not light since this morning."
TYPING_CUSTOMERS = 50
SETTLE = 2.0


def run(*, quick: bool) -> Outcome:
    """The full hall, then presence alone at two sizes."""
    agents, seconds, rounds = (40, 4.0, 1) if quick else (200, 20.0, 2)
    outcome = Outcome(facts={"agents": agents, "seconds": seconds})
    _hall(outcome, agents, seconds)
    few, many = 0.0, 0.0
    for _ in range(rounds):
        few += _presence_cost(outcome, agents, seconds)
        many += _presence_cost(outcome, 2 * agents, seconds)
    outcome.figures.append(Figure(NAME, many / few, "x", 2.5, "presence-growth"))
    return outcome


# --- the full hall ---


def _hall(outcome: Outcome, agents: int, seconds: float) -> None:
    share = agents / 200  # fewer agents for a trial: as much for each
    with folder_on_disk() as folder, _hub_of(folder, agents) as (hub, house):
        customers = arrive(hub.port, house.teams[0], agents)
        for person, customer in zip(house.agents, customers, strict=True):
            take(hub.port, house, person, [customer.conversation])
        with _desks(hub.port, house, customers) as desks, _widgets(hub.port, customers) as widgets:
            lines, shots = _shots(hub.port, house, customers, MESSAGES * share, PRESENCES * share, seconds)
            time.sleep(SETTLE)
            number = sum(1 for shot in shots if shot.number >= 0)
            desks.order(Time(number))
            _begin_typing(desks, widgets, customers, TYPINGS * share)
            meter, began = Meter(hub.process.pid), time.monotonic()
            meter.start()
            sent = fire(lines, shots)
            cpu = meter.read() / (time.monotonic() - began)
            outcome.facts["server_waited_for_processor"] = meter.crowding()
            time.sleep(SETTLE)
            seen = desks.order(Report())
            typed = seen.spoken + widgets.order(Report()).spoken
    outcome.facts["typing_frames_sent"] = typed
    _latency(outcome, sent, seen, agents)
    outcome.figures.append(Figure(NAME, cpu, "core", 1.0, "server-cpu"))


def _latency(outcome: Outcome, sent: Sent, seen: Seen, agents: int) -> None:
    expected = len(sent.at) * agents
    if len(seen.times) != expected:
        raise AssertionError(f"{expected - len(seen.times)} of {expected} messages did not reach a desk")
    times = [(at - sent.at[number]) / 1e6 for number, at in zip(seen.messages, seen.times, strict=True)]
    outcome.facts |= {"messages": len(sent.at), "deliveries": len(times), "sent_late": sent.late}
    outcome.facts |= summary("to_desk_ms", times) | summary("answer_ms", sent.answers)
    outcome.facts["reads_per_delivery"] = round(seen.chunks / len(times), 3)
    outcome.figures.append(Figure(NAME, percentile(times, 0.99), "ms", 50.0, "p99"))


def _shots(
    port: int, house: House, customers: Sequence[Customer], messages: float, presences: float, seconds: float
) -> tuple[list[RawHttp], list[Shot]]:
    lines = [RawHttp(port, headers=customer.headers(port)) for customer in customers]
    shots = []
    for number, due in enumerate(arrivals(messages, seconds, seed=1)):
        line = number % len(customers)
        content = customers[line].message(marked(number, WORDS))
        shots.append(Shot(due, line, lines[line].post(customers[line].path, content), number))
    more, changes = _presence_shots(port, house, house.agents, presences, seconds, first=len(lines))
    return lines + more, sorted([*shots, *changes], key=lambda shot: shot.due)


def _presence_shots(
    port: int, house: House, people: Sequence[Person], per_second: float, seconds: float, *, first: int
) -> tuple[list[RawHttp], list[Shot]]:
    """Each in turn goes on a break, and in the next turn is ready again."""
    lines = [RawHttp(port, headers=person.headers(port)) for person in people]
    shots = []
    for number, due in enumerate(arrivals(per_second, seconds, seed=2)):
        line = number % len(people)
        away = (number // len(people)) % 2 == 0
        content: dict[str, object] = {"state": "break", "reason": house.break_reason}
        if not away:
            content = {"state": "ready"}
        body = json.dumps(content).encode()
        shots.append(Shot(due, first + line, lines[line].request("PUT", "/api/presence", body)))
    return lines, shots


def _begin_typing(desks: Swarm, widgets: Swarm, customers: Sequence[Customer], per_second: float) -> None:
    """Half by agents, half by customers; everybody begins and stops in turn."""
    said = [
        (index, json.dumps({"t": "typing", "conversation": customer.conversation, "on": on}))
        for on in (True, False)
        for index, customer in enumerate(customers)
    ]
    desks.order(Talk(said, per_second / 2))
    typing = [
        (index, json.dumps({"t": "typing", "on": on}))
        for on in (True, False)
        for index in range(min(TYPING_CUSTOMERS, len(customers)))
    ]
    widgets.order(Talk(typing, per_second / 2))


# --- presence alone ---


def _presence_cost(outcome: Outcome, agents: int, seconds: float) -> float:
    """Processor seconds of the hub for so long, less what the same desks cost when nothing happens."""
    with folder_on_disk() as folder, _hub_of(folder, agents) as (hub, house):
        for person in house.agents:
            take(hub.port, house, person, [])
        with _desks(hub.port, house, []) as desks:
            lines, shots = _presence_shots(hub.port, house, house.agents, agents / 20, seconds, first=0)
            time.sleep(SETTLE)
            meter = Meter(hub.process.pid)
            meter.start()
            time.sleep(seconds)
            idle = meter.read()
            desks.order(Report())
            meter.start()
            fire(lines, shots)
            time.sleep(max(0.0, seconds - shots[-1].due))
            busy = meter.read()
            seen = desks.order(Report())
    name = f"presence_{agents}"
    outcome.facts |= {
        f"{name}_cpu_seconds": round(busy - idle, 3),
        f"{name}_idle_cpu_seconds": round(idle, 3),
        f"{name}_bytes_to_desks": seen.bytes,
    }
    return busy - idle


# --- parts ---


@contextmanager
def _hub_of(folder: Path, agents: int) -> Iterator[tuple[HubProcess, House]]:
    house = fill(folder / "data", agents=agents)
    with hub_on(folder) as hub:
        yield hub, house


@contextmanager
def _desks(port: int, house: House, customers: Sequence[Customer]) -> Iterator[Swarm]:
    """Every agent's desk, with his conversation and two colleagues' open."""
    visits = []
    for number, person in enumerate(house.agents):
        watched = [customers[(number + step) % len(customers)] for step in range(3)] if customers else []
        first = [json.dumps({"t": "hello", "tab": "bench", "resume": {}})]
        first += [json.dumps({"t": "watch", "conversation": one.conversation}) for one in watched]
        visits.append(Visit(port, "/api/desk", person.headers(port), first))
    with swarm_of(Join(visits, b'"t":"caught_up"', pings=True)) as swarm:
        yield swarm


@contextmanager
def _widgets(port: int, customers: Sequence[Customer]) -> Iterator[Swarm]:
    """The customers who type have their widget open."""
    visits = []
    for customer in customers[:TYPING_CUSTOMERS]:
        hello = json.dumps({"t": "hello", "token": customer.token, "after": 0})
        headers = {"Origin": f"http://127.0.0.1:{port}"}
        visits.append(Visit(port, f"/webchat/{customer.inbox}/socket", headers, [hello]))
    with swarm_of(Join(visits, b'"t":"caught_up"', pings=True)) as swarm:
        yield swarm
