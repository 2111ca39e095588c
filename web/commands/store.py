"""hub store, backup and doctor: looking after the data."""

import asyncio
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from hub.documents import Equal, Exists
from hub.ids import MAIN_ORGANISATION
from hub.migrations import Migrations
from hub.projections import Projector
from hub.rebuilding import rebuild_everything
from web.archive import write_archive
from web.control import Say
from web.foundation import Foundation, schema
from web.pages import STATIC

_LITTLE_SPACE = 1_000_000_000  # bytes


async def info(foundation: Foundation, arguments: Mapping[str, str], say: Say) -> int:
    """Engine, data version, and how many documents each collection has."""
    engine = "SQLite" if foundation.settings.mongodb_uri is None else "MongoDB"
    migrations = Migrations(foundation.documents)
    say(f"engine          {engine}")
    say(f"data folder     {foundation.installation.folder.resolve()}")
    say(f"data version    {await migrations.version()} (this program: {migrations.newest})")
    for collection in schema().collections:
        say(f"{collection.name:<16}{await foundation.documents.count(collection.name)}")
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


async def look_after(foundation: Foundation, arguments: Mapping[str, str], say: Say) -> int:
    """Look at everything that is often wrong; exit code 1 if something is."""
    findings: list[tuple[bool, str, str]] = []

    def note(good: object, what: str, advice: str) -> None:
        findings.append((bool(good), what, advice))

    f = foundation
    version = ".".join(map(str, sys.version_info[:3]))
    note(sys.version_info >= (3, 11), f"Python {version}", "Install Python 3.11 or newer.")
    await f.documents.ping()
    note(f.documents, "the store takes writes", "")
    pending = await Migrations(f.documents).pending()
    note(not pending, "the data is of this version", "Run: hub store migrate")
    free = shutil.disk_usage(f.installation.folder).free
    note(free > _LITTLE_SPACE, f"{free // 10**6} MB free on the disk", "Make room on the disk.")
    mode = (f.installation.folder / "secrets.json").stat().st_mode & 0o077
    note(mode == 0, "the secrets are readable for the owner only", "chmod 600 secrets.json")
    users = await f.accounts.all(MAIN_ORGANISATION)
    admins = [user for user in users if "admin" in user.roles and not user.disabled]
    note(admins, "there is an administrator", "Run: hub user add LOGIN --role admin")
    inboxes = [inbox for inbox in await f.inboxes.all(MAIN_ORGANISATION) if inbox.enabled]
    note(inboxes, "an inbox is open", "Make one in the desk under settings.")
    staffed = {queue for agent in await f.agents.everybody() for queue in agent.queues}
    empty = [q.name for q in await f.queues.all(MAIN_ORGANISATION) if q.id not in staffed]
    note(not empty, "every queue has agents", f"Nobody works in: {', '.join(empty)}")
    built = (STATIC / "desk" / "index.html").is_file()
    note(built, "the screens are built", "Run: make ui")
    failed = await f.documents.count("deliveries", Equal("status", "failed"), limit=1000)
    note(failed == 0, f"{failed} messages failed", "Look at them in the desk under settings.")
    owed = await f.documents.count("entries", Exists("todo.project"), limit=1000)
    note(owed < 1000, f"{owed} entries wait to be shown in lists", "Run: hub store rebuild")
    for good, what, advice in findings:
        say(f"{'ok  ' if good else 'LOOK'}  {what}" + ("" if good else f"\n      → {advice}"))
    return 0 if all(good for good, _, _ in findings) else 1
