"""Entries of a timeline, the state after each, and the table of what may follow what.

Everything here is pure. :func:`after` is the transition table of the protocol: it says
whether an act is allowed after the last entry and what the state is then. The fold of
all entries of a conversation equals ``after`` of the last one.
"""

import hashlib
from collections.abc import Callable
from enum import StrEnum

import msgspec

from hub.documents import Json
from hub.errors import Gone, NotAllowed, Unseen
from hub.ids import ConversationId, EntryId


class State(StrEnum):
    """Where a conversation stands."""

    BOT = "bot"
    WAITING = "waiting"
    OFFERED = "offered"
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    CONTINUED = "continued"


class Actor(StrEnum):
    """What kind of participant speaks or acts."""

    CONTACT = "contact"
    AGENT = "agent"
    BOT = "bot"
    ROUTER = "router"
    SYSTEM = "system"


class Kind(StrEnum):
    """What an entry is."""

    MESSAGE = "message"
    NOTE = "note"
    QUEUED = "queued"
    OFFERED = "offered"
    OFFER_ENDED = "offer_ended"
    ASSIGNED = "assigned"
    RELEASED = "released"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    LEFT = "left"
    RETURNED = "returned"
    RATED = "rated"
    CLOSED = "closed"
    CONTINUED = "continued"
    OVERFLOWED = "overflowed"
    PRIORITISED = "prioritised"
    CALLBACK = "callback"


class By(msgspec.Struct, frozen=True):
    """Who did it: the contact's id, the agent's, the bot's; the router's group; a system part's name."""

    kind: Actor
    id: str


SYSTEM = By(Actor.SYSTEM, "hub")  # the house itself


class After(msgspec.Struct, frozen=True, omit_defaults=True):
    """The state of a conversation after an entry.

    ``heard``: seq of the customer's last message. ``waiting_since`` makes its place in line,
    ``entered`` is when it came into this queue: relaxation and overflow count from there, and
    ``overflow`` steps are done. ``callback``: where the customer wants to be called back; he
    keeps his place. ``last_agent``: who held it last, in this conversation or the one before.
    """

    state: State
    channel: str
    group: str | None = None
    queue: str | None = None
    agent: str | None = None
    slot: str | None = None
    heard: int = 0
    waiting_since: str | None = None
    skills: dict[str, int] = {}
    priority: int = 0
    entered: str | None = None
    overflow: int = 0
    callback: str | None = None
    last_agent: str | None = None


class Todo(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an entry still owes when it is stored; each mark is cleared by one atomic update."""

    project: bool = False
    deliver: bool = False
    bot: bool = False


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fact of a timeline, as stored (collection ``entries``)."""

    id: EntryId
    version: int
    organisation: str
    conversation: ConversationId
    seq: int
    kind: Kind
    by: By
    at: str
    body: dict[str, Json]
    digest: str
    after: After
    inbox: str
    address: str
    generation: int
    seen: int | None = None
    client_id: str | None = None
    external_id: str | None = None
    todo: Todo | None = None


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to do, before it is known whether he may.

    ``slot`` names the slot the actor believes in (accept, decline, expire, release);
    ``agent`` who takes (offer, pull, transfer, reopen, give); ``door`` the state in which the
    first message finds the conversation, ``last_agent`` who held the one before it.
    """

    kind: Kind
    by: By
    id: EntryId
    seq: int
    at: str
    how: str | None = None
    seen: int | None = None
    slot: str | None = None
    agent: str | None = None
    group: str | None = None
    queue: str | None = None
    skills: dict[str, int] | None = None
    priority: int | None = None
    channel: str = ""
    door: State = State.WAITING
    callback: str | None = None
    last_agent: str | None = None


_HELD_OR_WAITING = frozenset({State.WAITING, State.OFFERED, State.ASSIGNED})
_OPEN = frozenset({State.BOT, State.WAITING, State.OFFERED, State.ASSIGNED, State.SNOOZED})
_replace = msgspec.structs.replace


def digest(kind: Kind, body: dict[str, Json]) -> str:
    """A short digest of a first body, by which a repeated client id is recognised."""
    return hashlib.blake2b(msgspec.json.encode([kind, body], order="sorted"), digest_size=12).hexdigest()


def after(last: After | None, act: Act) -> After:
    """The state after ``act``; raises :class:`NotAllowed` (or a subclass) where it may not follow."""
    if last is None:
        return _first(act)
    if last.state is State.CONTINUED and act.kind is not Kind.NOTE:
        raise NotAllowed("the conversation was continued in another", code="continued")
    return _RULES[act.kind](last, act)


def _first(act: Act) -> After:
    if act.kind is Kind.MESSAGE and act.by.kind is Actor.CONTACT:
        return After(
            state=act.door,
            channel=act.channel,
            group=act.group,
            queue=act.queue,
            heard=act.seq,
            waiting_since=act.at if act.door is State.WAITING else None,
            skills=act.skills or {},
            priority=act.priority or 0,
            entered=act.at if act.door is State.WAITING else None,
            last_agent=act.last_agent,
        )
    raise NotAllowed("only a contact's message begins a conversation", code="no_conversation")


def _mine(last: After, act: Act) -> bool:
    return last.state is State.ASSIGNED and act.by.kind is Actor.AGENT and last.agent == act.by.id


def _need(condition: object, words: str, code: str = "not_allowed") -> None:
    if not condition:
        raise NotAllowed(words, code=code)


def _need_mine(last: After, act: Act) -> None:
    if not _mine(last, act):
        raise Gone("the conversation is not assigned to you", code="not_yours")


def _need_slot(last: After, act: Act, state: State) -> None:
    if last.state is not state or act.slot is None or last.slot != act.slot:
        raise Gone("that offer or assignment has ended")


def _need_seen(last: After, act: Act) -> None:
    if act.seen is None or last.heard > act.seen:
        raise Unseen("the customer has written something that was not shown to you")


def _wait(last: After, at: str | None) -> After:
    """It waits: again in its old place (``at`` None), or as one that came now."""
    waiting = _replace(last, state=State.WAITING, agent=None, slot=None)
    return waiting if at is None else _enter(_replace(waiting, waiting_since=at), at)


def _enter(waiting: After, at: str) -> After:
    return _replace(waiting, entered=at, overflow=0)


def _message(last: After, act: Act) -> After:
    if act.by.kind is Actor.CONTACT:
        heard = _replace(last, heard=act.seq)
        if last.state in (State.CLOSED, State.SNOOZED):
            return _replace(
                _wait(heard, act.at), group=last.group or act.group, queue=last.queue or act.queue
            )
        return heard
    if act.by.kind is Actor.BOT:
        _need(last.state is State.BOT, "a bot speaks only before the handover", "handed_over")
    elif act.by.kind is Actor.AGENT:
        _need_mine(last, act)
    else:
        _need(act.by.kind is Actor.SYSTEM and last.state in _OPEN, "nobody may speak here now")
    return last


def _queued(last: After, act: Act) -> After:
    _need(act.group is not None and act.queue is not None, "a queue must be named", "no_queue")
    if act.by.kind is Actor.BOT:
        _need(last.state is State.BOT, "the bot has handed over already", "handed_over")
        waiting = _wait(last, act.at)
    elif act.by.kind is Actor.ROUTER:  # overflow: in another queue, in its old place
        _need_waiting_in_group(last, act)
        waiting = _enter(last, act.at)
    elif act.how == "taken_back":
        _need(last.state is State.ASSIGNED, "nobody holds it", "not_assigned")
        waiting = _replace(_enter(_wait(last, None), act.at), last_agent=None)  # not to him again
    else:
        _need_mine(last, act)
        waiting = _wait(last, act.at)
    return _replace(
        waiting,
        group=act.group,
        queue=act.queue,
        skills=last.skills if act.skills is None else act.skills,
        priority=last.priority if act.priority is None else act.priority,
    )


def _need_waiting_in_group(last: After, act: Act) -> None:
    _need(
        act.by.kind is Actor.ROUTER and last.state is State.WAITING and last.group == act.by.id,
        "only a conversation that waits in its group overflows",
    )


def _overflowed(last: After, act: Act) -> After:
    _need_waiting_in_group(last, act)
    return _replace(last, overflow=last.overflow + 1)


def _prioritised(last: After, act: Act) -> After:
    _need(act.by.kind is Actor.AGENT, "only staff change the order")
    _need(last.state in (State.WAITING, State.OFFERED), "it does not wait any more", "not_waiting")
    return _replace(last, priority=last.priority if act.priority is None else act.priority)


def _callback(last: After, act: Act) -> After:
    _need(last.state in (State.BOT, State.WAITING, State.OFFERED), "it does not wait any more", "not_waiting")
    return _replace(last, callback=act.callback)


def _offered(last: After, act: Act) -> After:
    _need(
        act.by.kind is Actor.ROUTER and last.state is State.WAITING and last.group == act.group,
        "only a conversation that waits in its group is offered",
    )
    return _replace(last, state=State.OFFERED, agent=act.agent, slot=act.id)


def _offer_ended(last: After, act: Act) -> After:
    _need_slot(last, act, State.OFFERED)
    _need(act.by.kind is Actor.ROUTER or act.by.id == last.agent, "the offer is not yours", "not_yours")
    return _wait(last, None)


def _assigned(last: After, act: Act) -> After:
    if act.how == "accept":
        _need_slot(last, act, State.OFFERED)
        if act.by.id != last.agent:
            raise Gone("the offer is not yours", code="not_yours")
        return _replace(last, state=State.ASSIGNED, last_agent=last.agent)
    if act.how == "pull":
        _need(last.state is State.WAITING, "it does not wait any more", "not_waiting")
    elif act.how == "transfer":
        _need_mine(last, act)
        _need(act.agent != act.by.id, "it is yours already", "own_transfer")
    elif act.how == "reopen":
        _need(last.state in (State.CLOSED, State.SNOOZED), "it is not closed", "not_closed")
    elif act.how == "given":
        _need(last.state in _HELD_OR_WAITING, "it neither waits nor is held", "not_waiting")
        _need(
            last.state is not State.ASSIGNED or act.agent != last.agent, "it is his already", "own_transfer"
        )
    else:
        raise NotAllowed(f"unknown way to assign: {act.how}")
    return _replace(last, state=State.ASSIGNED, agent=act.agent, slot=act.id, last_agent=act.agent)


def _released(last: After, act: Act) -> After:
    _need(act.by.kind is Actor.ROUTER, "only the router gives back")
    _need_slot(last, act, State.ASSIGNED)
    return _wait(last, None)


def _snoozed(last: After, act: Act) -> After:
    _need_mine(last, act)
    _need_seen(last, act)
    return _replace(last, state=State.SNOOZED, agent=None, slot=None)


def _woken(last: After, act: Act) -> After:
    _need(act.by.kind is Actor.SYSTEM and last.state is State.SNOOZED, "it does not sleep")
    return _wait(last, act.at)


def _closed(last: After, act: Act) -> After:
    if act.by.kind is Actor.CONTACT:
        _need(
            last.state in (State.BOT, State.WAITING, State.OFFERED),
            "a customer ends only what no agent holds",
        )
    elif act.by.kind is Actor.BOT:
        _need(last.state is State.BOT, "the bot has handed over already", "handed_over")
        _need_seen(last, act)
    elif act.by.kind is Actor.SYSTEM:
        _need(last.state in _OPEN, "it is closed already", "closed")
        _need_seen(last, act)
    else:
        _need_mine(last, act)
        _need_seen(last, act)
    return _replace(last, state=State.CLOSED, agent=None, slot=None, callback=None)


def _continued(last: After, act: Act) -> After:
    _need(last.state is State.CLOSED, "only a closed conversation is continued in a new one")
    return _replace(last, state=State.CONTINUED)


def _by_contact(last: After, act: Act) -> After:
    _need(act.by.kind is Actor.CONTACT, "only the customer does this")
    return last


def _by_contact_while_open(last: After, act: Act) -> After:
    _need(last.state in _OPEN, "it is closed already", "closed")
    return _by_contact(last, act)


def _note(last: After, _: Act) -> After:
    return last


_RULES: dict[Kind, Callable[[After, Act], After]] = {
    Kind.MESSAGE: _message,
    Kind.NOTE: _note,
    Kind.QUEUED: _queued,
    Kind.OFFERED: _offered,
    Kind.OFFER_ENDED: _offer_ended,
    Kind.ASSIGNED: _assigned,
    Kind.RELEASED: _released,
    Kind.SNOOZED: _snoozed,
    Kind.WOKEN: _woken,
    Kind.LEFT: _by_contact_while_open,
    Kind.RETURNED: _by_contact_while_open,
    Kind.RATED: _by_contact,
    Kind.CLOSED: _closed,
    Kind.CONTINUED: _continued,
    Kind.OVERFLOWED: _overflowed,
    Kind.PRIORITISED: _prioritised,
    Kind.CALLBACK: _callback,
}
