"""Calendars: their register, whose public days are known, and what holds when."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import msgspec
from pydantic import ConfigDict, Field

from hub.access import Permission
from hub.calendars import Calendars
from hub.clock import Clock, stamp
from hub.endpoints import Permitted
from hub.errors import Invalid
from hub.hours import Hours, Locale, OpenDay, PublicDays, Rule, days, is_open, next_opening, open_until
from web.api.registers import RegisterApi, Shape, Version
from web.operations import Asked, Body, Given, Operation, Query, optional, printable

_READ = Permitted(Permission.CALENDARS_READ)
_FIRST, _LAST = date(2000, 1, 1), date(2200, 1, 1)  # of what can be asked for
Name = Annotated[str, printable(60, 1)]
Zone = Annotated[str, printable(60, 1)]
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Weekday = Annotated[int, Field(ge=0, le=6)]


class OpenSpan(Body):
    """From one time of day until another, local time; at or before the first: over midnight."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    start: ClockTime = Field(alias="from")
    end: ClockTime = Field(alias="to")


Spans = Annotated[list[OpenSpan], Field(max_length=6)]
Week = Annotated[list[Spans], Field(min_length=7, max_length=7)]


class SpecialDay(Body):
    """A day, or some in a row (both ends included), with hours of their own; none: closed."""

    first: Day
    last: Day
    name: Annotated[str, printable(60)] = ""
    spans: Spans = Field(default_factory=list)


Special = Annotated[list[SpecialDay], Field(max_length=400)]


class CalendarNew(Body):
    """A calendar to be made.

    ``week``: seven days, Monday first. ``follows``: the country whose public holidays have the
    hours ``on_holidays`` (none: closed) and whose make-up workdays those of a weekday (0: Monday).
    """

    name: Name
    timezone: Zone = "Asia/Shanghai"
    week: Week
    special: Special = Field(default_factory=list)
    follows: Country | None = None
    on_holidays: Spans = Field(default_factory=list)
    makeup_as: Weekday = 0


class CalendarChange(Body):
    """What changes of a calendar."""

    version: Version
    name: Name = optional()
    timezone: Zone = optional()
    week: Week = optional()
    special: Special = optional()
    follows: Country | None = None
    on_holidays: Spans = optional()
    makeup_as: Weekday = optional()


class CalendarGiven(Given):
    """When somebody answers, for the queues and inboxes that name it."""

    id: str
    version: int
    name: str
    timezone: str
    week: list[list[OpenSpan]]
    special: list[SpecialDay]
    follows: str | None
    on_holidays: list[OpenSpan]
    makeup_as: int


class PublicCalendar(Given):
    """A country whose public days are known, from one year to the last that is published."""

    country: str
    first_year: int
    last_year: int


class PublicCalendarList(Given):
    """All of them."""

    items: list[PublicCalendar]


class DaysQuery(Query):
    """From which day (none: today, by the calendar's clock), and how many."""

    first: Day | None = None
    days: Annotated[int, Field(ge=1, le=400)] = 14


class PublicDayGiven(Given):
    """A public holiday by its name in each language, or (``working``) a make-up workday for it."""

    name: dict[Locale, str]
    working: bool


class OpenDayGiven(Given):
    """One day: its hours (none: closed), and why it has them.

    ``name``: of the special day. ``public``: what the day is publicly, also where a special day
    goes before it.
    """

    date: str
    weekday: int
    rule: Rule
    spans: list[OpenSpan]
    name: str
    public: PublicDayGiven | None


class OpenDays(Given):
    """Days in a row. ``not_published``: years among them of which no public days are known yet."""

    timezone: str
    today: str
    not_published: list[int]
    days: list[OpenDayGiven]


class OpenNow(Given):
    """Whether it is open at ``at``.

    ``until``: when it closes; ``opens``: where it is closed, when it opens. Null: not for a year.
    """

    at: str
    open: bool
    until: str | None
    opens: str | None


class CalendarsApi:
    """/api/calendars and /api/public-calendars."""

    def __init__(self, calendars: Calendars, public: Mapping[str, PublicDays], clock: Clock) -> None:
        """``public``: the public days that are known, by country."""
        self._calendars = calendars
        self._public = public
        self._clock = clock

    def operations(self) -> list[Operation]:
        """What to mount."""
        register = RegisterApi(self._calendars, Shape(
            path="/api/calendars", one="calendar", read=Permission.CALENDARS_READ,
            edit=Permission.CALENDARS_EDIT, new=CalendarNew, change=CalendarChange,
            given=CalendarGiven))  # fmt: skip
        one = "/api/calendars/{id}"
        return [
            *register.operations(),
            Operation(method="GET", path=f"{one}/days", policy=_READ, handle=self.days,
                      tag="calendars", query=DaysQuery, gives=OpenDays),
            Operation(method="GET", path=f"{one}/now", policy=_READ, handle=self.now,
                      tag="calendars", gives=OpenNow),
            Operation(method="GET", path="/api/public-calendars", policy=_READ, handle=self.public,
                      tag="calendars", gives=PublicCalendarList),
        ]  # fmt: skip

    async def days(self, asked: Asked[DaysQuery, None]) -> OpenDays:
        """What holds on each day: hours, special days, public holidays."""
        hours = await self._hours(asked)
        today = self._clock.now().astimezone(hours.zone).date()
        first = _day(asked.query.first) if asked.query.first is not None else today
        found = days(hours, first, asked.query.days)
        years = sorted({day.date.year for day in found})
        return OpenDays(
            timezone=hours.calendar.timezone,
            today=today.isoformat(),
            not_published=[year for year in years if not hours.is_published(year)],
            days=[_day_given(day) for day in found],
        )

    async def now(self, asked: Asked[None, None]) -> OpenNow:
        """Whether it is open now, until when, or when it opens."""
        hours, now = await self._hours(asked), self._clock.now()
        open_now = is_open(hours, now)
        until = open_until(hours, now) if open_now else None
        opens = None if open_now else next_opening(hours, now)
        return OpenNow(
            at=stamp(now),
            open=open_now,
            until=None if until is None else stamp(until),
            opens=None if opens is None else stamp(opens),
        )

    async def public(self, asked: Asked[None, None]) -> PublicCalendarList:
        """Whose public holidays a calendar may follow, and for which years they are known."""
        return PublicCalendarList(
            items=[
                PublicCalendar(country=country, first_year=days.first_year, last_year=days.last_year)
                for country, days in sorted(self._public.items())
            ]
        )

    async def _hours(self, asked: Asked[Any, None]) -> Hours:
        calendar = await self._calendars.get(asked.me.organisation, asked.path["id"])
        return Hours(calendar, None if calendar.follows is None else self._public.get(calendar.follows))


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("first: there is no such day.") from error
    if not _FIRST <= day < _LAST:
        raise Invalid(f"first: between {_FIRST} and {_LAST}.")
    return day


def _day_given(day: OpenDay) -> OpenDayGiven:
    public = day.public
    return OpenDayGiven(
        date=day.date.isoformat(),
        weekday=day.date.weekday(),
        rule=day.rule,
        spans=[OpenSpan.model_validate(msgspec.to_builtins(span)) for span in day.spans],
        name=day.name,
        public=None if public is None else PublicDayGiven(name=dict(public.name), working=public.working),
    )
