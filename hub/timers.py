"""Timers as rows: they outlive the process, say who tries, and decide nothing.

A handler looks again at what stands before it acts, so a timer that fires twice, late or
by a clock that jumped does no harm beyond trying.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import cast

import msgspec
import structlog

from hub.clock import Clock, stamp
from hub.documents import Delete, Document, Documents, Json, Lost, Range, Refused, StoreError
from hub.errors import HubError

TICK = 1.0  # seconds between two looks
BATCH = 200
_log = structlog.get_logger(__name__)


class Timer(msgspec.Struct, frozen=True, kw_only=True):
    """One timer. ``due`` on the wall clock; ``data`` for its handler."""

    id: str
    version: int
    kind: str
    due: str
    subject: str
    data: dict[str, Json] = {}


Handle = Callable[[Timer], Awaitable[None]]


class Timers:
    """Arms, disarms and fires timers."""

    def __init__(self, documents: Documents, clock: Clock) -> None:
        """Over this store."""
        self._documents = documents
        self._clock = clock
        self._handlers: dict[str, Handle] = {}

    def on(self, kind: str, handle: Handle) -> None:
        """Who acts when a timer of this kind fires."""
        self._handlers[kind] = handle

    async def arm(self, kind: str, subject: str, seconds: float, data: dict[str, Json] | None = None) -> None:
        """Set or move the one timer of this kind for this subject."""
        id = f"{kind}:{subject}"
        due = stamp(self._clock.now() + timedelta(seconds=seconds))
        for _ in range(20):
            stored = await self._documents.get("timers", id)
            version = 0 if stored is None else cast(int, stored["version"])
            timer = Timer(id=id, version=version + 1, kind=kind, due=due, subject=subject, data=data or {})
            document = cast(Document, msgspec.to_builtins(timer))
            try:
                if stored is None:
                    await self._documents.insert("timers", document)
                else:
                    await self._documents.put_if("timers", document, version=version)
            except (Refused, Lost):
                continue
            return

    async def disarm(self, kind: str, subject: str) -> None:
        """Take the timer away, if it is there."""
        await self._documents.delete("timers", f"{kind}:{subject}")

    async def fire(self) -> int:
        """Run the handlers of all timers that are due; how many ran."""
        now = stamp(self._clock.now())
        looked, after = 0, None
        while True:
            page = await self._documents.find(
                "timers", Range("due", lte=now), sort=("due",), limit=BATCH, after=after
            )
            for item in page.items:
                await self._fire_one(msgspec.convert(item, Timer))
            looked += len(page.items)
            after = page.next
            if after is None:
                return looked

    async def _fire_one(self, timer: Timer) -> None:
        handle = self._handlers.get(timer.kind)
        if handle is None:
            return
        try:
            await handle(timer)
        except (HubError, StoreError) as error:
            _log.warning("A timer was put off", kind=timer.kind, reason=type(error).__name__)
        except Exception:  # noqa: BLE001 - one handler must not stop the others
            _log.exception("A timer's handler failed", kind=timer.kind)
        else:
            await self._take_away(timer)

    async def _take_away(self, timer: Timer) -> None:
        """Delete it unless it was armed anew meanwhile."""
        try:
            await self._documents.commit([Delete("timers", timer.id, timer.version)])
        except Refused:
            return  # armed anew: it fires again at its new time

    async def run(self) -> None:
        """Look every second until cancelled."""
        while True:
            try:
                await self.fire()
            except StoreError as error:
                _log.warning("Timers were put off", reason=type(error).__name__)
            await self._clock.sleep(TICK)
