"""Every operator of every field of a routing rule: where it holds, where not, and what is refused."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from routing.conditions import FITS, Condition, Field, Op, problems
from routing.rule_facts import Facts, holds

MONDAY_NINE = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
FACTS = Facts(
    channel="webchat",
    inbox="i_1",
    now=MONDAY_NINE,
    text="我家厨房有煤气味，ＰＩＰＥ  broken!",
    attributes={"等级": "金卡", "年": 3, "度": 7.5, "欠费": True, "表号": "0012"},
    unverified={"name": "王", "等级": "白金"},
    vip=True,
    language="zh-CN",
    page="https://gas.example/Bill/%E8%B4%A6%E5%8D%95?month=3",
    open={"k_day": True, "k_night": False},
)
NOTHING = Facts(channel="webchat", inbox="i_1", now=MONDAY_NINE)


def condition(field: str, op: str, value: Any, key: str | None = None) -> Condition:
    return Condition(field=Field(field), op=Op(op), value=value, key=key)


# field, operator, a value with which it holds, one with which it does not, key
TABLE: list[tuple[str, str, Any, Any, str | None]] = [
    ("channel", "is", "webchat", "email", None),
    ("channel", "is_not", "email", "webchat", None),
    ("channel", "contains_any", ["email", "webchat"], ["email"], None),
    ("channel", "matches_none", ["email"], ["webchat", "email"], None),
    ("inbox", "is", "i_1", "i_2", None),
    ("inbox", "is_not", "i_2", "i_1", None),
    ("inbox", "contains_any", ["i_2", "i_1"], ["i_2"], None),
    ("inbox", "matches_none", ["i_2"], ["i_1"], None),
    ("text", "is", "我家厨房有煤气味,pipe broken!", "煤气味", None),
    ("text", "is_not", "煤气味", "我家厨房有煤气味,PIPE BROKEN!", None),
    ("text", "contains", "Pipe Broken", "漏水", None),
    ("text", "contains_any", ["漏气", "煤气味"], ["漏气", "漏水"], None),
    ("text", "starts_with", "我家", "厨房", None),
    ("text", "matches_none", ["漏气", "漏水"], ["漏气", "煤气味"], None),
    ("contact", "is", "金卡", "银卡", "等级"),
    ("contact", "is", 3, 4, "年"),
    ("contact", "is", "3", "03", "年"),
    ("contact", "is", 3.0, 3.5, "年"),
    ("contact", "is", True, False, "欠费"),
    ("contact", "is_not", "银卡", "金卡", "等级"),
    ("contact", "contains", "金", "银", "等级"),
    ("contact", "contains_any", ["银", "金"], ["银"], "等级"),
    ("contact", "starts_with", "金", "卡", "等级"),
    ("contact", "matches_none", ["银"], ["金"], "等级"),
    ("contact", "at_least", 3, 3.5, "年"),
    ("contact", "at_least", 12, 13, "表号"),
    ("contact", "between", [7.5, 8], [1, 7], "度"),
    ("contact", "between", [3, 3], [4, 9], "年"),
    ("contact", "is", "白金", "金卡", "unverified.等级"),
    ("contact", "contains", "王", "李", "unverified.name"),
    ("hours", "open", "k_day", "k_night", None),
    ("hours", "closed", "k_night", "k_day", None),
    ("hour", "between", [9, 10], [10, 12], None),
    ("hour", "between", [22, 10], [22, 9], None),
    ("hour", "between", [0, 24], [0, 9], None),
    ("hour", "at_least", 9, 10, None),
    ("weekday", "is", 0, 1, None),
    ("weekday", "is_not", 1, 0, None),
    ("weekday", "contains_any", [5, 0], [5, 6], None),
    ("weekday", "matches_none", [5, 6], [0], None),
    ("weekday", "between", [0, 4], [1, 4], None),
    ("weekday", "between", [5, 0], [5, 6], None),
    ("vip", "is", True, False, None),
    ("vip", "is_not", False, True, None),
    ("language", "is", "zh", "z", None),
    ("language", "is", "ZH_cn", "zh-TW", None),
    ("language", "is_not", "en", "zh-CN", None),
    ("language", "contains_any", ["en", "zh"], ["en", "zh-TW"], None),
    ("language", "matches_none", ["en"], ["en", "zh"], None),
    ("page", "is", "https://gas.example/bill/账单?month=3", "https://gas.example/bill", None),
    ("page", "is_not", "/bill", "https://gas.example/bill/%E8%B4%A6%E5%8D%95?month=3", None),
    ("page", "contains", "/bill/账单", "/help", None),
    ("page", "contains_any", ["/help", "/bill"], ["/help", "/pay"], None),
    ("page", "starts_with", "https://gas.example/", "http://gas.example/", None),
    ("page", "matches_none", ["/help"], ["/help", "/bill"], None),
]


@pytest.mark.parametrize(("field", "op", "yes", "no", "key"), TABLE)
def test_an_operator_holds_where_it_is_so_and_only_there(
    field: str, op: str, yes: Any, no: Any, key: str | None
) -> None:
    for value, so in ((yes, True), (no, False)):
        one = condition(field, op, value, key)
        assert list(problems(one, "when[0]")) == []
        assert holds(one, FACTS) is so, value


def test_every_operator_that_fits_a_field_stands_in_the_table() -> None:
    assert {(Field(row[0]), Op(row[1])) for row in TABLE} == {
        (field, op) for field, ops in FITS.items() for op in ops
    }


@pytest.mark.parametrize(("field", "op", "yes", "no", "key"), TABLE)
def test_of_what_is_not_known_only_the_negative_holds(
    field: str, op: str, yes: Any, no: Any, key: str | None
) -> None:
    if field in {"contact", "page", "language"}:
        assert holds(condition(field, op, yes, key), NOTHING) is (op in {"is_not", "matches_none"})
        assert holds(condition(field, op, no, key), NOTHING) is (op in {"is_not", "matches_none"})


def test_a_customers_claim_is_no_field_of_the_contact() -> None:
    assert not holds(condition("contact", "is", "白金", "等级"), FACTS)
    assert holds(condition("contact", "is_not", "王", "name"), FACTS)
    assert not holds(condition("contact", "is", "金卡", "unverified.等级"), FACTS)


def test_a_text_that_is_no_number_is_never_at_least_one() -> None:
    assert not holds(condition("contact", "at_least", -9, "等级"), FACTS)
    assert not holds(condition("contact", "between", [-9, 9], "欠费"), FACTS)


def test_a_calendar_of_which_nothing_is_known_is_open() -> None:
    assert holds(condition("hours", "open", "k_gone"), FACTS)
    assert not holds(condition("hours", "closed", "k_gone"), FACTS)


def test_what_a_rule_before_said_of_vip_counts() -> None:
    one = condition("vip", "is", True)
    assert holds(one, NOTHING, vip=True)
    assert not holds(one, FACTS, vip=False)


@pytest.mark.parametrize(
    ("field", "op", "value", "key", "path", "words"),
    [
        (
            "vip",
            "starts_with",
            "x",
            None,
            "when[2].op",
            "starts_with does not fit vip; it may be: is, is_not.",
        ),
        ("text", "open", "x", None, "when[2].op", "does not fit text"),
        ("text", "contains", "", None, "when[2].value", "an empty text says nothing"),
        ("text", "contains", " 　\t", None, "when[2].value", "an empty text says nothing"),
        ("text", "contains", "x" * 201, None, "when[2].value", "at most 200 characters"),
        ("text", "contains", 5, None, "when[2].value", "a text is needed"),
        ("text", "contains", ["x"], None, "when[2].value", "a text is needed"),
        ("text", "contains_any", "x", None, "when[2].value", "a list of at least one text"),
        ("text", "contains_any", [], None, "when[2].value", "a list of at least one text"),
        ("text", "contains_any", ["x", ""], None, "when[2].value", "an empty text says nothing"),
        ("text", "contains_any", ["x"] * 51, None, "when[2].value", "at most 50 texts"),
        ("page", "contains", "%20", None, "when[2].value", "an empty text says nothing"),
        ("text", "contains", "x", "name", "when[2].key", "only a condition on the contact"),
        ("contact", "is", "x", None, "when[2].key", "name the contact's field"),
        ("contact", "is", "x", "unverified.", "when[2].key", "name the contact's field"),
        ("contact", "is", "x", "a.b", "when[2].key", "dots are not in their names"),
        ("contact", "is", None, "a", "when[2].value", "a text, a number, true or false"),
        ("contact", "is", "", "a", "when[2].value", "an empty text says nothing"),
        ("contact", "at_least", "3", "a", "when[2].value", "a number is needed"),
        ("contact", "at_least", True, "a", "when[2].value", "a number is needed"),
        ("contact", "between", [3], "a", "when[2].value", "two numbers"),
        ("contact", "between", [4, 3], "a", "when[2].value", "nothing lies between"),
        ("hours", "open", None, None, "when[2].value", "name the calendar"),
        ("hours", "open", "", None, "when[2].value", "name the calendar"),
        ("hour", "between", 9, None, "when[2].value", "two hours"),
        ("hour", "between", [9, 25], None, "when[2].value", "hours are whole numbers"),
        ("hour", "between", [24, 3], None, "when[2].value", "hours are whole numbers"),
        ("hour", "between", [-1, 3], None, "when[2].value", "hours are whole numbers"),
        ("hour", "between", [9, 9.5], None, "when[2].value", "hours are whole numbers"),
        ("hour", "between", [9, 9], None, "when[2].value", "it ends when it begins"),
        ("hour", "at_least", 24, None, "when[2].value", "from 0 to 23"),
        ("weekday", "is", 7, None, "when[2].value", "from 0 (Monday) to 6 (Sunday)"),
        ("weekday", "contains_any", [], None, "when[2].value", "one to seven weekdays"),
        ("weekday", "contains_any", [0, 7], None, "when[2].value", "from 0 (Monday) to 6 (Sunday)"),
        ("weekday", "between", [0], None, "when[2].value", "two weekdays"),
        ("vip", "is", "yes", None, "when[2].value", "true or false"),
    ],
)
def test_what_makes_no_sense_is_refused_in_plain_words(
    field: str, op: str, value: Any, key: str | None, path: str, words: str
) -> None:
    (problem,) = problems(condition(field, op, value, key), "when[2]")
    assert problem.field == path
    assert words in problem.words
