"""Visitors who are gone: the last socket has been away for a while, and nobody came back.

Who waits is then taken out of the queue, who is served shows as "left" to his agent. A message
left for later stays where it is: its author is not expected to wait. After a start of ours every
open conversation gets a fresh count, so our own outage drives nobody away.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

import structlog

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


class Departures:
    """Counts the time without a socket."""

    def __init__(self, documents: Documents, verbs: Leaving, clock: Clock) -> None:
        """``verbs``: what is done to the conversation."""
        self._documents = documents
        self._timeline = Timeline(documents)
        self._verbs = verbs
        self._clock = clock
        self._absent: OrderedDict[tuple[str, str], Absent] = OrderedDict()

    def __len__(self) -> int:
        """How many are being counted."""
        return len(self._absent)

    def went(self, inbox: InboxId, address: Address, contact: ContactId, *, after: float) -> None:
        """The customer's last socket is gone; he counts as gone ``after`` seconds from now."""
        due = self._clock.monotonic() + after
        self._absent[inbox, address] = Absent(inbox, address, contact, due)
        while len(self._absent) > MOST:
            self._absent.popitem(last=False)

    async def came(self, inbox: InboxId, address: Address, contact: ContactId) -> None:
        """The customer has a socket: not gone, or back again."""
        self._absent.pop((inbox, address), None)
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
        now = self._clock.monotonic()
        for key, absent in list(self._absent.items()):
            if absent.due > now:
                continue
            try:
                await self._depart(absent)
            except (StoreError, HubError) as error:
                _log.warning("A visitor's leaving was put off", reason=type(error).__name__)
                if self._absent.get(key) is absent:
                    self.went(absent.inbox, absent.address, absent.contact, after=AGAIN)
                continue
            if self._absent.get(key) is absent:
                del self._absent[key]

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
                    self.went(InboxId(inbox), Address(address), ContactId(str(item["contact"])), after=wait)
            if page.next is None:
                return
            after = page.next
