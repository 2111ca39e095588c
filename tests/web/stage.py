"""A whole hub over a store in memory, with two organisations that must never see each other.

Everything of the foreign organisation carries :data:`FOREIGN` in its ids and texts, so that a
leak shows in any answer.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from argon2 import PasswordHasher

from channels import registry
from hub.accounts import User
from hub.assignments import Assignments, Tenure
from hub.channel import Channels
from hub.clock import Clock, SystemClock
from hub.delivery import Status
from hub.documents import Document, Documents, Insert, Json
from hub.entries import Actor, By, Entry
from hub.ids import MAIN_GROUP, Address, ConversationId, Ids, InboxId, RandomIds
from hub.intake import Incoming
from hub.settings import Settings
from hub.slots import Agent
from hub.writer import Writer
from tests.fakes.memory_documents import MemoryDocuments
from web.foundation import Foundation, lay_foundation, schema
from web.house import House
from web.installation import Installation
from web.passwords import Argon2Passwords
from web.wiring import build

PASSWORD = "correct horse battery"
FOREIGN = "zz9foreign"
OWN = "o_main"
OTHER = f"o_{FOREIGN}"
ORIGIN = "http://hub.test"
ROLES = ("admin", "supervisor", "agent")


class MarkedIds:
    """Ids that say whose they are, so that a leak is seen."""

    def __init__(self) -> None:
        self._ids = RandomIds()
        self.mark = ""

    def new(self, prefix: str) -> str:
        """As :class:`hub.ids.Ids`."""
        return self._ids.new(f"{prefix}_{self.mark}" if self.mark else prefix)


def fast_passwords() -> Argon2Passwords:
    """Argon2 with the least costs it takes."""
    return Argon2Passwords(at_once=2, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass(slots=True)
class Company:
    """What one organisation has; ids by what they are."""

    organisation: str
    users: dict[str, User] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, what: str) -> str:
        """The id of something."""
        return self.ids[what]


@dataclass(slots=True)
class Stage:
    """The hub and its two companies."""

    house: House
    ids: MarkedIds
    own: Company
    other: Company

    @property
    def documents(self) -> Documents:
        """The store."""
        return self.house.foundation.documents

    def visitor(self) -> httpx2.AsyncClient:
        """Somebody who has not signed in, with a page of ours open."""
        return client(self.house)

    async def signed_in(self, role: str, company: Company | None = None) -> httpx2.AsyncClient:
        """Somebody of this role."""
        user = (company or self.own).users[role]
        session = self.house.foundation.sessions
        token, _ = await session.begin(user.organisation, user.id, address="192.0.2.1")
        browser = self.visitor()
        browser.cookies.set("hub_session", token, domain="hub.test")
        return browser


def client(house: House, *, origin: str | None = ORIGIN, **transport: Any) -> httpx2.AsyncClient:
    """A browser on the real app, without a network in between."""
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(house.application.asgi, **transport),
        base_url=ORIGIN,
        headers={} if origin is None else {"origin": origin},
    )


@asynccontextmanager
async def stage(
    folder: Path,
    *,
    settings: Settings | None = None,
    documents: Documents | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Stage]:
    """A filled hub whose background parts do not run."""
    settings = settings or Settings(data=folder)
    ids, clock = MarkedIds(), clock or SystemClock()
    foundation = lay_foundation(
        documents or MemoryDocuments(schema()),
        settings=settings,
        installation=Installation(settings.data),
        channels=Channels(),
        channel_kinds=registry.kinds(),
        settings_problems=registry.settings_problems,
        clock=clock,
        ids=ids,
        passwords=fast_passwords(),
    )
    house = build(foundation)
    other = Company(OTHER)
    ids.mark = FOREIGN
    await _fill(house, other, ids)
    ids.mark = ""
    own = Company(OWN)
    await _fill(house, own, ids)
    try:
        yield Stage(house, ids, own, other)
    finally:
        await foundation.close()


async def _fill(house: House, company: Company, ids: MarkedIds) -> None:
    f, organisation, mark = house.foundation, company.organisation, ids.mark
    made = company.ids
    made["skill"] = (await f.skills.create(organisation, {"name": f"燃气表{mark}"})).id
    made["spare_skill"] = (await f.skills.create(organisation, {"name": f"管道{mark}"})).id
    week: Json = [[{"from": "00:00", "to": "24:00"}]] * 7
    for key, name in (("calendar", "全天"), ("spare_calendar", "空日历")):
        fields: Document = {"name": f"{name}{mark}", "week": week, "special": [], "follows": "CN"}
        made[key] = (await f.calendars.create(organisation, fields)).id
    for key, name in (("queue", "报修"), ("queue_b", "投诉"), ("spare_queue", "空队列")):
        made[key] = (await f.queues.create(organisation, {"name": f"{name}{mark}"})).id
    fields = {"shortcut": f"nh{mark}", "title": f"问候{mark}", "text": f"您好{mark}"}
    made["reply"] = (await f.canned_replies.create(organisation, fields)).id
    made["disposition"] = (await f.dispositions.create(organisation, {"name": f"报修{mark}"})).id
    made["reason"] = (await f.break_reasons.create(organisation, {"name": f"小休{mark}"})).id
    for key in ("inbox", "spare_inbox"):
        inbox: Document = {"channel": "webchat", "name": f"官网{key}{mark}", "queue": made["queue"]}
        made[key] = (await f.inboxes.create(organisation, inbox)).id
    rule: Document = {
        "name": f"阀门{mark}",
        "when": [{"field": "text", "op": "contains", "value": "阀门"}],
        "then": {"queue": made["queue_b"], "skills": {made["skill"]: 3}, "priority": 4},
    }
    made["rule"] = (await f.rules.append(organisation, rule)).id
    for role in ROLES:
        company.users[role] = await _user(f, company, role, mark, agent=True)
    company.users["colleague"] = await _user(f, company, "colleague", mark, agent=True)
    company.users["clerk"] = await _user(f, company, "clerk", mark, agent=False)
    for name, user in company.users.items():
        made[name] = user.id
    await _conversations(house, company, ids)


async def _user(f: Foundation, company: Company, name: str, mark: str, *, agent: bool) -> User:
    user = await f.accounts.draft(
        company.organisation,
        login=f"{name}{mark}",
        name=f"{name} {mark}".strip(),
        password=PASSWORD,
        roles=[name] if name in ROLES else ["agent"],
        agent=agent,
    )
    await f.accounts.add(user)
    if agent:
        # The colleague works in the other queue, everybody else in the first.
        queue = company["queue_b"] if name == "colleague" else company["queue"]
        await f.agents.add(
            Agent(
                id=user.id,
                version=1,
                organisation=company.organisation,
                name=user.name,
                groups=[MAIN_GROUP],
                queues=[queue],
                skills={company["skill"]: 5},
                capacity={"*": 20},
            )
        )
        await f.agents.ready(user.id)
    return user


async def _conversations(house: House, company: Company, ids: MarkedIds) -> None:
    """One conversation in each state; the agent holds *assigned*, *offered* is offered to him."""
    made = company.ids
    agent, colleague = made["agent"], made["colleague"]
    for key in ("waiting", "waiting_2", "offered", "assigned", "closed", "snoozed", "foreign_queue"):
        entry = await write(house, company, ids, address=key, text=f"{key} {ids.mark}")
        made[key] = entry.conversation
        made[f"{key}_entry"] = entry.id
        made["contact" if key == "assigned" else f"{key}_contact"] = entry.by.id
    verbs, by = house.conversations, By(Actor.AGENT, agent)
    for key in ("assigned", "closed", "snoozed"):
        await verbs.pull(ConversationId(made[key]), agent=agent)
    said = await verbs.post(ConversationId(made["assigned"]), by=by, body={"text": f"好的 {ids.mark}"})
    made["message"] = said.id
    await verbs.close(ConversationId(made["closed"]), by=by, seen=2)
    await verbs.snooze(ConversationId(made["snoozed"]), agent=agent, seen=2, until="2099-01-01T00:00:00.000Z")
    await verbs.pull(ConversationId(made["foreign_queue"]), agent=colleague)
    await verbs.to_queue(
        ConversationId(made["foreign_queue"]), by=By(Actor.AGENT, colleague), queue=made["queue_b"]
    )
    f = house.foundation
    writer = Writer(f.documents, clock=f.clock, ids=ids, bus=f.bus)
    tenure = Tenure(MAIN_GROUP, 0, lambda: True)
    offer = await Assignments(writer).offer(
        ConversationId(made["offered"]), agent=agent, tenure=tenure, facts={}
    )
    made["slot"] = offer.id
    await _extras(house, company, said, ids)


async def _extras(house: House, company: Company, said: Entry, ids: MarkedIds) -> None:
    """A failed delivery, and after-contact work."""
    delivery: Document = {
        "id": said.id,
        "version": 1,
        "organisation": company.organisation,
        "conversation": said.conversation,
        "inbox": said.inbox,
        "address": said.address,
        "seq": said.seq,
        "status": Status.FAILED.value,
        "worker": "w",
        "number": 1,
        "at": said.at,
        "why": f"refused {ids.mark}",
    }
    await house.foundation.documents.commit([Insert("deliveries", delivery)])


async def write(house: House, company: Company, ids: Ids, *, address: str, text: str = "你好") -> Entry:
    """A customer's message."""
    inbox, place = InboxId(company["inbox"]), Address(f"{company.organisation}-{address}")
    contact = await house.foundation.contacts.meet(company.organisation, inbox, place)  # type: ignore[arg-type]
    return await house.intake.receive(
        Incoming(
            inbox=inbox,
            address=place,
            contact=contact.id,
            body={"text": text},
            client_id=ids.new("m"),
        )
    )
