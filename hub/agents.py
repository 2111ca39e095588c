"""Verbs on an agent's own document: presence, after-contact work, profile. Slots are the writer's."""

from collections.abc import Callable, Sequence
from typing import cast

import msgspec

from hub.clock import Clock, stamp
from hub.documents import (
    Changed,
    Contains,
    Document,
    Documents,
    Duplicate,
    Lost,
    PutIf,
    Refused,
    Step,
    StoreError,
)
from hub.errors import Busy, NotFound, unanswered
from hub.events import AgentChanged, Bus
from hub.slots import Agent, Pause, state

ATTEMPTS = 40
GONE = "gone"  # away because the desk was not heard of
SIGNED_OUT = "signed_out"
_replace = msgspec.structs.replace


class Agents:
    """Reads and changes agents' documents by compare-and-set."""

    def __init__(self, documents: Documents, *, clock: Clock, bus: Bus) -> None:
        """Over this store."""
        self._documents = documents
        self._clock = clock
        self._bus = bus

    async def get(self, id: str) -> Agent:
        """The agent; NotFound."""
        document = await self._documents.get("agents", id)
        if document is None:
            raise NotFound("no such agent", code="no_such_agent")
        return msgspec.convert(document, Agent)

    async def team(self, group: str) -> list[Agent]:
        """Every agent of a routing group."""
        agents: list[Agent] = []
        after: str | None = None
        while True:
            page = await self._documents.find("agents", Contains("groups", group), limit=500, after=after)
            agents.extend(msgspec.convert(item, Agent) for item in page.items)
            if page.next is None:
                return agents
            after = page.next

    async def everybody(self, limit: int = 5000) -> list[Agent]:
        """All agents, by id."""
        agents: list[Agent] = []
        after: str | None = None
        while len(agents) < limit:
            page = await self._documents.find("agents", limit=500, after=after)
            agents.extend(msgspec.convert(item, Agent) for item in page.items)
            if page.next is None:
                break
            after = page.next
        return agents

    async def add(self, agent: Agent) -> Agent:
        """Create the document; an existing one stays as it is."""
        try:
            await self._documents.insert("agents", cast(Document, msgspec.to_builtins(agent)))
        except Duplicate:
            return await self.get(agent.id)
        self._bus.publish(AgentChanged(agent.id))
        return agent

    async def change(
        self,
        id: str,
        step: Callable[[Agent], Agent | None],
        *,
        fence: Callable[[], bool] | None = None,
    ) -> Agent:
        """Apply ``step`` to the current document by compare-and-set until it holds.

        ``step`` answers None where nothing is to be done. After a lost write it is asked
        again on what stands then, so it must be true of its own result.
        """
        try:
            for number in range(ATTEMPTS):
                old = await self.get(id)
                new = step(old)
                if new is None or (fence is not None and not fence()):
                    return old
                new = _replace(new, version=old.version + 1)
                if state(new) is not state(old) or new.pause != old.pause:
                    new = _replace(new, since=stamp(self._clock.now()))
                try:
                    await self._documents.put_if(
                        "agents", cast(Document, msgspec.to_builtins(new)), version=old.version
                    )
                except Changed:
                    if number > 3:
                        await self._clock.sleep(0.002 * number)
                    continue
                except Lost:
                    await self._clock.sleep(min(0.02 * 2**number, 1.0))
                    continue
                self._bus.publish(AgentChanged(id))
                return new
        except StoreError as error:
            raise unanswered(error) from error
        raise Busy("others were faster too often; try again")

    async def ready(self, id: str) -> Agent:
        """The agent is back and takes conversations. Always written: a mark under way is refused."""
        return await self.change(
            id,
            lambda agent: _replace(
                agent,
                away=None,
                unresponsive=False,
                pause=None,
                idle_since=stamp(self._clock.now()) if agent.away is not None else agent.idle_since,
            ),
        )

    async def pause(self, id: str, reason: str) -> Agent:
        """The agent takes a break; what he holds stays his, nothing new is offered."""
        return await self.change(
            id, lambda agent: _replace(agent, away=None, unresponsive=False, pause=Pause(reason))
        )

    async def sign_out(self, id: str) -> Agent:
        """The agent leaves: the router gives his open conversations back."""
        return await self.change(id, lambda agent: _replace(agent, away=SIGNED_OUT, pause=None))

    async def gone(self, agent: Agent, *, fence: Callable[[], bool]) -> bool:
        """His desk has not been heard of for the grace time; ``agent`` as read *before* the beats were.

        One try at that version: if anything was written meanwhile he may be back, and the
        next round looks again. Whether it was written.
        """
        new = _replace(agent, version=agent.version + 1, away=GONE, since=stamp(self._clock.now()))
        if agent.away is not None or not fence():
            return False
        try:
            await self._documents.put_if(
                "agents", cast(Document, msgspec.to_builtins(new)), version=agent.version
            )
        except (Changed, Lost):
            return False
        self._bus.publish(AgentChanged(agent.id))
        return True

    async def heard_again(self, id: str) -> Agent:
        """His desk is connected (again). Always written, so that a mark *gone* under way is refused.

        A sign-out stays, and so does "not responding": those end by :meth:`ready`.
        """
        return await self.change(
            id, lambda agent: _replace(agent, away=None if agent.away == GONE else agent.away)
        )

    async def end_after_work(self, id: str, slot: str, *, fence: Callable[[], bool] | None = None) -> Agent:
        """After-contact work is done, by the agent or by its time."""

        def step(agent: Agent) -> Agent | None:
            if slot not in agent.after_work:
                return None
            rest = {key: work for key, work in agent.after_work.items() if key != slot}
            return _replace(agent, after_work=rest, idle_since=stamp(self._clock.now()))

        return await self.change(id, step, fence=fence)

    async def set_epoch(self, id: str, group: str, epoch: int, *, fence: Callable[[], bool]) -> bool:
        """Fence former routers of the group at this agent; False: a higher epoch stands, one is deposed."""
        agent = await self.change(
            id,
            lambda agent: (
                None
                if agent.epochs.get(group, 0) >= epoch
                else _replace(agent, epochs={**agent.epochs, group: epoch})
            ),
            fence=fence,
        )
        return agent.epochs.get(group, 0) == epoch

    async def set_epochs(
        self, team: Sequence[Agent], group: str, epoch: int, *, fence: Callable[[], bool]
    ) -> bool:
        """:meth:`set_epoch` for many agents as they were read, in one commit; one by one where that fails."""
        if any(agent.epochs.get(group, 0) > epoch for agent in team):
            return False
        behind = [agent for agent in team if agent.epochs.get(group, 0) < epoch]
        steps: list[Step] = []
        for agent in behind:
            epochs = {**agent.epochs, group: epoch}
            new = _replace(agent, version=agent.version + 1, epochs=epochs)
            steps.append(PutIf("agents", cast(Document, msgspec.to_builtins(new)), agent.version))
        if not steps:
            return True
        if not fence():
            return False
        try:
            await self._documents.commit(steps)
        except (Refused, Lost):
            for agent in behind:
                if not await self.set_epoch(agent.id, group, epoch, fence=fence):
                    return False
        return True

    async def profile(
        self,
        id: str,
        *,
        name: str,
        groups: list[str],
        queues: list[str],
        skills: dict[str, int],
        capacity: dict[str, int],
    ) -> Agent:
        """What the administrator sets: queues (and their groups), skills, capacity per channel."""

        def step(agent: Agent) -> Agent:
            holding = {slot.group for slot in agent.slots.values()}
            return _replace(
                agent,
                name=name,
                groups=sorted(holding.union(groups)),
                queues=queues,
                skills=skills,
                capacity=capacity,
            )

        return await self.change(id, step)
