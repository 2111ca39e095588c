"""What other processes did, found in the store where hints do not tell of it.

Hints are never truth: where Redis is cut or not set up, desks, web chat and whatever else listens
here must hear of it all the same, only later. The watch looks for what has moved and tells it to
the listeners of this process as if it had been hinted at. It looks often while some process is
not connected, seldom otherwise (a hint may always be lost), and never where nobody else runs.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import cast

import msgspec
import structlog

from hub.clock import Clock, stamp
from hub.documents import Document, Documents, Equal, Filter, In, Range, StoreError, all_of
from hub.entries import Entry
from hub.errors import HubError
from hub.events import AgentChanged, Bus, Committed, ContactChanged
from hub.ids import ConversationId
from hub.processes import Processes
from hub.slots import Agent, SlotKind
from hub.timeline import Audience, Timeline

OFTEN = 1.5  # seconds between two looks while hints may not reach everybody
SELDOM = 15.0  # seconds between two looks otherwise
EVERYBODY = 6.0  # seconds between two looks at all agents of a big house; at those here: every time
BIG = 300  # agents from which on a house is big
MARGIN = timedelta(seconds=10)  # as far as the clocks of two processes may lie apart
ORGANISATIONS = 60.0  # seconds for which it is remembered which organisations there are
KEPT = 50_000  # conversations, and contacts, of which it is remembered how far they are known
RECENT = 10  # entries told of a conversation that was not heard of before, at the most
PAGE = 500
AT_ONCE = 200  # ids in one question
_log = structlog.get_logger(__name__)


class Watch:
    """Finds in the store what no hint told."""

    def __init__(
        self,
        documents: Documents,
        *,
        processes: Processes,
        bus: Bus,
        connected: Callable[[], Collection[str]],
        clock: Clock,
    ) -> None:
        """``connected``: the agents whose desks are connected to this process."""
        self._documents = documents
        self._timeline = Timeline(documents)
        self._processes = processes
        self._bus = bus
        self._connected = connected
        self._clock = clock
        self._known: OrderedDict[str, int] = OrderedDict()  # conversation → number of its last entry
        self._behind: dict[str, Document | None] = {}  # conversation → its document where it was read
        self._agents: dict[str, Agent] = {}
        self._contacts: OrderedDict[str, int] = OrderedDict()
        self._organisations: tuple[float, list[str]] | None = None
        self._since: datetime | None = None
        self._bound = stamp(clock.now() - MARGIN)  # what came before it is nothing new
        self._next = 0.0
        self._next_everybody = 0.0
        self._trusted: bool | None = None
        self._wake = asyncio.Event()
        bus.listen(Committed, self._on_committed)

    def _on_committed(self, event: Committed) -> None:
        entry = event.entry
        known = self._known.get(entry.conversation)
        if known is None or entry.seq == known + 1:
            self._keep(entry.conversation, entry.seq)
        elif entry.seq > known + 1:  # what lies between was lost, or is on its way
            self._behind.setdefault(entry.conversation, None)
            self._wake.set()

    def _keep(self, conversation: str, seq: int) -> None:
        self._known[conversation] = seq
        self._known.move_to_end(conversation)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except (StoreError, HubError) as error:
                _log.warning("The look for what others did was put off", reason=type(error).__name__)
            await self._pause()

    async def _pause(self) -> None:
        """Until the next look, or until a gap was noticed; what is only on its way gets a moment."""
        self._wake.clear()
        if not self._behind:
            woken = asyncio.ensure_future(self._wake.wait())
            slept = asyncio.ensure_future(self._clock.sleep(OFTEN))
            try:
                await asyncio.wait((woken, slept), return_when=asyncio.FIRST_COMPLETED)
            finally:
                woken.cancel()
                slept.cancel()
        if self._behind:
            await self._clock.sleep(0.2)

    async def look(self) -> None:
        """See whether it is time to look, and tell what is found."""
        now, began = self._clock.monotonic(), self._clock.now()
        trusted = self._processes.trusted
        if self._processes.alone:
            self._since = began
            self._next = now
        elif now >= self._next or trusted != self._trusted:
            await self._find(self._since or began)
            self._since = began
            self._next = now + (SELDOM if trusted else OFTEN)
        self._trusted = trusted
        await self._catch_up()

    # --- what has moved ---

    async def _find(self, since: datetime) -> None:
        bound = self._bound = stamp(since - MARGIN)
        for organisation in await self._all_organisations():
            moved = all_of(Equal("organisation", organisation), Range("updated_at", gte=bound))
            async for item in self._every("conversations", moved, sort=("updated_at",)):
                self._compare(item)
            async for item in self._every("contacts", moved, sort=("updated_at",)):
                self._take_contact(str(item["id"]), cast(int, item["version"]))
        now = self._clock.monotonic()
        everybody = now >= self._next_everybody or len(self._agents) < BIG
        if everybody:
            self._next_everybody = now + EVERYBODY
        await self._look_at_agents(everybody=everybody)

    def _take_contact(self, contact: str, version: int) -> None:
        if self._contacts.get(contact) == version:
            return
        self._contacts[contact] = version
        if len(self._contacts) > KEPT:
            self._contacts.popitem(last=False)
        self._bus.hear(ContactChanged(contact))

    def _compare(self, conversation: Document) -> None:
        id, version = str(conversation["id"]), cast(int, conversation["version"])
        known = self._known.get(id)
        if known is None or version > known:
            self._behind[id] = conversation

    async def _look_at_agents(self, *, everybody: bool) -> None:
        """Offers move no conversation's time: agents' slots tell of them."""
        touched: set[str] = set()
        if everybody:
            async for item in self._every("agents", all_of(), sort=("id",)):
                touched |= self._take_agent(msgspec.convert(item, Agent))
        else:
            async for item in self._by_id("agents", self._connected()):
                touched |= self._take_agent(msgspec.convert(item, Agent))
        async for item in self._by_id("conversations", touched - self._behind.keys()):
            self._compare(item)

    def _take_agent(self, agent: Agent) -> set[str]:
        """Tell that he has changed; the conversations that came to him or left him."""
        before = self._agents.get(agent.id)
        if before is not None and before.version == agent.version:
            return set()
        self._agents[agent.id] = agent
        if before is None:
            return {slot.conversation for slot in agent.slots.values() if slot.kind is SlotKind.OFFER}
        self._bus.hear(AgentChanged(agent.id))
        both = {**before.slots, **agent.slots}
        return {both[id].conversation for id in before.slots.keys() ^ agent.slots.keys()}

    # --- what is told ---

    async def _catch_up(self) -> None:
        behind, self._behind = self._behind, {}
        told: set[str] = set()
        try:
            for conversation, document in behind.items():
                for entry in await self._missed(ConversationId(conversation)):
                    fits = document is not None and document["version"] == entry.seq
                    self._bus.hear(Committed(entry, document if fits else None))
                    self._keep(conversation, entry.seq)
                told.add(conversation)
        finally:
            for conversation, document in behind.items():
                if conversation not in told:
                    self._behind.setdefault(conversation, document)

    async def _missed(self, conversation: ConversationId) -> list[Entry]:
        """What followed the last entry known; of an unknown conversation what is recent."""
        known = self._known.get(conversation)
        if known is not None:
            seen = await self._timeline.following(conversation, known, audience=Audience.STAFF, limit=PAGE)
            return [one.entry for one in seen]
        seen = await self._timeline.preceding(conversation, None, audience=Audience.STAFF, limit=RECENT)
        entries = [one.entry for one in seen]
        return [entry for entry in entries[:-1] if entry.at >= self._bound] + entries[-1:]

    # --- reading ---

    async def _all_organisations(self) -> list[str]:
        now = self._clock.monotonic()
        kept = self._organisations
        if kept is None or now - kept[0] >= ORGANISATIONS:
            found = {str(item["organisation"]) async for item in self._every("inboxes", all_of())}
            kept = self._organisations = (now, sorted(found))
        return kept[1]

    async def _every(
        self, collection: str, where: Filter, *, sort: tuple[str, ...] = ("id",)
    ) -> AsyncIterator[Document]:
        after: str | None = None
        while True:
            page = await self._documents.find(collection, where, sort=sort, limit=PAGE, after=after)
            for item in page.items:
                yield item
            after = page.next
            if after is None:
                return

    async def _by_id(self, collection: str, ids: Iterable[str]) -> AsyncIterator[Document]:
        wanted = sorted(ids)
        for start in range(0, len(wanted), AT_ONCE):
            some = tuple(wanted[start : start + AT_ONCE])
            page = await self._documents.find(collection, In("id", some), limit=AT_ONCE)
            for item in page.items:
                yield item
