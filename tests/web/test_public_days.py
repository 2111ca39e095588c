"""China's public days against the State Council's notices, copied here by hand."""

from datetime import date, timedelta

import pytest

from hub.calendars import Calendar, Span
from hub.hours import Hours, Rule, days
from web.public_days import public_calendars

CHINA = public_calendars()["CN"]
# 国务院办公厅关于2026年部分节假日安排的通知 (4 November 2025): name, first and last day off, days worked.
NOTICE_2026 = [
    ("元旦", "01-01", "01-03", ["01-04"]),
    ("春节", "02-15", "02-23", ["02-14", "02-28"]),
    ("清明节", "04-04", "04-06", []),
    ("劳动节", "05-01", "05-05", ["05-09"]),
    ("端午节", "06-19", "06-21", []),
    ("中秋节", "09-25", "09-27", []),
    ("国庆节", "10-01", "10-07", ["09-20", "10-10"]),
]
OFFICE = [Span("08:30", "17:30")]


def hours() -> Hours:
    """Monday to Friday, and China's calendar."""
    week: list[list[Span]] = [*[OFFICE] * 5, [], []]
    return Hours(Calendar(id="k", organisation="o", name="咨询", week=week, follows="CN"), CHINA)


def test_2026_is_as_the_notice_says_every_day_of_it() -> None:
    off: dict[date, str] = {}
    worked: dict[date, str] = {}
    for name, first, last, makeup in NOTICE_2026:
        begin, end = date.fromisoformat(f"2026-{first}"), date.fromisoformat(f"2026-{last}")
        off |= {begin + timedelta(days=ahead): name for ahead in range((end - begin).days + 1)}
        worked |= {date.fromisoformat(f"2026-{one}"): name for one in makeup}
    for day in days(hours(), date(2026, 1, 1), 365):
        expected = off.get(day.date) or worked.get(day.date)
        assert (day.public.name["zh-CN"] if day.public else None) == expected, day.date
        is_open = day.date in worked or (day.date.weekday() < 5 and day.date not in off)
        assert (day.spans == OFFICE) is is_open, day.date
    assert (len(off), len(worked)) == (33, 6)


def test_what_follows_the_last_published_year_is_not_known_and_follows_the_week() -> None:
    year = CHINA.last_year + 1
    assert CHINA.first_year <= 2004
    assert CHINA.last_year >= 2026
    assert not hours().is_published(year)
    assert {day.rule for day in days(hours(), date(year, 1, 1), 365)} == {Rule.WEEK}


@pytest.mark.parametrize("year", range(2008, CHINA.last_year + 1))
def test_every_published_year_is_whole(year: int) -> None:
    """A list that was cut or shifted would show: the seven festivals, and make-up days on weekends."""
    found = [day for day in days(hours(), date(year, 1, 1), 365) if day.public is not None]
    off = {day.public.name["zh-CN"] for day in found if day.public and not day.public.working}
    assert off >= {"元旦", "春节", "清明节", "劳动节", "端午节", "国庆节"}
    assert all(day.date.weekday() >= 5 for day in found if day.public and day.public.working)
    assert all(day.public.name["en"] for day in found if day.public)
