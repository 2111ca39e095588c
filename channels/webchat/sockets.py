"""Sockets of visitors. They carry hints; what a client is given is always read by his cursor.

Each socket has a bounded list of hints. Where it overflows, or where sending blocks, nothing is
kept for the client: he is cut (4408) and resumes, or the next read makes it good.
"""

import asyncio
from collections.abc import Callable, Mapping

import msgspec
import structlog

from channels.webchat import answers, wire
from channels.webchat.reading import Reader, Run
from channels.webchat.visitors import Caller, Visitor
from hub.clock import Clock
from hub.documents import StoreError
from hub.endpoints import SocketClosed, SocketConnection
from hub.entries import Entry
from hub.errors import HubError
from hub.feed import Follower
from hub.ids import ConversationId
from hub.timeline import Audience, Seen

MOST_HINTS = 200
MOST_AT_ONCE = 500  # entries read before some are sent
SLOW = 20.0  # seconds a frame may take to be taken
CLOSING = 5.0  # seconds for the goodbye
SLOW_CODE, GOING_AWAY = 4408, 1012
Event = Mapping[str, object]
Hint = Entry | Event
_log = structlog.get_logger(__name__)


class VisitorSocket:
    """One open socket of a stored visitor, following his current conversation."""

    def __init__(
        self,
        connection: SocketConnection,
        caller: Caller,
        visitor: Visitor,
        *,
        reader: Reader,
        clock: Clock,
        patience: float = SLOW,
    ) -> None:
        """``visitor``: the caller's own, who is stored; ``patience``: seconds a frame may take."""
        self._patience = patience
        self.caller = caller
        self.visitor = visitor
        self.moved: Callable[[ConversationId | None, ConversationId], None] = lambda _before, _now: None
        self._follower: Follower | None = None
        self._connection = connection
        self._reader = reader
        self._clock = clock
        self._hints: asyncio.Queue[Hint] = asyncio.Queue(MOST_HINTS)
        self._missed = False
        self._wake = asyncio.Event()
        self._brief: tuple[str, str | None] | None = None
        self._standing = answers.Standing()
        self.queue: str | None = None  # where he waits
        self.typed_at = -60.0

    @property
    def key(self) -> tuple[str, str]:
        """Inbox and address: all sockets of one customer have the same."""
        return (self.visitor.inbox, self.visitor.address)

    @property
    def conversation(self) -> ConversationId | None:
        """The conversation that is followed."""
        return None if self._follower is None else self._follower.conversation

    def _follow(self, conversation: ConversationId, *, last: int = 0) -> Follower:
        before = self.conversation
        timeline = self._reader.timeline
        self._follower = Follower(timeline, conversation, audience=Audience.CONTACT, last=last)
        self.moved(before, conversation)
        return self._follower

    @property
    def waiting(self) -> bool:
        """Whether the customer was told that he waits."""
        return self._brief is not None and self._brief[0] == "waiting"

    def hint(self, hint: Hint) -> None:
        """Something happened; never blocks."""
        try:
            self._hints.put_nowait(hint)
        except asyncio.QueueFull:
            self._missed = True
        self._wake.set()

    def nudge(self) -> None:
        """There may be something new: read."""
        self._missed = True
        self._wake.set()

    def stands(self, now: answers.Standing) -> None:
        """Tell the place in the queue where it is another than the last one told."""
        if _in_minutes(now) != _in_minutes(self._standing):
            self._standing = now
            self.hint(wire.position_event(now))

    async def resume(self, run: Run, hello: wire.Hello) -> None:
        """Give all that he lacks, over every conversation since the one he names."""
        generation, after = run.current, 0
        if hello.conversation is not None:
            generation, after = run.generation(hello.conversation), hello.after
        while 0 < generation <= run.current:
            await self._give(self._follow(run.id(generation), last=after))
            generation, after = generation + 1, 0
        if run.latest is not None:
            await self._send([await self._state_event(run.latest)])
        await self._send([{"t": "caught_up"}])

    async def _give(self, follower: Follower) -> None:
        seen = await follower.catch_up(limit=MOST_AT_ONCE)
        while seen:
            for piece in wire.chunks(await self._reader.views(seen)):
                await self._send([wire.entry_event(view) for view in piece])
            seen = await follower.catch_up(limit=MOST_AT_ONCE) if len(seen) == MOST_AT_ONCE else []

    async def _state_event(self, conversation: ConversationId) -> Event:
        last = await self._reader.last(conversation)
        state = await self._reader.state_after(last)
        self.queue = last.after.queue
        self._brief = (state.state, None if state.agent is None else state.agent.name)
        self._standing = answers.Standing(state.position, state.wait_seconds, state.staffed)
        return wire.state_event(state)

    async def run(self) -> None:
        """Send what is hinted at until the socket is closed or the reader is too slow."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                events = await self._gather()
            except (StoreError, HubError) as error:
                _log.warning("A visitor was not told", reason=type(error).__name__)
                await self._clock.sleep(1.0)
                self.nudge()
                continue
            if events:
                await self._send(events)

    async def _gather(self) -> list[Event]:
        """Everything that was hinted at since the last time, as events."""
        events: list[Event] = []
        changed = False
        if self._missed:
            self._missed = False
            events += await self._entries(None)
            changed = True
        while not self._hints.empty():
            hint = self._hints.get_nowait()
            if isinstance(hint, Entry):
                events += await self._entries(hint)
                changed = True
            else:
                events.append(hint)
        if changed and self.conversation is not None:
            event = await self._state_if_changed(self.conversation)
            if event is not None:
                events.append(event)
        return events

    async def _entries(self, entry: Entry | None) -> list[Event]:
        """What is new: of the conversation followed, or of those that came after it."""
        follower = self._follower
        if follower is not None and entry is not None and entry.conversation == follower.conversation:
            return await self._events(await follower.take(entry))
        run = await self._reader.run_of(self.caller)
        if run.latest is None:
            return []
        events = [] if follower is None else await self._events(await follower.catch_up())
        generation = run.current if follower is None else run.generation(follower.conversation) + 1
        while generation <= run.current:
            events += await self._events(await self._follow(run.id(generation)).catch_up())
            generation += 1
        return events

    async def _events(self, seen: list[Seen]) -> list[Event]:
        return [wire.entry_event(view) for view in await self._reader.views(seen)]

    async def _state_if_changed(self, conversation: ConversationId) -> Event | None:
        before = self._brief
        event = await self._state_event(conversation)
        return event if before != self._brief else None

    async def _send(self, events: list[Event]) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._connection.send(wire.frame(*events))
        except TimeoutError:
            await self.close(SLOW_CODE, "too slow")
            raise SocketClosed from None

    async def close(self, code: int, reason: str) -> None:
        """End it; does not wait long for a client that does not answer."""
        try:
            async with asyncio.timeout(CLOSING):
                await self._connection.close(code, reason)
        except (TimeoutError, SocketClosed):
            return


def _in_minutes(standing: answers.Standing) -> answers.Standing:
    """As people are told: whole minutes, rounded up."""
    seconds = standing.wait_seconds
    return msgspec.structs.replace(standing, wait_seconds=None if seconds is None else -(-seconds // 60))
