"""Conditions of routing rules: what can be asked of a conversation that begins, and how.

Which operators fit which field, and what each takes as its value, is one table (:data:`FITS`).
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Annotated
from urllib.parse import unquote

import msgspec

from hub.register import Problem

UNVERIFIED = "unverified."  # before the name of a field that only the customer vouches for
MOST_WORDS = 50
LONGEST_WORD = 200
_EMPTY = "an empty text says nothing; write at least one character."


class Field(StrEnum):
    """What a condition is about."""

    CHANNEL = "channel"
    INBOX = "inbox"
    TEXT = "text"
    CONTACT = "contact"
    HOURS = "hours"
    HOUR = "hour"
    WEEKDAY = "weekday"
    VIP = "vip"
    LANGUAGE = "language"
    PAGE = "page"


class Op(StrEnum):
    """How it is compared."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    CONTAINS_ANY = "contains_any"
    STARTS_WITH = "starts_with"
    MATCHES_NONE = "matches_none"
    BETWEEN = "between"
    OPEN = "open"
    CLOSED = "closed"
    AT_LEAST = "at_least"


class Shape(StrEnum):
    """What an operator takes as its value."""

    WORD = "word"  # a text that is not empty
    WORDS = "words"  # a list of such texts
    PLAIN = "plain"  # a text, a number, yes or no
    NUMBER = "number"
    NUMBERS = "numbers"  # from, to; both included
    HOUR = "hour"  # 0 to 23
    HOURS = "hours"  # from (included), to (not included), 0 to 24; may run over midnight
    DAY = "day"  # 0, Monday, to 6
    DAYS = "days"  # a list of days
    SPAN = "span"  # from, to; both included; may run over Sunday
    FLAG = "flag"
    CALENDAR = "calendar"  # the id of one


_WORDS: Mapping[Op, Shape] = {
    Op.IS: Shape.WORD,
    Op.IS_NOT: Shape.WORD,
    Op.CONTAINS: Shape.WORD,
    Op.CONTAINS_ANY: Shape.WORDS,
    Op.STARTS_WITH: Shape.WORD,
    Op.MATCHES_NONE: Shape.WORDS,
}
_NAMES: Mapping[Op, Shape] = {
    Op.IS: Shape.WORD,
    Op.IS_NOT: Shape.WORD,
    Op.CONTAINS_ANY: Shape.WORDS,
    Op.MATCHES_NONE: Shape.WORDS,
}
FITS: Mapping[Field, Mapping[Op, Shape]] = {
    Field.CHANNEL: _NAMES,
    Field.INBOX: _NAMES,
    Field.TEXT: _WORDS,
    Field.CONTACT: {
        **_WORDS,
        Op.IS: Shape.PLAIN,
        Op.IS_NOT: Shape.PLAIN,
        Op.AT_LEAST: Shape.NUMBER,
        Op.BETWEEN: Shape.NUMBERS,
    },
    Field.HOURS: {Op.OPEN: Shape.CALENDAR, Op.CLOSED: Shape.CALENDAR},
    Field.HOUR: {Op.BETWEEN: Shape.HOURS, Op.AT_LEAST: Shape.HOUR},
    Field.WEEKDAY: {
        Op.IS: Shape.DAY,
        Op.IS_NOT: Shape.DAY,
        Op.CONTAINS_ANY: Shape.DAYS,
        Op.MATCHES_NONE: Shape.DAYS,
        Op.BETWEEN: Shape.SPAN,
    },
    Field.VIP: {Op.IS: Shape.FLAG, Op.IS_NOT: Shape.FLAG},
    Field.LANGUAGE: _NAMES,
    Field.PAGE: _WORDS,
}

Plain = str | int | float | bool
Value = Plain | list[str | int | float] | None


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that must be so. ``key``: which of the contact's fields (*contact* only)."""

    field: Field
    op: Op
    value: Value = None
    key: Annotated[str, msgspec.Meta(min_length=1, max_length=80)] | None = None


def plain(text: str) -> str:
    """A text as it is compared: width, case and the kind of white space do not matter."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def page_address(page: str) -> str:
    """A page's address as it is compared: ``%E8%B4%A6`` is what it stands for."""
    return plain(unquote(page))


def problems(condition: Condition, path: str) -> Iterator[Problem]:
    """What is wrong with it, in plain words; ``path``: where it stands, such as ``when[0]``."""
    fits = FITS[condition.field]
    if condition.op not in fits:
        words = f"{condition.op} does not fit {condition.field}; it may be: {', '.join(fits)}."
        yield Problem(f"{path}.op", words)
        return
    yield from _of_key(condition, path)
    wrong = _SHAPES[fits[condition.op]](condition.value)
    if wrong is None and condition.field is Field.PAGE and not all(map(page_address, words_of(condition))):
        wrong = _EMPTY
    if wrong is not None:
        yield Problem(f"{path}.value", wrong)


def words_of(condition: Condition) -> list[str]:
    """The texts among what it is compared with."""
    value = condition.value
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _of_key(condition: Condition, path: str) -> Iterator[Problem]:
    key = condition.key
    if condition.field is not Field.CONTACT:
        if key is not None:
            yield Problem(f"{path}.key", "only a condition on the contact names a field of his.")
        return
    name = (key or "").removeprefix(UNVERIFIED)
    if not name.strip():
        yield Problem(f"{path}.key", "name the contact's field that is meant.")
    elif "." in name or name.startswith("$"):
        yield Problem(f"{path}.key", f"no contact has a field named {name!r}: dots are not in their names.")


def _word(value: Value) -> str | None:
    if not isinstance(value, str):
        return "a text is needed here."
    if not plain(value):
        return _EMPTY
    return f"at most {LONGEST_WORD} characters." if len(value) > LONGEST_WORD else None


def _words(value: Value) -> str | None:
    if not isinstance(value, list) or not value:
        return "a list of at least one text is needed here."
    if len(value) > MOST_WORDS:
        return f"at most {MOST_WORDS} texts."
    return next((wrong for word in value if (wrong := _word(word)) is not None), None)


def _plain(value: Value) -> str | None:
    if value is None or isinstance(value, list):
        return "a text, a number, true or false is needed here."
    return _word(value) if isinstance(value, str) else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _a_number(value: Value) -> str | None:
    return None if _is_number(value) else "a number is needed here."


def _numbers(value: Value) -> str | None:
    pair = _pair(value)
    if pair is None:
        return "two numbers, from and to, are needed here."
    return f"{pair[0]} is more than {pair[1]}: nothing lies between them." if pair[0] > pair[1] else None


def _pair(value: Value) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != 2 or not all(_is_number(one) for one in value):
        return None
    return float(value[0]), float(value[1])


def _within(value: object, least: int, most: int) -> bool:
    return _is_number(value) and isinstance(value, int) and least <= value <= most


def _hour(value: Value) -> str | None:
    return None if _within(value, 0, 23) else "an hour is a whole number from 0 to 23."


def _hours(value: Value) -> str | None:
    if not isinstance(value, list) or len(value) != 2:
        return "two hours, from and to, are needed here."
    if not _within(value[0], 0, 23) or not _within(value[1], 0, 24):
        return "hours are whole numbers, from 0 to 23 until 0 to 24."
    return "it ends when it begins; the whole day is 0 to 24." if value[0] == value[1] else None


def _day(value: Value) -> str | None:
    return None if _within(value, 0, 6) else "a weekday is a whole number from 0 (Monday) to 6 (Sunday)."


def _days(value: Value) -> str | None:
    if not isinstance(value, list) or not value or len(value) > 7:
        return "a list of one to seven weekdays is needed here."
    return next((wrong for one in value if (wrong := _day(one)) is not None), None)


def _span(value: Value) -> str | None:
    if not isinstance(value, list) or len(value) != 2:
        return "two weekdays, from and to, are needed here."
    return _days(value)


def _flag(value: Value) -> str | None:
    return None if isinstance(value, bool) else "true or false is needed here."


def _calendar(value: Value) -> str | None:
    return None if isinstance(value, str) and value else "name the calendar that is meant, by its id."


_SHAPES: Mapping[Shape, Callable[[Value], str | None]] = {
    Shape.WORD: _word,
    Shape.WORDS: _words,
    Shape.PLAIN: _plain,
    Shape.NUMBER: _a_number,
    Shape.NUMBERS: _numbers,
    Shape.HOUR: _hour,
    Shape.HOURS: _hours,
    Shape.DAY: _day,
    Shape.DAYS: _days,
    Shape.SPAN: _span,
    Shape.FLAG: _flag,
    Shape.CALENDAR: _calendar,
}
