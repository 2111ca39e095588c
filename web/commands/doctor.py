"""hub doctor: everything that is often wrong, and what to do. One thing that fails hides no other."""

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.accounts import is_admin
from hub.documents import Equal, Exists, StoreError
from hub.errors import HubError
from hub.ids import MAIN_ORGANISATION
from hub.migrations import DataTooNew, Migrations
from hub.settings import Settings, SettingsProblem
from web.control import Say
from web.foundation import Foundation
from web.pages import STATIC

_LITTLE_SPACE = 1_000_000_000  # bytes
_PATIENCE = 6.0  # seconds for one look at the store; all are asked at once


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look came to; ``advice`` is said where it is not ``good``."""

    good: bool
    what: str
    advice: str


Look = Callable[[Foundation], Awaitable[Finding]]


async def look_after(foundation: Foundation, arguments: Mapping[str, str], say: Say) -> int:
    """Look at everything that is often wrong; exit code 1 if something is."""
    store = await asyncio.gather(*(_asked(foundation, what, look) for what, look in _LOOKS.items()))
    return _say_all([_python(), *store, *_of_this_machine(foundation.settings)], say)


async def look_from_outside(settings: Settings, failure: Exception, say: Say) -> int:
    """As :func:`look_after`, where the store cannot be opened because of ``failure``."""
    why = " ".join(failure.problems) if isinstance(failure, SettingsProblem) else str(failure)
    advice = why if isinstance(failure, SettingsProblem) else f"{_store_advice(settings)} ({why})"
    opened = Finding(good=False, what="the store can be opened", advice=advice)
    store = [_unknown(what) for what in _LOOKS]
    return _say_all([_python(), opened, *store, *_of_this_machine(settings)], say)


def _say_all(findings: list[Finding], say: Say) -> int:
    for one in findings:
        say(f"{'ok  ' if one.good else 'LOOK'}  {one.what}" + ("" if one.good else f"\n      → {one.advice}"))
    return 0 if all(one.good for one in findings) else 1


async def _asked(foundation: Foundation, what: str, look: Look) -> Finding:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await look(foundation)
    except (StoreError, HubError, TimeoutError):
        return _unknown(what)


def _unknown(what: str) -> Finding:
    return Finding(
        good=False, what=f"not known: {what}", advice="When the store answers again, run: hub doctor"
    )


# --- what needs no store ---


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(sys.version_info >= (3, 11), f"Python {version}", "Install Python 3.11 or newer.")


def _of_this_machine(settings: Settings) -> list[Finding]:
    built = (STATIC / "desk" / "index.html").is_file()
    return [
        _disk(settings.data),
        _secrets(settings.data),
        Finding(built, "the screens are built", "Run: make ui"),
    ]


def _disk(folder: Path) -> Finding:
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    advice = f"Make room on the disk of {place}; the hub goes on by itself."
    return Finding(free > _LITTLE_SPACE, f"{free // 10**6} MB free on the disk", advice)


def _secrets(folder: Path) -> Finding:
    path = folder / "secrets.json"
    what = "the secrets are readable for the owner only"
    try:
        mode = path.stat().st_mode & 0o077
    except OSError as error:
        advice = f"{path}: {error.strerror}. Put back a copy; without one the hub makes new secrets."
        return Finding(good=False, what=what, advice=advice)
    return Finding(mode == 0, what, f"Run: chmod 600 {path}")


# --- what is in the store ---


def _store_advice(settings: Settings) -> str:
    if settings.mongodb_uri is not None:
        return "Is the MongoDB server of HUB_MONGODB_URI up and reachable, and has its replica set a primary?"
    return f"Is the disk of {settings.data.absolute()} full or failing, or the folder somebody else's?"


async def _writes(f: Foundation) -> Finding:
    what = "the store takes writes"
    try:
        async with asyncio.timeout(_PATIENCE - 0.5):
            await f.documents.ping()
    except (StoreError, TimeoutError) as error:
        why = str(error) or f"no answer within {_PATIENCE:.0f} s"
        return Finding(good=False, what=what, advice=f"{_store_advice(f.settings)} ({why})")
    return Finding(good=True, what=what, advice="")


async def _version(f: Foundation) -> Finding:
    what = "the data is of this version"
    try:
        pending = await Migrations(f.documents).pending()
    except DataTooNew as error:
        return Finding(good=False, what=what, advice=str(error))
    return Finding(not pending, what, "Run: hub store migrate")


async def _admin(f: Foundation) -> Finding:
    admins = [user for user in await f.accounts.all(MAIN_ORGANISATION) if is_admin(user)]
    return Finding(bool(admins), "there is an administrator", "Run: hub user add LOGIN --role admin")


async def _inbox(f: Foundation) -> Finding:
    inboxes = [inbox for inbox in await f.inboxes.all(MAIN_ORGANISATION) if inbox.enabled]
    return Finding(bool(inboxes), "an inbox is open", "Make one in the desk under settings.")


async def _staff(f: Foundation) -> Finding:
    staffed = {queue for agent in await f.agents.everybody() for queue in agent.queues}
    empty = [queue.name for queue in await f.queues.all(MAIN_ORGANISATION) if queue.id not in staffed]
    advice = f"Nobody works in: {', '.join(empty)}. Give agents these queues in the desk under settings."
    return Finding(not empty, "every queue has agents", advice)


async def _failed(f: Foundation) -> Finding:
    failed = await f.documents.count("deliveries", Equal("status", "failed"), limit=1000)
    return Finding(failed == 0, f"{failed} messages failed", "Look at them in the desk under settings.")


async def _owed(f: Foundation) -> Finding:
    owed = await f.documents.count("entries", Exists("todo.project"), limit=1000)
    return Finding(owed < 1000, f"{owed} entries wait to be shown in lists", "Run: hub store rebuild")


_LOOKS: Mapping[str, Look] = {
    "the store takes writes": _writes,
    "the data is of this version": _version,
    "there is an administrator": _admin,
    "an inbox is open": _inbox,
    "every queue has agents": _staff,
    "messages failed": _failed,
    "entries wait to be shown in lists": _owed,
}
