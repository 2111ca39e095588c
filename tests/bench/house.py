"""Fills a hub's store with queues, an inbox, people and their sign-ins, before the hub starts."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import msgspec

from hub.documents import Document, Json
from hub.ids import MAIN_GROUP, MAIN_ORGANISATION
from hub.settings import Settings
from hub.slots import Agent
from web.first_run import prepare_data
from web.foundation import Foundation
from web.wiring import open_foundation

NO_LIMIT = 1_000_000
SETTINGS: dict[str, Json] = {
    "silent_after": 0,
    "left_after": 0,
    "limits": dict.fromkeys(
        (
            "messages_per_minute",
            "messages_per_minute_address",
            "sessions_per_minute_address",
            "conversations_per_minute_address",
            "conversations_per_minute",
            "frames_per_second",
            "sockets",
            "sockets_address",
        ),
        NO_LIMIT,
    ),
}
"""The measuring customers come from one address and write without a pause: no limits for them."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a session: send the cookie and the origin."""

    id: str
    token: str

    def headers(self, port: int) -> dict[str, str]:
        """What his browser would send."""
        return {"Cookie": f"hub_session={self.token}", "Origin": f"http://127.0.0.1:{port}"}


@dataclass(frozen=True, slots=True)
class House:
    """What there is in the store."""

    inbox: str
    queues: tuple[str, ...]
    agents: tuple[Person, ...]
    supervisor: Person


def fill(data: Path, *, agents: int, queues: int = 1, capacity: int = 1) -> House:
    """A new store with so many agents, all in every queue, on a break until they say they are ready."""
    return asyncio.run(_fill(data, agents, queues, capacity))


async def _fill(data: Path, agents: int, queues: int, capacity: int) -> House:
    foundation = await open_foundation(Settings(data=data))
    try:
        await prepare_data(foundation, lambda words: None)
        made = [await _queue(foundation, number) for number in range(queues)]
        inbox = await foundation.inboxes.create(
            MAIN_ORGANISATION,
            {"channel": "webchat", "name": "Benchmark", "queue": made[0], "settings": SETTINGS},
        )
        people = await _people(foundation, agents, made, capacity)
        return House(inbox.id, tuple(made), tuple(people[:-1]), people[-1])
    finally:
        await foundation.close()


async def _queue(foundation: Foundation, number: int) -> str:
    fields: Document = {"name": f"Queue {number}", "offer_seconds": 60}
    return (await foundation.queues.create(MAIN_ORGANISATION, fields)).id


async def _people(f: Foundation, agents: int, queues: list[str], capacity: int) -> list[Person]:
    """All with one password, whose hash is made once: it costs 64 MiB and a tenth of a second each."""
    one = await f.accounts.draft(
        MAIN_ORGANISATION, login="nobody", name="Nobody", password="not used to sign in", roles=["agent"]
    )
    users = [
        msgspec.structs.replace(
            one, id=f.ids.new("u"), login=f"agent{number}", name=f"Agent {number}", agent=True
        )
        for number in range(agents)
    ]
    chief = msgspec.structs.replace(
        one, id=f.ids.new("u"), login="supervisor", name="Supervisor", roles=["supervisor"], agent=False
    )
    documents = [
        Agent(
            id=user.id,
            version=1,
            organisation=user.organisation,
            name=user.name,
            groups=[MAIN_GROUP],
            queues=queues,
            capacity={"*": capacity},
            since=user.created_at,
            idle_since=user.created_at,
        )
        for user in users
    ]
    await f.documents.bulk("users", [cast(Document, msgspec.to_builtins(user)) for user in [*users, chief]])
    await f.documents.bulk("agents", [cast(Document, msgspec.to_builtins(agent)) for agent in documents])
    people = []
    for user in [*users, chief]:
        token, _ = await f.sessions.begin(user.organisation, user.id, address="127.0.0.1")
        people.append(Person(user.id, token))
    return people
