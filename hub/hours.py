"""Opening hours: is it open, until when, when does it open next; exact to the second. Pure.

A calendar says hours as clocks on the wall show them. A time that the clock skips (summer time
begins) is the moment it skips it; a time that it shows twice is the first of the two. So spans
that touch on paper touch in fact, and 00:00–24:00 leaves no gap in any zone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from hub.calendars import Calendar, Span, SpecialDay

HORIZON = 400  # days that are looked ahead for a change
Locale = Literal["zh-CN", "en"]
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class PublicDay:
    """A day of a country's public calendar that differs from its weekday.

    ``name``: of the holiday in each locale; ``working``: a make-up workday for
    it (调休), False: a day off.
    """

    name: Mapping[Locale, str]
    working: bool


class PublicDays(Protocol):
    """A country's public holidays and make-up workdays, as far as they are published."""

    @property
    def first_year(self) -> int:
        """The first year that is known."""
        ...

    @property
    def last_year(self) -> int:
        """The last year that is published; of later ones nothing is known yet."""
        ...

    def on(self, day: date) -> PublicDay | None:
        """What the day is; None: an ordinary one, or of a year that is not known."""
        ...


class OpeningHours(Protocol):
    """Finds the hours of what keeps to a calendar; answers come from memory or the store."""

    async def hours(self, calendar: str | None) -> "Hours | None":
        """The hours by a calendar's id; None: always open, also where the calendar is gone."""
        ...


class Rule(StrEnum):
    """Why a day has its hours."""

    WEEK = "week"
    HOLIDAY = "holiday"
    MAKEUP = "makeup"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class OpenDay:
    """One date: why it has which hours (none: closed).

    ``name``: of the special day; ``public``: what it is publicly, also where that does not count.
    """

    date: date
    rule: Rule
    spans: Sequence[Span]
    name: str = ""
    public: PublicDay | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """A calendar together with the public days that it follows."""

    calendar: Calendar
    public: PublicDays | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of its clocks."""
        return ZoneInfo(self.calendar.timezone)

    def on(self, day: date) -> OpenDay:
        """What holds on a date."""
        calendar = self.calendar
        public = None if self.public is None else self.public.on(day)
        special = _special(calendar.special, day.isoformat())
        if special is not None:
            return OpenDay(day, Rule.SPECIAL, special.spans, special.name, public)
        if public is None:
            return OpenDay(day, Rule.WEEK, calendar.week[day.weekday()])
        if public.working:
            return OpenDay(day, Rule.MAKEUP, calendar.week[calendar.makeup_as], public=public)
        return OpenDay(day, Rule.HOLIDAY, calendar.on_holidays, public=public)

    def is_published(self, year: int) -> bool:
        """Whether the public days of a year are known, or no country's are asked for."""
        return self.public is None or self.public.first_year <= year <= self.public.last_year


def is_open(hours: Hours | None, moment: datetime) -> bool:
    """Whether somebody answers at this (aware) moment; no hours at all means always."""
    if hours is None:
        return True
    moment = moment.astimezone(UTC)
    today = _local_date(hours, moment)
    return any(start <= moment < end for start, end in _openings(hours, today - _DAY, 3))


def open_until(hours: Hours | None, moment: datetime) -> datetime | None:
    """When it closes next (UTC), spans that touch taken as one; ``moment`` where it is closed then.

    None: it does not close within :data:`HORIZON` days.
    """
    if hours is None:
        return None
    until = moment = moment.astimezone(UTC)
    first = _local_date(hours, moment) - _DAY
    for start, end in _openings(hours, first, HORIZON + 2):
        if start > until:
            return until
        until = max(until, end)
    return until if until < moment + HORIZON * _DAY else None


def next_opening(hours: Hours | None, moment: datetime) -> datetime | None:
    """The first moment from this one on at which it is open (UTC): itself where it is open then.

    None: it does not open within :data:`HORIZON` days.
    """
    moment = moment.astimezone(UTC)
    if hours is None or is_open(hours, moment):
        return moment
    openings = _openings(hours, _local_date(hours, moment), HORIZON)
    return next((start for start, _ in openings if start > moment), None)


def days(hours: Hours, first: date, number: int) -> list[OpenDay]:
    """So many dates in a row, for showing them."""
    return [hours.on(first + timedelta(days=ahead)) for ahead in range(number)]


def _special(special: Sequence[SpecialDay], day: str) -> SpecialDay | None:
    return next((one for one in special if one.first <= day <= one.last), None)


def _local_date(hours: Hours, moment: datetime) -> date:
    return moment.astimezone(hours.zone).date()


def _openings(hours: Hours, first: date, number: int) -> Iterator[tuple[datetime, datetime]]:
    """Begin and end of every span of some days in UTC; the begins ascend."""
    zone = hours.zone
    for ahead in range(number):
        day = first + timedelta(days=ahead)
        for start, end in sorted(span.minutes() for span in hours.on(day).spans):
            opens, closes = _moment(day, start, zone), _moment(day, end, zone)
            if opens < closes:  # the clock may have skipped the whole span
                yield opens, closes


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The first moment (UTC) at which the clock shows this time or has passed it."""
    local = datetime.combine(day, time.min) + timedelta(minutes=minutes)
    moment = local.replace(tzinfo=zone).astimezone(UTC)  # of two moments the first (PEP 495)
    if moment.astimezone(zone).replace(tzinfo=None) == local:
        return moment
    before, after = local.replace(tzinfo=zone, fold=1).astimezone(UTC), moment
    offset = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)
