"""The one owner of a routing group: it offers, expires, withdraws and gives back.

Everything in memory here is rebuilt from the store at each take-over; hints make it quick,
rounds make it right (protocol, *Lease, take-over, a router's round*).
"""

import asyncio
from collections.abc import Callable, Coroutine

import msgspec
import structlog

from hub.agents import GONE, Agents
from hub.assignments import Assignments, Tenure
from hub.beats import read_beats
from hub.clock import Clock
from hub.documents import Documents, Equal, Exists, StoreError, all_of
from hub.entries import Entry, State
from hub.errors import Away, Busy, HubError, NoRoom, NotAllowed
from hub.events import (
    AgentChanged,
    Bus,
    Committed,
    ConfigurationChanged,
    ConversationProjected,
    Rang,
)
from hub.ids import ConversationId
from hub.slots import Agent, can_be_offered
from hub.timeline import Timeline, to_entry
from hub.writer import Deposed
from routing.configuration import Configuration
from routing.decisions import demanded, facts, outcome_of
from routing.lease import Lease
from routing.matcher import Match
from routing.memory import Memory
from routing.offers import Offer

TICK = 1.0  # seconds between two looks at beats, offers and after-contact work, at the most
ROUND = 3.0  # seconds between two rounds: renewal, team, slots, waiting; at the most
FENCED_AT_ONCE = 100  # agents whose documents change in one commit at a take-over
BREATH = 500  # of them after which others have their turn
READ_AT_ONCE = 10_000  # waiting conversations in one answer of the store
RENEWALS = 0.3  # of the lease's term: a shorter term makes rounds shorter
_log = structlog.get_logger(__name__)


Hint = Committed | ConversationProjected | AgentChanged | Rang | ConfigurationChanged
CONFIGURATION = frozenset({"queues", "calendars", "routing_settings", "inboxes"})


class Router:
    """Routes one group while its lease holds."""

    def __init__(
        self,
        documents: Documents,
        lease: Lease,
        *,
        assignments: Assignments,
        agents: Agents,
        configuration: Configuration,
        clock: Clock,
        group: str,
        grace: float = 90.0,
    ) -> None:
        """``grace``: people's seconds without a beat until an agent counts as offline."""
        self._documents = documents
        self._timeline = Timeline(documents)
        self._lease = lease
        self._assignments = assignments
        self._agents = agents
        self._configuration = configuration
        self._clock = clock
        self.group = self._group = group
        self._grace = grace
        self._memory = self._empty_memory()
        self._tenure: Tenure | None = None
        self._hints: list[Hint] = []
        self._wake = asyncio.Event()
        self._next_round = 0.0
        self._next_renewal = 0.0
        self._unfinished = False
        self._round = min(ROUND, RENEWALS * lease.term)
        self._tick = min(TICK, self._round)

    # --- hints ---

    def listen(self, bus: Bus) -> Callable[[], None]:
        """Hear of what this process commits; the answer stops it."""
        stops = [
            bus.listen(Committed, self._hear),
            bus.listen(ConversationProjected, self._hear),
            bus.listen(AgentChanged, self._hear),
            bus.listen(Rang, self._hear),
            bus.listen(ConfigurationChanged, self._hear),
        ]

        def stop_all() -> None:
            for stop in stops:
                stop()

        return stop_all

    def _hear(self, event: Hint) -> None:
        if self._tenure is None:
            return  # a take-over reads everything anyway
        if isinstance(event, Committed):
            entry = event.entry
            if entry.after.group != self._group and entry.conversation not in self._memory:
                return
        if isinstance(event, ConfigurationChanged) and event.collection not in CONFIGURATION:
            return
        self._hints.append(event)
        self._wake.set()

    async def run(self) -> None:
        """Route until cancelled; however much there is to do, a tick is late by one of work at the most."""
        next_tick = self._clock.monotonic()
        while True:
            try:
                if self._clock.monotonic() >= next_tick:
                    await self.tick()
                    next_tick = self._clock.monotonic() + self._tick
                await self.work()
            except (StoreError, Busy) as error:
                _log.warning("Routing was put off", reason=type(error).__name__)
                await self._clock.sleep(0.2)
            except Deposed:
                self._forget()
            await self._sleep(self._until(next_tick) - self._clock.monotonic())

    def _until(self, next_tick: float) -> float:
        """When something is to be done next, if nobody says anything before."""
        dues = (self._memory.matcher.due(), self._memory.overflows.next_due())
        return min([next_tick, *(due for due in dues if due is not None)])

    async def _sleep(self, seconds: float) -> None:
        if self._hints or self._unfinished or seconds <= 0:
            await asyncio.sleep(0)
            return
        self._wake.clear()
        waiter = asyncio.ensure_future(self._wake.wait())
        sleeper = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait((waiter, sleeper), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiter.cancel()
            sleeper.cancel()

    @property
    def owns(self) -> bool:
        """Whether this process routes the group now."""
        return self.epoch is not None

    @property
    def epoch(self) -> int | None:
        """The epoch under which this process routes the group now; None: it does not."""
        return self._tenure.epoch if self._tenure is not None and self._tenure.holds() else None

    def line(self, queue: str) -> list[str]:
        """The conversations that wait in a queue, in the order in which they will be served."""
        return self._memory.in_line(queue)

    def queue_of(self, conversation: str) -> str | None:
        """The queue in which a conversation waits here."""
        after = self._memory.get(conversation)
        return None if after is None else after.queue

    def remaining(self, slot: str) -> float | None:
        """People's seconds left of a standing offer; None where it is not known."""
        return self._memory.offers.remaining(slot, self._memory.peoples_clock.now)

    # --- ownership ---

    async def release(self) -> None:
        """Route no more, and leave the lease to whoever comes next; at a clean end."""
        self._forget()
        await self._lease.release()

    def _empty_memory(self) -> Memory:
        return Memory(self._group, self._clock, grace=self._grace, interval=2 * TICK)

    def _forget(self) -> None:
        self._tenure = None
        self._lease.give_up()
        self._memory = self._empty_memory()
        self._hints.clear()

    async def _own(self) -> Tenure | None:
        """Renew or challenge; a new tenure fences the former router everywhere, then reads."""
        self._next_renewal = self._clock.monotonic() + self._round
        tenure = await self._lease.renew()
        if tenure is None:
            if self._tenure is not None:
                self._forget()
            return None
        if self._tenure is not tenure:
            self._memory = self._empty_memory()
            self._hints.clear()
            self._tenure = tenure
            team = await self._agents.team(self._group)
            for first in range(0, len(team), FENCED_AT_ONCE):
                await self._keep_lease(tenure)
                some = team[first : first + FENCED_AT_ONCE]
                if not await self._agents.set_epochs(some, self._group, tenure.epoch, fence=tenure.holds):
                    raise Deposed("a higher epoch stands")
            _log.info("This process routes the group now", group=self._group, epoch=tenure.epoch)
        return tenure

    async def _keep_lease(self, tenure: Tenure) -> None:
        """Renew on the way through something long, so that its length does not end the tenure."""
        now = self._clock.monotonic()
        if now < self._next_renewal:
            return
        self._next_renewal = now + self._round
        if await self._lease.renew() is not tenure:
            raise Deposed("the lease has ended")

    # --- rounds ---

    async def tick(self) -> None:
        """Beats, the people's clock, offers and after-contact work that are over; a round when it is due."""
        now = self._clock.monotonic()
        if self._tenure is None or not self._tenure.holds() or now >= self._next_round:
            self._next_round = now + self._round
            await self.round()
            return
        await self._look_at_beats()
        await self._end_what_is_over()

    async def round(self) -> None:
        """Everything once, from the store: lease, presence, away, slots, waiting, and what is over."""
        tenure = await self._own()
        if tenure is None:
            return
        team = await self._agents.team(self._group)  # before the beats: see Agents.gone
        team = [await self._fence(agent, tenure) for agent in team]
        await self._look_at_beats()
        memory = self._memory
        memory.take_plan(await self._configuration.plan(self._group))
        for agent in team:
            if agent.away is not None:
                memory.grace.forget(agent.id)
                if agent.away == GONE and agent.id in memory.heard:
                    await self._agents.heard_again(agent.id)
            elif memory.grace.is_gone(agent.id, memory.peoples_clock.now):
                await self._agents.gone(agent, fence=tenure.holds)
        memory.heard.clear()
        for agent in await self._agents.team(self._group):
            await self._keep_lease(tenure)
            await self._look_at_agent(agent)
        await self._look_at_waiting(tenure)
        await self._end_what_is_over()
        await self.work()

    async def _fence(self, agent: Agent, tenure: Tenure) -> Agent:
        """One who joined the team since the take-over gets the epoch, too."""
        stands = agent.epochs.get(self._group, 0)
        if stands > tenure.epoch:
            raise Deposed("a higher epoch stands")
        if stands < tenure.epoch:
            if not await self._agents.set_epoch(agent.id, self._group, tenure.epoch, fence=tenure.holds):
                raise Deposed("a higher epoch stands")
            return await self._agents.get(agent.id)
        return agent

    async def _look_at_beats(self) -> None:
        beats = await read_beats(self._documents)
        memory = self._memory
        heard = memory.peoples_clock.look(beats, self._clock.monotonic())
        memory.grace.hear(heard, memory.peoples_clock.now)
        memory.heard |= heard

    async def _look_at_agent(self, agent: Agent) -> None:
        """Take in an agent's document: his room, offers to adopt or withdraw, what to give back."""
        tenure, memory = self._tenure, self._memory
        if tenure is None:
            return
        memory.take_agent(agent, epoch=tenure.epoch, monotonic=self._clock.monotonic())
        for id, held in agent.slots.items():
            if memory.wants_a_look(agent, id, held, epoch=tenure.epoch):
                await self._look_at_slot(agent, id, tenure)

    async def _look_at_slot(self, agent: Agent, slot: str, tenure: Tenure) -> None:
        """Compare one slot with the last entry of its conversation and do what is missing."""
        held = agent.slots[slot]
        last = await self._timeline.last(ConversationId(held.conversation))
        if last is None or last.after.slot != slot:
            return  # it has changed since the document was read; the change comes as a hint or next round
        if last.after.state is State.ASSIGNED:
            self._memory.accept(held.conversation, slot)
            if agent.away is not None:
                await self._try(self._assignments.release(last.conversation, slot=slot, tenure=tenure))
        elif last.after.state is State.OFFERED:
            if not can_be_offered(agent):
                await self._try(self._assignments.withdraw(last.conversation, slot=slot, tenure=tenure))
            else:
                await self._adopt(agent, slot, last, tenure)

    async def _adopt(self, agent: Agent, slot: str, last: Entry, tenure: Tenure) -> None:
        """A standing offer of a former tenure goes on under mine, with a fresh time limit."""
        group = self._group

        def step(current: Agent) -> Agent | None:
            held = current.slots.get(slot)
            if held is None or held.epoch == tenure.epoch or current.epochs.get(group) != tenure.epoch:
                return None
            mine = msgspec.structs.replace(held, epoch=tenure.epoch)
            return msgspec.structs.replace(current, slots={**current.slots, slot: mine})

        current = await self._agents.change(agent.id, step, fence=tenure.holds)
        held = current.slots.get(slot)
        if held is not None and held.epoch == tenure.epoch and slot not in self._memory.offers:
            self._keep(slot, last, agent.id)

    def _keep(self, slot: str, entry: Entry, agent: str) -> None:
        seconds = self._memory.offer_seconds(entry.after.queue, entry.after.channel)
        ends = self._memory.peoples_clock.reading(self._clock.monotonic()) + seconds
        self._memory.offers.add(Offer(slot, entry.conversation, agent, ends))

    async def _look_at_waiting(self, tenure: Tenure) -> None:
        """Entries that still owe their projection first, conversation documents after them, then the rest."""
        seen: set[str] = set()
        after: str | None = None
        while True:
            page = await self._documents.find(
                "entries", Exists("todo.project"), sort=("conversation", "seq"), limit=500, after=after
            )
            await self._keep_lease(tenure)
            for item in page.items:
                await self._take_last(to_entry(item).conversation, seen)
            if page.next is None:
                break
            after = page.next
        where = all_of(Equal("group", self._group), Equal("state", State.WAITING.value))
        after = None
        while True:
            await self._keep_lease(tenure)
            page = await self._documents.find(
                "conversations", where, sort=("waiting_since",), limit=READ_AT_ONCE, after=after
            )
            for number, item in enumerate(page.items, start=1):
                if str(item["id"]) not in seen:
                    seen.add(str(item["id"]))
                    self._memory.take_document(item)
                if number % BREATH == 0:
                    await asyncio.sleep(0)
            if page.next is None:
                break
            after = page.next
        for conversation in self._memory.waiting():
            await self._keep_lease(tenure)
            await self._take_last(ConversationId(conversation), seen)

    async def _take_last(self, conversation: ConversationId, seen: set[str]) -> None:
        """Take a conversation's state from its last entry, once in a round."""
        if conversation in seen:
            return
        seen.add(conversation)
        last = await self._timeline.last(conversation)
        if last is not None:
            self._memory.take_state(conversation, last.after)

    # --- hints and offers ---

    async def work(self) -> None:
        """Take the hints that came, then offer until nobody fits anybody, for one tick at the most."""
        until = self._clock.monotonic() + self._tick
        self._unfinished = False
        while True:
            hints, self._hints = self._hints, []
            tenure = self._tenure
            if tenure is None or not tenure.holds():
                return
            for agent in self._take_hints(hints):
                await self._look_at_agent(await self._agents.get(agent))
            if any(isinstance(hint, ConfigurationChanged) for hint in hints):
                self._memory.take_plan(await self._configuration.plan(self._group))
            await self._overflow(tenure)
            match = self._memory.matcher.next(self._clock.monotonic())
            if match is not None:
                await self._offer(match, tenure)
            elif not self._hints:
                return
            if self._clock.monotonic() >= until:
                self._unfinished = True
                return

    def _take_hints(self, hints: list[Hint]) -> list[str]:
        """Take in everything but agents, whose documents must be read; which ones."""
        agents: dict[str, None] = {}
        for hint in hints:
            if isinstance(hint, Committed):
                self._memory.take_entry(hint.entry)
            elif isinstance(hint, AgentChanged):
                agents[hint.agent] = None
            elif isinstance(hint, Rang):
                self._memory.offers.rang(hint.slot)
            elif isinstance(hint, ConversationProjected):
                self._memory.take_document(hint.conversation)
        return list(agents)

    async def _offer(self, match: Match, tenure: Tenure) -> None:
        conversation = ConversationId(match.waiting.conversation)
        queue = self._memory.plan.queues.get(match.waiting.queue)
        try:
            entry = await self._assignments.offer(
                conversation,
                agent=match.agent,
                tenure=tenure,
                facts=facts(match, queue, self._clock.monotonic()),
                skills=demanded(match, queue),
                sharing=self._memory.plan.sharing,
            )
        except Deposed:
            self._forget()
            raise
        except (Away, NoRoom, NotAllowed):
            await self._take_last(conversation, set())
            await self._look_at_agent(await self._agents.get(match.agent))
        except Busy:  # what cannot be written is put aside: the next round finds it, the others go on
            _log.warning("An offer was put off", conversation=conversation)
        else:
            self._keep(entry.id, entry, match.agent)

    async def _overflow(self, tenure: Tenure) -> None:
        """Carry out what is due of the overflow of queues, one step of each conversation."""
        memory = self._memory
        for conversation, number in memory.overflows.take_due(self._clock.monotonic()):
            after = memory.get(conversation)
            queue = None if after is None else memory.plan.queues.get(after.queue or "")
            if after is None or queue is None or number >= len(queue.overflow):
                continue
            step = queue.overflow[number]
            target = None if step.queue is None else await self._configuration.find(step.queue)
            live = after.channel in memory.plan.sharing.live
            able = memory.plan.outcomes.get(after.channel, frozenset())
            outcome = outcome_of(step, target, live=live, able=able)
            try:
                await self._assignments.overflow(
                    ConversationId(conversation),
                    step=number,
                    outcome=outcome.body,
                    words=outcome.words,
                    queue=None
                    if outcome.queue is None
                    else (outcome.queue.id, outcome.queue.group, dict(outcome.queue.skills)),
                    tenure=tenure,
                )
            except Deposed:
                self._forget()
                raise
            except Busy:
                _log.warning("An overflow was put off", conversation=conversation)
                memory.overflows.plan(conversation, self._clock.monotonic() + self._round, number)
            except NotAllowed:
                await self._take_last(ConversationId(conversation), set())

    # --- what is over ---

    async def _end_what_is_over(self) -> None:
        tenure, memory = self._tenure, self._memory
        if tenure is None or not tenure.holds():
            return
        for offer in memory.offers.over(memory.peoples_clock.now):
            ended = await self._try(
                self._assignments.expire(
                    ConversationId(offer.conversation), slot=offer.slot, rang=offer.rang, tenure=tenure
                )
            )
            memory.offers.end(offer.slot)
            if ended is not None:
                memory.offers.refuse(offer.conversation, offer.agent, memory.peoples_clock.now)
        for slot, (agent, end) in list(memory.after_work.items()):
            if self._clock.monotonic() >= end:
                await self._agents.end_after_work(agent, slot, fence=tenure.holds)
                memory.after_work.pop(slot, None)
        for conversation in memory.offers.forgive(memory.peoples_clock.now):
            memory.look_again(conversation)

    async def _try(self, verb: Coroutine[object, object, Entry]) -> Entry | None:
        """A router's verb that may come too late: then somebody else was right. None in that case."""
        try:
            return await verb
        except Deposed:
            self._forget()
            raise
        except Busy:
            raise
        except HubError:
            return None
