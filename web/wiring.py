"""The composition root: which parts there are, and who gets what. Only this file knows them all."""

import asyncio
import contextlib
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
from hub.deliverer import Deliverer
from hub.documents import Documents
from hub.endpoints import Permitted, Socket
from hub.erasure import Erasure
from hub.events import Bus, ConfigurationChanged
from hub.ids import MAIN_ORGANISATION
from hub.intake import Intake
from hub.processes import Part
from hub.projections import Projector
from hub.receipts import Receipts
from hub.settings import Settings
from hub.silence import Silence
from hub.sqlite.lock import Lock
from hub.sweeper import Sweeper
from hub.timeline import Timeline
from hub.timers import Timers
from hub.writer import Writer
from routing.groups import Routers
from routing.lease import Lease
from routing.lines import StoreLines
from routing.places import Places
from routing.router import Router
from web import restore
from web.agent_desk.board import Board
from web.agent_desk.desk import Desks
from web.agent_desk.desk_socket import DeskSocket
from web.agent_desk.roster import Roster
from web.app import Contents, create_app
from web.connections import OpenSockets
from web.demo import DemoPage
from web.figures import Figures
from web.files import Files
from web.foundation import Foundation, lay_foundation, open_documents, schema
from web.health import PROBE_EVERY, Health
from web.hints import open_bus
from web.house import House, Runner
from web.identity import Gate
from web.installation import Installation, hold, hold_together
from web.metrics import Metrics
from web.pages import STATIC, Pages
from web.presenting import Names, Presenter
from web.resources import Tools, operations
from web.several import several
from web.version import VERSION

TIDY = 3600.0  # seconds between two looks for sessions that have expired
LOOK = 60.0  # seconds between two looks at the sessions and rights of open sockets
ROUTING = frozenset({"routers", "timers", "silence"})  # what `hub router` runs, and `hub web` does not


async def open_foundation(settings: Settings, *, shared: bool = False) -> Foundation:
    """The store and what stands on it, for commands and for the hub itself.

    The data folder is this process's until the foundation is closed, ``shared`` (on MongoDB only):
    its and others'; a restore that was prepared is put in place before the store is opened.
    """
    if shared:
        lock = await asyncio.to_thread(hold_together, settings.data, restore.finish)
    else:
        lock = hold(settings.data)
    try:
        if not shared:
            restore.finish(settings.data)
        installation = Installation(settings.data)
        documents = await open_documents(settings, installation, schema(), lock)
        try:
            bus = await open_bus(settings, documents)
        except BaseException:
            await documents.close()
            raise
    except BaseException:
        lock.release()
        raise
    return found(documents, settings=settings, installation=installation, lock=lock, bus=bus)


def found(
    documents: Documents,
    *,
    settings: Settings,
    installation: Installation,
    lock: Lock | None = None,
    bus: Bus | None = None,
) -> Foundation:
    """The foundation over this store; :func:`build` puts the channels in."""
    return lay_foundation(
        documents,
        settings=settings,
        installation=installation,
        channels=Channels(),
        channel_kinds=registry.kinds(),
        settings_problems=registry.settings_problems,
        bus=bus,
        lock=lock,
    )


def build(foundation: Foundation, part: Part = Part.ALL) -> House:
    """Put everything together; nothing runs yet, and later only what belongs to this part.

    A channel that the foundation has already (a test's own) is not made again.
    """
    f = foundation
    metrics, health = Metrics(), Health(VERSION, monotonic=f.clock.monotonic)
    metrics.listen(f.bus)
    health.add("store", f.documents.ping, every=PROBE_EVERY)
    writer = Writer(f.documents, clock=f.clock, ids=f.ids, bus=f.bus)
    intake = Intake(writer, f.configured, f.clock, rules=f.rulebook)
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
        bots=BotRunner(f.documents, conversations, f.configured, clock=f.clock, rules=f.rulebook),
        clock=f.clock,
    )
    routers = _routers(f, writer)
    heart = Heart(f.documents, clock=f.clock, ids=f.ids, bus=f.bus)
    others = several(f, part, heart, metrics)
    lines = None if others is None else StoreLines(f.documents, routers, clock=f.clock, bus=f.bus)
    places = Places(f.documents, lines or routers, f.clock, f.bus, read=lines.read if lines else None)
    plugged = _plug_in(
        f,
        lambda: registry.Surroundings(
            documents=f.documents,
            intake=intake,
            contacts=f.contacts,
            receipts=receipts,
            blobs=blobs,
            places=places,
            names=names,
            hours=f.configured,
            clock=f.clock,
            ids=f.ids,
            bus=f.bus,
            key=f.installation.key("webchat"),
            assets=STATIC / "widget",
            max_file_bytes=f.settings.max_file_bytes,
            embedding=f.settings.allow_embedding,
            public_url=f.settings.public_url,
            processes=None if others is None else others.processes,
        ),
    )
    metrics.add(
        Figures(
            f.documents,
            organisation=MAIN_ORGANISATION,
            queues=f.queues,
            agents=f.agents,
            owned=lambda: routers.owned,
            clock=f.clock,
        )
    )
    gate = Gate(f.accounts, f.sessions, f.documents, public_url=f.settings.public_url)
    desks, desk_socket = _desk(f, gate, presenter, routers, heart)
    sockets = OpenSockets(f.sessions, f.bus)
    tools = Tools(
        gate=gate,
        names=names,
        places=places,
        presenter=presenter,
        conversations=conversations,
        receipts=receipts,
        erasure=Erasure(writer, f.clock),
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
        lookout=part is Part.ROUTER,
    )
    if part is not Part.WEB:
        health.say("routes", lambda: sorted(routers.owned))

    async def tell_desks() -> None:
        desk_socket.drain()

    runners: dict[str, Runner] = {
        "beats": heart.run,
        "routers": routers.run,
        "sweeper": sweeper.run,
        "timers": Timers(f.documents, f.clock).run,
        "silence": Silence(f.documents, conversations, f.configured, f.clock).run,
        "desks": desks.run,
        "rights": _rights(f, desks, gate),
        "sessions": _every(f, TIDY, f.sessions.tidy),
        "old beats": _every(f, TIDY, lambda: forget_the_dead(f.documents, f.clock)),
        "sockets": _every(f, LOOK, sockets.look),
    }
    if part is not Part.ALL:
        routing = part is Part.ROUTER
        runners = {name: run for name, run in runners.items() if (name in ROUTING) is routing}
    return House(
        foundation=f,
        part=part,
        application=application,
        health=health,
        metrics=metrics,
        intake=intake,
        conversations=conversations,
        timeline=Timeline(f.documents),
        sweeper=sweeper,
        routers=routers,
        runners=runners | ({} if others is None else others.runners),
        goodbyes=[tell_desks, *(one.goodbye for one in plugged)],
        endings=[heart.stop, routers.release, *([] if others is None else others.endings)],
    )


def _routers(f: Foundation, writer: Writer) -> Routers:
    # The folder's lock proves that nobody else is there where the folder is all of the store.
    alone = f.settings.mongodb_uri is None

    def make(group: str) -> Router:
        return Router(
            f.documents,
            Lease(
                f.documents,
                group,
                clock=f.clock,
                ids=f.ids,
                term=f.settings.lease_seconds,
                alone=alone,
            ),
            assignments=Assignments(writer),
            agents=f.agents,
            configuration=f.plans,
            clock=f.clock,
            group=group,
        )

    return Routers(f.plans, make, bus=f.bus, clock=f.clock)


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
    f: Foundation, gate: Gate, presenter: Presenter, routers: Routers, heart: Heart
) -> tuple[Desks, DeskSocket]:
    board = Board(f.documents, f.configured)
    roster = Roster(f.agents, board, presenter, f.clock)
    desks = Desks(
        f.documents,
        presenter=presenter,
        agents=f.agents,
        board=board,
        roster=roster,
        offer_clock=routers,
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
            with contextlib.suppress(TimeoutError):  # another process's hint may have been lost
                await asyncio.wait_for(changed.wait(), LOOK)
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
