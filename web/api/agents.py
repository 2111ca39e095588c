"""Agents: who is there, one's own presence, and what the administrator sets of each."""

from typing import Annotated, Any, Literal

from pydantic import Field

from hub.access import Permission, Scope
from hub.agents import Agents
from hub.directory import BreakReasons
from hub.endpoints import Permitted
from hub.errors import Conflict, Invalid, NotFound
from hub.slots import Agent
from routing.queues import Queues
from routing.skills import Skills, unknown_skills
from web.operations import Asked, Body, Given, Id, Operation
from web.presenting import Presenter
from web.views import AgentView

_READ = Permitted(Permission.AGENTS_READ)
_EDIT = Permitted(Permission.AGENTS_EDIT)
_PRESENCE = Permitted(Permission.PRESENCE_SET)
Level = Annotated[int, Field(ge=1, le=10)]
ChannelName = Annotated[str, Field(pattern=r"^(\*|[a-z0-9_]{1,40})$")]
Room = Annotated[int, Field(ge=0, le=100)]


class AgentViewList(Given):
    """All of them."""

    items: list[AgentView]


class Presence(Body):
    """What the agent wants to be; a break needs its reason."""

    state: Literal["ready", "break", "offline"]
    reason: Id | None = None


class ForcedPresence(Body):
    """What a supervisor makes of an agent's presence; a break needs its reason."""

    state: Literal["ready", "break", "offline"]
    reason: Id | None = None


class Profile(Body):
    """What routing knows of an agent. ``capacity``: conversations at once by channel, ``*`` others."""

    queues: Annotated[list[Id], Field(max_length=100)]
    skills: Annotated[dict[Id, Level], Field(max_length=50)]
    capacity: Annotated[dict[ChannelName, Room], Field(min_length=1, max_length=20)]


class AgentsApi:
    """/api/agents, /api/presence and /api/after-work."""

    def __init__(
        self,
        agents: Agents,
        queues: Queues,
        skills: Skills,
        break_reasons: BreakReasons,
        presenter: Presenter,
    ) -> None:
        """Queues, skills and reasons are checked to exist."""
        self._agents = agents
        self._queues = queues
        self._skills = skills
        self._break_reasons = break_reasons
        self._presenter = presenter

    def operations(self) -> list[Operation]:
        """What to mount."""
        profile, done = "/api/agents/{id}/profile", "/api/after-work/{slot}/end"
        return [
            Operation(method="GET", path="/api/agents", policy=_READ, handle=self.all,
                      tag="agents", gives=AgentViewList),
            Operation(method="PUT", path=profile, policy=_EDIT, handle=self.set_profile,
                      tag="agents", body=Profile, gives=AgentView),
            Operation(method="PUT", path="/api/agents/{id}/state",
                      policy=Permitted(Permission.PRESENCE_FORCE), handle=self.force_presence,
                      tag="agents", body=ForcedPresence, gives=AgentView),
            Operation(method="PUT", path="/api/presence", policy=_PRESENCE,
                      handle=self.set_presence, tag="agents", body=Presence, gives=AgentView,
                      refusals=(404,)),
            Operation(method="POST", path=done, policy=_PRESENCE, handle=self.end_after_work,
                      tag="agents", status=204),
        ]  # fmt: skip

    async def all(self, asked: Asked[None, None]) -> AgentViewList:
        """Every agent and what he does now."""
        everybody = await self._agents.everybody()
        wide = asked.me.scope(Permission.AGENTS_READ) is Scope.ALL
        shown = [
            self._view(agent)
            for agent in everybody
            if agent.organisation == asked.me.organisation
            and (wide or agent.id == asked.me.id or asked.me.queues & set(agent.queues))
        ]
        return AgentViewList(items=shown)

    async def set_presence(self, asked: Asked[None, Presence]) -> AgentView:
        """Ready, on a break, or offline (then open conversations are given back)."""
        mine = await self._mine(asked.me.id)
        return await self._present(mine, asked.body.state, asked.body.reason)

    async def force_presence(self, asked: Asked[None, ForcedPresence]) -> AgentView:
        """Set a colleague's presence; one whose desk is not connected cannot be made ready."""
        agent = await self._colleague(asked)
        if asked.body.state != "offline" and agent.away is not None:
            raise Conflict("He is offline: only he himself can come back.", code="agent_away")
        return await self._present(agent, asked.body.state, asked.body.reason)

    async def _present(self, agent: Agent, state: str, reason: str | None) -> AgentView:
        if state == "ready":
            return self._view(await self._agents.ready(agent.id))
        if state == "offline":
            return self._view(await self._agents.sign_out(agent.id))
        if reason is None:
            raise Invalid("reason: a break needs its reason.", code="reason_missing")
        try:
            known = await self._break_reasons.get(agent.organisation, reason)
        except NotFound as error:
            raise Invalid("reason: there is no such break reason.") from error
        return self._view(await self._agents.pause(agent.id, known.id))

    async def end_after_work(self, asked: Asked[None, None]) -> None:
        """After-contact work is done before its time."""
        mine = await self._mine(asked.me.id)
        await self._agents.end_after_work(mine.id, asked.path["slot"])

    async def set_profile(self, asked: Asked[None, Profile]) -> AgentView:
        """Set an agent's queues, skills with levels, and capacity per channel."""
        agent = await self._colleague(asked)
        profile = asked.body
        known = {queue.id: queue for queue in await self._queues.all(asked.me.organisation)}
        missing = sorted(set(profile.queues) - set(known))
        if missing:
            raise Invalid(f"queues: there is no queue {', '.join(missing)}.")
        unknown = await unknown_skills(self._skills, asked.me.organisation, profile.skills)
        if unknown:
            raise Invalid(f"skills: there is no skill {', '.join(unknown)}.")
        queues = sorted(set(profile.queues))
        changed = await self._agents.profile(
            agent.id,
            name=agent.name,
            groups=sorted({known[queue].group for queue in queues}),
            queues=queues,
            skills=dict(profile.skills),
            capacity=dict(profile.capacity),
        )
        return self._view(changed)

    async def _colleague(self, asked: Asked[Any, Any]) -> Agent:
        agent = await self._agents.get(asked.path["id"])
        if agent.organisation != asked.me.organisation:
            raise NotFound("no such agent", code="no_such_agent")
        return agent

    def _view(self, agent: Agent) -> AgentView:
        return AgentView.model_validate(self._presenter.agent(agent))

    async def _mine(self, id: str) -> Agent:
        try:
            return await self._agents.get(id)
        except NotFound as error:
            raise NotFound("You are not an agent.", code="not_an_agent") from error
