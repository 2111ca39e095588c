"""Queues as they stand and conversations that wait, with why: read from the store, for people.

It works in every process: what a router has in memory is rebuilt here from the same documents
by the same rules. Only who refused an offer a moment ago is the router's alone.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from hub.agents import Agents
from hub.clock import Clock, parse_stamp, stamp
from hub.documents import Document, Documents, Equal, Json, Range, all_of
from hub.entries import After, State
from hub.places import Place, QueuePlaces
from hub.sharing import Sharing
from hub.slots import Agent
from routing.matcher import Candidate, Line, Waiting
from routing.memory import candidate, line, seconds
from routing.queues import Queue
from routing.verdicts import Demand, Verdict, demand, verdict
from web.presenting import Names, presence
from web.routing_plans import RoutingPlans

MOST_SHOWN = 200  # waiting conversations of one queue
MOST_COUNTED = 1000
SAMPLE = 2000  # of today's conversations of a queue, for the service level


@dataclass(frozen=True, slots=True)
class Scene:
    """Everybody and the configuration at one moment."""

    agents: dict[str, Agent]
    candidates: dict[str, Candidate]
    sharing: Sharing
    now: datetime


class RoutingView:
    """Answers what supervisors ask about queues."""

    def __init__(
        self,
        documents: Documents,
        *,
        agents: Agents,
        plans: RoutingPlans,
        names: Names,
        places: QueuePlaces,
        clock: Clock,
    ) -> None:
        """``places`` knows expected waits."""
        self._documents = documents
        self._agents = agents
        self._plans = plans
        self._names = names
        self._places = places
        self._clock = clock

    async def scene(self, organisation: str) -> Scene:
        """Who is there, and what may be offered beside what."""
        agents = {
            agent.id: agent for agent in await self._agents.everybody() if agent.organisation == organisation
        }
        return Scene(
            agents=agents,
            candidates={id: candidate(agent) for id, agent in agents.items()},
            sharing=await self._plans.sharing(organisation),
            now=self._clock.now(),
        )

    # --- queues ---

    async def queue(self, queue: Queue, scene: Scene) -> Document:
        """One queue in numbers."""
        waiting = all_of(Equal("queue", queue.id), Equal("state", State.WAITING.value))
        offered = all_of(Equal("queue", queue.id), Equal("state", State.OFFERED.value))
        number = await self._documents.count("conversations", waiting, limit=MOST_COUNTED)
        oldest: Json = None
        if number:
            page = await self._documents.find("conversations", waiting, sort=("waiting_since",), limit=1)
            oldest = page.items[0].get("waiting_since") if page.items else None
        team = [agent for agent in scene.agents.values() if queue.id in agent.queues]
        expectation = self._places.expectation(queue.id, number + 1)
        return {
            "id": queue.id,
            "name": queue.name,
            "group": queue.group,
            "open": queue.id not in (await self._plans.plan(queue.group)).closed,
            "waiting": number,
            "offered": await self._documents.count("conversations", offered, limit=MOST_COUNTED),
            "oldest": oldest,
            "expected_seconds": _rounded(expectation.seconds),
            "expected_error_seconds": _rounded(expectation.error),
            "agents": dict[str, Json](Counter(presence(agent) for agent in team)),
            "service_level": await self._service_level(queue, scene.now),
        }

    async def _service_level(self, queue: Queue, now: datetime) -> Document:
        """How today's conversations were answered, by the newest of them."""
        today = stamp(now - timedelta(hours=24))
        page = await self._documents.find(
            "conversations",
            all_of(Equal("queue", queue.id), Range("updated_at", gte=today)),
            sort=("-updated_at",),
            limit=SAMPLE,
        )
        waits = [wait for item in page.items if isinstance(wait := item.get("waited"), int | float)]
        in_time = sum(1 for wait in waits if wait <= queue.service_level_seconds)
        abandoned = sum(1 for item in page.items if item.get("abandoned"))
        return {
            "seconds": queue.service_level_seconds,
            "target_percent": queue.service_level_percent,
            "answered": len(waits),
            "in_time": in_time,
            "abandoned": abandoned,
            "percent": round(100 * in_time / len(waits), 1) if waits else None,
            "hours": 24,
        }

    async def line(self, queue: Queue, scene: Scene) -> list[Document]:
        """Who waits in a queue, in the order in which they are served."""
        where = all_of(Equal("queue", queue.id), Equal("state", State.WAITING.value))
        page = await self._documents.find("conversations", where, sort=("waiting_since",), limit=MOST_COUNTED)
        place = {str(item["id"]): _place(item, queue) for item in page.items}
        rows = sorted(page.items, key=lambda item: place[str(item["id"])])[:MOST_SHOWN]
        return [await self._row(item, queue, scene, position) for position, item in enumerate(rows, start=1)]

    async def _row(self, item: Document, queue: Queue, scene: Scene, position: int) -> Document:
        after = msgspec.convert(item, After)
        found = self.standing(str(item["id"]), after, queue, scene)
        return {
            "conversation": item["id"],
            "contact": item.get("contact"),
            "contact_name": await self._names.contact(str(item.get("contact"))),
            "channel": after.channel,
            "position": position,
            "waiting_since": after.waiting_since,
            "priority": after.priority,
            "callback": after.callback,
            **found,
        }

    # --- one conversation ---

    async def place(self, conversation: str) -> Place | None:
        """Where it stands in line."""
        return await self._places.place(conversation)

    def standing(self, conversation: str, after: After, queue: Queue, scene: Scene) -> Document:
        """What a waiting conversation asks for now, and how each agent of its queue stands to it."""
        now = scene.now.timestamp()
        waiting = _waiting(conversation, after)
        facts = line(queue)
        asked = demand(waiting, facts, scene.candidates, now)
        verdicts = self._verdicts(waiting, asked, scene)
        counts = Counter(one.value for one in verdicts.values())
        return {
            "skills": dict[str, Json](asked.skills),
            "asked_first": dict[str, Json](after.skills),
            "step": asked.step,
            "steps": len(queue.relaxation),
            "any_agent": asked.any_agent,
            "sticky": asked.sticky,
            "preferred": waiting.preferred if asked.sticky else None,
            "next_change_at": _ahead(scene.now, asked.next_change),
            "next_overflow_at": self._next_overflow(after, facts, queue),
            "overflow_step": after.overflow,
            "considered": {"queue_agents": len(verdicts), **dict[str, Json](counts)},
            "agents": _people(verdicts, scene),
        }

    def _verdicts(self, waiting: Waiting, asked: Demand, scene: Scene) -> dict[str, Verdict]:
        return {
            id: verdict(one, waiting, asked, scene.sharing)
            for id, one in scene.candidates.items()
            if waiting.queue in one.queues
        }

    def _next_overflow(self, after: After, facts: Line, queue: Queue) -> str | None:
        entered = after.entered or after.waiting_since
        if entered is None or after.overflow >= len(queue.overflow):
            return None
        return stamp(parse_stamp(entered) + timedelta(seconds=queue.overflow[after.overflow].after))


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


def _place(item: Document, queue: Queue) -> tuple[float, float, str]:
    """As the matcher orders a line."""
    since, id = seconds(str(item.get("waiting_since") or "") or None), str(item["id"])
    priority = item.get("priority")
    priority = priority if isinstance(priority, int) else 0
    if queue.ageing > 0:
        return 0.0, since - priority * 60 / queue.ageing, id
    return -float(priority), since, id


def _waiting(conversation: str, after: After) -> Waiting:
    return Waiting(
        conversation=conversation,
        queue=after.queue or "",
        channel=after.channel,
        since=seconds(after.waiting_since),
        entered=seconds(after.entered or after.waiting_since),
        skills=tuple(sorted(after.skills.items())),
        priority=after.priority,
        preferred=after.last_agent,
    )


def _ahead(now: datetime, seconds_ahead: float | None) -> str | None:
    return None if seconds_ahead is None else stamp(now + timedelta(seconds=seconds_ahead))


def _people(verdicts: dict[str, Verdict], scene: Scene) -> list[Json]:
    """The agents of the queue, those nearest to taking it first."""
    order = list(Verdict)
    ranked = sorted(verdicts.items(), key=lambda item: -order.index(item[1]))
    people: list[Json] = []
    for id, why in ranked:
        agent = scene.agents[id]
        people.append(
            {
                "id": id,
                "name": agent.name,
                "verdict": why.value,
                "state": presence(agent),
                "reason": agent.pause.reason if agent.pause is not None else None,
                "since": agent.since,
                "skills": dict[str, Json](agent.skills),
            }
        )
    return people
