"""What a queue may not be, in plain words, and what its editor is warned about."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from hub.calendars import check_hours
from hub.documents import Contains, Documents, Equal, In, Json, all_of
from hub.entries import State
from hub.errors import Conflict, Invalid
from hub.events import Bus
from hub.ids import Ids
from hub.register import MOST, Register
from hub.slots import Agent
from routing.queues import QUEUES, Outcome, Queue, Queues
from routing.relaxation import relaxed
from routing.skills import Skills

_LIVE = tuple(
    state.value for state in (State.BOT, State.WAITING, State.OFFERED, State.ASSIGNED, State.SNOOZED)
)


def problems(queue: Queue, others: Mapping[str, Queue], skills: Collection[str]) -> list[str]:
    """Everything that is wrong with a queue. ``others``: the organisation's other queues by id."""
    found = [*_names(queue, others), *_skills(queue, skills), *_relaxation(queue), *_overflow(queue, others)]
    if len(set(queue.order)) != len(queue.order):
        found.append("order: an agent is named twice.")
    return found


def _names(queue: Queue, others: Mapping[str, Queue]) -> list[str]:
    name = queue.name.strip().casefold()
    if any(other.name.strip().casefold() == name for other in others.values()):
        return ["name: there is a queue of this name already."]
    return []


def _skills(queue: Queue, skills: Collection[str]) -> list[str]:
    found = []
    missing = sorted(set(queue.skills) - set(skills))
    if missing:
        found.append(f"skills: there is no skill {', '.join(missing)}.")
    for number, step in enumerate(queue.relaxation):
        gone = sorted(set(step.drop) - set(skills))
        if gone:
            found.append(f"relaxation[{number}].drop: there is no skill {', '.join(gone)}.")
    return found


def _relaxation(queue: Queue) -> list[str]:
    found = []
    before = 0
    for number, step in enumerate(queue.relaxation):
        where = f"relaxation[{number}]"
        if step.after <= before:
            found.append(f"{where}.after: each step must come later than the one before it.")
        if not step.lower and not step.drop:
            found.append(f"{where}: it neither lowers a level nor drops a skill.")
        if queue.any_agent_after is not None and step.after >= queue.any_agent_after:
            found.append(
                f"{where}.after: from {queue.any_agent_after} s on any agent may take it; "
                "later steps change nothing."
            )
        before = step.after
    return found


def _overflow(queue: Queue, others: Mapping[str, Queue]) -> list[str]:
    found = []
    before = 0
    last = len(queue.overflow) - 1
    for number, step in enumerate(queue.overflow):
        where = f"overflow[{number}]"
        if step.after <= before:
            found.append(f"{where}.after: each step must come later than the one before it.")
        before = step.after
        if step.to is Outcome.QUEUE:
            if step.queue is None or step.queue not in {*others, queue.id}:
                found.append(f"{where}.queue: there is no such queue.")
            elif loop(queue, step.queue, others):
                found.append(f"{where}.queue: the overflow would lead back to this queue.")
            if number != last:
                found.append(f"{where}: what follows another queue never happens; make it the last step.")
        elif step.to is Outcome.NUMBER:
            if step.number is None:
                found.append(f"{where}.number: the outside number is missing.")
        elif step.text is None:
            found.append(f"{where}.text: say what the customer is told.")
    return found


def loop(queue: Queue, target: str, others: Mapping[str, Queue]) -> bool:
    """Whether overflowing to ``target`` comes back to this queue, or goes round for ever."""
    seen = {queue.id}
    follow = [target]
    while follow:
        id = follow.pop()
        if id in seen:
            return True
        seen.add(id)
        other = others.get(id)
        if other is not None:
            follow.extend(step.queue for step in other.overflow if step.queue is not None)
    return False


@dataclass(frozen=True, slots=True)
class Caution:
    """Something that works but is hardly meant. ``code`` is what the screens translate."""

    code: str
    facts: dict[str, Json] = field(default_factory=dict)


def warnings(queue: Queue, agents: Sequence[Agent], outcomes: Collection[str]) -> list[Caution]:
    """What the editor of this queue should know. ``outcomes``: those that some channel carries out."""
    found: list[Caution] = []
    team = [agent for agent in agents if queue.id in agent.queues]
    if not team:
        found.append(Caution("nobody_works_here"))
    for skill, level in queue.skills.items():
        best = max((agent.skills.get(skill, 0) for agent in team), default=0)
        if team and best < level and not _ever_relaxed(queue, skill, best):
            found.append(Caution("nobody_has_skill", {"skill": skill, "level": level, "best": best}))
    missing = sorted(set(queue.order) - {agent.id for agent in team})
    if missing:
        found.append(Caution("order_names_strangers", {"agents": list[Json](missing)}))
    if queue.relaxation and not queue.skills:
        found.append(Caution("relaxation_without_skills"))
    for number, step in enumerate(queue.overflow):
        if step.to not in (Outcome.QUEUE, Outcome.MESSAGE) and step.to not in outcomes:
            found.append(Caution("outcome_not_possible", {"step": number, "to": step.to.value}))
    if queue.hours is None:
        found.append(Caution("no_hours"))
    return found


def _ever_relaxed(queue: Queue, skill: str, best: int) -> bool:
    """Whether the demand sinks at some time to what somebody here has."""
    if queue.any_agent_after is not None:
        return True
    finally_asked = dict(relaxed(queue.skills, queue.relaxation, len(queue.relaxation)))
    return finally_asked.get(skill, 0) <= best


def open_queues(documents: Documents, ids: Ids, bus: Bus, skills: Skills) -> Queues:
    """The register of queues, with its rules."""
    rules = _Rules(documents, skills)
    return Register(
        documents,
        ids,
        bus,
        kind=Queue,
        collection=QUEUES,
        prefix="q",
        check=rules.check,
        guard=rules.guard,
    )


class _Rules:
    def __init__(self, documents: Documents, skills: Skills) -> None:
        self._documents = documents
        self._skills = skills

    async def check(self, queue: Queue, before: Queue | None) -> None:
        organisation = Equal("organisation", queue.organisation)
        page = await self._documents.find(QUEUES, organisation, limit=MOST)
        others = {
            other.id: other
            for other in (msgspec.convert(item, Queue) for item in page.items)
            if other.id != queue.id
        }
        skills = {skill.id for skill in await self._skills.all(queue.organisation)}
        found = problems(queue, others, skills)
        if found:
            raise Invalid(" ".join(found))
        await check_hours(self._documents, queue)
        if before is not None and before.group != queue.group:
            await self._nothing_open(queue, "move it to another group")

    async def guard(self, queue: Queue) -> None:
        await self._nothing_open(queue, "delete it")
        organisation = Equal("organisation", queue.organisation)
        inboxes = await self._documents.find("inboxes", organisation, limit=MOST)
        _refuse(
            [str(inbox.get("name")) for inbox in inboxes.items if inbox.get("queue") == queue.id],
            "These inboxes still send their customers here",
        )
        agents = await self._documents.find("agents", Contains("queues", queue.id), limit=5)
        _refuse([str(agent.get("name")) for agent in agents.items], "These agents still work in this queue")
        queues = await self._documents.find(QUEUES, organisation, limit=MOST)
        others = [msgspec.convert(item, Queue) for item in queues.items]
        _refuse(
            [other.name for other in others if any(step.queue == queue.id for step in other.overflow)],
            "These queues still overflow to this one",
        )

    async def _nothing_open(self, queue: Queue, what: str) -> None:
        still = await self._documents.count(
            "conversations", all_of(Equal("queue", queue.id), In("state", _LIVE)), limit=100
        )
        if still:
            raise Conflict(
                f"{still} open conversations are in this queue; close them before you {what}.",
                code="in_use",
            )


def _refuse(names: Sequence[str], words: str) -> None:
    if names:
        raise Conflict(f"{words}: {', '.join(names[:5])}.", code="in_use")
