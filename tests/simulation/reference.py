"""The protocol's table once more, written from the document and not from the code.

It works on stored documents, so that a mistake in the code's own types cannot hide here.
"""

from typing import NamedTuple, TypeAlias, cast

from hub.documents import Document, Json

Skills: TypeAlias = tuple[tuple[str, int], ...]
OPEN = ("bot", "waiting", "offered", "assigned", "snoozed")


class State(NamedTuple):
    """What the last entry says of a conversation."""

    state: str
    channel: str
    group: str | None
    queue: str | None
    agent: str | None
    slot: str | None
    heard: int
    since: str | None
    skills: Skills
    priority: int


class Door(NamedTuple):
    """What is configured for an inbox."""

    channel: str
    group: str
    queue: str
    bot: bool


class Forbidden(Exception):
    """The table does not allow this entry after the last one."""


def skills_of(value: Json) -> Skills:
    """Skills in a form that can be compared."""
    return tuple(sorted(cast(dict[str, int], value or {}).items()))


def state_of(after: Document) -> State:
    """A stored ``after`` (or a conversation document) as a state."""
    get = after.get
    return State(
        cast(str, after["state"]),
        cast(str, after["channel"]),
        cast("str | None", get("group")),
        cast("str | None", get("queue")),
        cast("str | None", get("agent")),
        cast("str | None", get("slot")),
        cast(int, get("heard", 0)),
        cast("str | None", get("waiting_since")),
        skills_of(get("skills")),
        cast(int, get("priority", 0)),
    )


def _need(condition: bool, words: str) -> None:
    if not condition:
        raise Forbidden(words)


def expected(last: State | None, entry: Document, door: Door, groups: dict[str, str]) -> State:
    """The state after ``entry``; :class:`Forbidden` where it may not follow ``last``."""
    kind = cast(str, entry["kind"])
    by = cast(dict[str, str], entry["by"])
    who, id = by["kind"], by["id"]
    body = cast(Document, entry["body"])
    seq, at = cast(int, entry["seq"]), cast(str, entry["at"])
    own = cast(str, entry["id"])
    if last is None:
        _need(kind == "message" and who == "contact", f"{kind} by {who} begins a conversation")
        return State(
            "bot" if door.bot else "waiting",
            door.channel,
            door.group,
            door.queue,
            None,
            None,
            seq,
            None if door.bot else at,
            (),
            0,
        )
    state = last.state
    _need(state != "continued" or kind == "note", f"{kind} after continued")
    mine = state == "assigned" and who == "agent" and last.agent == id
    seen = cast(int, entry.get("seen", -1))
    free = last._replace(agent=None, slot=None)
    if kind == "message":
        if who == "contact":
            if state in ("closed", "snoozed"):
                return free._replace(state="waiting", since=at, heard=seq)
            return last._replace(heard=seq)
        if who == "agent":
            _need(mine, f"I6 message of {id} who does not hold it ({state} {last.agent})")
        elif who == "bot":
            _need(state == "bot", f"I6 message of a bot in state {state}")
        else:
            _need(who == "system" and state in OPEN, f"message of {who} in state {state}")
        return last
    if kind == "note":
        return last
    if kind == "overflowed":
        _need(who == "router" and state == "waiting" and last.group == id, f"overflowed by {who} in {state}")
        return last
    if kind == "prioritised":
        _need(who == "agent" and state in ("waiting", "offered"), f"prioritised by {who} in {state}")
        return last._replace(priority=cast(int, body["priority"]))
    if kind == "callback":
        _need(state in ("bot", "waiting", "offered"), f"call-back in {state}")
        return last
    if kind == "queued" and who == "router":
        _need(state == "waiting" and last.group == id, f"overflow in {state}")
        queue = cast(str, body["queue"])
        new = last._replace(queue=queue, group=groups[queue])
        return new._replace(skills=skills_of(entry["after"].get("skills")))  # type: ignore[union-attr]
    if kind == "queued" and body.get("how") == "taken_back":
        _need(who == "agent" and state == "assigned", f"taken back in {state}")
        queue = cast(str, body["queue"] or last.queue)
        return free._replace(state="waiting", queue=queue, group=groups[queue])
    if kind == "queued":
        _need(mine or (who == "bot" and state == "bot"), f"I6 queued by {who} in state {state}")
        queue = cast(str, body["queue"])
        new = free._replace(state="waiting", since=at, queue=queue, group=groups[queue])
        if body.get("skills") is not None:
            new = new._replace(skills=skills_of(body["skills"]))
        if body.get("priority") is not None:
            new = new._replace(priority=cast(int, body["priority"]))
        return new
    if kind == "offered":
        _need(who == "router" and state == "waiting", f"offered in state {state}")
        _need(last.group == id, f"offered by the router of {id}")
        return last._replace(state="offered", agent=cast(str, body["agent"]), slot=own)
    if kind == "offer_ended":
        _need(state == "offered" and body.get("slot") == last.slot, "another offer ended")
        _need(who == "router" or id == last.agent, f"offer ended by {who} {id}")
        return free._replace(state="waiting")
    if kind == "assigned":
        return _assigned(last, entry, body, id, own, mine=mine)
    if kind == "released":
        _need(who == "router" and state == "assigned", f"released by {who} in state {state}")
        _need(body.get("slot") == last.slot, "another slot was released")
        return free._replace(state="waiting")
    if kind == "closed":
        if who == "contact":
            _need(state in ("bot", "waiting", "offered"), f"closed by contact in state {state}")
        else:
            allowed = mine or (who == "bot" and state == "bot")
            allowed = allowed or (who == "system" and state in OPEN)
            _need(allowed, f"I6 closed by {who} {id} in state {state} of {last.agent}")
            _need(last.heard <= seen, f"I5 closed over {last.heard}, seen {seen}")
        return free._replace(state="closed")
    if kind == "snoozed":
        _need(mine, f"I6 snoozed by {who} {id} in state {state}")
        _need(last.heard <= seen, f"I5 snoozed over {last.heard}, seen {seen}")
        return free._replace(state="snoozed")
    if kind == "woken":
        _need(who == "system" and state == "snoozed", f"woken by {who} in state {state}")
        return free._replace(state="waiting", since=at)
    if kind == "continued":
        _need(state == "closed", f"continued in state {state}")
        return last._replace(state="continued")
    if kind in ("left", "returned"):
        _need(who == "contact" and state in OPEN, f"{kind} by {who} in state {state}")
        return last
    if kind == "rated":
        _need(who == "contact", f"rated by {who}")
        return last
    raise Forbidden(f"an entry of kind {kind}")


def _assigned(last: State, entry: Document, body: Document, id: str, own: str, *, mine: bool) -> State:
    how, state = body.get("how"), last.state
    if how == "accept":
        _need(state == "offered" and last.agent == id, f"accepted in state {state}")
        _need(body.get("slot") == last.slot, "another offer was accepted")
        return last._replace(state="assigned")
    if how == "pull":
        _need(state == "waiting", f"pulled in state {state}")
        return last._replace(state="assigned", agent=id, slot=own)
    if how == "reopen":
        _need(state in ("closed", "snoozed"), f"reopened in state {state}")
        return last._replace(state="assigned", agent=id, slot=own)
    if how == "transfer":
        _need(mine, f"I6 transferred by {id} in state {state} of {last.agent}")
        return last._replace(state="assigned", agent=cast(str, body["to"]), slot=own)
    if how == "given":
        _need(state in ("waiting", "offered", "assigned"), f"given in state {state}")
        return last._replace(state="assigned", agent=cast(str, body["to"]), slot=own)
    raise Forbidden(f"assigned by {how}")
