"""Words for customers that the server itself must make: opening hours and the transcript. Pure."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from channels.webchat.answers import EntryView
from channels.webchat.config import Locale
from hub.calendars import DAY_MINUTES, Span
from hub.clock import parse_stamp
from hub.hours import Hours

_DAYS: dict[Locale, tuple[str, ...]] = {
    "zh-CN": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TO: dict[Locale, str] = {"zh-CN": "至", "en": "–"}
_BETWEEN: dict[Locale, str] = {"zh-CN": "，", "en": ", "}
_ALL_DAY: dict[Locale, str] = {"zh-CN": "全天", "en": "all day"}
_NEXT_DAY: dict[Locale, str] = {"zh-CN": "次日{}", "en": "{} the next day"}
_HOLIDAYS: dict[Locale, str] = {"zh-CN": "法定节假日", "en": "public holidays"}
_CLOSED_ON_HOLIDAYS: dict[Locale, str] = {"zh-CN": "法定节假日休息", "en": "closed on public holidays"}
_SPEAKERS: dict[Locale, dict[str, str]] = {
    "zh-CN": {"contact": "您", "agent": "客服", "bot": "智能助手", "system": "系统消息"},
    "en": {"contact": "You", "agent": "Agent", "bot": "Assistant", "system": "Notice"},
}
_VISITOR: dict[Locale, str] = {"zh-CN": "访客", "en": "Visitor"}


def hours_text(hours: Hours | None, locale: Locale) -> str:
    """The week as people say it: "周一至周五 08:30–17:30"; empty where it is always open.

    With public holidays where the calendar follows a country's: "，法定节假日休息".
    """
    if hours is None:
        return ""
    calendar = hours.calendar
    if all(_all_day(spans) for spans in calendar.week) and hours.public is None:
        return ""
    parts = [_run(first, last, spans, locale) for first, last, spans in _runs(calendar.week)]
    if hours.public is not None:
        times = _times(calendar.on_holidays, locale)
        parts.append(f"{_HOLIDAYS[locale]} {times}" if times else _CLOSED_ON_HOLIDAYS[locale])
    return _BETWEEN[locale].join(parts)


def opens_text(opens: datetime, now: datetime, zone: tzinfo, locale: Locale) -> str:
    """When it opens, by the clocks of the inbox: "11月30日（周一）08:30"."""
    opens, now = opens.astimezone(zone), now.astimezone(zone)
    weekday, other_year = _DAYS[locale][opens.weekday()], opens.year != now.year
    if locale == "en":
        year = f" {opens.year}" if other_year else ""
        return f"{weekday} {opens.day} {_MONTHS[opens.month - 1]}{year}, {opens:%H:%M}"
    year = f"{opens.year}年" if other_year else ""
    return f"{year}{opens.month}月{opens.day}日（{weekday}）{opens:%H:%M}"


def _runs(week: Sequence[Sequence[Span]]) -> list[tuple[int, int, Sequence[Span]]]:
    """Days in a row that have the same hours, those that are closed left out."""
    runs: list[tuple[int, int, Sequence[Span]]] = []
    for day, spans in enumerate(week):
        if not spans:
            continue
        if runs and runs[-1][1] == day - 1 and list(runs[-1][2]) == list(spans):
            runs[-1] = (runs[-1][0], day, spans)
        else:
            runs.append((day, day, spans))
    return runs


def _run(first: int, last: int, spans: Sequence[Span], locale: Locale) -> str:
    days = _DAYS[locale]
    named = days[first] if first == last else f"{days[first]}{_TO[locale]}{days[last]}"
    return f"{named} {_times(spans, locale)}"


def _times(spans: Sequence[Span], locale: Locale) -> str:
    if _all_day(spans):
        return _ALL_DAY[locale]
    return " ".join(_span(span, locale) for span in sorted(spans, key=Span.minutes))


def _span(span: Span, locale: Locale) -> str:
    until = _NEXT_DAY[locale].format(span.end) if span.minutes()[1] > DAY_MINUTES else span.end
    return f"{span.start}–{until}"


def _all_day(spans: Sequence[Span]) -> bool:
    return [(span.start, span.end) for span in spans] == [("00:00", "24:00")]


def visitor_name(address: str, locale: Locale) -> str:
    """What an unnamed visitor is called, so that agents can tell two of them apart."""
    letters = "".join(character for character in address[2:] if character.isalnum())
    return f"{_VISITOR[locale]} {letters[:4].upper()}"


def transcript(entries: Sequence[EntryView], *, title: str, zone: tzinfo, locale: Locale) -> str:
    """What was said, as plain text."""
    lines = [title, ""]
    names = _SPEAKERS[locale]
    for entry in entries:
        if entry.kind != "message":
            continue
        at = _local(entry.at, zone)
        parts = [str(entry.body.get("text") or "")]
        attached = entry.body.get("attachments")
        parts += [
            f"[{one.get('name')}]"
            for one in (attached if isinstance(attached, list) else [])
            if isinstance(one, dict)
        ]
        said = " ".join(part for part in parts if part) or "—"
        lines.append(f"{at:%Y-%m-%d %H:%M}  {entry.by.name or names[entry.by.kind]}  {said}")
    return "\n".join(lines) + "\n"


def _local(at: str, zone: tzinfo) -> datetime:
    return parse_stamp(at).astimezone(zone)
