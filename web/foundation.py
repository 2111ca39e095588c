"""The foundation: the store and everything that only reads and writes it.

Commands that work without a running hub need no more than this.
"""

from dataclasses import dataclass
from datetime import timedelta

from channels import registry
from hub import accounts as accounts_module
from hub import sessions as sessions_module
from hub.accounts import Accounts
from hub.agents import Agents
from hub.channel import Channels
from hub.clock import Clock, SystemClock
from hub.contacts import Contacts
from hub.directory import (
    BreakReasons,
    CannedReplies,
    Dispositions,
    open_break_reasons,
    open_canned_replies,
    open_dispositions,
)
from hub.documents import Documents, Schema
from hub.events import Bus, LocalBus
from hub.ids import Ids, RandomIds
from hub.inboxes import Inboxes, SettingsProblems, open_inboxes
from hub.mongo.documents import MongoDocuments
from hub.schema import COLLECTIONS
from hub.sessions import Sessions
from hub.settings import Settings
from hub.sqlite.documents import SqliteDocuments
from routing import queues as queues_module
from routing import skills as skills_module
from routing.queues import Queues, open_queues
from routing.skills import Skills, open_skills
from web.configured import Configured
from web.installation import Installation
from web.passwords import Argon2Passwords


def schema() -> Schema:
    """Every collection of the house and of the channels that are plugged in."""
    return Schema(
        (
            *COLLECTIONS,
            accounts_module.COLLECTION,
            sessions_module.COLLECTION,
            *queues_module.COLLECTIONS,
            *skills_module.COLLECTIONS,
            *registry.collections(),
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """The store and the parts that stand on it alone."""

    settings: Settings
    installation: Installation
    documents: Documents
    clock: Clock
    ids: Ids
    bus: Bus
    passwords: Argon2Passwords
    accounts: Accounts
    sessions: Sessions
    agents: Agents
    contacts: Contacts
    queues: Queues
    skills: Skills
    canned_replies: CannedReplies
    dispositions: Dispositions
    break_reasons: BreakReasons
    inboxes: Inboxes
    channels: Channels
    configured: Configured

    async def close(self) -> None:
        """Finish writing and let go of the store."""
        self.passwords.close()
        await self.documents.close()


async def open_documents(settings: Settings, installation: Installation, schema: Schema) -> Documents:
    """The store that the settings name; StoreError (StoreLocked …) where it cannot be opened."""
    if settings.mongodb_uri is not None:
        return await MongoDocuments.open(settings.mongodb_uri, schema, database=settings.mongodb_database)
    return await SqliteDocuments.open(installation.store, schema)


def lay_foundation(
    documents: Documents,
    *,
    settings: Settings,
    installation: Installation,
    channels: Channels,
    channel_kinds: frozenset[str],
    settings_problems: SettingsProblems = lambda kind, settings: [],
    clock: Clock | None = None,
    ids: Ids | None = None,
    bus: Bus | None = None,
    passwords: Argon2Passwords | None = None,
) -> Foundation:
    """Build on an open store; clock, ids, bus and passwords may be a test's own."""
    clock = clock or SystemClock()
    ids = ids or RandomIds()
    bus = bus or LocalBus()
    passwords = passwords or Argon2Passwords(at_once=settings.password_checks_at_once)
    skills = open_skills(documents, ids, bus)
    return Foundation(
        settings=settings,
        installation=installation,
        documents=documents,
        clock=clock,
        ids=ids,
        bus=bus,
        passwords=passwords,
        accounts=Accounts(documents, clock, ids, bus, passwords=passwords),
        sessions=Sessions(
            documents,
            clock,
            bus,
            idle=timedelta(minutes=settings.session_idle_minutes),
            longest=timedelta(hours=settings.session_hours),
        ),
        agents=Agents(documents, clock=clock, bus=bus),
        contacts=Contacts(documents, clock, bus),
        queues=open_queues(documents, ids, bus, skills),
        skills=skills,
        canned_replies=open_canned_replies(documents, ids, bus),
        dispositions=open_dispositions(documents, ids, bus),
        break_reasons=open_break_reasons(documents, ids, bus),
        inboxes=open_inboxes(
            documents, ids, bus, channels=channel_kinds, settings_problems=settings_problems
        ),
        channels=channels,
        configured=Configured(documents, channels, bus, clock),
    )
