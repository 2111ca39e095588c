"""One schedule: a house of processes, its people, and a seeded scheduler that is against them.

Everything that happens is a choice of ``random``: which call goes on and how, who acts, whose
timer is noticed, how time passes, what breaks. The same seed is the same story.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from hub import schema
from hub.channel import Receipt
from hub.documents import Document, Insert, Lost, PutIf, Refused, Schema, Step, Unavailable
from hub.events import Rang
from routing.configuration import Plan
from routing.queues import Queue
from tests.simulation.channels import Sending, name_of, outcome
from tests.simulation.checker import Checker
from tests.simulation.fast import FastDocuments
from tests.simulation.people import Caretaker, Customer, Person
from tests.simulation.process import Process
from tests.simulation.reference import Door
from tests.simulation.store import Operation

SCHEMA = Schema(schema.COLLECTIONS)
MOST_CALLS = 20_000  # store calls of a schedule; more is a loop that never comes to rest
MOST_ROUNDS = 60  # rounds of rest
BURST = 40  # calls that go through at once before one has to wait
PLACES = 3
FOLLOWED = ("entries", "threads", "conversations", "agents", "leases", "deliveries")


class Overrun(BaseException):
    """The schedule has failed already: whatever runs now ends here."""


class World:
    """The house under one seed."""

    def __init__(self, seed: int, *, seen: Counter[str], trace: Callable[[str], None] | None = None) -> None:
        self.seed = seed
        self.random = random = Random(seed)
        self.seen = seen
        self.trace: Callable[[str], None] | None = None
        if trace is not None:
            self.trace = lambda words: trace(f"{self.time:9.2f}  {words}")
        self.failure: tuple[str, str] | None = None
        self.time: float = 0.0
        self.calm = False
        self.fluent = False
        self.calls = 0
        self.effects = 0
        self.burst = 0
        self.incarnations: int = 0
        self.pending: list[Operation] = []
        self.limbo: list[Operation] = []
        self.sendings: list[Sending] = []
        self.late_sendings: list[Sending] = []
        self.retired: list[Process] = []
        self.crossing: Callable[[], object] | None = None
        self.down_until = 0.0
        self.unplugged_until = 0.0
        self._draw()
        self.store = FastDocuments(SCHEMA)
        self.checker = Checker(
            self.store.data,
            fail=self.fail,
            now=lambda: self.time,
            doors=self.doors,
            groups=self.groups,
            offer_seconds=self.offer_seconds,
            grace=self.grace,
            seen=seen,
        )
        self.lines = {id: self._line(id) for id in self.queues}
        self.walls: list[float] = [random.choice((0.0, 0.0, -40.0, 90.0, 5000.0)) for _ in range(PLACES)]
        self.people = [Person(self, f"u_{n}") for n in range(random.choice((2, 3, 3, 4)))]
        for person in self.people:
            self._employ(person)
        self.customers = [
            Customer(self, f"k_{n}", random.choice(("i_web", "i_sms")))
            for n in range(random.choice((2, 3, 3, 4)))
        ]
        self.caretaker = Caretaker(self)
        self.processes: list[Process | None] = [None] * PLACES
        for place in range(self.places):
            self._start(place)
        for person in self.people:
            process = self.some_process()
            if process is not None and random.random() < 0.9:
                person.desk = process
                process.heart.join(person.id)

    def _draw(self) -> None:
        """What kind of house this is, and how much is against it."""
        random = self.random
        self.places = random.choice((1, 2, 2, 2, 3, 3))
        self.inline_projection = random.random() < 0.5
        self.hints = random.random() < 0.75
        self.two_groups = random.random() < 0.4
        self.queues = ("q_a", "q_b")
        self.groups = {"q_a": "g_1", "q_b": "g_2" if self.two_groups else "g_1"}
        bot = random.random() < 0.4
        self.doors = {
            "i_web": Door("webchat", "g_1", "q_a", bot),
            "i_sms": Door("sms", self.groups["q_b"], "q_b", bot and random.random() < 0.5),
        }
        self.reopen_within = random.choice((0.0, 0.0, 3.0, 3600.0))
        self.after_work = random.choice((0, 0, 4))
        self.offer_seconds = random.choice((5.0, 6.0))
        self.grace = random.choice((7.0, 9.0))
        self.silence = random.random() < 0.3
        self.steps = random.randrange(60, 201)
        self.inline = random.choice((0.0, 0.5, 0.8))
        self.slow = random.choice((0.0, 0.1, 0.3))
        self.unavailable = random.choice((0.0, 0.0, 0.03, 0.1))
        self.lost = random.choice((0.0, 0.05, 0.15, 0.3))
        self.malice = random.choice((0.0, 0.0, 0.2))  # how often somebody crosses a write
        self.cut = random.choice((0.0, 0.1, 0.3))  # answers that do not reach their sender
        self.faults = random.choice((0.0, 0.02, 0.05))
        self.slow_channel = random.choice((0.0, 0.0, 0.8))
        # How much time is let pass, timers are noticed, customers, agents and the caretaker act.
        self.weights = random.choice(
            (
                (0.08, 0.30, 0.25, 0.35, 0.02),
                (0.15, 0.40, 0.15, 0.28, 0.02),
                (0.12, 0.35, 0.08, 0.35, 0.10),
            )
        )
        self.spells = random.choice((0.01, 0.06))  # how often all goes well for a while
        self.patience = random.choice((0.3, 0.05))  # how often time passes in big leaps
        self.routing_places = (0,) if self.places == 1 or random.random() < 0.4 else (0, 1)

    def _line(self, queue: str) -> Queue:
        return Queue(
            id=queue,
            organisation="o_main",
            name=queue,
            group=self.groups[queue],
            offer_seconds=round(self.offer_seconds),
        )

    def plan(self, group: str) -> Plan:
        """How a group is routed."""
        return Plan(queues={id: line for id, line in self.lines.items() if line.group == group})

    def _employ(self, person: Person) -> None:
        random = self.random
        capacity = random.choice((1, 1, 1, 2) if self.two_groups else (1, 1, 2, 3))
        queues = random.choice((["q_a"], ["q_b"], ["q_a", "q_b"], ["q_a", "q_b"]))
        document: Document = {
            "id": person.id,
            "version": 1,
            "organisation": "o_main",
            "name": person.id,
            "groups": sorted({self.groups[queue] for queue in queues}),  # type: ignore[dict-item]
            "queues": queues,  # type: ignore[dict-item]
            "skills": {"gas": random.choice((1, 2, 5))} if random.random() < 0.7 else {},
            "capacity": random.choice(({"*": capacity}, {"*": capacity, "sms": 1})),  # type: ignore[dict-item]
            "epochs": {},
            "slots": {},
            "after_work": {},
            "away": None,
            "unresponsive": False,
            "pause": None,
            "since": "",
            "idle_since": "",
        }
        self.store.apply([Insert("agents", document)])
        self.checker.agent_added(document)

    # --- what others ask of it ---

    def fail(self, invariant: str, what: str) -> None:
        """Something is wrong; only the first is told, the rest may follow from it."""
        if self.failure is None:
            self.failure = (invariant, what)
            if self.trace is not None:
                self.trace(f"FAILED {invariant}: {what}")

    def some_process(self) -> Process | None:
        """A process that a client reaches; it may be stopped."""
        found = [one for one in self.processes if one is not None and one.up]
        return self.random.choice(found) if found else None

    def at_once(self) -> bool:
        """Whether the call that is just made goes through before anything else happens."""
        if self.calls > MOST_CALLS:
            self.fail("quiet", f"more than {MOST_CALLS} store calls: something runs in circles")
        if self.failure is not None:
            raise Overrun
        if self.calm:
            self.time += 0.001
            return True
        if self.down_until > self.time or (self.burst > BURST and not self.fluent):
            return False
        if self.fluent:
            self.time += 0.002
            return True
        if self.random.random() < self.inline:
            self.burst += 1
            self.time += 0.002
            return True
        return False

    def crosses(self, steps: Sequence[Step]) -> bool:
        """Whether the one concerned acts just while this is on its way to the store."""
        if self.calm or self.crossing is not None or self.random.random() >= self.malice:
            return False
        for step in steps:
            if isinstance(step, Insert | PutIf):
                self.crossing = self._counterpart(step.collection, step.document)
                if self.crossing is not None:
                    return True
        return False

    def _counterpart(self, collection: str, document: Document) -> Callable[[], object] | None:
        """Who is concerned by a write, and what he would do to cross it."""
        if collection == "agents" and document["away"] == "gone":
            person = next(one for one in self.people if one.id == document["id"])
            process = self.some_process()
            return None if process is None else lambda: person.connect(process)
        if collection == "deliveries" and document["status"] == "unknown":
            return self._late_answer(str(document["id"]))
        if collection != "entries":
            return None
        kind, body = document["kind"], document["body"]
        if kind in ("closed", "snoozed", "continued", "queued"):
            customer = next(one for one in self.customers if one.address == document["address"])
            return customer.act
        if kind == "offered":
            person = next(one for one in self.people if one.id == body["agent"])  # type: ignore[call-overload,index]
            return lambda: person.turn(self.random.random())
        if kind in ("offer_ended", "released", "message"):
            return self.random.choice(self.people).act
        return None

    def _late_answer(self, id: str) -> Callable[[], object] | None:
        """The channel answers just when it has been given up."""
        found = next((one for one in self.sendings if one.outgoing.id == id), None)
        if found is None:
            return None

        def answer() -> None:
            if found in self.sendings:
                self.seen["channel answers just when it was given up"] += 1
                self._send_on(self.sendings.index(found))

        return answer

    def loses_answer(self) -> bool:
        """Whether the line to a sender is cut before he hears the answer."""
        return not self.calm and self.random.random() < self.cut

    def read(self, args: tuple[Any, ...]) -> object:
        """A reading call, now; and the few writing ones that touch nothing the checker follows."""
        store = self.store
        name, collection, *rest = args
        if name == "get":
            return store.get_now(collection, rest[0])
        if name == "find":
            where, sort, limit, after = rest
            return store.find_now(collection, where, sort=sort, limit=limit, after=after)
        if name == "count":
            return store.count_now(collection, rest[0], limit=rest[1])
        if collection in FOLLOWED:
            raise NotImplementedError(f"the simulation does not follow {name} on {collection}")
        if name == "expire":
            return store.expire_now(collection, rest[0], before=rest[1], limit=rest[2])
        if name == "claim":
            return store.claim_now(collection, rest[0], sort=rest[1], changes=rest[2])
        store.append_now(collection, *rest)
        return None

    def tell_rang(self, process: Process, event: Rang) -> None:
        """The desk's word goes to every process that lives, or is lost on the way."""
        for one in self.processes:
            if one is not None and one.runs and (one is process or self.random.random() < 0.8):
                one.bus.publish(event)

    # --- the schedule ---

    def run(self) -> tuple[str, str] | None:
        """The whole schedule; what was wrong, or None."""
        try:
            for process in self._living():
                process.run()
            if self.random.random() < 0.6:
                self._prelude()
            for _ in range(self.steps):
                self.burst = 0
                self._step()
                if self.failure is not None:
                    return self.failure
            self._rest()
        except Overrun:
            pass
        finally:
            for process in self._living():
                process.kill()
        return self.failure

    def _prelude(self) -> None:
        """An ordinary morning: customers write, agents accept, some answer."""
        self.calm = True
        for customer in self.customers:
            if self.random.random() < 0.8:
                customer.act()
        self._run_all()
        for number in range(3):
            self.time += 3.0
            self._fire_all()
            for person in self.people:
                if person.request is None and self.random.random() < 0.8:
                    person.accept_all() or (number == 2 and person.act())
            self._run_all()
        self.calm = False
        self._note("--- the morning is over")

    def _fire_all(self) -> None:
        for process in self._living():
            if process.runs:
                for timer in process.loop.due():
                    process.loop.fire(timer)
                    process.run()
        self._run_all()

    def _living(self) -> list[Process]:
        return [one for one in self.processes if one is not None and one.up]

    def _step(self) -> None:
        random = self.random
        if self.crossing is not None:
            cross, self.crossing = self.crossing, None
            cross()
            self.seen["somebody crosses a write"] += 1
            self._run_all()
            return
        if self.places == 1 and not self._living() and random.random() < 0.2:
            self._start(0)
            return
        choice = random.random()
        if choice < self.faults:
            self._break(random.random())
            return
        waiting = len(self.pending) + len(self.sendings)
        if waiting and random.random() < (0.6 if waiting < 8 else 0.9):
            number = random.randrange(waiting)
            if number < len(self.pending):
                self._go_on(number)
                return
            if random.random() >= self.slow_channel:
                self._send_on(number - len(self.pending))
                return
        if self.limbo and random.random() < 0.1:
            self._arrive_late()
            return
        if self.late_sendings and random.random() < 0.1:
            self._deliver_late()
            return
        choice = random.random()
        if choice < self.spells:
            self._spell()
            return
        choice = random.random()
        time, timer, customer, person, _ = self.weights
        if (choice := choice - time) < 0:
            self._pass_time(self._some_time())
        elif (choice := choice - timer) < 0:
            self._notice_timer()
        elif (choice := choice - customer) < 0:
            random.choice(self.customers).act()
            self._run_all()
        elif (choice := choice - person) < 0:
            if not random.choice(self.people).act():
                random.choice(self.people).act()
            self._run_all()
        else:
            self.caretaker.act()
            self._run_all()

    def _spell(self) -> None:
        """All that runs goes on without a hitch for some seconds."""
        self._note("--- a good spell")
        self.fluent = True
        for _ in range(self.random.choice((2, 4))):
            self._pass_time(self.random.choice((1.0, 3.0, 3.0)))
            self._fire_all()
        self.fluent = False

    def _run_all(self) -> None:
        while self.retired:
            retired = self.retired.pop()
            if retired.up:
                self._end(retired)
        for process in self.processes:
            if process is not None and process.up and not process.loop.is_idle:
                process.run()

    def _some_time(self) -> float:
        choice = self.random.random()
        if choice < self.patience:
            return self.random.choice((8.5, 11.0, 16.0, 40.0))
        if choice < 0.5:
            return self.random.random()
        return 1.0 + 2.5 * self.random.random()

    def _pass_time(self, seconds: float) -> None:
        self.time += seconds
        if self.trace is not None:
            self.trace(f"{seconds:.2f} s pass")
        for process in self.processes:
            if process is None or process.stopped_until is None:
                continue
            if process.stopped_until <= self.time:
                process.stopped_until = None
                if self.trace is not None:
                    self.trace(f"{process} goes on")
                process.run()

    def _notice_timer(self) -> None:
        due = [
            (process, timer)
            for process in self.processes
            if process is not None and process.runs
            for timer in process.loop.due()
        ]
        if not due:
            self._pass_time(self.random.random() * 3.0)
            return
        process, timer = self.random.choice(due)
        process.loop.fire(timer)
        process.run()

    # --- the store and the channels ---

    def _go_on(self, number: int) -> None:
        """One pending call goes on, in one of the ways in which calls do."""
        random, pending = self.random, self.pending
        operation = pending[number]
        self.time += 0.02 * random.random()
        if not operation.answered:
            self._decide(operation)
            if random.random() < self.slow:
                if self.trace is not None:
                    self.trace(f"{operation}: took effect, the answer is slow")
                self.seen["slow answer"] += 1
                return
        pending[number] = pending[-1]
        pending.pop()
        self._answer(operation)

    def _decide(self, operation: Operation) -> None:
        """Whether it takes effect, and what the answer is."""
        random = self.random
        choice = random.random()
        writes = operation.steps is not None
        down = self.down_until > self.time
        if down and choice < 0.9:
            operation.error = Unavailable("the store is away")
            if writes and choice < 0.3:
                operation.error = Lost("the store went away")
                self._lose(operation, random.random())
        elif choice < self.unavailable:
            operation.error = Unavailable("the store cannot be reached")
            self.seen["refused before effect"] += 1
        elif writes and choice < self.unavailable + self.lost:
            operation.error = Lost("no answer")
            self._lose(operation, random.random())
        else:
            try:
                operation.result = operation.take_effect()
            except Exception as error:  # noqa: BLE001  the caller gets it, as from a real store
                operation.error = error
        operation.answered = True

    def _lose(self, operation: Operation, choice: float) -> None:
        if choice < 0.45:
            self.seen["lost after its effect"] += 1
            self._effect_unseen(operation)
        elif choice < 0.8:
            self.seen["lost, may come later"] += 1
            self.limbo.append(operation)
        else:
            self.seen["lost without effect"] += 1

    def _effect_unseen(self, operation: Operation) -> bool:
        try:
            operation.take_effect()
        except (Refused, ValueError, TypeError):
            return False
        return True

    def _arrive_late(self) -> None:
        operation = self.limbo.pop(self.random.randrange(len(self.limbo)))
        operation.late = True
        done = self._effect_unseen(operation)
        self.seen["late effect" if done else "late effect refused"] += 1
        if self.trace is not None:
            self.trace(f"{operation}: arrives late, {'done' if done else 'refused'}")

    def _answer(self, operation: Operation) -> None:
        process, future = operation.port.process, operation.future
        if self.trace is not None:
            self.trace(f"{operation}: {'done' if operation.error is None else repr(operation.error)}")
        if not process.up or future is None or future.done():
            return
        if operation.error is not None:
            future.set_exception(operation.error)
        else:
            future.set_result(operation.result)
        process.run()

    def _send_on(self, number: int) -> None:
        random = self.random
        sending = self.sendings[number]
        self.sendings[number] = self.sendings[-1]
        self.sendings.pop()
        arrives, error = outcome(sending, random.random())
        if arrives and error is not None and random.random() < 0.4:
            self.late_sendings.append(sending)
            arrives = False
        self._finish_sending(sending, error, arrives=arrives)

    def _finish_sending(self, sending: Sending, error: Exception | None, *, arrives: bool) -> None:
        if self.trace is not None:
            self.trace(f"channel {sending}: {'arrives' if arrives else 'does not'}, {error!r}")
        if arrives:
            self.checker.arrived(sending.outgoing.id, recognises=sending.recognises)
        self.seen[f"sending: {type(error).__name__ if error else 'done'}"] += 1
        process, future = sending.process, sending.future
        if not process.up or future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            delivered = self.random.random() < 0.2
            future.set_result(Receipt(external_id=name_of(sending.outgoing), delivered=delivered))
        process.run()

    # --- what breaks ---

    def _break(self, choice: float) -> None:
        random = self.random
        process = random.choice(self.processes[: self.places])
        if process is None or not process.up:
            self._start(random.randrange(self.places))
            return
        if choice < 0.2:
            self._crash(process)
        elif choice < 0.25:
            self._note(f"{process} is asked to end")
            process.retire()
            process.run()
        elif choice < 0.4:
            process.stopped_until = self.time + random.choice((2.0, 12.0, 30.0))
            self.seen["process stopped"] += 1
            self._note(f"{process} is stopped until {process.stopped_until:.1f}")
        elif choice < 0.5:
            process.wall += random.choice((-4000.0, -30.0, 30.0, 4000.0))
            self.walls[process.place] = process.wall
            self.seen["wall clock jumps"] += 1
            self._note(f"{process} wall clock jumps to {process.wall}")
        elif choice < 0.58:
            self.down_until = self.time + random.choice((0.5, 5.0, 20.0))
            self.seen["store away"] += 1
            self._note(f"the store is away until {self.down_until:.1f}")
        elif choice < 0.63:
            self._everybody_away()
        elif choice < 0.7:
            self.unplugged_until = self.time + random.choice((2.0, 30.0, 400.0))
            self.seen["channel not plugged in"] += 1
            self._note(f"the channel of i_sms is not plugged in until {self.unplugged_until:.1f}")
        else:
            person = random.choice(self.people)
            person.cut()
            self.seen["desk cut"] += 1
            self._note(f"the desk of {person.id} is cut")

    def _deliver_late(self) -> None:
        sending = self.late_sendings.pop(self.random.randrange(len(self.late_sendings)))
        self.seen["message arrives late"] += 1
        self._note(f"channel {sending}: arrives late")
        self.checker.arrived(sending.outgoing.id, recognises=sending.recognises)

    def _note(self, words: str) -> None:
        if self.trace is not None:
            self.trace(words)

    def _crash(self, process: Process) -> None:
        self._note(f"{process} crashes")
        self.seen["crash"] += 1
        self._end(process)

    def _end(self, process: Process) -> None:
        for person in self.people:
            if person.desk is process:
                person.desk = None
        for number in range(len(self.pending) - 1, -1, -1):
            operation = self.pending[number]
            if operation.port.process is process:
                del self.pending[number]
                if operation.steps is not None and not operation.answered:
                    operation.late = True
                    self._lose(operation, self.random.random())
        for sending in [one for one in self.sendings if one.process is process]:
            self.sendings.remove(sending)
            if self.random.random() < 0.5:
                self.late_sendings.append(sending)
        process.kill()

    def _start(self, place: int) -> None:
        old = self.processes[place]
        if old is not None and old.up:
            return
        groups = ("g_1", "g_2") if self.two_groups else ("g_1",)
        process = Process(self, place, groups if place in self.routing_places else ())
        self.processes[place] = process
        self._note(f"{process} starts")
        process.run()

    def _everybody_away(self) -> None:
        """The whole house is away for an hour: nobody runs, nothing is reached, time goes on."""
        self._note("the whole house is away for an hour")
        self.seen["house away for an hour"] += 1
        for number in range(len(self.pending) - 1, -1, -1):
            operation = self.pending[number]
            if not operation.answered and self.random.random() < 0.7:
                operation.error = Unavailable("the house was away")
                if operation.steps is not None and self.random.random() < 0.5:
                    operation.error = Lost("the house was away")
                    self._lose(operation, self.random.random())
                operation.answered = True
        self._pass_time(3600.0)

    # --- coming to rest ---

    def _rest(self) -> None:
        """Nothing breaks any more; everybody lives and answers until all is quiet."""
        self._note("--- rest")
        self.down_until = self.unplugged_until = 0.0
        for person in self.people:
            person.asleep = self.hints and self.random.random() < 0.1
        for sending in self.sendings:
            self._finish_sending(sending, None, arrives=True)
        self.sendings.clear()
        for operation in self.limbo:
            operation.late = True
            if self.random.random() < 0.5:
                self._effect_unseen(operation)
        self.limbo.clear()
        self.calm = True
        for operation in self.pending:
            if not operation.answered:
                try:
                    operation.result = operation.take_effect()
                except Exception as error:  # noqa: BLE001  the caller gets it, as from a real store
                    operation.error = error
            self._answer(operation)
        self.pending.clear()
        for place in range(self.places):
            process = self.processes[place]
            if process is not None and process.retiring and process.up:
                self._end(process)
            if process is not None and process.up:
                process.stopped_until = None
                process.run()
            else:
                self._start(place)
        for person in self.people:
            process = self.some_process()
            if process is not None and person.desk is None and not person.signed_out:
                person.connect(process)
        self._run_all()
        unrest: str | None = "never looked"
        for number in range(MOST_ROUNDS):
            unrest = self._rest_round(number, owed="deliver" in (unrest or ""))
            if self.failure is not None:
                return
            if unrest is None:
                break
        else:
            self.fail((unrest or "quiet")[:2], f"never at rest: {unrest}")
            return
        self.seen["came to rest"] += 1
        self.checker.rest()

    def _rest_round(self, number: int, *, owed: bool) -> str | None:
        owed = owed and number > 4 and number % 2 == 0
        self.time += 400.0 if owed and number > 20 else 40.0 if owed else 3.0
        for _ in range(3):
            self._fire_all()
        busy = False
        for sender in (*self.customers, *self.people, self.caretaker):
            busy = sender.send_on() or busy
        self._run_all()
        for person in self.people:
            person.look()
            if person.desk is not None:
                person.see_offers()
            if not person.asleep and person.request is None and person.desk is not None:
                busy = person.accept_all() or busy
        self._run_all()
        if number < 2 or busy:
            return "quiet: requests are under way"
        return self.checker.unrest()
