"""An agent as the router and the verbs see him: his slots, capacity and presence (collection ``agents``).

A slot is named by the entry that put it into effect. Slot and entry change in one
commit, so each slot that a conversation's last entry names is here, and each one here
is named: capacity is exact and nothing is left to sweep. After-contact work is not a
slot (no conversation names it) but counts as one when the router looks for room.
"""

from enum import StrEnum

import msgspec

from hub.errors import Away, NoRoom

ANY_CHANNEL = "*"


class SlotKind(StrEnum):
    """How a slot was taken."""

    OFFER = "offer"
    TAKEN = "taken"


class Slot(msgspec.Struct, frozen=True):
    """One conversation that an agent holds or is offered."""

    conversation: str
    group: str
    kind: SlotKind
    epoch: int
    channel: str


class AfterWork(msgspec.Struct, frozen=True):
    """After-contact work: ``seconds`` from when the router first saw it, ``since`` for people."""

    conversation: str
    channel: str
    queue: str | None
    seconds: int
    since: str


class Pause(msgspec.Struct, frozen=True):
    """A break that the agent chose."""

    reason: str


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """The routing document of one agent; ``id`` is the user's.

    ``groups``: the routing groups of his queues and of what he holds. ``capacity`` by
    channel, ``*`` for those not named. ``idle_since``: when his slots last changed.
    ``offered_at``: when a router last offered him something.
    """

    id: str
    version: int
    organisation: str
    name: str
    groups: list[str] = []
    queues: list[str] = []
    skills: dict[str, int] = {}
    capacity: dict[str, int] = msgspec.field(default_factory=lambda: {ANY_CHANNEL: 1})
    epochs: dict[str, int] = {}
    slots: dict[str, Slot] = {}
    after_work: dict[str, AfterWork] = {}
    away: str | None = "signed_out"
    unresponsive: bool = False
    pause: Pause | None = None
    since: str = ""
    idle_since: str = ""
    offered_at: str = ""


class AgentState(StrEnum):
    """What an agent's presence is called on the screen."""

    OFFLINE = "offline"
    UNRESPONSIVE = "unresponsive"
    BREAK = "break"
    AFTER_WORK = "after_work"
    READY = "ready"


_replace = msgspec.structs.replace


def state(agent: Agent) -> AgentState:
    """The presence that counts."""
    if agent.away is not None:
        return AgentState.OFFLINE
    if agent.unresponsive:
        return AgentState.UNRESPONSIVE
    if agent.pause is not None:
        return AgentState.BREAK
    if agent.after_work:
        return AgentState.AFTER_WORK
    return AgentState.READY


def capacity(agent: Agent, channel: str) -> int:
    """How many conversations of this channel he may hold at once."""
    return agent.capacity.get(channel, agent.capacity.get(ANY_CHANNEL, 0))


def held(agent: Agent, channel: str) -> int:
    """How many slots he holds on this channel, offers included."""
    return sum(1 for slot in agent.slots.values() if slot.channel == channel)


def holds(agent: Agent) -> dict[str, int]:
    """What he has on each channel: slots and after-contact work."""
    counts: dict[str, int] = {}
    channels = [slot.channel for slot in agent.slots.values()]
    channels.extend(work.channel for work in agent.after_work.values())
    for channel in channels:
        counts[channel] = counts.get(channel, 0) + 1
    return counts


def room(agent: Agent, channel: str) -> int:
    """How many more he could take from the router: capacity less slots and after-contact work."""
    working = sum(1 for work in agent.after_work.values() if work.channel == channel)
    return capacity(agent, channel) - held(agent, channel) - working


def can_be_offered(agent: Agent) -> bool:
    """Whether the router may ring him at all."""
    return agent.away is None and not agent.unresponsive and agent.pause is None


def fits(agent: Agent, *, queue: str | None, skills: dict[str, int]) -> bool:
    """Whether he works in this queue and has these skills at these levels."""
    return queue in agent.queues and all(
        agent.skills.get(skill, 0) >= level for skill, level in skills.items()
    )


def reserve(agent: Agent, *, id: str, slot: Slot, at: str) -> Agent:
    """The agent with one more slot; :class:`Away` when offline, :class:`NoRoom` when full.

    The slot's group is from now on one whose router looks after him. After-contact work holds off
    the router, not a colleague's transfer or his own pull.
    """
    if agent.away is not None:
        raise Away("the agent is offline")
    if held(agent, slot.channel) >= capacity(agent, slot.channel):
        raise NoRoom("the agent's capacity on this channel is used up")
    groups = agent.groups if slot.group in agent.groups else [*agent.groups, slot.group]
    slots = {**agent.slots, id: slot}
    offered_at = at if slot.kind is SlotKind.OFFER else agent.offered_at
    return _replace(
        agent, version=agent.version + 1, slots=slots, groups=groups, idle_since=at, offered_at=offered_at
    )


def free(agent: Agent, *, id: str, at: str, work: AfterWork | None = None) -> Agent:
    """The agent without that slot; with ``work`` it turns into after-contact work."""
    slots = {key: slot for key, slot in agent.slots.items() if key != id}
    after_work = agent.after_work if work is None else {**agent.after_work, id: work}
    return _replace(agent, version=agent.version + 1, slots=slots, after_work=after_work, idle_since=at)
