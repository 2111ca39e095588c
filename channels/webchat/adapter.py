"""The web chat as a channel: its parts put together, its tasks, its endpoints and its socket."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from channels.webchat.api import SessionEndpoint, TalkEndpoints
from channels.webchat.config import WebChatSettings
from channels.webchat.departures import EVERY, Departures
from channels.webchat.door import KIND, Doorkeeper
from channels.webchat.files import Files
from channels.webchat.files_api import FileEndpoints, PageEndpoints
from channels.webchat.lobby import PLACES_EVERY, Lobby
from channels.webchat.marks import Marks
from channels.webchat.pages import ChatPages
from channels.webchat.presence import Presence
from channels.webchat.reading import Names, Reader
from channels.webchat.talk import Greeter, Listener, Talk
from channels.webchat.visitors import Visitors
from channels.webchat.whereabouts import Whereabouts
from channels.webchat.writing import Writing
from hub.blobs import Blobs
from hub.channel import Capabilities, Outgoing, Receipt
from hub.clock import Clock
from hub.contacts import Contacts
from hub.documents import Documents, Equal, StoreError
from hub.endpoints import Endpoint, Public, Socket
from hub.errors import HubError
from hub.events import Bus
from hub.hours import OpeningHours
from hub.ids import Ids
from hub.intake import Intake
from hub.places import QueuePlaces
from hub.processes import Processes
from hub.receipts import Receipts

TIDY_EVERY = 3_600.0  # seconds
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the web chat needs from the house.

    ``key``: 32 secret bytes of the installation; ``assets``: the folder the widget's build wrote;
    ``embedding``: sites that may frame the widget at most (``*``: any); ``public_url``: the
    origin under which browsers reach us, None: whatever they asked for; ``processes``: those of
    this hub, None where this one is the only one.
    """

    documents: Documents
    intake: Intake
    contacts: Contacts
    receipts: Receipts
    blobs: Blobs
    places: QueuePlaces
    names: Names
    hours: OpeningHours
    clock: Clock
    ids: Ids
    bus: Bus
    key: bytes
    assets: Path
    max_file_bytes: int = 20_000_000
    embedding: tuple[str, ...] = ("*",)
    public_url: str | None = None
    processes: Processes | None = None


class WebChat:
    """Implements :class:`hub.channel.Channel`; offers ``endpoints`` and ``sockets`` to the web server."""

    def __init__(self, around: Surroundings) -> None:
        """Puts the parts together; nothing runs before :meth:`start`."""
        a = around
        self.capabilities = Capabilities(
            media=frozenset({"image", "audio", "file"}),
            typing=True,
            read_receipts=True,
            delivery_receipts=True,
            prompts=True,
            recognises_ids=True,
            max_file_bytes=a.max_file_bytes,
            send_timeout=5.0,
        )
        self._clock = a.clock
        self._documents = a.documents
        self._bus = a.bus
        self._visitors = visitors = Visitors(a.documents, a.contacts, a.clock, key=a.key)
        self._door = door = Doorkeeper(
            a.documents, visitors, hours=a.hours, clock=a.clock, bus=a.bus, public_url=a.public_url
        )
        reader = Reader(
            a.documents,
            names=a.names,
            places=a.places,
            tokens=visitors.tokens,
            now=lambda: a.clock.now().timestamp(),
        )
        marks = Marks(a.documents, receipts=a.receipts, clock=a.clock, bus=a.bus)
        self._files = files = Files(a.documents, a.blobs, clock=a.clock, ids=a.ids)
        writing = Writing(a.intake, visitors=visitors, files=files, reader=reader, door=door)
        self._lobby = Lobby(reader, marks)
        here = None if a.processes is None else Whereabouts(a.documents, a.processes, a.clock)
        self._whereabouts = here
        self._departures = Departures(a.documents, a.intake, a.clock, here)
        talk = Talk(
            Greeter(door, visitors, reader, clock=a.clock),
            Listener(reader, marks, clock=a.clock, bus=a.bus),
            lobby=self._lobby,
            departures=self._departures,
        )
        presence = Presence(self._lobby, self._departures, a.bus)
        most = a.max_file_bytes
        self.endpoints: list[Endpoint] = [
            *PageEndpoints(door, ChatPages(a.assets, embedding=a.embedding)).endpoints(),
            *SessionEndpoint(door, visitors, reader, max_file_bytes=most).endpoints(),
            *TalkEndpoints(door, writing, reader, marks, presence, clock=a.clock).endpoints(),
            *FileEndpoints(door, visitors, files, clock=a.clock, max_file_bytes=most).endpoints(),
        ]
        reason = Public("customers' browsers; known by the token in the first frame, within limits")
        self.sockets: list[Socket] = [
            Socket("/webchat/{inbox}/socket", reason, talk.serve, any_origin=True, max_frame_bytes=4_000)
        ]
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Hear events, count who is away, tell places in the queue."""
        self._lobby.listen(self._bus)
        self._tasks = [
            asyncio.create_task(self._lobby.watch_deliveries(), name="webchat receipts"),
            asyncio.create_task(self._every(PLACES_EVERY, self._lobby.tell_places), name="webchat places"),
            asyncio.create_task(self._count_departures(), name="webchat departures"),
            asyncio.create_task(self._every(TIDY_EVERY, self._tidy), name="webchat tidy"),
        ]

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Hint to the customer's sockets; he fetches it by cursor, now or when he comes back."""
        self._lobby.nudge(outgoing.inbox, outgoing.address)
        return Receipt()

    async def goodbye(self) -> None:
        """The hub is about to stop: clients are told to come back."""
        await self._lobby.goodbye()

    async def stop(self) -> None:
        """End the tasks."""
        await self.goodbye()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def _count_departures(self) -> None:
        counted = False
        while True:
            try:
                if not counted:
                    await self._departures.count_everybody(await self._inboxes())
                    counted = True
                await self._departures.adopt(self._gone_after)
                await self._departures.look()
            except (StoreError, HubError) as error:
                _log.warning("The look for absent visitors was put off", reason=type(error).__name__)
            await self._clock.sleep(EVERY)

    async def _gone_after(self, inbox: str) -> float:
        try:
            return (await self._door.inbox(inbox))[1].gone_after
        except HubError:
            return WebChatSettings().gone_after  # switched off

    async def _tidy(self) -> None:
        await self._visitors.forget()
        if self._whereabouts is not None:
            await self._whereabouts.tidy()
        await self._files.forget_unsent()

    async def _inboxes(self) -> dict[str, tuple[str, float]]:
        found: dict[str, tuple[str, float]] = {}
        page = await self._documents.find("inboxes", Equal("channel", KIND), limit=1_000)
        for item in page.items:
            try:
                inbox, settings = await self._door.inbox(str(item["id"]))
            except HubError:
                continue  # switched off
            found[inbox.id] = (inbox.organisation, settings.gone_after)
        return found

    async def _every(self, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await work()
            except (StoreError, HubError) as error:
                _log.warning("A round of the web chat was put off", reason=type(error).__name__)
            await self._clock.sleep(seconds)
