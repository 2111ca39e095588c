"""Opening hours: weeks, days that differ, midnight, time zones."""

from datetime import UTC, datetime

import msgspec
import pytest

from hub.hours import Hours, Span, is_open, problems

DAY = [Span("08:00", "12:00"), Span("13:30", "20:00")]
HOURS = Hours(
    timezone="Asia/Shanghai",
    week=[DAY, DAY, DAY, DAY, DAY, [], [Span("22:00", "24:00")]],
    days={"2026-10-01": [], "2026-10-03": [Span("00:00", "24:00")]},
)


@pytest.mark.parametrize(
    ("utc", "open_then"),
    [
        ("2026-11-25T00:00:00", True),  # Wednesday, 08:00 in Shanghai
        ("2026-11-24T23:59:59", False),
        ("2026-11-25T03:59:59", True),
        ("2026-11-25T04:00:00", False),  # the span ends before its end
        ("2026-11-25T05:30:00", True),
        ("2026-11-25T12:00:00", False),
        ("2026-11-28T02:00:00", False),  # Saturday
        ("2026-11-29T15:59:59", True),  # Sunday, one second to midnight
        ("2026-11-29T16:00:00", False),  # Monday, midnight
        ("2026-10-01T02:00:00", False),  # a holiday on a Thursday
        ("2026-10-02T16:00:00", True),  # a special day, from midnight
        ("2026-10-03T15:59:00", True),
    ],
)
def test_somebody_answers_when_the_hours_say_so(utc: str, *, open_then: bool) -> None:
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert is_open(HOURS, moment) is open_then


def test_without_hours_it_is_always_open() -> None:
    assert is_open(None, datetime(2026, 1, 1, tzinfo=UTC))


def test_hours_that_cannot_be_are_named() -> None:
    wrong = Hours(timezone="Mars/Olympus", week=[[Span("20:00", "08:00")], [], [], [], [], [], []])
    words = " ".join(problems(wrong))
    assert "Mars/Olympus" in words
    assert "20:00–08:00 ends before it begins" in words
    assert problems(HOURS) == []
    for text in ('{"week": []}', '{"week": [[{"from": "8:00", "to": "9:00"}], [], [], [], [], [], []]}'):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(text, type=Hours)
