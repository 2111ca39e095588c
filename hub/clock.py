"""Time as a port: people read the wall clock, decisions count on the monotonic one."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Injected time. ``now`` may jump; ``monotonic`` never goes back, also not over a stop."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC: for people and for rows that outlive the process."""
        ...

    def monotonic(self) -> float:
        """Seconds on this process's own clock: only differences mean anything."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait this long on the monotonic clock."""
        ...


class SystemClock:
    """The machine's clocks. CLOCK_MONOTONIC goes on while the process is stopped (SIGSTOP)."""

    def now(self) -> datetime:
        """The wall clock in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since an arbitrary start."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Suspend the calling task."""
        await asyncio.sleep(seconds)


def stamp(moment: datetime) -> str:
    """A moment as stored and sent: ``2026-11-25T13:00:00.123Z`` (sorts as text)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_stamp(text: str) -> datetime:
    """The moment that :func:`stamp` wrote; ValueError where it is not one."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(f"no time zone in {text!r}")
    return moment.astimezone(UTC)
