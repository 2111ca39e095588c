"""Queues: where conversations wait for an agent, and what is promised to them there."""

from typing import Annotated

import msgspec

from hub.documents import Collection, Contains, Documents, Equal, In, Index, all_of
from hub.entries import State
from hub.errors import Conflict, Invalid
from hub.events import Bus
from hub.ids import MAIN_GROUP, Ids
from hub.register import MOST, Kept, Register
from routing.skills import Level, Skills, unknown_skills

QUEUES = "queues"
COLLECTIONS = (Collection(QUEUES, (Index("organisation", ("organisation",)),)),)
_LIVE = tuple(
    state.value for state in (State.BOT, State.WAITING, State.OFFERED, State.ASSIGNED, State.SNOOZED)
)


class Queue(Kept, frozen=True, kw_only=True):
    """One queue. A higher ``priority`` is served first, then who waits longest; times in seconds.

    ``skills`` are what a conversation in this queue asks for when nobody said otherwise.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    group: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] = MAIN_GROUP
    offer_seconds: Annotated[int, msgspec.Meta(ge=5, le=300)] = 20
    service_level_seconds: Annotated[int, msgspec.Meta(ge=5, le=86_400)] = 60
    after_work_seconds: Annotated[int, msgspec.Meta(ge=0, le=3_600)] = 0
    disposition_required: bool = False
    priority: Annotated[int, msgspec.Meta(ge=0, le=10)] = 0
    skills: Annotated[dict[str, Level], msgspec.Meta(max_length=20)] = msgspec.field(default_factory=dict)


Queues = Register[Queue]


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
        name = queue.name.strip().casefold()
        for other in page.items:
            if other["id"] != queue.id and str(other["name"]).strip().casefold() == name:
                raise Invalid("name: there is a queue of this name already.")
        missing = await unknown_skills(self._skills, queue.organisation, queue.skills)
        if missing:
            raise Invalid(f"skills: there is no skill {', '.join(missing)}.")
        if before is not None and before.group != queue.group:
            await self._nothing_open(queue, "move it to another group")

    async def guard(self, queue: Queue) -> None:
        await self._nothing_open(queue, "delete it")
        inboxes = await self._documents.find("inboxes", Equal("organisation", queue.organisation), limit=MOST)
        named = [str(inbox.get("name")) for inbox in inboxes.items if inbox.get("queue") == queue.id]
        if named:
            raise Conflict(
                f"These inboxes still send their customers here: {', '.join(named[:5])}.",
                code="in_use",
            )
        agents = await self._documents.find("agents", Contains("queues", queue.id), limit=5)
        if agents.items:
            names = ", ".join(str(agent.get("name")) for agent in agents.items)
            raise Conflict(f"These agents still work in this queue: {names}.", code="in_use")

    async def _nothing_open(self, queue: Queue, what: str) -> None:
        still = await self._documents.count(
            "conversations", all_of(Equal("queue", queue.id), In("state", _LIVE)), limit=100
        )
        if still:
            raise Conflict(
                f"{still} open conversations are in this queue; close them before you {what}.",
                code="in_use",
            )
