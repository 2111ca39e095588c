"""The foundation: the store and everything that only reads and writes it.

Commands that work without a running hub need no more than this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from channels import registry
from hub import accounts as accounts_module
from hub import sessions as sessions_module
from hub.accounts import Accounts
from hub.agents import Agents
from hub.calendars import Calendars, open_calendars
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
from hub.hours import PublicDays
from hub.ids import Ids, RandomIds
from hub.inboxes import Inboxes, SettingsProblems, open_inboxes
from hub.mongo.documents import MongoDocuments
from hub.processes import PROCESSES
from hub.redis.bus import RedisBus
from hub.redis.channel import HINTS
from hub.schema import COLLECTIONS
from hub.sessions import Sessions
from hub.settings import Settings
from hub.sqlite.documents import SqliteDocuments
from hub.sqlite.lock import Lock
from routing import queues as queues_module
from routing import settings as settings_module
from routing import skills as skills_module
from routing.queue_rules import open_queues
from routing.queues import Queues
from routing.rule_register import RULES, Named, Rules
from routing.rulebook import RuleBook
from routing.settings import Settings as RoutingSettings
from routing.skills import Skills, open_skills
from web.configured import Configured
from web.installation import Installation
from web.passwords import Argon2Passwords
from web.public_days import public_calendars
from web.routing_plans import RoutingPlans


def schema() -> Schema:
    """Every collection of the house and of the channels that are plugged in."""
    return Schema(
        (
            *COLLECTIONS,
            accounts_module.COLLECTION,
            sessions_module.COLLECTION,
            *queues_module.COLLECTIONS,
            *skills_module.COLLECTIONS,
            *settings_module.COLLECTIONS,
            RULES,
            PROCESSES,
            HINTS,
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
    rules: Rules
    rulebook: RuleBook
    routing_settings: RoutingSettings
    plans: RoutingPlans
    canned_replies: CannedReplies
    dispositions: Dispositions
    break_reasons: BreakReasons
    inboxes: Inboxes
    calendars: Calendars
    public: Mapping[str, PublicDays]  # by country
    channels: Channels
    configured: Configured
    lock: Lock | None = None  # on the data folder

    async def close(self) -> None:
        """Finish writing and let go of the store and the data folder."""
        self.passwords.close()
        if isinstance(self.bus, RedisBus):
            await self.bus.close()
        try:
            await self.documents.close()
        finally:
            if self.lock is not None:
                self.lock.release()


async def open_documents(
    settings: Settings, installation: Installation, schema: Schema, lock: Lock | None = None
) -> Documents:
    """The store that the settings name; StoreError (StoreLocked …) where it cannot be opened.

    ``lock``: the one held on the data folder.
    """
    if settings.mongodb_uri is not None:
        return await MongoDocuments.open(settings.mongodb_uri, schema, database=settings.mongodb_database)
    return await SqliteDocuments.open(installation.store, schema, lock=lock)


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
    lock: Lock | None = None,
) -> Foundation:
    """Build on an open store; clock, ids, bus and passwords may be a test's own.

    ``lock``: the one held on the data folder, released at the end.
    """
    clock = clock or SystemClock()
    ids = ids or RandomIds()
    bus = bus or LocalBus()
    passwords = passwords or Argon2Passwords(at_once=settings.password_checks_at_once)
    skills = open_skills(documents, ids, bus)
    routing_settings = RoutingSettings(documents, bus)
    public = public_calendars()
    configured = Configured(documents, channels, bus, clock, public=public)
    foundation = Foundation(
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
        rules=Rules(documents, ids, bus, channels=channel_kinds),
        rulebook=RuleBook(
            documents,
            is_open=configured.is_open,
            clock=clock,
            bus=bus,
            timezone=ZoneInfo(settings.timezone),
        ),
        routing_settings=routing_settings,
        plans=RoutingPlans(documents, configured, routing_settings, channels, clock),
        canned_replies=open_canned_replies(documents, ids, bus),
        dispositions=open_dispositions(documents, ids, bus),
        break_reasons=open_break_reasons(documents, ids, bus),
        inboxes=open_inboxes(
            documents, ids, bus, channels=channel_kinds, settings_problems=settings_problems
        ),
        calendars=open_calendars(documents, ids, bus, countries=sorted(public)),
        public=public,
        channels=channels,
        configured=configured,
        lock=lock,
    )
    _keep_what_rules_name(foundation)
    return foundation


def _keep_what_rules_name(f: Foundation) -> None:
    f.queues.guarded_by(f.rules.guard(Named.QUEUE))
    f.skills.guarded_by(f.rules.guard(Named.SKILL))
    f.inboxes.guarded_by(f.rules.guard(Named.INBOX))
    f.calendars.guarded_by(f.rules.guard(Named.CALENDAR))
