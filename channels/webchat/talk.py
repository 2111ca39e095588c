"""One visitor's socket from hello to goodbye."""

import asyncio

import msgspec
import structlog

from channels.webchat import wire
from channels.webchat.departures import Departures
from channels.webchat.door import Doorkeeper, Opened
from channels.webchat.limits import Buckets, Rate
from channels.webchat.lobby import Lobby
from channels.webchat.marks import Marks
from channels.webchat.reading import Reader, Run
from channels.webchat.refusals import OriginNotAllowed, UnknownToken
from channels.webchat.sockets import VisitorSocket
from channels.webchat.visitors import Caller, Visitors
from hub.clock import Clock
from hub.documents import StoreError
from hub.endpoints import SocketClosed, SocketConnection
from hub.entries import Actor
from hub.errors import HubError, NotFound, TooMany
from hub.events import Bus, Typing
from hub.ids import ConversationId

HELLO_WITHIN = 10.0  # seconds
SILENT_FOR = 90.0  # seconds without any frame, after which nobody is believed to be there
TYPING_EVERY = 1.0  # seconds
BAD_FRAME, NO_TOKEN, WRONG_ORIGIN, NO_INBOX = 4400, 4401, 4403, 4404
NO_CONVERSATION, TOO_MANY, STORE_AWAY = 4410, 4429, 1013
_log = structlog.get_logger(__name__)


class End(Exception):
    """The socket is closed with a code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Greeter:
    """Finds out who has opened a socket."""

    def __init__(self, door: Doorkeeper, visitors: Visitors, reader: Reader, *, clock: Clock) -> None:
        """``door`` checks the page, ``visitors`` the token."""
        self._door = door
        self._visitors = visitors
        self._reader = reader
        self._clock = clock

    async def opened(self, connection: SocketConnection) -> Opened:
        """The inbox that is meant, where this page may use it."""
        try:
            return await self._door.admit(connection.path["inbox"], connection.headers, connection.host)
        except OriginNotAllowed:
            raise End(WRONG_ORIGIN, "origin_not_allowed") from None
        except NotFound as error:
            raise End(NO_INBOX, error.code) from None

    async def greeted(
        self, connection: SocketConnection, opened: Opened
    ) -> tuple[VisitorSocket, wire.Hello, Run]:
        """The socket of a known visitor, his first frame, and the conversations there are with him."""
        try:
            async with asyncio.timeout(HELLO_WITHIN):
                hello = frame_of(await connection.receive())
        except TimeoutError:
            raise End(BAD_FRAME, "no hello") from None
        if not isinstance(hello, wire.Hello):
            raise End(BAD_FRAME, "hello comes first")
        try:
            caller = await self._visitors.caller(*opened, hello.token)
            run = await self._reader.run_of(caller)
            if hello.conversation is not None:
                run.generation(hello.conversation)
        except UnknownToken:
            raise End(NO_TOKEN, "unknown_token") from None
        except NotFound:
            raise End(BAD_FRAME, "no such conversation") from None
        if caller.visitor is None or run.latest is None:
            raise End(NO_CONVERSATION, "no_conversation")
        socket = VisitorSocket(connection, caller, caller.visitor, reader=self._reader, clock=self._clock)
        return socket, hello, run


class Listener:
    """Hears what a visitor's client says after the hello."""

    def __init__(self, reader: Reader, marks: Marks, *, clock: Clock, bus: Bus) -> None:
        """``marks`` keep how far he has read, ``bus`` carries that he types."""
        self._reader = reader
        self._marks = marks
        self._clock = clock
        self._bus = bus

    async def listen(self, connection: SocketConnection, socket: VisitorSocket) -> None:
        """Until the client goes, says something wrong, or says nothing for too long."""
        rate = frames_rate(socket.caller)
        bucket = Buckets(self._clock, most=1)
        while True:
            try:
                async with asyncio.timeout(SILENT_FOR):
                    text = await connection.receive()
            except TimeoutError:
                raise End(BAD_FRAME, "silent") from None
            try:
                bucket.take("frames", rate)
            except TooMany as error:
                raise End(TOO_MANY, error.code) from None
            try:
                await self._heard(socket, frame_of(text))
            except (StoreError, HubError) as error:
                _log.warning("A visitor's frame had no effect", reason=type(error).__name__)

    async def _heard(self, socket: VisitorSocket, frame: wire.ClientFrame) -> None:
        if isinstance(frame, wire.Ping):
            socket.hint({"t": "pong"})
            socket.nudge()  # a lost hint is found at the latest now
        elif isinstance(frame, wire.Ack | wire.Read):
            conversation = socket.conversation
            if frame.conversation is not None and frame.conversation != conversation:
                run = await self._reader.run_of(socket.caller)
                conversation = run.id(run.generation(frame.conversation))
            if conversation is not None:
                read = frame.seq if isinstance(frame, wire.Read) else 0
                await self.mark(socket, conversation, delivered=frame.seq, read=read)
        elif isinstance(frame, wire.TypingFrame):
            self._typing(socket, on=frame.on)
        else:
            raise End(BAD_FRAME, "hello comes once")

    async def mark(
        self, socket: VisitorSocket, conversation: ConversationId, *, delivered: int, read: int = 0
    ) -> None:
        """The client holds everything up to ``delivered``, the customer has read up to ``read``."""
        await self._marks.raise_to(conversation, socket.visitor.contact, delivered=delivered, read=read)

    def _typing(self, socket: VisitorSocket, *, on: bool) -> None:
        now = self._clock.monotonic()
        if socket.conversation is None or (on and now - socket.typed_at < TYPING_EVERY):
            return
        socket.typed_at = now if on else -TYPING_EVERY
        contact = socket.visitor.contact
        self._bus.publish(Typing(socket.conversation, Actor.CONTACT.value, contact, on))


class Talk:
    """Serves sockets of visitors."""

    def __init__(self, greeter: Greeter, listener: Listener, *, lobby: Lobby, departures: Departures) -> None:
        """``lobby`` knows all sockets, ``departures`` counts those who are gone."""
        self._greeter = greeter
        self._listener = listener
        self._lobby = lobby
        self._departures = departures

    async def serve(self, connection: SocketConnection) -> None:
        """Talk until one side ends it."""
        try:
            await self._serve(connection)
        except End as end:
            await connection.close(end.code, end.reason)
        except StoreError:
            await connection.close(STORE_AWAY, "store_unavailable")

    async def _serve(self, connection: SocketConnection) -> None:
        opened = await self._greeter.opened(connection)
        limits = opened[1].limits
        address = connection.address
        try:
            self._lobby.room(address, most=limits.sockets_address)
            socket, hello, run = await self._greeter.greeted(connection, opened)
            self._lobby.enter(socket, address, most=limits.sockets)
        except TooMany as error:
            raise End(TOO_MANY, error.code) from None
        visitor = socket.visitor
        try:
            await self._departures.came(visitor.inbox, visitor.address, visitor.contact)
            await socket.resume(run, hello)
            if hello.conversation is not None and hello.after:
                conversation = ConversationId(hello.conversation)
                await self._listener.mark(socket, conversation, delivered=hello.after)
            await self._both_ways(connection, socket)
        finally:
            if self._lobby.leave(socket, address):
                after = opened[1].gone_after
                self._departures.went(visitor.inbox, visitor.address, visitor.contact, after=after)

    async def _both_ways(self, connection: SocketConnection, socket: VisitorSocket) -> None:
        """Listen and tell, until one of them ends."""
        tasks = [
            asyncio.create_task(self._listener.listen(connection, socket), name="visitor listens"),
            asyncio.create_task(socket.run(), name="visitor is told"),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in ended:
            if isinstance(outcome, Exception) and not isinstance(outcome, SocketClosed):
                raise outcome


def frames_rate(caller: Caller) -> Rate:
    """How many frames one socket may send."""
    per_second = float(caller.settings.limits.frames_per_second)
    return Rate(per_second, per_second * 3)


def frame_of(text: str) -> wire.ClientFrame:
    """A frame as the client sent it."""
    try:
        frame: wire.ClientFrame = wire.decode_frame(text)
    except msgspec.DecodeError as error:
        raise End(BAD_FRAME, "bad frame") from error
    return frame
