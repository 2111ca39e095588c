"""Opening hours: a week, and days that differ from it. Pure."""

from datetime import datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

Clock24 = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
Day = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class Span(msgspec.Struct, frozen=True, rename={"start": "from", "end": "to"}):
    """From one time of day until another (``24:00`` is midnight), local time."""

    start: Clock24
    end: Clock24


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """When somebody answers. ``week``: seven lists, Monday first; ``days`` override it by date."""

    timezone: Annotated[str, msgspec.Meta(min_length=1, max_length=60)] = "Asia/Shanghai"
    week: Annotated[
        list[Annotated[list[Span], msgspec.Meta(max_length=6)]],
        msgspec.Meta(min_length=7, max_length=7),
    ] = msgspec.field(default_factory=lambda: [[Span("00:00", "24:00")] for _ in range(7)])
    days: dict[Day, Annotated[list[Span], msgspec.Meta(max_length=6)]] = {}


def problems(hours: Hours) -> list[str]:
    """What is wrong with these hours, in plain words."""
    found = []
    try:
        ZoneInfo(hours.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        found.append(f"there is no time zone named {hours.timezone!r}")
    for spans in (*hours.week, *hours.days.values()):
        for span in spans:
            if span.start >= span.end:
                found.append(f"{span.start}–{span.end} ends before it begins")
    return found


def is_open(hours: Hours | None, moment: datetime) -> bool:
    """Whether somebody answers at this (aware) moment; no hours at all means always."""
    if hours is None:
        return True
    local = moment.astimezone(ZoneInfo(hours.timezone))
    spans = hours.days.get(local.date().isoformat(), hours.week[local.weekday()])
    now = local.time()
    return any(_of_day(span.start) <= now and not _past(span.end, now) for span in spans)


def _of_day(text: str) -> time:
    return time.max if text == "24:00" else time.fromisoformat(text)


def _past(end: str, now: time) -> bool:
    return end != "24:00" and now >= time.fromisoformat(end)
