"""The hub on a real port, over a store in memory; its agent is the test itself.

The agent works in no queue, so nothing is offered to him: he pulls what he answers.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from hub.conversations import Conversations
from hub.documents import Document, Documents, Json
from hub.entries import Actor, By, Entry
from hub.ids import MAIN_GROUP, MAIN_ORGANISATION, Address, ConversationId, InboxId
from hub.intake import Incoming, Intake
from hub.settings import Settings
from hub.slots import Agent
from hub.timeline import Audience, Timeline
from tests.channels.webchat_client import Client
from tests.fakes.memory_documents import MemoryDocuments
from web.foundation import Foundation, schema
from web.installation import Installation
from web.wiring import build, found

INBOX = "i_test"
SECRET = "s" * 40
AGENT = "u_liu"


@dataclass(slots=True)
class Stage:
    """What a test acts with."""

    url: str
    foundation: Foundation
    conversations: Conversations
    intake: Intake
    goodbye: Callable[[], Awaitable[None]]
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

    async def answer(self, client: Client, text: str, **body: Any) -> Entry:
        """The agent writes."""
        return await self.say(await self.current(client), text, **body)

    async def say(self, conversation: ConversationId, text: str, **body: Any) -> Entry:
        """The agent writes in a conversation he holds."""
        by = By(Actor.AGENT, AGENT)
        return await self.conversations.post(conversation, by=by, body={"text": text, **body})

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
async def stage(folder: Path, *, settings: Mapping[str, Json] | None = None) -> AsyncIterator[Stage]:
    """A running hub."""
    foundation = found(
        MemoryDocuments(schema()), settings=Settings(data=folder), installation=Installation(folder)
    )
    await _fill(foundation, settings or {})
    house = build(foundation)
    async with serving(house.application.asgi) as url:
        await house.start()
        made = Stage(url, foundation, house.conversations, house.intake, house.say_goodbye)
        try:
            yield made
        finally:
            for client in made.clients:
                await client.disconnect()
                await client.http.aclose()
            await house.say_goodbye()
            await house.stop()


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
            capacity={"*": 100},
        )
    )
    await f.agents.ready(AGENT)


@asynccontextmanager
async def serving(asgi: Any) -> AsyncIterator[str]:
    """uvicorn on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(asgi, log_level="warning", lifespan="off"))
    task = asyncio.create_task(server._serve([listener]))
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()
