"""The decision trace as facts: why this agent, how the others stood, what overflows do. Pure.

Ids, numbers and stamps only: names and words are worked out when somebody looks.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from hub.clock import stamp
from hub.documents import Json
from routing.matcher import Match
from routing.queues import Outcome, Overflow, Queue
from routing.relaxation import relaxed


def demanded(match: Match, queue: Queue | None) -> dict[str, int]:
    """The skills at their levels that this match asked of the agent."""
    if match.sticky or match.any_agent:
        return {}
    skills = dict(match.waiting.skills)
    return skills if queue is None else relaxed(skills, queue.relaxation, match.step)


def facts(match: Match, queue: Queue | None, now: float) -> dict[str, Json]:
    """What stands in the timeline with an offer: ``why`` for the offer's card, ``trace`` in full.

    ``now`` on the clock of ``match.waiting.entered``.
    """
    asked = demanded(match, queue)
    considered: dict[str, Json] = {key: number for key, number in asdict(match.considered).items() if number}
    why: list[Json] = [
        {"fact": "last_agent"} if match.sticky else _chosen(match),
        {"fact": "waited", "since": _stamp(match.waiting.since)},
    ]
    why.extend({"fact": "skill", "skill": skill, "level": level} for skill, level in asked.items())
    if match.any_agent or match.step:
        why.append({"fact": "relaxed", "step": match.step, "any_agent": match.any_agent})
    trace: dict[str, Json] = {
        "strategy": match.strategy.value,
        "step": match.step,
        "any_agent": match.any_agent,
        "sticky": match.sticky,
        "considered": considered,
        "next": list[Json](match.next),
        "idle_since": _stamp(match.idle_since),
        "waited_seconds": round(max(now - match.waiting.entered, 0.0), 1),
        "skills": dict[str, Json](asked),
        "priority": match.waiting.priority,
    }
    return {"queue": match.waiting.queue, "why": why, "trace": trace}


def _chosen(match: Match) -> dict[str, Json]:
    fitting = match.considered.fits
    return {"fact": match.strategy.value, "since": _stamp(match.idle_since), "fitting": fitting}


def _stamp(seconds: float) -> str | None:
    return stamp(datetime.fromtimestamp(seconds, UTC)) if seconds else None


@dataclass(frozen=True, slots=True)
class Carried:
    """An overflow step as it is carried out: what the timeline says, words to the customer, a queue."""

    body: dict[str, Json]
    words: str | None = None
    queue: Queue | None = None


def outcome_of(step: Overflow, target: Queue | None, *, live: bool, able: Collection[str]) -> Carried:
    """What this step means on a channel. ``able``: the outcomes that the channel carries out itself.

    On a channel that is not live, voicemail and call-back are an invitation to write what is to be
    known: the words are sent, and he keeps his place. What is not possible is skipped, and said so.
    """
    body: dict[str, Json] = {"to": step.to.value}
    if step.to is Outcome.QUEUE:
        if target is None:
            return Carried({**body, "queue": step.queue, "skipped": "no_such_queue"})
        return Carried(body, queue=target)
    if step.number is not None:
        body["number"] = step.number
    if step.to in able:
        return Carried({**body, "text": step.text})
    if step.to is Outcome.NUMBER or (live and step.to is not Outcome.MESSAGE):
        return Carried({**body, "skipped": "not_possible_here"})
    return Carried(body, words=step.text)
