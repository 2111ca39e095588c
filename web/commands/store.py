"""hub store and backup: looking after the data."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from hub.migrations import Migrations
from hub.projections import Projector
from hub.rebuilding import rebuild_everything
from web.archive import write_archive
from web.control import Say
from web.foundation import Foundation, schema


async def info(foundation: Foundation, arguments: Mapping[str, str], say: Say) -> int:
    """Engine, data version, and how many documents each collection has."""
    engine = "SQLite" if foundation.settings.mongodb_uri is None else "MongoDB"
    migrations = Migrations(foundation.documents)
    lines = [("engine", engine)]
    lines.append(("data folder", str(foundation.installation.folder.resolve())))
    lines.append(("data version", f"{await migrations.version()} (this program: {migrations.newest})"))
    for collection in schema().collections:
        lines.append((collection.name, str(await foundation.documents.count(collection.name))))
    width = max(len(name) for name, _ in lines) + 2
    for name, value in lines:
        say(f"{name:<{width}}{value}")
    return 0


async def rebuild(foundation: Foundation, arguments: Mapping[str, str], say: Say) -> int:
    """Make every conversation document anew from its entries."""
    projector = Projector(foundation.documents, foundation.bus)
    last = 0

    def progress(so_far: int) -> None:
        nonlocal last
        if so_far - last >= 10_000:
            last = so_far
            say(f"{so_far} conversations …")

    done = await rebuild_everything(foundation.documents, projector, progress)
    say(f"Rebuilt {done} conversations from their entries.")
    return 0


async def migrate(foundation: Foundation, arguments: Mapping[str, str], say: Say) -> int:
    """Bring stored data to this program's version."""
    done = await Migrations(foundation.documents).run(say)
    say(f"Did {done} migrations." if done else "Nothing to do: the data is up to date.")
    return 0


async def back_up(foundation: Foundation, arguments: Mapping[str, str], say: Say) -> int:
    """Write everything into one archive, as of one moment, while work goes on."""
    target = Path(arguments["file"])
    if await asyncio.to_thread(target.exists):
        say(f"{target} exists already; name another file.")
        return 1
    counts = await write_archive(foundation, target)
    say(f"Wrote {sum(counts.values())} documents, all files and the secrets to {target}.")
    if foundation.settings.mongodb_uri is not None:
        say("On MongoDB the documents are of one moment only if no hub was writing meanwhile.")
    say("It holds personal data and the installation's secrets: keep it as safe as the hub.")
    return 0
