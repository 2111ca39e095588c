"""What a router knows in one tenure: who waits, who may be rung, what stands. Pure, no store behind it."""

import msgspec

from hub.documents import Document
from hub.entries import After, Entry, Kind, State
from hub.slots import Agent, Slot, SlotKind, can_be_offered, room
from routing.matching import Candidate, Matcher, Waiting
from routing.offers import Offers
from routing.presence import Grace, PeoplesClock

REFUSAL = 30.0  # people's seconds before an agent is offered again what he did not take


class Memory:
    """One tenure's knowledge; the next one begins empty."""

    def __init__(self, group: str, *, grace: float, interval: float) -> None:
        """``grace``: people's seconds until an agent is gone; ``interval``: most that one look may count."""
        self._group = group
        self.matcher = Matcher()
        self.offers = Offers(refusal=REFUSAL)
        self.peoples_clock = PeoplesClock(interval=interval)
        self.grace = Grace(grace)
        self.after_work: dict[str, tuple[str, float]] = {}  # slot → agent, end on the monotonic clock
        self.heard: set[str] = set()  # agents whose desks were heard of since the last round
        self._accepted: dict[str, str] = {}  # conversation → slot, where an offer was accepted

    def take_document(self, document: Document) -> None:
        """A conversation document tells where the conversation stands."""
        self.take_state(str(document["id"]), msgspec.convert(document, After))

    def take_state(self, conversation: str, after: After) -> None:
        """Where a conversation stands: in line, or not."""
        if after.state is not State.ASSIGNED:
            self._accepted.pop(conversation, None)
        if after.state is State.WAITING and after.group == self._group and after.queue is not None:
            self.matcher.add(
                Waiting(
                    conversation=conversation,
                    queue=after.queue,
                    channel=after.channel,
                    since=after.waiting_since or "",
                    skills=tuple(sorted(after.skills.items())),
                    priority=after.priority,
                    refused=self.offers.refused(conversation),
                )
            )
        else:
            self.matcher.remove(conversation)

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
        if can_be_offered(agent) and agent.epochs.get(self._group, 0) == epoch:
            self.matcher.set_candidate(candidate(agent))
        else:
            self.matcher.drop_candidate(agent.id)
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
    channels = {
        *agent.capacity,
        *(slot.channel for slot in agent.slots.values()),
        *(work.channel for work in agent.after_work.values()),
    }
    return Candidate(
        agent=agent.id,
        queues=frozenset(agent.queues),
        skills=dict(agent.skills),
        room={channel: room(agent, channel) for channel in channels},
        idle_since=agent.idle_since,
    )
