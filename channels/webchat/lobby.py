"""All visitors connected to this process: what happens is hinted to whoever it concerns."""

import asyncio
from collections import Counter
from collections.abc import Iterable

import structlog

from channels.webchat.limits import network
from channels.webchat.marks import Marks
from channels.webchat.reading import Reader
from channels.webchat.sockets import GOING_AWAY, VisitorSocket
from hub.delivery import Status
from hub.documents import StoreError
from hub.entries import Actor, Kind
from hub.errors import HubError, TooMany
from hub.events import Bus, Committed, DeliveryChanged, StaffRead, Typing
from hub.ids import ConversationId

MOST_SOCKETS = 10_000  # of one process
MOST_SENT = 10_000
PLACES_EVERY = 2.0  # seconds between two looks at the line
_log = structlog.get_logger(__name__)


class Lobby:
    """Knows every socket by customer."""

    def __init__(self, reader: Reader, marks: Marks) -> None:
        """``reader`` knows the line, ``marks`` how far somebody has read."""
        self._reader = reader
        self._marks = marks
        self._sockets: dict[tuple[str, str], set[VisitorSocket]] = {}
        self._following: dict[str, set[VisitorSocket]] = {}
        self._by_network: Counter[str] = Counter()
        self._count = 0
        self._sent: asyncio.Queue[DeliveryChanged] = asyncio.Queue(MOST_SENT)

    def __len__(self) -> int:
        """How many sockets are open."""
        return self._count

    def listen(self, bus: Bus) -> None:
        """Hear what this process does."""
        bus.listen(Committed, self._on_committed)
        bus.listen(Typing, self._on_typing)
        bus.listen(StaffRead, self._on_staff_read)
        bus.listen(DeliveryChanged, self._on_delivery)

    def room(self, address: str, *, most: int) -> None:
        """Whether one more socket from this network address may be served; :class:`TooMany`."""
        if self._count >= MOST_SOCKETS or self._by_network[network(address)] >= most:
            raise TooMany("too many connections", after=30.0, code="too_many_sockets")

    def enter(self, socket: VisitorSocket, address: str, *, most: int) -> None:
        """A socket that has said who it is; :class:`TooMany` where this customer has enough of them."""
        sockets = self._sockets.setdefault(socket.key, set())
        if len(sockets) >= most:
            raise TooMany("too many connections", after=30.0, code="too_many_sockets")
        sockets.add(socket)
        socket.moved = lambda before, now: self._moved(socket, before, now)
        self._by_network[network(address)] += 1
        self._count += 1

    def leave(self, socket: VisitorSocket, address: str) -> bool:
        """A socket is gone; whether it was the customer's last one."""
        sockets = self._sockets.get(socket.key, set())
        if socket not in sockets:
            return False
        sockets.discard(socket)
        self._moved(socket, socket.conversation, None)
        self._count -= 1
        key = network(address)
        self._by_network[key] -= 1
        if self._by_network[key] <= 0:
            del self._by_network[key]
        if not sockets:
            self._sockets.pop(socket.key, None)
            return True
        return False

    def _moved(self, socket: VisitorSocket, before: str | None, now: str | None) -> None:
        if before is not None:
            followers = self._following.get(before, set())
            followers.discard(socket)
            if not followers:
                self._following.pop(before, None)
        if now is not None:
            self._following.setdefault(now, set()).add(socket)

    def present(self, key: tuple[str, str]) -> bool:
        """Whether this customer has a socket here."""
        return key in self._sockets

    def nudge(self, inbox: str, address: str) -> None:
        """There is something for this customer: whoever is connected reads."""
        for socket in self._sockets.get((inbox, address), ()):
            socket.nudge()

    def everyone(self) -> Iterable[VisitorSocket]:
        """All sockets."""
        return [socket for sockets in self._sockets.values() for socket in sockets]

    def _of(self, conversation: str) -> list[VisitorSocket]:
        return list(self._following.get(conversation, ()))

    def _on_committed(self, event: Committed) -> None:
        entry = event.entry
        if entry.kind is Kind.NOTE:
            return
        for socket in self._sockets.get((entry.inbox, entry.address), ()):
            socket.hint(entry)

    def _on_typing(self, event: Typing) -> None:
        if event.by_kind == Actor.CONTACT.value:
            return
        for socket in self._of(event.conversation):
            socket.hint({"t": "typing", "on": event.on})

    def _on_staff_read(self, event: StaffRead) -> None:
        for socket in self._of(event.conversation):
            socket.hint({"t": "seen", "seq": event.seq})

    def _on_delivery(self, event: DeliveryChanged) -> None:
        """A message is out now: it may have arrived by the cursor before delivery knew of it."""
        if event.status == Status.SENT.value and self._of(event.conversation):
            try:
                self._sent.put_nowait(event)
            except asyncio.QueueFull:
                return  # the next mark of this customer makes it good

    async def watch_deliveries(self) -> None:
        """Mark as delivered what was received before it counted as sent, until cancelled."""
        while True:
            event = await self._sent.get()
            try:
                entry = await self._reader.timeline.by_id(event.entry)
                sockets = self._of(event.conversation)
                if entry is None or not sockets:
                    continue
                contact = sockets[0].visitor.contact
                delivered, read = await self._marks.of(ConversationId(event.conversation), contact)
                if entry.seq <= delivered:
                    await self._marks.receipt(entry.id, read=entry.seq <= read)
            except (StoreError, HubError) as error:
                _log.warning("A receipt was put off", reason=type(error).__name__)

    async def tell_places(self) -> None:
        """Tell those who wait where they stand now."""
        for conversation, sockets in list(self._following.items()):
            waiting = [socket for socket in sockets if socket.waiting]
            if waiting:
                standing = await self._reader.standing(ConversationId(conversation), waiting[0].queue)
                for socket in waiting:
                    socket.stands(standing)

    async def goodbye(self) -> None:
        """The hub stops: every client is told to come back."""
        await asyncio.gather(*(socket.close(GOING_AWAY, "restarting") for socket in self.everyone()))
