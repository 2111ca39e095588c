"""Fills a hub's store with teams, people and their sign-ins, before the hub starts."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import msgspec

from hub.accounts import User
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
class Team:
    """A queue, the inbox whose customers come to it, and the agents who work in it."""

    inbox: str
    queue: str
    agents: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class House:
    """What there is in the store."""

    teams: tuple[Team, ...]
    break_reason: str
    supervisor: Person

    @property
    def agents(self) -> tuple[Person, ...]:
        """Everybody who takes conversations, team by team."""
        return tuple(person for team in self.teams for person in team.agents)

    @property
    def inbox(self) -> str:
        """The first team's inbox."""
        return self.teams[0].inbox


def fill(data: Path, *, agents: int, teams: int = 1) -> House:
    """A new store with so many agents in each team, signed out, with room for one conversation."""
    return asyncio.run(_fill(data, agents, teams))


async def _fill(data: Path, agents: int, teams: int) -> House:
    foundation = await open_foundation(Settings(data=data))
    try:
        await prepare_data(foundation, lambda words: None)
        reason = await foundation.break_reasons.create(MAIN_ORGANISATION, {"name": "Setting up"})
        one = await _nobody(foundation)
        made = [await _team(foundation, one, number, agents) for number in range(teams)]
        chief = msgspec.structs.replace(
            one, id=foundation.ids.new("u"), login="supervisor", name="Supervisor", roles=["supervisor"]
        )
        await foundation.accounts.add(chief)
        return House(tuple(made), reason.id, await _sign_in(foundation, chief.id))
    finally:
        await foundation.close()


async def _nobody(f: Foundation) -> User:
    """Whom the others are copies of: a password's hash costs 64 MiB and a tenth of a second."""
    return await f.accounts.draft(
        MAIN_ORGANISATION, login="nobody", name="Nobody", password="not used to sign in", roles=["agent"]
    )


async def _team(f: Foundation, one: User, number: int, agents: int) -> Team:
    fields: Document = {"name": f"Queue {number}", "offer_seconds": 60}
    queue = await f.queues.create(MAIN_ORGANISATION, fields)
    inbox = await f.inboxes.create(
        MAIN_ORGANISATION,
        {"channel": "webchat", "name": f"Inbox {number}", "queue": queue.id, "settings": SETTINGS},
    )
    users = [
        msgspec.structs.replace(
            one, id=f.ids.new("u"), login=f"agent{number}-{place}", name=f"Agent {number}-{place}", agent=True
        )
        for place in range(agents)
    ]
    documents = [
        Agent(
            id=user.id,
            version=1,
            organisation=user.organisation,
            name=user.name,
            groups=[MAIN_GROUP],
            queues=[queue.id],
            capacity={"*": 1},
            since=user.created_at,
            idle_since=user.created_at,
        )
        for user in users
    ]
    await f.documents.bulk("users", [cast(Document, msgspec.to_builtins(user)) for user in users])
    await f.documents.bulk("agents", [cast(Document, msgspec.to_builtins(agent)) for agent in documents])
    people = await asyncio.gather(*(_sign_in(f, user.id) for user in users))
    return Team(inbox.id, queue.id, tuple(people))


async def _sign_in(f: Foundation, user: str) -> Person:
    token, _ = await f.sessions.begin(MAIN_ORGANISATION, user, address="127.0.0.1")
    return Person(user, token)
