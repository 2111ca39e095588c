"""Visitors who are gone: the last socket has been away for a while, and nobody came back.

Who waits is then taken out of the queue, who is served shows as "left" to his agent. A message
left for later stays where it is: its author is not expected to wait. After a start of ours every
open conversation gets a fresh count, so our own outage drives nobody away.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from channels.webchat.whereabouts import Whereabouts
from hub.clock import Clock
from hub.documents import Documents, Equal, In, StoreError, all_of
from hub.entries import Entry, State
from hub.errors import HubError, NotAllowed
from hub.ids import Address, ContactId, ConversationId, InboxId, conversation_id, thread_id
from hub.timeline import Timeline

EVERY = 1.0  # seconds between two looks
AGAIN = 15.0  # seconds until a look that failed is repeated
AFTER_START = 30.0  # seconds that everybody has more after our start
MOST = 50_000
_HERE = (State.BOT, State.WAITING, State.OFFERED, State.ASSIGNED)
_log = structlog.get_logger(__name__)


class Leaving(Protocol):
    """The verb for a customer who is gone (:class:`hub.intake.Intake`)."""

    async def leave(self, conversation: ConversationId, contact: ContactId) -> Entry:
        """Close what nobody holds, or say in the timeline that he has left."""
        ...

    async def come_back(self, conversation: ConversationId, contact: ContactId) -> Entry:
        """He is there again."""
        ...


@dataclass(frozen=True, slots=True)
class Absent:
    """A customer without a socket."""

    inbox: InboxId
    address: Address
    contact: ContactId
    due: float  # on the monotonic clock
    said: bool = False  # to the other processes, that this one counts; or it need not be


class Departures:
    """Counts the time without a socket."""

    def __init__(
        self, documents: Documents, verbs: Leaving, clock: Clock, whereabouts: Whereabouts | None = None
    ) -> None:
        """``verbs``: what is done to the conversation; ``whereabouts``: None where nobody else serves."""
        self._documents = documents
        self._whereabouts = whereabouts
        self._present: dict[tuple[InboxId, Address], ContactId] = {}  # kept for the other processes
        self._lapses = 0
        self._timeline = Timeline(documents)
        self._verbs = verbs
        self._clock = clock
        self._absent: OrderedDict[tuple[InboxId, Address], Absent] = OrderedDict()

    def __len__(self) -> int:
        """How many are being counted."""
        return len(self._absent)

    def went(self, inbox: InboxId, address: Address, contact: ContactId, *, after: float) -> None:
        """The customer's last socket is gone; he counts as gone ``after`` seconds from now."""
        self._present.pop((inbox, address), None)
        self._begin(Absent(inbox, address, contact, self._clock.monotonic() + after))

    def _begin(self, absent: Absent) -> None:
        self._absent[absent.inbox, absent.address] = absent
        while len(self._absent) > MOST:
            self._absent.popitem(last=False)

    async def came(self, inbox: InboxId, address: Address, contact: ContactId) -> None:
        """The customer has a socket: not gone, or back again."""
        self._absent.pop((inbox, address), None)
        if self._whereabouts is not None:
            self._present[inbox, address] = contact
            await self._whereabouts.arrive(inbox, address, contact)
        conversation = await self._current(inbox, address)
        if conversation is None:
            return
        document = await self._documents.get("conversations", conversation)
        if document is not None and document.get("left_at") is not None:
            try:
                await self._verbs.come_back(conversation, contact)
            except NotAllowed:
                return  # it was closed meanwhile

    async def _current(self, inbox: InboxId, address: Address) -> ConversationId | None:
        thread = await self._documents.get("threads", thread_id(inbox, address))
        if thread is None or not isinstance(thread["generation"], int):
            return None
        return conversation_id(inbox, address, thread["generation"])

    async def look(self) -> None:
        """Act on everybody whose time is over."""
        if self._whereabouts is not None:
            await self._say(self._whereabouts)
        now = self._clock.monotonic()
        for key, absent in list(self._absent.items()):
            if absent.due > now:
                continue
            try:
                await self._end(absent)
            except (StoreError, HubError) as error:
                _log.warning("A visitor's leaving was put off", reason=type(error).__name__)
                if self._absent.get(key) is absent:
                    self.went(absent.inbox, absent.address, absent.contact, after=AGAIN)
                continue
            if self._absent.get(key) is absent:
                del self._absent[key]

    async def _say(self, whereabouts: Whereabouts) -> None:
        """Tell other processes whom this one counts, and what they may have got wrong meanwhile."""
        for key, absent in list(self._absent.items()):
            if absent.said:
                continue
            mine = await whereabouts.part(absent.inbox, absent.address, absent.contact)
            if key in self._present:  # he came back meanwhile
                await whereabouts.arrive(absent.inbox, absent.address, absent.contact)
            elif self._absent.get(key) is absent and mine:
                self._absent[key] = replace(absent, said=True)
            elif self._absent.get(key) is absent:
                del self._absent[key]  # another one holds a socket of his
        if self._lapses != whereabouts.processes.lapses:
            for (inbox, address), contact in list(self._present.items()):
                await whereabouts.arrive(inbox, address, contact)
            self._lapses = whereabouts.processes.lapses

    async def _end(self, absent: Absent) -> None:
        """His time is over; unless another process looks after him."""
        whereabouts = self._whereabouts
        if whereabouts is None:
            await self._depart(absent)
        elif await whereabouts.is_mine(absent.inbox, absent.address):
            await self._depart(absent)
            await whereabouts.forget(absent.inbox, absent.address)

    async def adopt(self, gone_after: Callable[[InboxId], Awaitable[float]]) -> None:
        """Count those whom a process looked after that is gone. ``gone_after``: seconds, by inbox."""
        whereabouts = self._whereabouts
        if whereabouts is None:
            return
        for dead in whereabouts.processes.gone:
            async for here in whereabouts.adopt(dead):
                due = self._clock.monotonic() + await gone_after(here.inbox)
                self._begin(Absent(here.inbox, here.address, here.contact, due, said=True))
            whereabouts.processes.settle(dead)

    async def _depart(self, absent: Absent) -> None:
        conversation = await self._current(absent.inbox, absent.address)
        last = None if conversation is None else await self._timeline.last(conversation)
        if conversation is None or last is None or last.after.state not in _HERE:
            return
        if await self._for_later(last) or self._absent.get((absent.inbox, absent.address)) is not absent:
            return
        try:
            await self._verbs.leave(conversation, absent.contact)
        except NotAllowed:
            return  # closed meanwhile

    async def _for_later(self, last: Entry) -> bool:
        """Whether the customer's last message was left for when somebody is there again."""
        heard = await self._timeline.at(last.conversation, last.after.heard)
        return heard is not None and "form" in heard.body

    async def count_everybody(self, inboxes: dict[str, tuple[str, float]]) -> None:
        """After a start: a fresh count for every open conversation of these inboxes.

        ``inboxes``: by id, its organisation and seconds after which its visitors are gone.
        """
        for organisation in {organisation for organisation, _ in inboxes.values()}:
            for state in _HERE:
                await self._count(organisation, state, inboxes)

    async def _count(self, organisation: str, state: State, inboxes: dict[str, tuple[str, float]]) -> None:
        where = all_of(
            Equal("organisation", organisation),
            Equal("state", state.value),
            In("inbox", tuple(sorted(inboxes))),
        )
        after: str | None = None
        while True:
            page = await self._documents.find(
                "conversations", where, sort=("updated_at",), limit=200, after=after
            )
            for item in page.items:
                inbox, address = str(item["inbox"]), str(item["address"])
                if item.get("left_at") is None and (inbox, address) not in self._absent:
                    wait = inboxes[inbox][1] + AFTER_START
                    due = self._clock.monotonic() + wait
                    contact = ContactId(str(item["contact"]))
                    self._begin(Absent(InboxId(inbox), Address(address), contact, due, said=True))
            if page.next is None:
                return
            after = page.next
