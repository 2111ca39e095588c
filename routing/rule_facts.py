"""What is known of a conversation that begins, and whether a rule's condition is so. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache

from routing.conditions import UNVERIFIED, Condition, Field, Op, Value, page_address, plain

_READ = 10_000  # characters of the customer's text that rules look at
# The rules' own words as they are compared: few, and asked for at every conversation.
_word, _page_word = lru_cache(maxsize=4096)(plain), lru_cache(maxsize=4096)(page_address)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a conversation that begins.

    ``now`` is in the installation's time zone. ``open``: of each calendar that a rule names,
    whether it is open now. ``attributes`` were checked by staff or signed by the company's site,
    ``unverified`` is what the customer's client claims.
    """

    channel: str
    inbox: str
    now: datetime
    text: str = ""
    attributes: Mapping[str, object] = field(default_factory=dict)
    unverified: Mapping[str, object] = field(default_factory=dict)
    vip: bool = False
    language: str | None = None
    page: str | None = None
    open: Mapping[str, bool] = field(default_factory=dict)

    @cached_property
    def words(self) -> str:
        """The customer's text as it is compared."""
        return plain(self.text[:_READ])


def holds(condition: Condition, facts: Facts, *, vip: bool | None = None) -> bool:
    """Whether it is so. ``vip``: what a rule before has said of it.

    What is not known (no such field, no page, no language) is nothing and contains nothing: only
    *is_not* and *matches_none* hold of it. The condition is one that
    :func:`routing.conditions.problems` has nothing against.
    """
    op, value = condition.op, condition.value
    match condition.field:
        case Field.CHANNEL:
            return _named(op, value, facts.channel, _equal)
        case Field.INBOX:
            return _named(op, value, facts.inbox, _equal)
        case Field.LANGUAGE:
            return _named(op, value, facts.language, _speaks)
        case Field.TEXT:
            return _said(op, value, facts.words)
        case Field.PAGE:
            return _said(op, value, None if facts.page is None else page_address(facts.page), _page_word)
        case Field.CONTACT:
            return _known(op, value, attribute(facts, condition.key or ""))
        case Field.HOURS:
            return facts.open.get(str(value), True) is (op is Op.OPEN)
        case Field.HOUR:
            return _on_clock(op, value, facts.now.hour)
        case Field.WEEKDAY:
            return _on_day(op, value, facts.now.weekday())
        case Field.VIP:
            return ((facts.vip if vip is None else vip) is value) is (op is Op.IS)


def attribute(facts: Facts, key: str) -> object | None:
    """The contact's field of this name, the customer's own claims only where they are asked for."""
    if key.startswith(UNVERIFIED):
        return facts.unverified.get(key.removeprefix(UNVERIFIED))
    return facts.attributes.get(key)


def _equal(known: str, value: str) -> bool:
    return known == value


def _speaks(known: str, value: str) -> bool:
    """Whether a language tag is of this range (RFC 4647, basic filtering): zh-CN is zh."""
    known, value = (text.replace("_", "-").casefold() for text in (known, value))
    return known == value or known.startswith(f"{value}-")


def _named(op: Op, value: Value, known: str | None, same: Callable[[str, str], bool]) -> bool:
    names = value if isinstance(value, list) else [value]
    found = known is not None and any(same(known, str(name)) for name in names)
    return found is (op in (Op.IS, Op.CONTAINS_ANY))


def _said(op: Op, value: Value, known: str | None, read: Callable[[str], str] = _word) -> bool:
    words = [read(str(word)) for word in (value if isinstance(value, list) else [value])]
    if known is None:
        return op in (Op.IS_NOT, Op.MATCHES_NONE)
    match op:
        case Op.IS:
            return known == words[0]
        case Op.IS_NOT:
            return known != words[0]
        case Op.STARTS_WITH:
            return known.startswith(words[0])
        case Op.CONTAINS | Op.CONTAINS_ANY:
            return any(word in known for word in words)
        case _:
            return all(word not in known for word in words)


def _known(op: Op, value: Value, known: object | None) -> bool:
    if op in (Op.AT_LEAST, Op.BETWEEN):
        number = _number(known)
        if number is None:
            return False
        least, most = (value[0], value[1]) if isinstance(value, list) else (value, None)
        return float(str(least)) <= number and (most is None or number <= float(str(most)))
    words: Value = [_text(one) for one in value] if isinstance(value, list) else _text(value)
    return _said(op, words, None if known is None else plain(_text(known)))


def _number(known: object | None) -> float | None:
    """A number, also one that was written as text."""
    if isinstance(known, bool) or not isinstance(known, int | float | str):
        return None
    try:
        return float(known)
    except ValueError:
        return None


def _text(known: object) -> str:
    if isinstance(known, bool):
        return str(known).lower()
    if isinstance(known, float) and known.is_integer():
        return str(int(known))
    return str(known)


def _on_clock(op: Op, value: Value, hour: int) -> bool:
    if not isinstance(value, list):
        return hour >= int(str(value))
    start, end = (int(one) for one in value)
    return start <= hour < end if start < end else hour >= start or hour < end


def _on_day(op: Op, value: Value, day: int) -> bool:
    if op is Op.BETWEEN and isinstance(value, list):
        first, last = (int(one) for one in value)
        return first <= day <= last if first <= last else day >= first or day <= last
    days = value if isinstance(value, list) else [value]
    return (day in days) is (op in (Op.IS, Op.CONTAINS_ANY))
