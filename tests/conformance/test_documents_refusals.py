"""What is no filter, no path, no document or no step is refused before anything is sent."""

import math
from dataclasses import dataclass
from typing import cast

import pytest

from hub.documents import (
    And,
    Contains,
    Document,
    Documents,
    Equal,
    Exists,
    Filter,
    In,
    Json,
    Or,
    Prefix,
    Range,
    Scalar,
)
from tests.conformance.stores import fill, ids


@dataclass(frozen=True)
class Nearly:
    field: str
    value: int


NE = cast("Scalar", {"$ne": None})
WRONG_FILTERS: list[object] = [
    None,
    {},
    {"f": 1},
    "f",
    ("f", 1),
    Nearly("f", 1),
    Equal,
    And((cast("Filter", {"$where": "1"}),)),
    Or((Equal("f", 1), cast("Filter", Nearly("f", 1)))),
    Equal("f", NE),
    Equal("f", cast("Scalar", [1])),
    Equal("f", cast("Scalar", b"x")),
    Equal("f", cast("Scalar", object())),
    In("f", (NE,)),
    In("f", (1, cast("Scalar", [1]))),
    Contains("f", NE),
    Range("f"),
    Range("f", gt=1, lt="b"),
    Range("f", gt=cast("int", NE)),
    Range("f", gt=True),
    Prefix("f", cast("str", 1)),
    Prefix("f", cast("str", NE)),
    Equal(cast("str", 5), 1),
    Exists(cast("str", None)),
]
WRONG_VALUES: list[Filter] = [
    *(Equal("f", math.nan), Equal("f", math.inf), Equal("f", 2**63), Equal("f", "\ud800")),
    *(Range("f", gte=math.nan), In("f", (-(2**63) - 1,)), Prefix("f", "\udfff")),
    *(Equal(path, 1) for path in ("", ".", "a.", ".a", "a..b", 'a"b', "a\\b", "a\x00b", "a\nb")),
    *(kind("") for kind in (Exists,)),
    *(Contains("a..b", 1), Prefix("", "x"), In("", ()), Range("", gt=1)),
]


async def test_an_unknown_filter_is_a_type_error(store: Documents) -> None:
    await fill(store, "things", {"f": 1})
    for wrong in WRONG_FILTERS:
        where = cast("Filter", wrong)
        with pytest.raises(TypeError):
            await store.find("things", where)
        with pytest.raises(TypeError):
            await store.count("things", where)
        with pytest.raises(TypeError):
            await store.claim_next("things", where, sort=("id",), changes={"f": 2})
        with pytest.raises(TypeError):
            await store.find("agents", And((Equal("id", "nobody"), where)))  # also when empty
    assert (await store.find("things")).items == [{"id": "d000", "version": 1, "f": 1}]


async def test_values_and_paths_that_no_engine_keeps_are_value_errors(store: Documents) -> None:
    for where in WRONG_VALUES:
        with pytest.raises(ValueError):
            await store.find("things", where)
    for sort in (("",), ("a..b",), ("-",), ("f", "f"), ("f", "-f"), ("$where\x00",)):
        with pytest.raises(ValueError):
            await store.find("things", sort=sort)
    for field in ("", "a..b", "id", "version", "id.x"):
        with pytest.raises(ValueError):
            await store.clear("things", "a", field)
        with pytest.raises(ValueError):
            await store.append("things", "a", field, 1)
    with pytest.raises(TypeError):
        await store.find("things", sort="f")


async def test_operators_in_values_and_names_stay_what_they_are(store: Documents) -> None:
    trap: Json = {"$ne": None}
    rows: list[Document] = [
        {"id": "$ne", "f": trap, "$where": "true", "g": "$f"},
        {"id": "plain", "f": "x", "g": "$f"},
        {"id": "{$gt: ''}", "f": "' OR 1=1 --", "g": "%"},
    ]
    await fill(store, "things", *rows)
    assert await ids(store, "things", Equal("id", "$ne")) == ["$ne"]
    assert await ids(store, "things", Equal("id", "{$gt: ''}")) == ["{$gt: ''}"]
    assert await ids(store, "things", Equal("f", "' OR 1=1 --")) == ["{$gt: ''}"]
    assert await ids(store, "things", Equal("g", "$f")) == ["$ne", "plain"]
    assert await ids(store, "things", Equal("g", "%")) == ["{$gt: ''}"]
    assert await ids(store, "things", Exists("f.$ne")) == ["$ne"]
    assert await ids(store, "things", Equal("f.$ne", None)) == ["$ne"]
    assert await ids(store, "things", Equal("$where", "true")) == ["$ne"]
    assert await ids(store, "things", Exists("$where"), sort=("$where",)) == ["$ne"]
    assert await ids(store, "things", Equal("$expr", 1)) == []
    assert await ids(store, "things", Equal("f') OR 1=1 --", 1)) == []
    with pytest.raises(TypeError):
        await store.find("things", Equal("id", cast("str", trap)))
    with pytest.raises(TypeError):
        await store.find("things", cast("Filter", {"$where": "1"}))

    claimed = await store.claim_next(
        "things",
        Equal("id", "plain"),
        sort=("id",),
        changes={"$set": {"$inc": 1}, "g": "$f", "h.$x": trap},
    )
    expected: Document = {"id": "plain", "version": 2, "f": "x", "g": "$f"}
    expected |= {"$set": {"$inc": 1}, "h": {"$x": trap}}
    assert claimed == expected
    assert await store.get("things", "plain") == expected
    await store.append("things", "plain", "h.$list", {"$each": [1, 2]})
    await store.clear("things", "plain", "$set")
    del expected["$set"]
    expected |= {"version": 3, "h": {"$x": trap, "$list": [{"$each": [1, 2]}]}}
    assert await store.get("things", "plain") == expected


WRONG_DOCUMENTS: list[tuple[type[Exception], object]] = [
    (TypeError, None),
    (TypeError, [("id", "a")]),
    (ValueError, {}),
    (ValueError, {"id": "a"}),
    (ValueError, {"version": 1}),
    (ValueError, {"id": "", "version": 1}),
    (ValueError, {"id": 5, "version": 1}),
    (ValueError, {"id": {"$ne": None}, "version": 1}),
    (ValueError, {"id": "a", "version": "1"}),
    (ValueError, {"id": "a", "version": True}),
    (ValueError, {"id": "a", "version": 1.0}),
    (ValueError, {"id": "a", "version": 1, "f": math.nan}),
    (ValueError, {"id": "a", "version": 1, "f": [{"g": -math.inf}]}),
    (ValueError, {"id": "a", "version": 1, "f": 2**63}),
    (ValueError, {"id": "a", "version": 1, "f": "\ud800"}),
    (ValueError, {"id": "a", "version": 1, "\ud800": 1}),
    (TypeError, {"id": "a", "version": 1, "f": {1: 2}}),
    (TypeError, {"id": "a", "version": 1, "f": (1, 2)}),
    (TypeError, {"id": "a", "version": 1, "f": {1, 2}}),
    (TypeError, {"id": "a", "version": 1, "f": b"x"}),
    (TypeError, {"id": "a", "version": 1, "f": [object()]}),
]


async def test_what_is_no_document_is_not_stored(store: Documents) -> None:
    for error, wrong in WRONG_DOCUMENTS:
        with pytest.raises(error):
            await store.insert("things", cast("Document", wrong))
        with pytest.raises(error):
            await store.put_if("things", cast("Document", wrong), version=0)
        with pytest.raises(error):
            await store.bulk("things", [cast("Document", wrong)])
    with pytest.raises(TypeError):
        await store.commit([cast("Exists", {"insert": "things"})])  # type: ignore[list-item]
    assert await store.count("things") == 0


async def test_a_collection_that_was_not_declared_is_a_key_error(store: Documents) -> None:
    for name in ("nothing", "_meta", "sqlite_master", "things; DROP TABLE things", "$cmd"):
        with pytest.raises(KeyError):
            await store.get(name, "a")
        with pytest.raises(KeyError):
            await store.find(name)
        with pytest.raises(KeyError):
            await store.count(name)
        with pytest.raises(KeyError):
            await store.insert(name, {"id": "a", "version": 1})
        with pytest.raises(KeyError):
            await store.put_if(name, {"id": "a", "version": 2}, version=1)
        with pytest.raises(KeyError):
            await store.claim_next(name, Equal("f", 1), sort=("id",), changes={"f": 2})
        with pytest.raises(KeyError):
            await store.append(name, "a", "f", 1)
        with pytest.raises(KeyError):
            await store.clear(name, "a", "f")
        with pytest.raises(KeyError):
            await store.delete(name, "a")
        with pytest.raises(KeyError):
            await store.expire(name, "f", before="x")
        with pytest.raises(KeyError):
            await store.bulk(name, [{"id": "a", "version": 1}])
