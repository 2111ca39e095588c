"""What a router knows in one tenure: who waits, who may be rung, what stands. Pure, no store behind it."""

import msgspec

from hub.clock import Clock, parse_stamp
from hub.documents import Document
from hub.entries import After, Entry, Kind, State
from hub.slots import Agent, Slot, SlotKind, can_be_offered, holds
from routing.configuration import Plan
from routing.matcher import Candidate, Line, Matcher, Step, Waiting
from routing.offers import Offers
from routing.overflows import Overflows
from routing.presence import Grace, PeoplesClock
from routing.queues import Queue

REFUSAL = 30.0  # people's seconds before an agent is offered again what he did not take
OFFER_SECONDS = 20.0  # where a conversation's queue is gone


class Memory:
    """One tenure's knowledge; the next one begins empty."""

    def __init__(self, group: str, clock: Clock, *, grace: float, interval: float) -> None:
        """``grace``: people's seconds until an agent is gone; ``interval``: most that one look may count."""
        self._group = group
        self._clock = clock
        self.plan = Plan()
        self.matcher = Matcher()
        self.overflows = Overflows()
        self.offers = Offers(refusal=REFUSAL)
        self.peoples_clock = PeoplesClock(interval=interval)
        self.grace = Grace(grace)
        self.after_work: dict[str, tuple[str, float]] = {}  # slot → agent, end on the monotonic clock
        self.heard: set[str] = set()  # agents whose desks were heard of since the last round
        self._accepted: dict[str, str] = {}  # conversation → slot, where an offer was accepted
        self._waiting: dict[str, After] = {}
        self._entered: dict[str, tuple[str, float]] = {}  # stamp, the same moment on the monotonic clock

    # --- configuration ---

    def take_plan(self, plan: Plan) -> None:
        """Configuration as it stands; what waits in queues that have changed is looked at again."""
        old, self.plan = self.plan, plan
        if plan.sharing != old.sharing:
            self.matcher.set_sharing(plan.sharing)
        changed = {id for id, queue in plan.queues.items() if old.queues.get(id) != queue}
        for id in changed:
            self.matcher.set_line(line(plan.queues[id]))
        for id in set(old.queues) - set(plan.queues):
            self.matcher.drop_line(id)
        changed |= plan.closed ^ old.closed
        if changed:
            for conversation, after in list(self._waiting.items()):
                if after.queue in changed:
                    self._wait(conversation, after)

    def offer_seconds(self, queue: str | None, channel: str) -> float:
        """How long an offer stands."""
        found = None if queue is None else self.plan.queues.get(queue)
        return OFFER_SECONDS if found is None else found.rings_for(channel)

    # --- conversations ---

    def __contains__(self, conversation: str) -> bool:
        """Whether this conversation waits here."""
        return conversation in self._waiting

    def get(self, conversation: str) -> After | None:
        """The state of a conversation that waits here."""
        return self._waiting.get(conversation)

    def waiting(self) -> list[str]:
        """All that wait here, also in closed queues."""
        return list(self._waiting)

    def take_document(self, document: Document) -> None:
        """A conversation document tells where the conversation stands."""
        self.take_state(str(document["id"]), msgspec.convert(document, After))

    def take_state(self, conversation: str, after: After) -> None:
        """Where a conversation stands: in line, or not."""
        if after.state is not State.ASSIGNED:
            self._accepted.pop(conversation, None)
        if after == self._waiting.get(conversation) and conversation in self.matcher:
            return  # it stands as it stood
        if after.state is State.WAITING and after.group == self._group and after.queue is not None:
            self._wait(conversation, after)
        elif conversation in self._waiting:
            del self._waiting[conversation]
            del self._entered[conversation]
            self.matcher.remove(conversation)
            self.overflows.forget(conversation)

    def _wait(self, conversation: str, after: After) -> None:
        self._waiting[conversation] = after
        entered = self._entry_time(conversation, after)
        queue = self.plan.queues.get(after.queue or "")
        if queue is not None and after.overflow < len(queue.overflow):
            due = entered + queue.overflow[after.overflow].after
            self.overflows.plan(conversation, due, after.overflow)
        else:
            self.overflows.forget(conversation)
        if after.queue in self.plan.closed:
            self.matcher.remove(conversation)
            return
        self.matcher.add(
            Waiting(
                conversation=conversation,
                queue=after.queue or "",
                channel=after.channel,
                since=seconds(after.waiting_since),
                entered=entered,
                skills=tuple(sorted(after.skills.items())),
                priority=after.priority,
                preferred=after.last_agent,
                refused=self.offers.refused(conversation),
            ),
            self._clock.monotonic(),
        )

    def _entry_time(self, conversation: str, after: After) -> float:
        """When it entered its queue, on the monotonic clock; worked out once for each entering.

        The wall clock says how long ago it was when it is first seen; from there on only
        the monotonic clock counts.
        """
        stamped = after.entered or after.waiting_since or ""
        known = self._entered.get(conversation)
        if known is not None and known[0] == stamped:
            return known[1]
        ago = max(self._clock.now().timestamp() - seconds(stamped), 0.0) if stamped else 0.0
        entered = self._clock.monotonic() - ago
        self._entered[conversation] = (stamped, entered)
        return entered

    def look_again(self, conversation: str) -> None:
        """Who had refused it may be offered it again."""
        after = self._waiting.get(conversation)
        if after is not None:
            self._wait(conversation, after)

    def in_line(self, queue: str) -> list[str]:
        """The conversations of a queue in the order in which they are served."""
        if queue not in self.plan.closed:
            return self.matcher.in_line(queue)
        parked = [
            (after.waiting_since or "", id) for id, after in self._waiting.items() if after.queue == queue
        ]
        return [id for _, id in sorted(parked)]

    # --- entries and agents ---

    def take_entry(self, entry: Entry) -> None:
        """An entry was committed."""
        slot = entry.after.slot
        if entry.kind is Kind.OFFER_ENDED:
            ended = self.offers.end(str(entry.body.get("slot")))
            if ended is not None and entry.body.get("reason") in ("declined", "expired"):
                self.offers.refuse(entry.conversation, ended.agent, self.peoples_clock.now)
        elif entry.kind is Kind.ASSIGNED and slot is not None:
            self.offers.end(slot)
            self.offers.settle(entry.conversation)
            self._accepted[entry.conversation] = slot
        elif entry.after.state is State.CLOSED:
            self.offers.settle(entry.conversation)
        self.take_state(entry.conversation, entry.after)

    def take_agent(self, agent: Agent, *, epoch: int, monotonic: float) -> None:
        """An agent's document: his room, and the after-contact work that begins to count."""
        if agent.epochs.get(self._group, 0) == epoch:
            self.matcher.set_agent(candidate(agent))
        else:
            self.matcher.drop_agent(agent.id)
        for slot, work in agent.after_work.items():
            if slot not in self.after_work:
                self.after_work[slot] = (agent.id, monotonic + work.seconds)

    def accept(self, conversation: str, slot: str) -> None:
        """This slot's offer was seen to be accepted."""
        self._accepted[conversation] = slot

    def wants_a_look(self, agent: Agent, id: str, held: Slot, *, epoch: int) -> bool:
        """Whether the router must compare a slot with its conversation: to give back, withdraw or adopt."""
        if held.group != self._group:
            return False
        if agent.away is not None:
            return True
        if held.kind is not SlotKind.OFFER or self._accepted.get(held.conversation) == id:
            return False
        known = id in self.offers and held.epoch == epoch
        return not known or not can_be_offered(agent)


def candidate(agent: Agent) -> Candidate:
    """An agent as the matcher sees him."""
    return Candidate(
        agent=agent.id,
        queues=frozenset(agent.queues),
        skills=dict(agent.skills),
        capacity=dict(agent.capacity),
        held=holds(agent),
        idle_since=seconds(agent.idle_since),
        offered_at=seconds(agent.offered_at),
        state=standing(agent),
    )


def standing(agent: Agent) -> str:
    """Whether he may be rung (``ready``), or why not."""
    if agent.away is not None:
        return "offline"
    if agent.unresponsive:
        return "unresponsive"
    return "ready" if agent.pause is None else "break"


def line(queue: Queue) -> Line:
    """A queue as the matcher sees it."""
    return Line(
        queue=queue.id,
        strategy=queue.strategy,
        order=tuple(queue.order),
        relaxation=tuple(
            Step(float(step.after), step.lower, frozenset(step.drop)) for step in queue.relaxation
        ),
        any_agent_after=None if queue.any_agent_after is None else float(queue.any_agent_after),
        last_agent_seconds=float(queue.last_agent_seconds),
        ageing=queue.ageing,
    )


def seconds(stamped: str | None) -> float:
    """A stored moment in seconds since 1970; 0.0 where there is none."""
    return parse_stamp(stamped).timestamp() if stamped else 0.0
