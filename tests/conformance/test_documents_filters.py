"""Every filter, on every engine: what it finds and, as important, what it does not."""

from typing import cast

from hub.documents import (
    EVERYTHING,
    And,
    Contains,
    Document,
    Documents,
    Equal,
    Exists,
    Filter,
    In,
    Or,
    Prefix,
    Range,
    all_of,
)
from tests.conformance.stores import fill, ids

BIG = 2**62 + 1
VALUES: dict[str, Document] = {
    "missing": {},
    "null": {"f": None},
    "true": {"f": True},
    "false": {"f": False},
    "zero": {"f": 0},
    "one": {"f": 1},
    "one_and_a_half": {"f": 1.5},
    "tenth": {"f": 0.1},
    "negative": {"f": -7},
    "big": {"f": BIG},
    "less_big": {"f": BIG - 1},
    "huge": {"f": 1e300},
    "empty": {"f": ""},
    "a": {"f": "a"},
    "ab": {"f": "ab"},
    "b": {"f": "b"},
    "number_text": {"f": "1"},
    "chinese": {"f": "你好"},
    "emoji": {"f": "😀"},
    "quote": {"f": 'it\'s "so" \\ $x'},
    "array_text": {"f": '["a"]'},
    "object_text": {"f": '{"$ne":null}'},
    "array": {"f": ["a", 1, None, True]},
    "empty_array": {"f": []},
    "object": {"f": {"$ne": None}},
    "nested": {"f": {"g": {"h": "deep"}}},
    "objects": {"f": [{"g": "in an array"}]},
}

FOUND: list[tuple[Filter, set[str]]] = [
    (Equal("f", None), {"null"}),
    (Equal("f", True), {"true"}),
    (Equal("f", False), {"false"}),
    (Equal("f", 0), {"zero"}),
    (Equal("f", 1), {"one"}),
    (Equal("f", 1.0), {"one"}),
    (Equal("f", 1.5), {"one_and_a_half"}),
    (Equal("f", 0.1), {"tenth"}),
    (Equal("f", BIG), {"big"}),
    (Equal("f", 1e300), {"huge"}),
    (Equal("f", ""), {"empty"}),
    (Equal("f", "1"), {"number_text"}),
    (Equal("f", "你好"), {"chinese"}),
    (Equal("f", 'it\'s "so" \\ $x'), {"quote"}),
    (Equal("f", '["a"]'), {"array_text"}),
    (Equal("f", "[]"), set()),
    (Equal("f", '{"$ne":null}'), {"object_text"}),
    (Equal("f.g.h", "deep"), {"nested"}),
    (Equal("f.g", "in an array"), set()),
    (Equal("f.0", "a"), set()),
    (Equal("f.g.h.i", "deep"), set()),
    (Equal("id", "one"), {"one"}),
    (Equal("id", 1), set()),
    (Equal("id", None), set()),
    (Equal("version", 1), set(VALUES)),
    (Equal("version", "1"), set()),
    (Equal("version", None), set()),
    (Equal("version", True), set()),
    (In("f", ()), set()),
    (In("f", ("a", 1, None, "nothing")), {"a", "one", "null"}),
    (In("f", (True, 0)), {"true", "zero"}),
    (In("f", ("b",)), {"b"}),
    (In("f", tuple("abcdefghijkl")), {"a", "b"}),
    (In("f", (*"bcdefghijklm", 1.5, 0.1, None)), {"b", "one_and_a_half", "tenth", "null"}),
    (In("id", ("a", "b", "nothing", 1)), {"a", "b"}),
    (Range("f", gt=0), {"one", "one_and_a_half", "tenth", "big", "less_big", "huge"}),
    (Range("f", gt=2), {"big", "less_big", "huge"}),
    (Range("f", lt=-2), {"negative"}),
    (Range("f", gte=0, lt=1), {"zero", "tenth"}),
    (Range("f", gt=0, lte=1), {"tenth", "one"}),
    (Range("f", lt=0), {"negative"}),
    (Range("f", lte=0), {"negative", "zero"}),
    (Range("f", gte=1.5, lt=2), {"one_and_a_half"}),
    (Range("f", gte=BIG, lt=1e20), {"big"}),
    (Range("f", gt=BIG - 2, lte=BIG), {"big", "less_big"}),
    (Range("f", gt="a", lt="b"), {"ab"}),
    (Range("f", gte="a", lte="b"), {"a", "ab", "b"}),
    (Range("f", gt="b"), {"chinese", "emoji", "quote", "object_text"}),
    (Range("f", lt="a"), {"empty", "number_text", "array_text"}),
    (Range("f", gte="\U0001f000"), {"emoji"}),
    (Range("f.g.h", gte="d"), {"nested"}),
    (Range("f.g", gte=""), set()),
    (Range("id", gte="z"), {"zero"}),
    (Range("id", gte=0), set()),
    (Range("version", gte=1, lt=2), set(VALUES)),
    (Range("version", gt=1), set()),
    (Range("version", gte=""), set()),
    (Exists("f"), set(VALUES) - {"missing"}),
    (Exists("f", present=False), {"missing"}),
    (Exists("f.g"), {"nested"}),
    (Exists("f.g", present=False), set(VALUES) - {"nested"}),
    (Exists("id"), set(VALUES)),
    (Exists("version", present=False), set()),
    (Prefix("f", "a"), {"a", "ab"}),
    (Prefix("f", "你"), {"chinese"}),
    (Prefix("f", "["), {"array_text"}),
    (Prefix("f", "{"), {"object_text"}),
    (Prefix("f", "a.*"), set()),
    (
        Prefix("f", ""),
        {
            *("empty", "a", "ab", "b", "number_text", "chinese", "emoji"),
            *("quote", "array_text", "object_text"),
        },
    ),
    (Prefix("f", "\U0010ffff"), set()),
    (Prefix("id", "empty"), {"empty", "empty_array"}),
    (Contains("f", "a"), {"array"}),
    (Contains("f", 1), {"array"}),
    (Contains("f", True), {"array"}),
    (Contains("f", False), set()),
    (Contains("f", 0), set()),
    (Contains("f", None), {"array"}),
    (Contains("f", '{"g":"in an array"}'), set()),
    (Contains("id", "a"), set()),
    (EVERYTHING, set(VALUES)),
    (And((Equal("f", "a"), Equal("f", "b"))), set()),
    (all_of(Prefix("f", "a"), Range("f", gt="a"), Exists("id")), {"ab"}),
    (Or(()), set()),
    (Or((Equal("f", "a"), Equal("f", None), Equal("f", "a"))), {"a", "null"}),
    (
        all_of(Or((Equal("f", "a"), all_of(Equal("f", "b"), Exists("nothing")))), EVERYTHING),
        {"a"},
    ),
]


def test_each_filter_is_listed_once() -> None:
    assert len({repr(where) for where, _ in FOUND}) == len(FOUND)
    assert all(expected <= set(VALUES) for _, expected in FOUND)


async def test_a_filter_finds_what_it_says(store: Documents) -> None:
    await store.bulk("things", [one | {"id": id, "version": 1} for id, one in VALUES.items()])
    wrong = {}
    for where, expected in FOUND:
        found = set(await ids(store, "things", where))
        if found != expected or await store.count("things", where) != len(expected):
            wrong[repr(where)] = found ^ expected
    assert not wrong


async def test_a_filter_finds_the_same_through_indexes(store: Documents) -> None:
    documents = [
        {"id": "a", "queue": "q", "state": "open", "agent": "x", "todo": {"due": "1"}},
        {"id": "b", "queue": "q", "state": "open", "agent": None, "todo": {"due": None}},
        {"id": "c", "queue": "q", "state": "shut", "agent": "x", "todo": {}},
        {"id": "d", "queue": "q", "agent": "x"},
        {"id": "e", "queue": None, "state": "open", "agent": True, "todo": None},
        {"id": "f", "state": "open", "agent": 1},
        {"id": "g", "queue": ["q"], "state": "open", "agent": "y"},
    ]
    await fill(store, "waiting", *cast("list[Document]", documents))
    assert await ids(store, "waiting", Equal("queue", "q")) == ["a", "b", "c", "d"]
    assert await ids(store, "waiting", Equal("queue", None)) == ["e"]
    assert await ids(store, "waiting", Equal("state", "open")) == ["a", "b", "e", "f", "g"]
    assert await ids(store, "waiting", Exists("todo.due")) == ["a", "b"]
    assert await ids(store, "waiting", Range("todo.due", gte="")) == ["a"]
    agents: list[tuple[object, list[str]]] = [
        ("x", ["a"]),
        (None, ["b"]),
        (True, ["e"]),
        (1, ["f"]),
    ]
    for agent, expected in agents:
        where = all_of(Equal("state", "open"), Equal("agent", cast("str", agent)))
        assert await ids(store, "waiting", where, sort=("since",)) == expected
    either = Or((all_of(Equal("state", "open"), Equal("agent", "y")), Equal("queue", None)))
    assert await ids(store, "waiting", either) == ["e", "g"]


async def test_an_index_of_elements_follows_the_documents(store: Documents) -> None:
    documents = [
        {"id": "a", "tags": ["x", "y", "x"], "people": ["p"], "changed": 1},
        {"id": "b", "tags": ["y", 1, True, None], "people": ["p", "q"], "changed": 2},
        {"id": "c", "tags": "x", "changed": 3},
        {"id": "d", "tags": [], "people": ["p"], "changed": 3},
        {"id": "e", "tags": [["x"], '["x"]']},
    ]
    await fill(store, "waiting", *cast("list[Document]", documents))
    assert await ids(store, "waiting", Contains("tags", "x")) == ["a"]
    assert await ids(store, "waiting", Contains("tags", "y")) == ["a", "b"]
    assert await ids(store, "waiting", Contains("tags", 1)) == ["b"]
    assert await ids(store, "waiting", Contains("tags", True)) == ["b"]
    assert await ids(store, "waiting", Contains("tags", None)) == ["b"]
    assert await ids(store, "waiting", Contains("tags", '["x"]')) == ["e"]
    by = ("-changed",)
    assert await ids(store, "waiting", Contains("people", "p"), sort=by) == ["d", "b", "a"]
    both = all_of(Contains("people", "p"), Contains("tags", "y"))
    assert await ids(store, "waiting", both, sort=by) == ["b", "a"]
    assert await store.count("waiting", Or((Contains("tags", "x"), Contains("people", "q")))) == 2

    new: Document = {"id": "a", "version": 2, "tags": ["z"], "people": ["p"], "changed": 9}
    await store.put_if("waiting", new, version=1)
    assert await ids(store, "waiting", Contains("tags", "x")) == []
    assert await ids(store, "waiting", Contains("tags", "z")) == ["a"]
    assert await ids(store, "waiting", Contains("people", "p"), sort=by) == ["a", "d", "b"]
    await store.clear("waiting", "b", "tags")
    assert await ids(store, "waiting", Contains("tags", "y")) == []
    await store.delete("waiting", "d")
    assert await ids(store, "waiting", Contains("people", "p"), sort=by) == ["a", "b"]
