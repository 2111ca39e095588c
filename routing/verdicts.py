"""How one agent stands to one waiting conversation, in a word: for people who ask why. Pure.

The matcher decides by the same rules, fast and for all at once; a test holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.sharing import Sharing
from routing.matcher import Candidate, Line, Waiting
from routing.relaxation import relaxed


class Verdict(StrEnum):
    """The first reason that holds, in this order; the names are those of the matcher's counts."""

    OFFLINE = "offline"
    UNRESPONSIVE = "unresponsive"
    ON_BREAK = "on_break"
    UNSKILLED = "unskilled"
    NOT_PREFERRED = "not_preferred"
    REFUSED = "refused"
    BUSY = "busy"
    BLOCKED = "blocked"
    FITS = "fits"


_STATES = {
    "offline": Verdict.OFFLINE,
    "unresponsive": Verdict.UNRESPONSIVE,
    "break": Verdict.ON_BREAK,
}


@dataclass(frozen=True, slots=True)
class Demand:
    """What a conversation asks for at one moment. ``next_change``: seconds until it asks for less."""

    skills: Mapping[str, int]
    step: int
    any_agent: bool
    sticky: bool
    next_change: float | None


def demand(waiting: Waiting, line: Line, agents: Mapping[str, Candidate], now: float) -> Demand:
    """What it asks for now. ``now`` on the clock of ``waiting.entered``."""
    waited = now - waiting.entered
    preferred = None if waiting.preferred is None else agents.get(waiting.preferred)
    sticky = (
        preferred is not None
        and waiting.queue in preferred.queues
        and preferred.state != "offline"
        and waited < line.last_agent_seconds
    )
    done = sum(1 for step in line.relaxation if step.after <= waited)
    any_agent = line.any_agent_after is not None and line.any_agent_after <= waited
    skills = {} if any_agent else relaxed(dict(waiting.skills), line.relaxation, done)
    changes = [step.after for step in line.relaxation if waiting.skills and not any_agent]
    if line.any_agent_after is not None and waiting.skills:
        changes.append(line.any_agent_after)
    if sticky:
        changes.append(line.last_agent_seconds)
    ahead = [after - waited for after in changes if after > waited]
    return Demand({} if sticky else skills, done, any_agent, sticky, min(ahead, default=None))


def verdict(agent: Candidate, waiting: Waiting, asked: Demand, sharing: Sharing) -> Verdict:
    """How an agent of its queue stands to a conversation."""
    standing = _STATES.get(agent.state)
    if standing is not None:
        return standing
    if any(agent.skills.get(skill, 0) < level for skill, level in asked.skills.items()):
        return Verdict.UNSKILLED
    if asked.sticky and agent.agent != waiting.preferred:
        return Verdict.NOT_PREFERRED
    if agent.agent in waiting.refused:
        return Verdict.REFUSED
    capacity = agent.capacity.get(waiting.channel, agent.capacity.get("*", 0))
    if capacity <= agent.held.get(waiting.channel, 0):
        return Verdict.BUSY
    if not sharing.allows(waiting.channel, [channel for channel, number in agent.held.items() if number]):
        return Verdict.BLOCKED
    return Verdict.FITS
