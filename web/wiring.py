"""The composition root: which parts there are, and who gets what. Only this file knows them all."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import Any

import structlog

from hub.assignments import Assignments
from hub.beats import Heart
from hub.blobs.folder import FolderBlobs
from hub.channel import Channels
from hub.conversations import Conversations
from hub.delivery import Deliverer, Receipts
from hub.documents import Documents
from hub.erasure import Erasure
from hub.ids import MAIN_GROUP
from hub.intake import Intake
from hub.projections import Projector
from hub.settings import Settings
from hub.sweeper import Sweeper
from hub.timeline import Timeline
from hub.timers import Timers
from hub.writer import Writer
from routing.lease import Lease
from routing.router import Router
from web.app import Application, Contents, create_app
from web.demo import DemoPage
from web.files import Files
from web.foundation import Foundation, lay_foundation, open_documents, schema
from web.health import Health, Phase
from web.identity import Gate
from web.installation import Installation
from web.metrics import Metrics
from web.pages import Pages
from web.presenting import Names, Presenter
from web.resources import Tools, operations
from web.version import VERSION

_log = structlog.get_logger(__name__)
DRAIN = 2.0  # seconds for owed work to finish at the end
CHANNEL_KINDS = frozenset({"webchat"})


@dataclass(slots=True)
class House:
    """A hub of one process: its parts, and the tasks that run them."""

    foundation: Foundation
    application: Application
    health: Health
    metrics: Metrics
    intake: Intake
    conversations: Conversations
    timeline: Timeline
    heart: Heart
    sweeper: Sweeper
    timers: Timers
    router: Router
    # What is told that the hub stops, before requests end: sockets say goodbye here.
    goodbyes: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        """Begin to work; ready when it returns."""
        bus = self.foundation.bus
        self.router.listen(bus)
        self.sweeper.listen(bus)
        for name, run in (
            ("beats", self.heart.run),
            ("router", self.router.run),
            ("sweeper", self.sweeper.run),
            ("timers", self.timers.run),
            ("tidy", self._tidy),
        ):
            self._tasks.append(asyncio.create_task(_guarded(name, run()), name=name))
        for channel in self.foundation.channels.by_kind.values():
            await channel.start()
        self.health.phase = Phase.READY

    async def say_goodbye(self) -> None:
        """The hub is about to stop: not ready any more, and whoever is connected is told."""
        self.health.phase = Phase.DRAINING
        for goodbye in self.goodbyes:
            await goodbye()

    async def stop(self) -> None:
        """Finish what is owed now, end the tasks, close the store."""
        self.health.phase = Phase.DRAINING
        for channel in self.foundation.channels.by_kind.values():
            await channel.stop()
        await self.sweeper.drain(DRAIN)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(Exception):
            await self.heart.stop()
        await self.foundation.close()

    async def _tidy(self) -> None:
        while True:
            await self.foundation.sessions.tidy()
            await self.foundation.clock.sleep(3600)


async def _guarded(name: str, run: Coroutine[Any, Any, None]) -> None:
    """A part that fails is a fault of ours: say so, and let /health show what is missing."""
    try:
        await run
    except Exception:
        _log.exception("A part of the hub has stopped", part=name)
        raise


async def open_foundation(settings: Settings) -> Foundation:
    """The store and what stands on it, for commands and for the hub itself."""
    installation = Installation(settings.data)
    documents = await open_documents(settings, installation, schema())
    return found(documents, settings=settings, installation=installation)


def found(documents: Documents, *, settings: Settings, installation: Installation) -> Foundation:
    """The foundation over this store, with the channels that are plugged in."""
    return lay_foundation(
        documents,
        settings=settings,
        installation=installation,
        channels=Channels(),
        channel_kinds=CHANNEL_KINDS,
    )


def build(foundation: Foundation) -> House:
    """Put everything together; nothing runs yet."""
    f = foundation
    metrics = Metrics()
    health = Health(VERSION)
    health.add("store", f.documents.ping)
    writer = Writer(f.documents, clock=f.clock, ids=f.ids, bus=f.bus)
    intake = Intake(writer, f.configured, f.clock)
    conversations = Conversations(writer, f.configured)
    timeline = Timeline(f.documents)
    names = Names(f.documents, f.bus)
    presenter = Presenter(f.documents, names)
    deliverer = Deliverer(
        f.documents,
        channels=f.configured,
        names=names,
        clock=f.clock,
        ids=f.ids,
        bus=f.bus,
        random=Random(),  # noqa: S311 - jitter, not a secret
    )
    projector = Projector(f.documents, f.bus)
    sweeper = Sweeper(
        f.documents,
        projector=projector,
        deliverer=deliverer,
        bots=None,
        clock=f.clock,
    )
    alone = f.settings.mongodb_uri is None  # SQLite's lock file proves that nobody else is there
    router = Router(
        f.documents,
        Lease(f.documents, MAIN_GROUP, clock=f.clock, ids=f.ids, alone=alone),
        assignments=Assignments(writer),
        agents=f.agents,
        times=f.configured,
        clock=f.clock,
        group=MAIN_GROUP,
    )
    gate = Gate(f.accounts, f.sessions, f.documents, public_url=f.settings.public_url)
    files = Files(
        f.documents,
        FolderBlobs(f.installation.files),
        f.clock,
        f.ids,
        most=f.settings.max_file_bytes,
    )
    tools = Tools(
        gate=gate,
        presenter=presenter,
        conversations=conversations,
        receipts=Receipts(f.documents, clock=f.clock, bus=f.bus),
        erasure=Erasure(f.documents, projector, f.clock),
        files=files,
    )
    application = create_app(
        Contents(operations=operations(f, tools), routes=DemoPage(f.inboxes).routes()),
        settings=f.settings,
        gate=gate,
        metrics=metrics,
        health=health,
        pages=Pages(),
        new_id=lambda: f.ids.new("x"),
        version=VERSION,
    )
    return House(
        foundation=f,
        application=application,
        health=health,
        metrics=metrics,
        intake=intake,
        conversations=conversations,
        timeline=timeline,
        heart=Heart(f.documents, clock=f.clock, ids=f.ids, bus=f.bus),
        sweeper=sweeper,
        timers=Timers(f.documents, f.clock),
        router=router,
    )
