"""The composition root: which parts there are, and who gets what. Only this file knows them all."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from random import Random
from typing import Any

from channels import registry
from hub.access import Permission
from hub.assignments import Assignments
from hub.beats import Heart, forget_the_dead
from hub.blobs.folder import FolderBlobs
from hub.bots import BotRunner
from hub.channel import Channels
from hub.conversations import Conversations
from hub.delivery import Deliverer, Receipts
from hub.documents import Documents
from hub.endpoints import Permitted, Socket
from hub.erasure import Erasure
from hub.events import ConfigurationChanged
from hub.ids import MAIN_GROUP
from hub.intake import Intake
from hub.projections import Projector
from hub.settings import Settings
from hub.silence import Silence
from hub.sweeper import Sweeper
from hub.timeline import Timeline
from hub.timers import Timers
from hub.writer import Writer
from routing.lease import Lease
from routing.places import Places
from routing.router import Router
from web.agent_desk.board import Board
from web.agent_desk.desk import Desks
from web.agent_desk.desk_socket import DeskSocket
from web.agent_desk.roster import Roster
from web.app import Contents, create_app
from web.connections import OpenSockets
from web.demo import DemoPage
from web.files import Files
from web.foundation import Foundation, lay_foundation, open_documents, schema
from web.health import Health
from web.house import House
from web.identity import Gate
from web.installation import Installation
from web.metrics import Metrics
from web.pages import STATIC, Pages
from web.presenting import Names, Presenter
from web.resources import Tools, operations
from web.version import VERSION

TIDY = 3600.0  # seconds between two looks for sessions that have expired
LOOK = 60.0  # seconds between two looks at the sessions of open sockets


async def open_foundation(settings: Settings) -> Foundation:
    """The store and what stands on it, for commands and for the hub itself."""
    installation = Installation(settings.data)
    documents = await open_documents(settings, installation, schema())
    return found(documents, settings=settings, installation=installation)


def found(documents: Documents, *, settings: Settings, installation: Installation) -> Foundation:
    """The foundation over this store; :func:`build` puts the channels in."""
    return lay_foundation(
        documents,
        settings=settings,
        installation=installation,
        channels=Channels(),
        channel_kinds=registry.kinds(),
        settings_problems=registry.settings_problems,
    )


def build(foundation: Foundation) -> House:
    """Put everything together; nothing runs yet.

    A channel that the foundation has already (a test's own) is not made again.
    """
    f = foundation
    metrics, health = Metrics(), Health(VERSION)
    metrics.listen(f.bus)
    health.add("store", f.documents.ping)
    writer = Writer(f.documents, clock=f.clock, ids=f.ids, bus=f.bus)
    intake = Intake(writer, f.configured, f.clock)
    conversations = Conversations(writer, f.configured)
    names = Names(f.documents, f.bus)
    presenter = Presenter(f.documents, names)
    blobs = FolderBlobs(f.installation.files)
    receipts = Receipts(f.documents, clock=f.clock, bus=f.bus)
    projector = Projector(f.documents, f.bus)
    sweeper = Sweeper(
        f.documents,
        projector=projector,
        deliverer=Deliverer(
            f.documents,
            channels=f.configured,
            names=names,
            clock=f.clock,
            ids=f.ids,
            bus=f.bus,
            random=Random(),  # noqa: S311 - jitter, not a secret
        ),
        bots=BotRunner(f.documents, conversations, f.configured, clock=f.clock),
        clock=f.clock,
    )
    router = _router(f, writer)
    plugged = _plug_in(
        f,
        lambda: registry.Surroundings(
            documents=f.documents,
            intake=intake,
            contacts=f.contacts,
            receipts=receipts,
            blobs=blobs,
            places=Places(f.documents, router, f.clock, f.bus),
            names=names,
            clock=f.clock,
            ids=f.ids,
            bus=f.bus,
            key=f.installation.key("webchat"),
            assets=STATIC / "widget",
            max_file_bytes=f.settings.max_file_bytes,
            embedding=f.settings.allow_embedding,
            public_url=f.settings.public_url,
        ),
    )
    heart = Heart(f.documents, clock=f.clock, ids=f.ids, bus=f.bus)
    gate = Gate(f.accounts, f.sessions, f.documents, public_url=f.settings.public_url)
    desks, desk_socket = _desk(f, gate, presenter, router, heart)
    sockets = OpenSockets(f.sessions, f.bus)
    tools = Tools(
        gate=gate,
        presenter=presenter,
        conversations=conversations,
        receipts=receipts,
        erasure=Erasure(f.documents, projector, f.clock),
        files=Files(f.documents, blobs, f.clock, f.ids, most=f.settings.max_file_bytes),
    )
    application = create_app(
        Contents(
            operations=operations(f, tools),
            endpoints=[endpoint for one in plugged for endpoint in one.endpoints],
            sockets=[
                Socket("/api/desk", Permitted(Permission.DESK), desk_socket.serve),
                *(socket for one in plugged for socket in one.sockets),
            ],
            routes=DemoPage(f.inboxes).routes(),
        ),
        settings=f.settings,
        gate=gate,
        sockets=sockets,
        metrics=metrics,
        health=health,
        pages=Pages(),
        new_id=lambda: f.ids.new("x"),
        version=VERSION,
    )

    async def tell_desks() -> None:
        desk_socket.drain()

    return House(
        foundation=f,
        application=application,
        health=health,
        metrics=metrics,
        intake=intake,
        conversations=conversations,
        timeline=Timeline(f.documents),
        sweeper=sweeper,
        router=router,
        runners={
            "beats": heart.run,
            "router": router.run,
            "sweeper": sweeper.run,
            "timers": Timers(f.documents, f.clock).run,
            "silence": Silence(f.documents, conversations, f.configured, f.clock).run,
            "desks": desks.run,
            "rights": _rights(f, desks, gate),
            "sessions": _every(f, TIDY, f.sessions.tidy),
            "old beats": _every(f, TIDY, lambda: forget_the_dead(f.documents, f.clock)),
            "sockets": _every(f, LOOK, sockets.look),
        },
        goodbyes=[tell_desks, *(one.goodbye for one in plugged)],
        endings=[heart.stop],
    )


def _router(f: Foundation, writer: Writer) -> Router:
    alone = f.settings.mongodb_uri is None  # SQLite's lock file proves that nobody else is there
    return Router(
        f.documents,
        Lease(f.documents, MAIN_GROUP, clock=f.clock, ids=f.ids, alone=alone),
        assignments=Assignments(writer),
        agents=f.agents,
        times=f.configured,
        clock=f.clock,
        group=MAIN_GROUP,
    )


def _plug_in(f: Foundation, around: Callable[[], registry.Surroundings]) -> list[registry.WebChat]:
    """The channels on the one list, made and put where delivery finds them."""
    plugged = []
    for plug in registry.PLUGS:
        if plug.kind not in f.channels.by_kind:
            channel = plug.make(around())
            f.channels.by_kind[plug.kind] = channel
            plugged.append(channel)
    return plugged


def _desk(
    f: Foundation, gate: Gate, presenter: Presenter, router: Router, heart: Heart
) -> tuple[Desks, DeskSocket]:
    board = Board(f.documents, f.configured)
    roster = Roster(f.agents, board, presenter, f.clock)
    desks = Desks(
        f.documents,
        presenter=presenter,
        agents=f.agents,
        board=board,
        roster=roster,
        offer_clock=router,
        clock=f.clock,
    )
    desks.listen(f.bus)
    socket = DeskSocket(
        f.documents,
        desks=desks,
        board=board,
        roster=roster,
        presenter=presenter,
        agents=f.agents,
        heart=heart,
        bus=f.bus,
        clock=f.clock,
        principal_of=gate.principal_of,
    )
    return desks, socket


def _rights(f: Foundation, desks: Desks, gate: Gate) -> Callable[[], Coroutine[Any, Any, None]]:
    """Desks learn of changed rights when users or agents' queues are edited."""
    changed = asyncio.Event()

    def note(event: ConfigurationChanged) -> None:
        if event.collection in {"users", "agents"}:
            changed.set()

    f.bus.listen(ConfigurationChanged, note)

    async def run() -> None:
        while True:
            await changed.wait()
            changed.clear()
            await desks.refresh(gate.principal_of)

    return run


def _every(
    f: Foundation, seconds: float, work: Callable[[], Awaitable[object]]
) -> Callable[[], Coroutine[Any, Any, None]]:
    async def run() -> None:
        while True:
            await work()
            await f.clock.sleep(seconds)

    return run
