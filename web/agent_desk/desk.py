"""All desks connected to this process: what happens is told to whoever may see it, encoded once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import timedelta
from typing import Protocol, TypeAlias, cast

import structlog

from hub.access import Permission, Principal
from hub.agents import Agents
from hub.clock import Clock, parse_stamp
from hub.documents import Document, Documents, Json, StoreError
from hub.entries import Actor, Entry, Kind, State
from hub.errors import HubError
from hub.events import (
    AgentChanged,
    Bus,
    Committed,
    ConfigurationChanged,
    ContactChanged,
    ConversationProjected,
    DeliveryChanged,
    ReadMarks,
    Typing,
)
from hub.ids import ConversationId
from hub.slots import Agent
from hub.timeline import Seen
from web.agent_desk.board import Board
from web.agent_desk.encoding import encode
from web.agent_desk.roster import Roster
from web.agent_desk.sender import Flusher, Sender
from web.agent_desk.sight import Sight
from web.presenting import Presenter

PAUSE_PER_SOCKET = 0.0001  # seconds: about what sending one frame costs
LONGEST_PAUSE = 0.1  # seconds between two frames of one socket, at the most
STUCK_LOOK = 5.0  # seconds between two looks for readers that take nothing
PRESENCE_GAP = 0.5  # seconds in which presence changes are gathered
BOARD_GAP = 1.0  # seconds in which changes of queues are gathered
KEPT_SIGHTS = 50_000
LIVE = timedelta(seconds=2)  # an entry so young cannot have been delivered yet
ADOPTED = 3.0  # seconds beyond its end after which an offer that stands must have a new limit
STALE = 2.0  # seconds after which an answer about an offer is asked for again
ASKED_AGAIN = 5
Sighted: TypeAlias = tuple[str, str | None, str | None]  # organisation, queue, agent
_log = structlog.get_logger(__name__)


class OfferClock(Protocol):
    """Knows how long an offer still stands."""

    def remaining(self, slot: str) -> float | None:
        """Seconds left; None where it is not known here."""
        ...


class Desk:
    """One connected desk: whose it is, and where its events go."""

    def __init__(self, principal: Principal, sender: Sender) -> None:
        """A desk of this person."""
        self.principal = principal
        self.sender = sender
        self.watching: set[str] = set()
        self.ended = asyncio.Event()  # he may not sign in any more

    def sees(self, queue: str | None, agent: str | None) -> bool:
        """Whether a conversation with this queue and agent is his to see."""
        return self.principal.reaches(Permission.CONVERSATIONS_READ, owner=agent, queue=queue)


class Desks:
    """Listens to the bus and tells the desks."""

    def __init__(
        self,
        documents: Documents,
        *,
        presenter: Presenter,
        agents: Agents,
        board: Board,
        roster: Roster,
        offer_clock: OfferClock,
        clock: Clock,
    ) -> None:
        """``board`` counts queues; ``offer_clock`` is the router of this process."""
        self._documents = documents
        self._presenter = presenter
        self._agents = agents
        self._board = board
        self._roster = roster
        self._offer_clock = offer_clock
        self._clock = clock
        self._desks: Sight[Desk] = Sight()
        self._watchers: dict[str, dict[Desk, None]] = {}  # by conversation that is open
        self._flusher = Flusher(PAUSE_PER_SOCKET, LONGEST_PAUSE)
        self._sights: OrderedDict[str, tuple[int, Sighted]] = OrderedDict()  # and by which entry
        self._offered: dict[str, tuple[str, str]] = {}  # conversation → agent, slot
        self._changed_agents: set[str] = set()
        self._changed_contacts: set[str] = set()
        self._dirty_queues: set[tuple[str, str]] = set()
        self._happened: asyncio.Queue[Committed | ConversationProjected] = asyncio.Queue()
        self._rest = asyncio.Event()

    def listen(self, bus: Bus) -> None:
        """Hear what happens."""
        self._roster.listen(bus)
        bus.listen(Committed, self._on_committed)
        bus.listen(AgentChanged, lambda event: self._note_agent(event.agent))
        bus.listen(Typing, self._on_typing)
        bus.listen(DeliveryChanged, self._on_delivery)
        bus.listen(ReadMarks, self._on_read_marks)
        bus.listen(ConfigurationChanged, lambda _: self.tell_all({"t": "config"}))
        bus.listen(ContactChanged, lambda event: self._note_contact(event.contact))

    def everyone(self) -> list[Desk]:
        """All connected desks."""
        return list(self._desks)

    def of(self, agent: str) -> list[Desk]:
        """One person's desks: a tab each."""
        return self._desks.of(agent)

    def enter(self, desk: Desk) -> None:
        """A desk connected; from now on its events are queued."""
        self._desks.enter(desk)

    def leave(self, desk: Desk) -> None:
        """A desk is gone."""
        self._desks.leave(desk)
        for conversation in list(desk.watching):
            self.unwatch(desk, conversation)

    def push(self, desk: Desk, event: str, place: tuple[str, int] | None = None) -> None:
        """Queue one encoded event for one desk; ``place``: conversation and number of an entry."""
        if desk.sender.push(event, place):
            self._flusher.add(desk.sender)

    def tell_all(self, event: Document, organisation: str | None = None) -> None:
        """Tell every desk (of an organisation)."""
        text = encode(event)
        for desk in self.everyone():
            if organisation is None or desk.principal.organisation == organisation:
                self.push(desk, text)

    def tell(self, agent: str, event: Document) -> None:
        """Tell all desks of one person."""
        text = encode(event)
        for desk in self._desks.of(agent):
            self.push(desk, text)

    # --- conversations ---

    def _on_committed(self, event: Committed) -> None:
        if self._desks:
            self._happened.put_nowait(event)
        self._board_changed(event.entry)

    def _board_changed(self, entry: Entry) -> None:
        said = entry.kind is Kind.MESSAGE and entry.after.state is State.ASSIGNED  # nobody waits for it
        if not said and entry.kind not in (Kind.NOTE, Kind.RATED) and entry.after.queue is not None:
            self._dirty_queues.add((entry.organisation, entry.after.queue))
            self._rest.set()

    async def run(self) -> None:
        """Tell what happened until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tell_conversations())
            tasks.create_task(self._tell_the_rest())
            tasks.create_task(self._cut_the_stuck())

    async def _cut_the_stuck(self) -> None:
        while True:
            await self._clock.sleep(STUCK_LOOK)
            now = asyncio.get_running_loop().time()
            for desk in self.everyone():
                desk.sender.cut_if_stuck(now)

    async def _tell_conversations(self) -> None:
        while True:
            event = await self._happened.get()
            await self._guard(self._tell_one(event))

    async def _guard(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except (StoreError, HubError) as error:
            _log.warning("A desk event was not told", reason=type(error).__name__)

    async def _tell_one(self, event: Committed | ConversationProjected) -> None:
        if isinstance(event, ConversationProjected):
            return
        entry = event.entry
        document = event.conversation
        if document is None:
            document = await self._documents.get("conversations", entry.conversation)
        row = None if document is None else await self._presenter.row(document)
        live = self._clock.now() - parse_stamp(entry.at) < LIVE  # else it was found in the store
        shown = await self._presenter.entry(Seen(entry, entry.seq - 1), live=live)
        text = encode({"t": "entry", "entry": shown, "row": row})
        place = (str(entry.conversation), entry.seq)
        late = entry.seq < self._sights.get(entry.conversation, (0, None))[0]
        for desk in self._audience(entry, late=late):
            self.push(desk, text, place)
        if not late:
            await self._tell_offer(entry, document)

    def saw(self, conversations: Iterable[Document]) -> None:
        """Desks were shown these, each as it stood then; what follows is told to who sees them."""
        for one in conversations:
            queue, agent = cast("str | None", one.get("queue")), cast("str | None", one.get("agent"))
            sight = (cast(int, one["version"]), (str(one["organisation"]), queue, agent))
            self._sights.setdefault(str(one["id"]), sight)

    def _audience(self, entry: Entry, *, late: bool) -> Iterable[Desk]:
        """Who sees the conversation now, or saw it before this entry.

        ``late``: a later entry was told before; entries of two processes may overtake each other.
        """
        now = (entry.organisation, entry.after.queue, entry.after.agent)
        _, before = self._sights.get(entry.conversation, (0, now))
        if not late:
            self._sights[entry.conversation] = (entry.seq, now)
            self._sights.move_to_end(entry.conversation)
        if len(self._sights) > KEPT_SIGHTS:
            self._sights.popitem(last=False)
        desks = self._desks.seeing(*now)
        if before != now:
            desks.update(self._desks.seeing(*before))
        return desks

    async def _tell_offer(self, entry: Entry, conversation: Document | None) -> None:
        standing = self._offered.get(entry.conversation)
        stands = entry.after.state is State.OFFERED
        told = standing is not None and stands and standing[1] == entry.after.slot
        if standing is not None and not told:
            self._offer_gone(entry, standing)
        agent = entry.after.agent
        # Its own entry may have been missed: whatever says "offered" will do, if it may ring.
        if stands and not told and agent is not None and self._desks.of(agent):
            offer = await self.offer(entry, conversation)
            if offer is not None:
                self.tell(agent, {"t": "offer", "offer": offer})

    def _offer_gone(self, entry: Entry, standing: tuple[str, str]) -> None:
        agent, slot = standing
        del self._offered[entry.conversation]
        reason = entry.body.get("reason") or entry.body.get("how") or entry.kind.value
        event: Document = {
            "t": "offer_gone",
            "conversation": entry.conversation,
            "slot": slot,
            "reason": reason,
        }
        self.tell(agent, event)

    async def offer(self, entry: Entry, conversation: Document | None = None) -> Document | None:
        """An offer as the desk shows it, if it may ring; None where it has ended meanwhile.

        ``conversation``: its document after ``entry``, where that is known.
        """
        slot, agent = entry.after.slot, entry.after.agent
        if entry.after.state is not State.OFFERED or slot is None or agent is None:
            return None
        if conversation is None:
            conversation = await self._documents.get("conversations", entry.conversation)
        if conversation is None:
            return None
        total = await self._board.offer_seconds(entry.after.queue, entry.after.channel)
        begun = entry if entry.id == slot else await self._board.timeline.by_id(slot)
        latest = await self._presenter.entries(await self._board.latest(entry.conversation))
        offer: Document = {
            "conversation": entry.conversation,
            "slot": slot,
            "row": await self._presenter.row(conversation),
            "expires_in_ms": round(self._left(slot, begun, total) * 1000),
            "total_ms": round(total * 1000),
            "why": None if begun is None else begun.body.get("why"),
            "latest": list[Json](latest),
        }
        if not await self._may_ring(entry.conversation, slot, agent):
            return None
        self._offered[entry.conversation] = (agent, slot)
        return offer

    def _left(self, slot: str, begun: Entry | None, total: float) -> float:
        """Seconds an offer still stands: by its router, or by when it was made if that is elsewhere.

        One that stands far beyond its time was adopted by another router, with a fresh limit.
        """
        known = self._offer_clock.remaining(slot)
        if known is not None:
            return known
        passed = 0.0 if begun is None else (self._clock.now() - parse_stamp(begun.at)).total_seconds()
        return total if passed > total + ADOPTED else min(max(total - passed, 0.0), total)

    async def _may_ring(self, conversation: ConversationId, slot: str, agent: str) -> bool:
        """Whether the last entry and the agent's document agree on the offer, by an answer that is fresh."""
        for _ in range(ASKED_AGAIN):
            asked = self._clock.monotonic()
            last = await self._board.timeline.last(conversation)
            document = await self._agents.get(agent)
            if last is None or last.after.state is not State.OFFERED or last.after.slot != slot:
                return False
            if not rings(document, slot):
                return False
            if self._clock.monotonic() - asked <= STALE:
                return True
        return False

    # --- what is gathered: presence and queues ---

    def _note_agent(self, agent: str) -> None:
        self._changed_agents.add(agent)
        self._rest.set()

    async def _tell_the_rest(self) -> None:
        next_agents = next_board = 0.0
        while True:
            await self._rest.wait()
            self._rest.clear()
            if self._changed_contacts:
                await self._guard(self._tell_contacts())
            if not self._changed_agents and not self._dirty_queues:
                continue
            now = self._clock.monotonic()
            wait = min(
                next_agents - now if self._changed_agents else BOARD_GAP,
                next_board - now if self._dirty_queues else BOARD_GAP,
            )
            if wait > 0:
                await self._clock.sleep(wait)
                now = self._clock.monotonic()
            if self._changed_agents and now >= next_agents:
                next_agents = now + PRESENCE_GAP
                await self._guard(self._tell_agents())
            if self._dirty_queues and now >= next_board:
                next_board = now + BOARD_GAP
                await self._guard(self._tell_queues())
            if self._changed_agents or self._dirty_queues:
                self._rest.set()

    def _note_contact(self, contact: str) -> None:
        self._changed_contacts.add(contact)
        self._rest.set()

    async def _tell_contacts(self) -> None:
        """Say whose card was edited; a desk that shows him asks for it again, by its own rights."""
        changed, self._changed_contacts = self._changed_contacts, set()
        for id in changed:
            document = await self._documents.get("contacts", id)
            if document is not None:
                self.tell_all({"t": "contact", "contact": id}, str(document["organisation"]))

    async def _tell_agents(self) -> None:
        changed, self._changed_agents = self._changed_agents, set()
        by_organisation: dict[str, list[Json]] = {}
        for id in changed:
            view = await self._roster.news(id)
            if view is None:
                continue  # a thousand desks that come back after a cut are no news to each other
            organisation, shown = view
            by_organisation.setdefault(organisation, []).append(shown)
            self.tell(id, {"t": "me", "me": shown})
        for organisation, agents in by_organisation.items():
            self.tell_all({"t": "agents", "agents": agents}, organisation)

    async def _tell_queues(self) -> None:
        dirty, self._dirty_queues = self._dirty_queues, set()
        by_organisation: dict[str, list[Json]] = {}
        for organisation, queue in dirty:
            facts = await self._board.queue(organisation, queue)
            if facts is not None:
                by_organisation.setdefault(organisation, []).append(facts)
        for organisation, queues in by_organisation.items():
            self.tell_all({"t": "queues", "queues": queues}, organisation)

    # --- small things ---

    def _on_typing(self, event: Typing) -> None:
        watchers = self._watchers.get(event.conversation)
        if not watchers:
            return
        text = encode(
            {
                "t": "typing",
                "conversation": event.conversation,
                "by": {"kind": event.by_kind, "id": event.by_id},
                "on": event.on,
            }
        )
        for desk in watchers:
            if event.by_kind != Actor.AGENT.value or desk.principal.id != event.by_id:
                self.push(desk, text)

    def _on_delivery(self, event: DeliveryChanged) -> None:
        self._tell_sight(
            event.conversation,
            {
                "t": "delivery",
                "conversation": event.conversation,
                "entry": event.entry,
                "status": "sending" if event.status == "started" else event.status,
                "why": event.why,
            },
        )

    def _on_read_marks(self, event: ReadMarks) -> None:
        self._tell_sight(
            event.conversation,
            {
                "t": "read_marks",
                "conversation": event.conversation,
                "delivered": event.delivered,
                "read": event.read,
            },
        )

    def _tell_sight(self, conversation: str, event: Document) -> None:
        desks = dict(self._watchers.get(conversation, {}))
        sight = self._sights.get(conversation)
        if sight is not None:
            desks.update(self._desks.seeing(*sight[1]))
        text = encode(event)
        for desk in desks:
            self.push(desk, text)

    def watch(self, desk: Desk, conversation: str) -> None:
        """This desk has the conversation open; others who have it open see that."""
        desk.watching.add(conversation)
        self._watchers.setdefault(conversation, {})[desk] = None
        self._tell_viewing(conversation)

    def unwatch(self, desk: Desk, conversation: str) -> None:
        """It is not open there any more."""
        desk.watching.discard(conversation)
        watchers = self._watchers.get(conversation, {})
        watchers.pop(desk, None)
        if not watchers:
            self._watchers.pop(conversation, None)
        self._tell_viewing(conversation)

    def _tell_viewing(self, conversation: str) -> None:
        watchers = self._watchers.get(conversation, {})
        agents: list[Json] = [*sorted({str(desk.principal.id) for desk in watchers})]
        text = encode({"t": "viewing", "conversation": conversation, "agents": agents})
        for desk in watchers:
            self.push(desk, text)

    async def refresh(self, find: Callable[[str], Awaitable[Principal | None]]) -> None:
        """Read everybody's rights anew; who may not sign in any more is sent away."""
        for agent in {desk.principal.id for desk in self._desks}:
            principal = await find(agent)
            for desk in self.of(agent):
                if principal is None:
                    desk.ended.set()
                elif principal != desk.principal:
                    desk.principal = principal
                    self._desks.enter(desk)


def rings(agent: Agent, slot: str) -> bool:
    """Whether an offer may ring: it stands in the agent's document under the group's present epoch."""
    held = agent.slots.get(slot)
    return held is not None and held.epoch == agent.epochs.get(held.group)
