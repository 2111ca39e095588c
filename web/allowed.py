"""Which verbs a person may use on a conversation now: his rights, and what its last entry allows."""

from hub.access import Permission, Principal
from hub.entries import Entry, State

P = Permission


def allowed(me: Principal, last: Entry) -> list[str]:
    """The verbs, as the API's paths name them; the verb itself looks again when it is used."""
    after = last.after
    mine = after.agent == me.id
    found = []
    if me.reaches(P.CONVERSATIONS_NOTE, owner=after.agent, queue=after.queue):
        found.append("note")
    if after.state is State.ASSIGNED and mine:
        if P.CONVERSATIONS_REPLY in me.grants:
            found.append("post")
        if P.CONVERSATIONS_CLOSE in me.grants:
            found += ["close", "snooze"]
        if P.CONVERSATIONS_TRANSFER in me.grants:
            found += ["queue", "agent"]
    if me.agent and me.reaches(P.CONVERSATIONS_TAKE, owner=after.agent, queue=after.queue):
        if after.state is State.OFFERED and mine:
            found += ["accept", "decline"]
        if after.state is State.WAITING:
            found.append("pull")
        if after.state in (State.CLOSED, State.SNOOZED):
            found.append("reopen")
    if me.reaches(P.CONVERSATIONS_REDACT, owner=after.agent, queue=after.queue):
        found.append("redact")
    return found
