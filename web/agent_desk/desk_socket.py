"""The desk's socket: hello, snapshot, what was missed, then events; and the little a desk says."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

import msgspec
import structlog

from hub.access import Principal
from hub.agents import Agents
from hub.beats import Heart
from hub.clock import Clock, stamp
from hub.documents import Documents, StoreError
from hub.endpoints import SocketConnection
from hub.entries import Actor
from hub.errors import Busy, HubError
from hub.events import Bus, Rang, Typing
from hub.ids import ConversationId
from hub.timeline import Audience, Seen
from web.agent_desk.board import Board
from web.agent_desk.desk import Desk, Desks
from web.agent_desk.encoding import encode, encode_all
from web.agent_desk.roster import Roster
from web.agent_desk.sender import Sender
from web.presenting import Presenter

MOST_MISSED = 500  # entries of one conversation sent on resume; the desk fetches the rest
MISSED_AT_ONCE = 50
MOST_RESUMED = 200  # conversations
HELLO_WITHIN = 10.0  # seconds
SILENT = 75.0  # seconds without a word (a desk pings every 25) until the socket is dropped
SLOW_READER, NOT_SIGNED_IN, DRAINING = 4408, 4401, 1012
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_log = structlog.get_logger(__name__)


class Hello(msgspec.Struct, frozen=True, tag_field="t", tag="hello"):
    """The first frame. ``resume``: for each conversation the highest number the desk has."""

    tab: Id
    resume: dict[Id, Annotated[int, msgspec.Meta(ge=0)]] = {}


class Watch(msgspec.Struct, frozen=True, tag_field="t", tag="watch"):
    """A conversation is opened on this desk."""

    conversation: Id


class Unwatch(msgspec.Struct, frozen=True, tag_field="t", tag="unwatch"):
    """It is open no more."""

    conversation: Id


class TypingFrame(msgspec.Struct, frozen=True, tag_field="t", tag="typing"):
    """The agent types, or stopped."""

    conversation: Id
    on: bool


class RangFrame(msgspec.Struct, frozen=True, tag_field="t", tag="rang"):
    """An offer was shown to the agent."""

    conversation: Id
    slot: Id


class Ping(msgspec.Struct, frozen=True, tag_field="t", tag="ping"):
    """Still there."""


Frame = Hello | Watch | Unwatch | TypingFrame | RangFrame | Ping
_decoder = msgspec.json.Decoder(Frame)
Reason = Literal["slow", "signed_out", "draining"]


class DeskSocket:
    """Serves desks' sockets."""

    def __init__(
        self,
        documents: Documents,
        *,
        desks: Desks,
        board: Board,
        roster: Roster,
        presenter: Presenter,
        agents: Agents,
        heart: Heart,
        bus: Bus,
        clock: Clock,
        principal_of: Callable[[str], Awaitable[Principal | None]],
    ) -> None:
        """``principal_of``: the rights of a signed-in user by his id."""
        self._documents = documents
        self._desks = desks
        self._board = board
        self._roster = roster
        self._presenter = presenter
        self._agents = agents
        self._heart = heart
        self._bus = bus
        self._clock = clock
        self._principal_of = principal_of
        self._draining = asyncio.Event()

    def drain(self) -> None:
        """Ask every desk to reconnect elsewhere or later."""
        self._draining.set()

    async def serve(self, connection: SocketConnection) -> None:
        """One desk from hello to goodbye."""
        principal = None if connection.user is None else await self._principal_of(connection.user)
        if principal is None:
            await connection.close(NOT_SIGNED_IN, "sign in first")
            return
        async with asyncio.timeout(HELLO_WITHIN):
            hello = await self._receive(connection)
        if not isinstance(hello, Hello):
            await connection.close(1008, "say hello first")
            return
        sender = Sender(connection)
        desk = Desk(principal, sender)
        self._desks.enter(desk)
        self._heart.join(principal.id)
        try:
            await self._talk(connection, desk, hello)
        finally:
            self._heart.part(principal.id)
            self._desks.leave(desk)

    async def _talk(self, connection: SocketConnection, desk: Desk, hello: Hello) -> None:
        if desk.principal.agent:
            await self._agents.heard_again(desk.principal.id)
        desk.sender.lead(*await self._first_events(desk, hello))
        writing = asyncio.create_task(desk.sender.run())
        reading = asyncio.create_task(self._read(connection, desk))
        draining = asyncio.create_task(self._draining.wait())
        ended = asyncio.create_task(desk.ended.wait())
        try:
            done, _ = await asyncio.wait(
                (writing, reading, draining, ended), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for task in (writing, reading, draining, ended):
                task.cancel()
        if draining in done:
            await connection.send(encode_bye("draining"))
            await connection.close(DRAINING, "restarting")
        elif desk.ended.is_set():
            await connection.send(encode_bye("signed_out"))
            await connection.close(NOT_SIGNED_IN, "signed out")
        elif desk.sender.slow:
            _log.info("A slow desk was cut", user=desk.principal.id)
            await connection.close(SLOW_READER, "too slow, reconnect and resume")
        elif reading in done and reading.exception() is not None:
            error = reading.exception()
            if isinstance(error, msgspec.MsgspecError):
                await connection.close(1007, "malformed frame")

    async def _receive(self, connection: SocketConnection) -> Frame:
        frame: Frame = _decoder.decode(await connection.receive())
        return frame

    async def _read(self, connection: SocketConnection, desk: Desk) -> None:
        while True:
            async with asyncio.timeout(SILENT):
                frame = await self._receive(connection)
            if isinstance(frame, Ping):
                self._desks.push(desk, '{"t":"pong"}')
            elif isinstance(frame, Unwatch):
                self._desks.unwatch(desk, frame.conversation)
            elif isinstance(frame, Watch):
                if len(desk.watching) < MOST_RESUMED and await self._may_see(desk, frame.conversation):
                    self._desks.watch(desk, frame.conversation)
            elif isinstance(frame, TypingFrame):
                if frame.conversation in desk.watching:
                    typing = Typing(frame.conversation, Actor.AGENT.value, desk.principal.id, frame.on)
                    self._bus.publish(typing)
            elif isinstance(frame, RangFrame):
                await self._rang(desk, frame)

    async def _rang(self, desk: Desk, frame: RangFrame) -> None:
        """Only the agent whose slot it is can say that it rang."""
        try:
            agent = await self._agents.get(desk.principal.id)
        except (StoreError, HubError):
            return  # a hint: lost, nobody is blamed
        if frame.slot in agent.slots:
            self._bus.publish(Rang(frame.conversation, frame.slot))

    async def _may_see(self, desk: Desk, conversation: str) -> bool:
        try:
            sight = await self._board.sight(conversation)
        except StoreError:
            return False
        if sight is None:
            return False
        organisation, queue, agent = sight
        return organisation == desk.principal.organisation and desk.sees(queue, agent)

    async def _first_events(self, desk: Desk, hello: Hello) -> tuple[list[str], dict[str, int]]:
        """Snapshot and what was missed; and by conversation the last number that the desk then has."""
        events = [await self._snapshot(desk)]
        told = dict(hello.resume)
        for conversation, last in list(hello.resume.items())[:MOST_RESUMED]:
            if not await self._may_see(desk, conversation):
                continue
            missed = await self._missed(ConversationId(conversation), last)
            if not missed:
                continue
            told[conversation] = missed[-1].entry.seq
            document = await self._documents.get("conversations", conversation)
            row = None if document is None else await self._presenter.row(document)
            for shown in await self._presenter.entries(missed):
                events.append(encode({"t": "entry", "entry": shown, "row": row}))
        events.append('{"t":"caught_up"}')
        return events, told

    async def _missed(self, conversation: ConversationId, last: int) -> list[Seen]:
        """What was written after ``last``, some of it at a time: mostly little, which is read at once."""
        missed: list[Seen] = []
        while len(missed) < MOST_MISSED:
            more = await self._board.timeline.following(
                conversation, last, audience=Audience.STAFF, limit=MISSED_AT_ONCE
            )
            missed += more
            if len(more) < MISSED_AT_ONCE:
                break
            last = more[-1].entry.seq
        return missed

    async def _snapshot(self, desk: Desk) -> str:
        me, house = desk.principal.id, desk.principal.organisation
        try:
            mine = await self._board.mine(me)
            self._desks.saw(mine)
            offered = await self._board.offered(mine)
            offers = [offer for entry in offered if (offer := await self._desks.offer(entry)) is not None]
            rows = await self._presenter.rows(mine, me)
            agent = await self._roster.agent(house, me)
            queues = await self._roster.queues(house)
            agents = await self._roster.agents(house)
        except StoreError as error:
            raise Busy("the store did not answer") from error
        now = stamp(self._clock.now())
        return (
            f'{{"t":"snapshot","now":"{now}","me":{agent},"mine":{encode_all(rows)},'
            f'"queues":{queues},"agents":{agents},"offers":{encode_all(offers)}}}'
        )


def encode_bye(reason: Reason) -> str:
    """A frame that says goodbye."""
    return f'[{{"t":"bye","reason":"{reason}"}}]'
