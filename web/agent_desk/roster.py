"""All agents and all queues as desks show them, encoded once however many desks ask."""

import asyncio
from dataclasses import dataclass, field

from hub.agents import Agents
from hub.clock import Clock
from hub.documents import Document
from hub.errors import HubError
from hub.events import AgentChanged, Bus
from hub.slots import Agent
from web.agent_desk.board import Board
from web.agent_desk.encoding import encode, encode_all
from web.presenting import Presenter

FRESH = 5.0  # seconds after which everybody is read anew: other processes change agents, too
QUEUES_FRESH = 1.0  # seconds


@dataclass(slots=True)
class _House:
    """What one organisation's desks are shown."""

    agents: dict[str, str] = field(default_factory=dict)
    joined: str | None = None
    queues: str = "[]"
    counted_at: float | None = None


class Roster:
    """Keeps the encoded views and reads again only what has changed."""

    def __init__(self, agents: Agents, board: Board, presenter: Presenter, clock: Clock) -> None:
        """Over these readers."""
        self._agents = agents
        self._board = board
        self._presenter = presenter
        self._clock = clock
        self._houses: dict[str, _House] = {}
        self._changed: set[str] = set()
        self._untold: set[str] = set()  # who looks otherwise than when desks were last told
        self._read_at: float | None = None
        self._reading = asyncio.Lock()

    def listen(self, bus: Bus) -> None:
        """Hear which agents change in this process."""
        bus.listen(AgentChanged, lambda event: self._changed.add(event.agent))

    async def agents(self, organisation: str) -> str:
        """Every agent of an organisation as a JSON array."""
        await self._refresh()
        house = self._house(organisation)
        if house.joined is None:
            house.joined = "[" + ",".join(house.agents.values()) + "]"
        return house.joined

    async def agent(self, organisation: str, id: str) -> str:
        """One agent as JSON, ``null`` where the person is none."""
        await self._refresh()
        return self._house(organisation).agents.get(id, "null")

    async def queues(self, organisation: str) -> str:
        """Every queue with who waits in it, as a JSON array; counted at most once a second."""
        house = self._house(organisation)
        now = self._clock.monotonic()
        if house.counted_at is None or now - house.counted_at >= QUEUES_FRESH:
            house.counted_at = now
            house.queues = encode_all(await self._board.queues(organisation))
        return house.queues

    async def view(self, id: str) -> tuple[str, Document] | None:
        """(organisation, view) of one agent as he stands now; None where there is none."""
        try:
            agent = await self._agents.get(id)
        except HubError:
            return None
        return agent.organisation, self._keep(agent)

    async def news(self, id: str) -> tuple[str, Document] | None:
        """As :meth:`view`, where it is another one than desks were told or shown; once."""
        view = await self.view(id)
        if view is None or id not in self._untold:
            return None
        self._untold.discard(id)
        return view

    def _house(self, organisation: str) -> _House:
        return self._houses.setdefault(organisation, _House())

    def _keep(self, agent: Agent) -> Document:
        shown = self._presenter.agent(agent)
        house = self._house(agent.organisation)
        text = encode(shown)
        if house.agents.get(agent.id) != text:
            house.agents[agent.id] = text
            house.joined = None
            self._untold.add(agent.id)
        return shown

    async def _refresh(self) -> None:
        async with self._reading:
            now = self._clock.monotonic()
            if self._read_at is None or now - self._read_at >= FRESH:
                self._changed.clear()
                for agent in await self._agents.everybody():
                    self._keep(agent)
                self._read_at = now
                return
            while self._changed:
                await self.view(self._changed.pop())
