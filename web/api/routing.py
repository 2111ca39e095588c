"""Routing as people see it: queues as they stand, why a conversation waits or went to whom, the matrix."""

from typing import Annotated, Any

from pydantic import Field

from hub.access import Permission, Scope
from hub.documents import Documents, Equal, In, Json, all_of
from hub.endpoints import Permitted
from hub.entries import Entry, Kind, State
from hub.timeline import Seen, to_entry
from routing.queue_rules import warnings
from routing.queues import Queue, Queues
from routing.settings import Settings
from web.operations import Asked, Body, Given, Operation
from web.presenting import Names, Presenter
from web.routing_plans import RoutingPlans
from web.routing_view import RoutingView, Scene
from web.sight import Sight
from web.views import EntryView

_WATCH = Permitted(Permission.ROUTING_WATCH)
_TRACED = (
    Kind.QUEUED,
    Kind.OFFERED,
    Kind.OFFER_ENDED,
    Kind.ASSIGNED,
    Kind.RELEASED,
    Kind.OVERFLOWED,
    Kind.PRIORITISED,
    Kind.CALLBACK,
)
MOST_TRACED = 200
ChannelName = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]


class ServiceLevel(Given):
    """How many conversations of the last ``hours`` were answered in time; ``percent`` null: none was."""

    seconds: int
    target_percent: int
    answered: int
    in_time: int
    abandoned: int
    percent: float | None
    hours: int


class QueueNow(Given):
    """One queue in numbers. ``agents``: how many by presence; expected wait of who comes now."""

    id: str
    name: str
    group: str
    open: bool
    waiting: int
    offered: int
    oldest: str | None
    expected_seconds: float | None
    expected_error_seconds: float | None
    agents: dict[str, int]
    service_level: ServiceLevel


class QueuesNow(Given):
    """Every queue that I may watch."""

    items: list[QueueNow]


class Standing(Given):
    """How an agent stands to a waiting conversation; ``verdict`` is the first reason that holds."""

    id: str
    name: str
    verdict: str
    state: str
    reason: str | None
    since: str
    skills: dict[str, int]


class Asking(Given):
    """What a waiting conversation asks for now. ``considered``: agents of its queue by verdict.

    ``overflow_step``: how many steps of its queue's overflow are done.
    """

    skills: dict[str, int]
    asked_first: dict[str, int]
    step: int
    steps: int
    any_agent: bool
    sticky: bool
    preferred: str | None
    next_change_at: str | None
    next_overflow_at: str | None
    overflow_step: int
    considered: dict[str, int]
    agents: list[Standing]


class WaitingNow(Asking):
    """One that waits, at its place in line."""

    conversation: str
    contact: str
    contact_name: str
    channel: str
    position: int
    waiting_since: str | None
    priority: int
    callback: str | None


class LineNow(Given):
    """A queue and who waits in it, first the one that is served first; at most 200."""

    queue: QueueNow
    items: list[WaitingNow]


class WaitsNow(Asking):
    """Why a conversation still waits."""

    queue: str
    position: int | None
    expected_seconds: int | None


class Trace(Given):
    """How a conversation was routed. ``names``: of the agents that the facts name by id."""

    entries: list[EntryView]
    names: dict[str, str]
    now: WaitsNow | None


class Matrix(Body):
    """For the channel of a new contact, the channels that do not stand in its way."""

    version: Annotated[int, Field(ge=0, le=1_000_000_000)]
    interrupts: Annotated[
        dict[ChannelName, Annotated[list[ChannelName], Field(max_length=40)]], Field(max_length=40)
    ]


class MatrixGiven(Given):
    """The interrupt matrix; ``live`` channels are exclusive unless it names them."""

    version: int
    interrupts: dict[str, list[str]]
    channels: list[str]
    live: list[str]


class Caution(Given):
    """Something about a queue that works but is hardly meant; ``facts`` belong to the code."""

    code: str
    facts: dict[str, Any]


class Cautions(Given):
    """All of them."""

    items: list[Caution]


class RoutingApi:
    """/api/routing/…, a conversation's trace, a queue's warnings."""

    def __init__(
        self,
        documents: Documents,
        *,
        view: RoutingView,
        plans: RoutingPlans,
        queues: Queues,
        settings: Settings,
        sight: Sight,
        presenter: Presenter,
        names: Names,
    ) -> None:
        """Over these readers."""
        self._documents = documents
        self._view = view
        self._plans = plans
        self._queues = queues
        self._settings = settings
        self._sight = sight
        self._presenter = presenter
        self._names = names

    def operations(self) -> list[Operation]:
        """What to mount."""
        read, edit = Permitted(Permission.QUEUES_READ), Permitted(Permission.QUEUES_EDIT)
        return [
            Operation(method="GET", path="/api/routing/live", policy=_WATCH, handle=self.live,
                      tag="routing", gives=QueuesNow),
            Operation(method="GET", path="/api/routing/live/{id}", policy=_WATCH, handle=self.line,
                      tag="routing", gives=LineNow),
            Operation(method="GET", path="/api/conversations/{id}/routing",
                      policy=Permitted(Permission.CONVERSATIONS_READ), handle=self.trace,
                      tag="conversations", gives=Trace),
            Operation(method="GET", path="/api/routing/settings", policy=read, handle=self.matrix,
                      tag="routing", gives=MatrixGiven),
            Operation(method="PUT", path="/api/routing/settings", policy=edit, handle=self.set_matrix,
                      tag="routing", body=Matrix, gives=MatrixGiven),
            Operation(method="GET", path="/api/queues/{id}/warnings", policy=read, handle=self.warnings,
                      tag="queues", gives=Cautions),
        ]  # fmt: skip

    async def live(self, asked: Asked[None, None]) -> QueuesNow:
        """Every queue: who waits, how long, who is there, how it was served."""
        scene = await self._view.scene(asked.me.organisation)
        wide = asked.me.scope(Permission.ROUTING_WATCH) is Scope.ALL
        queues = [
            queue
            for queue in await self._queues.all(asked.me.organisation)
            if wide or queue.id in asked.me.queues
        ]
        return QueuesNow(items=[await self._queue(queue, scene) for queue in queues])

    async def line(self, asked: Asked[None, None]) -> LineNow:
        """One queue: who waits for what, how long, and who could take it."""
        queue = await self._queues.get(asked.me.organisation, asked.path["id"])
        scene = await self._view.scene(asked.me.organisation)
        items = [WaitingNow.model_validate(row) for row in await self._view.line(queue, scene)]
        return LineNow(queue=await self._queue(queue, scene), items=items)

    async def _queue(self, queue: Queue, scene: Scene) -> QueueNow:
        return QueueNow.model_validate(await self._view.queue(queue, scene))

    async def trace(self, asked: Asked[None, None]) -> Trace:
        """How it was routed: each offer with who was considered, and why it still waits."""
        last = await self._sight.last(asked.me, asked.path["id"])
        page = await self._documents.find(
            "entries",
            all_of(
                Equal("conversation", last.conversation), In("kind", tuple(kind.value for kind in _TRACED))
            ),
            sort=("-seq",),
            limit=MOST_TRACED,
        )
        entries = [to_entry(item) for item in reversed(page.items)]
        shown = await self._presenter.entries([Seen(entry, entry.seq - 1) for entry in entries])
        return Trace(
            entries=[EntryView.model_validate(one) for one in shown],
            names=await self._named(entries),
            now=await self._waits(last, asked.me.organisation),
        )

    async def _named(self, entries: list[Entry]) -> dict[str, str]:
        ids = {str(id) for entry in entries for id in (entry.after.agent, *_next(entry)) if id is not None}
        return {id: await self._names.agent(id) for id in sorted(ids)}

    async def _waits(self, last: Entry, organisation: str) -> WaitsNow | None:
        if last.after.state is not State.WAITING or last.after.queue is None:
            return None
        queue = await self._queues.get(organisation, last.after.queue)
        scene = await self._view.scene(organisation)
        place = await self._view.place(last.conversation)
        return WaitsNow.model_validate(
            {
                "queue": queue.id,
                "position": None if place is None else place.position,
                "expected_seconds": None if place is None else place.wait_seconds,
                **self._view.standing(last.conversation, last.after, queue, scene),
            }
        )

    async def matrix(self, asked: Asked[None, None]) -> MatrixGiven:
        """Which channels may interrupt which."""
        found = await self._settings.get(asked.me.organisation)
        return MatrixGiven(
            version=found.version,
            interrupts=found.interrupts,
            channels=sorted(self._plans.channels()),
            live=sorted(self._plans.live()),
        )

    async def set_matrix(self, asked: Asked[None, Matrix]) -> MatrixGiven:
        """Change which channels may interrupt which."""
        await self._settings.put(
            asked.me.organisation,
            asked.body.interrupts,
            version=asked.body.version,
            channels=self._plans.channels(),
        )
        return await self.matrix(asked)  # type: ignore[arg-type]

    async def warnings(self, asked: Asked[None, None]) -> Cautions:
        """What is hardly meant about a queue as it is configured."""
        queue = await self._queues.get(asked.me.organisation, asked.path["id"])
        scene = await self._view.scene(asked.me.organisation)
        found = warnings(queue, list(scene.agents.values()), self._plans.outcomes())
        return Cautions(items=[Caution(code=one.code, facts=one.facts) for one in found])


def _next(entry: Entry) -> list[Json]:
    trace = entry.body.get("trace")
    following = trace.get("next") if isinstance(trace, dict) else None
    return following if isinstance(following, list) else []
