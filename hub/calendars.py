"""Calendars: when somebody answers. A week, days that differ from it, and a country's public holidays.

Queues and inboxes name one by its id; :mod:`hub.hours` tells open from closed by it.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from hub.documents import Documents, Equal
from hub.errors import Conflict, Invalid
from hub.events import Bus
from hub.ids import Ids
from hub.register import MOST, Kept, Problem, Register, collection, invalid

CALENDARS = collection("calendars")
DAY_MINUTES = 24 * 60
_USED_BY = ("queues", "inboxes")  # collections whose documents name a calendar as ``hours``

Clock24 = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
Day = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Weekday = Annotated[int, msgspec.Meta(ge=0, le=6)]  # 0: Monday
Country = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$")]  # ISO 3166-1


class Span(msgspec.Struct, frozen=True, rename={"start": "from", "end": "to"}):
    """From one time of day until another (``24:00`` is midnight), local time.

    Where it ends at or before the hour it begins it runs over midnight and belongs to the day
    on which it begins.
    """

    start: Clock24
    end: Clock24

    def minutes(self) -> tuple[int, int]:
        """Begin and end in minutes from the midnight before; the end may lie in the next day."""
        start, end = _minutes(self.start), _minutes(self.end)
        return start, end if end > start else end + DAY_MINUTES


Spans = Annotated[list[Span], msgspec.Meta(max_length=6)]  # of one day; none: closed


class SpecialDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day, or some in a row (both ends included), with hours of their own; none: closed."""

    first: Day
    last: Day
    name: Annotated[str, msgspec.Meta(max_length=60)] = ""
    spans: Spans = msgspec.field(default_factory=list)


class Calendar(Kept, frozen=True, kw_only=True):
    """When somebody answers. A special day goes before a public one, that before the week.

    ``week``: seven lists, Monday first. ``follows``: the country whose public holidays have the
    hours ``on_holidays`` (none: closed) and whose make-up workdays (调休) have those of the
    weekday ``makeup_as``; None: no country's.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    timezone: Annotated[str, msgspec.Meta(min_length=1, max_length=60)] = "Asia/Shanghai"
    week: Annotated[list[Spans], msgspec.Meta(min_length=7, max_length=7)]
    special: Annotated[list[SpecialDay], msgspec.Meta(max_length=400)] = msgspec.field(default_factory=list)
    follows: Country | None = None
    on_holidays: Spans = msgspec.field(default_factory=list)
    makeup_as: Weekday = 0


Calendars = Register[Calendar]


class HasHours(Protocol):
    """What :func:`check_hours` looks at: a document that may keep to a calendar."""

    @property
    def organisation(self) -> str:
        """Whose it is."""
        ...

    @property
    def hours(self) -> str | None:
        """The id of a calendar; None: always open."""
        ...


async def check_hours(documents: Documents, named: HasHours) -> None:
    """:class:`Invalid` where a document keeps to a calendar that its organisation does not have."""
    if named.hours is None:
        return
    found = await documents.get(CALENDARS.name, named.hours)
    if found is None or found.get("organisation") != named.organisation:
        raise Invalid("hours: there is no such calendar.")


def problems(calendar: Calendar, countries: Sequence[str] = ()) -> list[Problem]:
    """What is wrong with a calendar, in plain words. ``countries``: whose public days are known."""
    return [*_problems(calendar, countries)]


def _problems(calendar: Calendar, countries: Sequence[str]) -> Iterator[Problem]:
    try:
        ZoneInfo(calendar.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Problem("timezone", f"there is no time zone named {calendar.timezone!r}.")
    for number, spans in enumerate(calendar.week):
        yield from _of_spans(f"week[{number}]", spans)
    yield from _of_spans("on_holidays", calendar.on_holidays)
    if calendar.follows is not None and calendar.follows not in countries:
        known = ", ".join(countries) or "none"
        yield Problem("follows", f"the public holidays of {calendar.follows} are not known (known: {known}).")
    yield from _of_special(calendar.special)


def _of_spans(field: str, spans: Sequence[Span]) -> Iterator[Problem]:
    until, before = 0, ""
    for span in sorted(spans, key=Span.minutes):
        start, end = span.minutes()
        text = f"{span.start}–{span.end}"
        if span.start == span.end:
            yield Problem(field, f"{text} ends when it begins; the whole day is 00:00–24:00.")
        elif span.start == "24:00":
            yield Problem(field, f"{text} begins when the day ends; write it on the next one.")
        elif start < until:
            yield Problem(field, f"{before} and {text} overlap.")
        if end > until:
            until, before = end, text


def _of_special(special: Sequence[SpecialDay]) -> Iterator[Problem]:
    until, before = "", ""
    for day in sorted(special, key=lambda one: (one.first, one.last)):
        text = day.name or day.first
        wrong = [one for one in dict.fromkeys((day.first, day.last)) if not _is_date(one)]
        if wrong:
            yield Problem("special", f"{' and '.join(wrong)}: there is no such day.")
            continue
        if day.last < day.first:
            yield Problem("special", f"{text} ends ({day.last}) before it begins ({day.first}).")
            continue
        if day.first <= until:
            yield Problem("special", f"{before} and {text} both say what holds on {day.first}.")
        if day.last > until:
            until, before = day.last, text
        yield from _of_spans("special", day.spans)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def open_calendars(documents: Documents, ids: Ids, bus: Bus, *, countries: Sequence[str] = ()) -> Calendars:
    """The register of calendars; ``countries``: whose public days are known."""
    rules = _Rules(documents, countries)
    return Register(
        documents,
        ids,
        bus,
        kind=Calendar,
        collection=CALENDARS.name,
        prefix="k",
        check=rules.check,
        guard=rules.guard,
    )


class _Rules:
    def __init__(self, documents: Documents, countries: Sequence[str]) -> None:
        self._documents = documents
        self._countries = countries

    async def check(self, calendar: Calendar, before: Calendar | None) -> None:
        found = problems(calendar, self._countries)
        organisation = Equal("organisation", calendar.organisation)
        name = calendar.name.strip().casefold()
        page = await self._documents.find(CALENDARS.name, organisation, limit=MOST)
        for other in page.items:
            if other["id"] != calendar.id and str(other["name"]).strip().casefold() == name:
                found.append(Problem("name", "there is a calendar of this name already."))
        if found:
            raise invalid(found)

    async def guard(self, calendar: Calendar) -> None:
        organisation = Equal("organisation", calendar.organisation)
        named = []
        for used_by in _USED_BY:
            page = await self._documents.find(used_by, organisation, limit=MOST)
            named += [str(one.get("name")) for one in page.items if one.get("hours") == calendar.id]
        if named:
            raise Conflict(f"These still keep to it: {', '.join(named[:5])}.", code="in_use")
