"""A hub with a web chat on a real port, over a store in memory; its agent is the test itself."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import uvicorn

from channels.registry import PLUGS, Surroundings, WebChat, collections
from hub.blobs.folder import FolderBlobs
from hub.channel import Channels
from hub.clock import SystemClock
from hub.conversations import Conversations
from hub.delivery import Deliverer, Receipts
from hub.documents import Document, Documents, Json
from hub.entries import Actor, By, Entry
from hub.ids import MAIN_GROUP, MAIN_ORGANISATION, Address, ConversationId, InboxId
from hub.intake import Incoming, Intake
from hub.places import Place
from hub.projections import Projector
from hub.settings import Settings
from hub.slots import Agent
from hub.sweeper import Sweeper
from hub.timeline import Audience, Timeline
from hub.writer import Writer
from tests.channels.webchat_client import Client
from tests.fakes.memory_documents import MemoryDocuments
from web.app import Contents, create_app
from web.foundation import Foundation, lay_foundation, schema
from web.health import Health
from web.identity import Gate
from web.installation import Installation
from web.metrics import Metrics
from web.pages import Pages
from web.presenting import Names

INBOX = "i_test"
SECRET = "s" * 40
AGENT = "u_liu"
ASSETS = Path(__file__).parents[2] / "web" / "static" / "widget"


class ShortLine:
    """Implements QueuePlaces: the test says who stands where."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.somebody = True

    async def place(self, conversation: str) -> Place | None:
        return self.places.get(conversation)

    async def staffed(self, queue: str) -> bool:
        return self.somebody


@dataclass(slots=True)
class Stage:
    """What a test acts with."""

    url: str
    foundation: Foundation
    chat: WebChat
    conversations: Conversations
    intake: Intake
    line: ShortLine
    clients: list[Client] = field(default_factory=list)

    @property
    def documents(self) -> Documents:
        """The store."""
        return self.foundation.documents

    def client(self, *, token: str | None = None, inbox: str = INBOX) -> Client:
        """A customer's client."""
        client = Client(self.url, inbox, token=token, wait=0.05)
        self.clients.append(client)
        return client

    async def set(self, settings: Mapping[str, Json], **fields: Json) -> None:
        """Change settings and fields of the inbox."""
        inboxes = self.foundation.inboxes
        inbox = await inboxes.get(MAIN_ORGANISATION, INBOX)
        changed: Document = {"settings": {**inbox.settings, **settings}, **fields}
        await inboxes.change(MAIN_ORGANISATION, INBOX, changed, version=inbox.version)

    async def current(self, client: Client) -> ConversationId:
        """The client's conversation."""
        assert client.conversation is not None
        return ConversationId(client.conversation["id"])

    async def take(self, client: Client) -> ConversationId:
        """The agent pulls the client's conversation."""
        conversation = await self.current(client)
        await self.conversations.pull(conversation, agent=AGENT)
        return conversation

    async def answer(self, client: Client, text: str, **body: Json) -> Entry:
        """The agent writes."""
        by = By(Actor.AGENT, AGENT)
        return await self.conversations.post(await self.current(client), by=by, body={"text": text, **body})

    async def close(self, client: Client) -> Entry:
        """The agent closes, having seen everything."""
        conversation = await self.current(client)
        last = await Timeline(self.documents).last(conversation)
        assert last is not None
        return await self.conversations.close(conversation, by=By(Actor.AGENT, AGENT), seen=last.seq)

    async def kinds(self, conversation: str) -> list[str]:
        """The kinds of all entries."""
        seen = await Timeline(self.documents).following(
            ConversationId(conversation), 0, audience=Audience.STAFF, limit=1000
        )
        return [one.entry.kind.value for one in seen]

    async def flood(self, address: str, number: int) -> None:
        """So many messages of one customer, past the limits."""
        contact = await self.foundation.contacts.meet(MAIN_ORGANISATION, InboxId(INBOX), Address(address))
        for n in range(number):
            await self.intake.receive(
                Incoming(
                    inbox=InboxId(INBOX),
                    address=Address(address),
                    contact=contact.id,
                    body={"text": str(n)},
                    client_id=f"{address}-{n}",
                )
            )


@asynccontextmanager
async def stage(
    folder: Path, *, settings: Mapping[str, Json] | None = None, assets: Path = ASSETS
) -> AsyncIterator[Stage]:
    """A running hub."""
    documents = MemoryDocuments(schema(collections()))
    hub_settings = Settings(data=folder)
    installation = Installation(folder)
    channels = Channels()
    f = lay_foundation(
        documents,
        settings=hub_settings,
        installation=installation,
        channels=channels,
        channel_kinds=frozenset({"webchat"}),
        clock=SystemClock(),
    )
    writer = Writer(f.documents, clock=f.clock, ids=f.ids, bus=f.bus)
    intake = Intake(writer, f.configured, f.clock)
    names = Names(f.documents, f.bus)
    receipts = Receipts(f.documents, clock=f.clock, bus=f.bus)
    line = ShortLine()
    (plug,) = PLUGS
    chat = plug.make(
        Surroundings(
            documents=f.documents,
            intake=intake,
            contacts=f.contacts,
            receipts=receipts,
            blobs=FolderBlobs(installation.files),
            places=line,
            names=names,
            clock=f.clock,
            ids=f.ids,
            bus=f.bus,
            key=installation.key("webchat"),
            assets=assets,
        )
    )
    channels.by_kind["webchat"] = chat
    deliverer = Deliverer(
        f.documents,
        channels=f.configured,
        names=names,
        clock=f.clock,
        ids=f.ids,
        bus=f.bus,
        random=Random(1),
    )
    sweeper = Sweeper(
        f.documents,
        projector=Projector(f.documents, f.bus),
        deliverer=deliverer,
        bots=None,
        clock=f.clock,
    )
    sweeper.listen(f.bus)
    await _fill(f, settings or {})
    application = create_app(
        Contents(endpoints=chat.endpoints, sockets=chat.sockets),
        settings=hub_settings,
        gate=Gate(f.accounts, f.sessions, f.documents, public_url=None),
        metrics=Metrics(),
        health=Health("0"),
        pages=Pages(),
        new_id=lambda: f.ids.new("x"),
        version="0",
    )
    await chat.start()
    async with serving(application.asgi) as url:
        made = Stage(url, f, chat, Conversations(writer, f.configured), intake, line)
        try:
            yield made
        finally:
            for client in made.clients:
                await client.disconnect()
                await client.http.aclose()
            await chat.stop()
            await sweeper.drain(1)
    f.passwords.close()


async def _fill(f: Foundation, settings: Mapping[str, Json]) -> None:
    queue = await f.queues.create(MAIN_ORGANISATION, {"name": "报修", "group": MAIN_GROUP})
    fields: Document = {
        "channel": "webchat",
        "name": "阳光燃气",
        "queue": queue.id,
        "settings": {"identity_secret": SECRET, "greeting": {"zh-CN": "您好", "en": "Hello"}, **settings},
    }
    await f.inboxes.create(MAIN_ORGANISATION, fields, id=INBOX)
    await f.agents.add(
        Agent(
            id=AGENT,
            version=1,
            organisation=MAIN_ORGANISATION,
            name="小刘",
            groups=[MAIN_GROUP],
            queues=[queue.id],
            capacity={"*": 100},
        )
    )
    await f.agents.ready(AGENT)


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """Leave the signals alone."""


@asynccontextmanager
async def serving(asgi: object) -> AsyncIterator[str]:
    """uvicorn on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(asgi, log_level="warning", lifespan="off", ws="websockets-sansio")  # type: ignore[arg-type]
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()
