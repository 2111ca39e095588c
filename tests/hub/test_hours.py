"""Opening hours: weeks, midnight, special days, public holidays, and the two days the clocks change."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from hub.calendars import Calendar, Span, SpecialDay
from hub.hours import Hours, PublicDay, Rule, days, is_open, next_opening, open_until

OFFICE = [Span("08:30", "12:00"), Span("13:30", "17:30")]
ALL_DAY = [Span("00:00", "24:00")]
NATIONAL = PublicDay({"zh-CN": "国庆节", "en": "National Day"}, working=False)
MAKEUP = PublicDay({"zh-CN": "国庆节", "en": "National Day"}, working=True)


class SomeDays:
    """Public days of one year: a holiday on 1 and 2 October, the 10th (a Saturday) is worked for it."""

    first_year = last_year = 2026

    def on(self, day: date) -> PublicDay | None:
        """As :class:`hub.hours.PublicDays`."""
        known = {
            date(2026, 10, 1): NATIONAL,
            date(2026, 10, 2): NATIONAL,
            date(2026, 10, 10): MAKEUP,
        }
        return known.get(day)


def calendar(zone: str = "Asia/Shanghai", week: list[list[Span]] | None = None, **fields: object) -> Calendar:
    """A calendar; without a week: office hours from Monday to Friday."""
    week = [*[OFFICE] * 5, [], []] if week is None else week
    return Calendar(id="k_1", organisation="o_main", name="咨询", timezone=zone, week=week, **fields)  # type: ignore[arg-type]


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


WEEK = Hours(
    calendar(
        week=[OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, [], [Span("22:00", "06:00")]],
        special=[
            SpecialDay(first="2026-10-01", last="2026-10-02", name="国庆"),
            SpecialDay(first="2026-10-03", last="2026-10-03", spans=ALL_DAY),
        ],
    )
)


@pytest.mark.parametrize(
    ("utc", "open_then"),
    [
        ("2026-11-25T00:30:00", True),  # Wednesday, 08:30 in Shanghai
        ("2026-11-25T00:29:59.999999", False),
        ("2026-11-25T03:59:59", True),
        ("2026-11-25T04:00:00", False),  # the span ends before its end
        ("2026-11-25T05:30:00", True),
        ("2026-11-25T09:30:00", False),
        ("2026-11-28T02:00:00", False),  # Saturday
        ("2026-11-29T13:59:59", False),  # Sunday, 21:59
        ("2026-11-29T15:59:59", True),  # a second to midnight
        ("2026-11-29T16:00:00", True),  # midnight: Sunday's span runs on
        ("2026-11-29T21:59:59", True),
        ("2026-11-29T22:00:00", False),  # Monday, 06:00
        ("2026-10-01T02:00:00", False),  # special days, both ends included
        ("2026-10-02T02:00:00", False),
        ("2026-10-02T16:00:00", True),  # one with other hours, from midnight
        ("2026-10-03T15:59:00", True),
        ("2026-10-03T16:00:00", False),
    ],
)
def test_somebody_answers_when_the_calendar_says_so(utc: str, *, open_then: bool) -> None:
    assert is_open(WEEK, at(utc)) is open_then


def test_without_a_calendar_it_is_always_open() -> None:
    moment = at("2026-01-01T00:00:00")
    assert is_open(None, moment)
    assert next_opening(None, moment) == moment
    assert open_until(None, moment) is None


def test_it_says_when_it_opens_and_when_it_closes() -> None:
    assert next_opening(WEEK, at("2026-11-25T04:00:00")) == at("2026-11-25T05:30:00")
    assert next_opening(WEEK, at("2026-11-27T09:30:00")) == at("2026-11-29T14:00:00")  # Friday evening
    assert next_opening(WEEK, at("2026-11-25T01:00:00")) == at("2026-11-25T01:00:00")  # open already
    assert open_until(WEEK, at("2026-11-25T01:00:00")) == at("2026-11-25T04:00:00")
    assert open_until(WEEK, at("2026-11-29T15:00:00")) == at("2026-11-29T22:00:00")
    assert open_until(WEEK, at("2026-11-25T04:00:00")) == at("2026-11-25T04:00:00")  # closed already


def test_spans_that_touch_are_one() -> None:
    always = Hours(calendar(week=[[Span("08:00", "24:00"), Span("00:00", "08:00")]] * 7))
    assert open_until(always, at("2026-11-25T01:00:00")) is None
    nights = Hours(calendar(week=[[Span("18:00", "00:00")], [Span("00:00", "09:00")], [], [], [], [], []]))
    assert open_until(nights, at("2026-11-23T12:00:00")) == at("2026-11-24T01:00:00")


def test_a_calendar_that_never_opens_says_so() -> None:
    assert next_opening(Hours(calendar(week=[[]] * 7)), at("2026-11-25T01:00:00")) is None
    once = calendar(week=[[]] * 7, special=[SpecialDay(first="2027-06-01", last="2027-06-01", spans=OFFICE)])
    assert next_opening(Hours(once), at("2026-11-25T01:00:00")) == at("2027-06-01T00:30:00")


def test_a_public_holiday_is_closed_and_a_makeup_workday_is_worked() -> None:
    short = [Span("09:00", "10:00")]
    hours = Hours(calendar(week=[OFFICE, OFFICE, OFFICE, short, OFFICE, [], []], follows="CN"), SomeDays())
    assert not is_open(hours, at("2026-10-01T02:00:00"))  # a Thursday
    assert is_open(hours, at("2026-10-10T02:00:00"))  # a Saturday
    assert not is_open(hours, at("2026-10-11T02:00:00"))
    assert next_opening(hours, at("2026-09-30T09:30:00")) == at("2026-10-05T00:30:00")
    as_thursday = Hours(msgspec.structs.replace(hours.calendar, makeup_as=3), SomeDays())
    assert as_thursday.on(date(2026, 10, 10)).spans == short


def test_holidays_may_have_hours_of_their_own_and_a_special_day_goes_before_them() -> None:
    duty = [Span("09:00", "12:00")]
    hours = Hours(
        calendar(
            follows="CN",
            on_holidays=duty,
            special=[SpecialDay(first="2026-10-02", last="2026-10-02", name="停电检修")],
        ),
        SomeDays(),
    )
    first, second, third = days(hours, date(2026, 10, 1), 3)
    assert (first.rule, first.spans, first.public) == (Rule.HOLIDAY, duty, NATIONAL)
    assert (second.rule, second.spans, second.name) == (Rule.SPECIAL, [], "停电检修")
    assert second.public == NATIONAL  # it is one all the same
    assert (third.rule, third.spans, third.public) == (Rule.WEEK, [], None)
    assert days(hours, date(2026, 10, 10), 1)[0].rule is Rule.MAKEUP


def test_what_is_not_published_is_an_ordinary_day_and_said_so() -> None:
    hours = Hours(calendar(follows="CN"), SomeDays())
    assert hours.is_published(2026)
    assert not hours.is_published(2027)
    assert is_open(hours, at("2027-10-01T02:00:00"))  # a Friday like any other
    assert Hours(calendar()).is_published(2027)


# --- the clocks change: Berlin on 29 March 2026 (02:00 to 03:00) and 25 October (03:00 to 02:00) ---


def test_a_time_the_clock_skips_is_the_moment_it_skips_it() -> None:
    hours = Hours(calendar("Europe/Berlin", [[Span("02:30", "04:00")]] * 7))
    assert next_opening(hours, at("2026-03-29T00:00:00")) == at("2026-03-29T01:00:00")
    assert open_until(hours, at("2026-03-29T01:00:00")) == at("2026-03-29T02:00:00")
    whole = Hours(calendar("Europe/Berlin", [[Span("02:10", "02:50")]] * 7))
    assert next_opening(whole, at("2026-03-29T00:00:00")) == at("2026-03-30T00:10:00")  # it fell out


def test_a_time_the_clock_shows_twice_is_the_first() -> None:
    hours = Hours(calendar("Europe/Berlin", [[Span("00:00", "02:30"), Span("04:00", "05:00")]] * 7))
    assert open_until(hours, at("2026-10-24T23:00:00")) == at("2026-10-25T00:30:00")
    assert not is_open(hours, at("2026-10-25T01:15:00"))  # 02:15 once more
    assert next_opening(hours, at("2026-10-25T00:30:00")) == at("2026-10-25T03:00:00")


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        ("2026-03-28T23:00:00", "2026-03-29T22:00:00"),  # 23 hours
        ("2026-10-24T22:00:00", "2026-10-25T23:00:00"),  # 25 hours
    ],
)
def test_the_whole_day_is_the_whole_day_when_the_clocks_change(opens: str, closes: str) -> None:
    hours = Hours(calendar("Europe/Berlin", [[], [], [], [], [], [], ALL_DAY]))
    assert next_opening(hours, at(opens) - timedelta(hours=5)) == at(opens)
    assert open_until(hours, at(opens)) == at(closes)


def test_where_the_clocks_go_back_over_midnight_the_new_day_has_begun() -> None:
    # St. John's until 2011: at 00:01 on Sunday it was 23:01 on Saturday again.
    hours = Hours(calendar("America/St_Johns", [[], [], [], [], [], [], ALL_DAY]))
    assert next_opening(hours, at("2010-11-07T02:00:00")) == at("2010-11-07T02:30:00")
    assert is_open(hours, at("2010-11-07T03:00:00"))  # the wall says Saturday, 23:30
