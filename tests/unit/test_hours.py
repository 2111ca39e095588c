"""Opening hours against a clock that is read minute by minute, in zones whose clocks change."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.calendars import DAY_MINUTES, Calendar, Span, SpecialDay, problems
from hub.hours import Hours, is_open, next_opening, open_until

# A day on which the clocks changed there (in Shanghai they do not). Lord Howe: by half an hour;
# Santiago and Beirut: at midnight; Apia skipped a whole day.
CHANGES = [
    ("Asia/Shanghai", datetime(2026, 10, 1, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 3, 29, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 25, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, tzinfo=UTC)),
    ("America/Santiago", datetime(2024, 9, 8, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2024, 10, 26, tzinfo=UTC)),
    ("America/St_Johns", datetime(2010, 11, 7, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, tzinfo=UTC)),
]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def text(minutes: int) -> str:
    """Minutes as a time of day."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    """Spans of one day that do not overlap; the last may run over midnight."""
    cuts = sorted(draw(st.sets(st.integers(0, DAY_MINUTES // 10 - 1), max_size=6)))
    times = [cut * 10 for cut in cuts]
    found = [Span(text(start), text(end)) for start, end in zip(times[::2], times[1::2], strict=False)]
    if len(times) % 2:
        end = draw(st.integers(0, times[-1]).map(lambda one: one // 10 * 10))
        whole = draw(st.booleans()) or end == times[-1]
        found.append(Span(text(times[-1]), "24:00" if whole else text(end)))
    return draw(st.permutations(found))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Hours, datetime]:
    """A calendar, and a moment near a change of its clocks."""
    zone, change = draw(st.sampled_from(CHANGES))
    special = []
    if draw(st.booleans()):
        first = (change + draw(st.integers(-1, 1)) * DAY).date()
        last = first + draw(st.integers(0, 1)) * DAY
        special = [SpecialDay(first=str(first), last=str(last), spans=draw(spans()))]
    week = draw(st.lists(spans(), min_size=7, max_size=7))
    calendar = Calendar(id="k_1", organisation="o_main", name="x", timezone=zone, week=week, special=special)
    assert problems(calendar) == []
    moment = change + draw(st.integers(-36 * 3600, 36 * 3600)) * timedelta(seconds=1)
    return Hours(calendar), moment


@cache
def read(zone: str, start: datetime) -> list[datetime]:
    """The latest time that the clock has shown so far, every minute of nine days."""
    shown: list[datetime] = []
    for minute in range(9 * DAY_MINUTES):
        local = (start + minute * MINUTE).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        shown.append(max(shown[-1], local) if shown else local)
    return shown


class Watch:
    """The hours by a clock on the wall that somebody read every minute for some days."""

    def __init__(self, hours: Hours, around: datetime) -> None:
        self.start = around.replace(hour=0, minute=0, second=0) - 4 * DAY
        shown = read(hours.calendar.timezone, self.start)
        self.is_open = [False] * len(shown)
        for day in range(-1, 12):  # a date may have been skipped
            date = shown[0].date() + day * DAY
            midnight = datetime(date.year, date.month, date.day)  # noqa: DTZ001 - on the wall
            for span in _on(hours, date.isoformat(), date.weekday()):
                start, end = span.minutes()
                first = bisect_left(shown, midnight + start * MINUTE)
                for minute in range(first, bisect_left(shown, midnight + end * MINUTE)):
                    self.is_open[minute] = True

    def index(self, moment: datetime) -> int:
        """The minute that a moment lies in."""
        return (moment - self.start) // MINUTE


def _on(hours: Hours, date: str, weekday: int) -> list[Span]:
    for one in hours.calendar.special:
        if one.first <= date <= one.last:
            return one.spans
    return hours.calendar.week[weekday]


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_open_is_what_the_clock_on_the_wall_says(world: tuple[Hours, datetime]) -> None:
    hours, moment = world
    watch = Watch(hours, moment)
    here = watch.index(moment)
    assert is_open(hours, moment) is watch.is_open[here]
    opens, closes = next_opening(hours, moment), open_until(hours, moment)
    later = len(watch.is_open) - DAY_MINUTES  # what is past it the watch has not seen whole
    ahead = range(here, later)
    seen = next((one for one in ahead if watch.is_open[one]), None)
    if seen is not None:
        assert opens == max(moment, watch.start + seen * MINUTE)
    else:
        assert opens is None or watch.index(opens) >= later
    shut = next((one for one in ahead if not watch.is_open[one]), None)
    if shut is not None:
        assert closes == max(moment, watch.start + shut * MINUTE)
    else:
        assert closes is None or watch.index(closes) >= later


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_what_it_foretells_is_so_to_the_microsecond(world: tuple[Hours, datetime]) -> None:
    hours, moment = world
    opens, tick = next_opening(hours, moment), timedelta(microseconds=1)
    if opens is None:
        assert not is_open(hours, moment)
        return
    assert is_open(hours, opens)
    assert opens == moment or not is_open(hours, opens - tick)
    closes = open_until(hours, opens)
    if closes is not None:
        assert is_open(hours, closes - tick)
        assert not is_open(hours, closes)
