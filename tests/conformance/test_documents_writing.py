"""Every call that writes, and the documents they keep."""

import pytest

from hub.documents import (
    Changed,
    Clear,
    Contains,
    Delete,
    Document,
    Documents,
    Duplicate,
    Equal,
    Exists,
    Insert,
    Json,
    PutIf,
    Refused,
    Step,
    Unavailable,
    all_of,
)
from tests.conformance.stores import Open, fill, ids

ODD: Document = {
    "id": "odd: $id/…'\"",
    "version": 3,
    "null": None,
    "true": True,
    "int": -5,
    "big": 2**63 - 1,
    "small": -(2**63),
    "float": 0.1,
    "whole": 2.0,
    "text": '你好 😀 \x00 \u2028 it\'s "quoted" \\',
    "empty": {"object": {}, "array": [], "text": ""},
    "deep": [[1, [2, {"a": [None, {"b": True}]}]], {"$set": {"x": 1}}],
    "$ne": None,
    "dotted.key": {"a.b": 1, "": 2, "$": 3, "%": 4, "%2E": 5, "\x00": 6, "_id": 7},
    "_id": "not the id",
    "数": "数",
}


async def test_a_document_comes_back_as_it_went(store: Documents) -> None:
    await store.insert("things", ODD)
    got = await store.get("things", str(ODD["id"]))
    assert got == ODD
    assert got is not None
    assert repr(sorted(got.items())) == repr(sorted(ODD.items()))  # 2.0 is not 2, True is not 1
    page = await store.find("things", Equal("dotted", None))
    assert page.items == []
    again = got | {"version": 4}
    await store.put_if("things", again, version=3)
    assert (await store.find("things")).items == [again]


async def test_a_document_that_is_not_there_is_none(store: Documents) -> None:
    assert await store.get("things", "nothing") is None
    assert await store.get("things", "") is None


async def test_what_the_caller_does_to_his_copy_is_his_affair(store: Documents) -> None:
    mine: Document = {"id": "a", "version": 1, "list": [1], "inner": {"x": [1]}}
    await store.insert("things", mine)
    mine["list"].append(2)  # type: ignore[union-attr]
    mine["inner"]["x"].append(2)  # type: ignore[index,union-attr,call-overload]
    got = await store.get("things", "a")
    assert got == {"id": "a", "version": 1, "list": [1], "inner": {"x": [1]}}
    got["list"].append(3)  # type: ignore[union-attr]
    assert await store.get("things", "a") == {
        "id": "a",
        "version": 1,
        "list": [1],
        "inner": {"x": [1]},
    }


async def test_an_id_is_taken_once(store: Documents) -> None:
    await store.insert("things", {"id": "a", "version": 1, "n": 1})
    with pytest.raises(Duplicate):
        await store.insert("things", {"id": "a", "version": 1, "n": 2})
    await store.insert("agents", {"id": "a", "version": 1})
    got = await store.get("things", "a")
    assert got is not None
    assert got["n"] == 1


async def test_put_if_needs_the_version_it_names(store: Documents) -> None:
    await store.insert("things", {"id": "a", "version": 1, "n": 1})
    await store.put_if("things", {"id": "a", "version": 2}, version=1)
    with pytest.raises(Changed):
        await store.put_if("things", {"id": "a", "version": 2}, version=1)
    with pytest.raises(Changed):
        await store.put_if("things", {"id": "b", "version": 2}, version=1)
    assert await store.get("things", "a") == {"id": "a", "version": 2}
    with pytest.raises(ValueError, match="version"):
        await store.put_if("things", {"id": "a", "version": 2}, version=2)


async def test_append_adds_and_raises_the_version(store: Documents) -> None:
    await fill(store, "things", {"id": "a", "list": [1]}, {"id": "b", "list": 5})
    await store.append("things", "a", "list", {"x": [None]})
    await store.append("things", "a", "deep.er", "first")
    await store.append("things", "a", "deep.er", [])
    assert await store.get("things", "a") == {
        "id": "a",
        "version": 4,
        "list": [1, {"x": [None]}],
        "deep": {"er": ["first", []]},
    }
    with pytest.raises(Changed):
        await store.append("things", "nothing", "list", 1)
    for field in ("list", "list.inner"):
        with pytest.raises(ValueError, match=r"array|object"):
            await store.append("things", "b", field, 1)
    assert await store.get("things", "b") == {"id": "b", "version": 1, "list": 5}


async def test_clear_removes_a_field_and_leaves_the_version(store: Documents) -> None:
    await fill(store, "waiting", {"id": "a", "todo": {"due": "1", "other": 2}, "list": [{"x": 1}]})
    assert await ids(store, "waiting", Exists("todo.due")) == ["a"]
    for field in ("todo.due", "todo.due", "nothing", "todo.other.x", "list.0", "list.x", "a.b"):
        await store.clear("waiting", "a", field)
    await store.clear("waiting", "nothing", "todo.due")
    assert await ids(store, "waiting", Exists("todo.due")) == []
    assert await store.get("waiting", "a") == {
        "id": "a",
        "version": 1,
        "todo": {"other": 2},
        "list": [{"x": 1}],
    }
    await store.commit([Clear("waiting", "a", "todo"), Clear("waiting", "a", "list")])
    assert await store.get("waiting", "a") == {"id": "a", "version": 1}


async def test_delete_removes_once_and_does_not_mind(store: Documents) -> None:
    await fill(store, "things", {"id": "a"}, {"id": "b"})
    await store.delete("things", "a")
    await store.delete("things", "a")
    assert await ids(store, "things") == ["b"]
    for version in (0, 2):
        with pytest.raises(Changed):
            await store.commit([Delete("things", "b", version=version)])
    with pytest.raises(Changed):
        await store.commit([Delete("things", "a", version=1)])
    await store.commit([Delete("things", "b", version=1)])
    assert await ids(store, "things") == []


async def test_claim_next_takes_the_first_and_changes_it(store: Documents) -> None:
    rows: list[Document] = [
        {"id": "late", "queue": "q", "state": "open", "since": 3},
        {"id": "early", "queue": "q", "state": "open", "since": 1, "by": {"kept": True}},
        {"id": "other", "queue": "r", "state": "open", "since": 0},
    ]
    await fill(store, "waiting", *rows)
    where = all_of(Equal("queue", "q"), Equal("state", "open"))
    changes: dict[str, Json] = {"state": "taken", "by.agent": "x", "list": [1]}
    claimed = await store.claim_next("waiting", where, sort=("since",), changes=changes)
    assert claimed == {
        "id": "early",
        "version": 2,
        "queue": "q",
        "state": "taken",
        "since": 1,
        "by": {"kept": True, "agent": "x"},
        "list": [1],
    }
    assert await store.get("waiting", "early") == claimed
    second = await store.claim_next("waiting", where, sort=("since",), changes=changes)
    assert second is not None
    assert second["id"] == "late"
    assert await store.claim_next("waiting", where, sort=("since",), changes=changes) is None
    for forbidden in ({"id": "x"}, {"version": 3}, {"a": 1, "a.b": 2}, {"": 1}, {"a..b": 1}):
        with pytest.raises(ValueError):
            await store.claim_next("waiting", where, sort=("since",), changes=forbidden)


async def test_expire_deletes_strings_below_a_limit(store: Documents) -> None:
    values: list[Json] = ["2024-01", "2024-02", "2024-03", None, 5, ["2023"], {"a": 1}, True]
    await fill(store, "things", *({"at": value} for value in values), {})
    assert await store.expire("things", "at", before="2024-03", limit=1) == 1
    assert await store.expire("things", "at", before="2024-03") == 1
    assert await store.expire("things", "at", before="2024-03") == 0
    assert await store.count("things") == 7
    assert await store.expire("things", "nothing.here", before="z") == 0


async def test_bulk_stores_and_replaces(store: Documents) -> None:
    await fill(store, "things", {"id": "a", "n": 1})
    await store.bulk("things", [])
    many: list[Document] = [{"id": f"{n:05}", "version": 7, "n": n} for n in range(1200)]
    await store.bulk("things", [{"id": "a", "version": 9, "m": 2}, *many])
    assert await store.get("things", "a") == {"id": "a", "version": 9, "m": 2}
    assert await store.count("things") == 1201
    with pytest.raises(Duplicate):
        await store.bulk("entries", [_entry("a", 1), _entry("b", 1)])


async def test_a_report_answers_by_its_name(store: Documents) -> None:
    await fill(
        store,
        "waiting",
        *({"queue": queue, "state": state} for queue in "qqr" for state in ("open", "shut")),
    )
    assert await store.report("by_queue", {"state": "open"}) == [
        {"queue": "q", "waiting": 2},
        {"queue": "r", "waiting": 1},
    ]
    assert await store.report("by_queue", {"state": "nothing"}) == []
    with pytest.raises(KeyError):
        await store.report("unknown", {})


async def test_a_store_says_that_it_takes_writes(store: Documents) -> None:
    await store.ping()
    await store.ping()


# --- Uniqueness ---


def _entry(id: str, seq: Json, **more: Json) -> Document:
    return {"id": id, "version": 1, "conversation": "c", "seq": seq, **more}


async def test_a_unique_index_binds_all_its_fields(store: Documents) -> None:
    await store.insert("entries", _entry("a", 1))
    with pytest.raises(Duplicate):
        await store.insert("entries", _entry("b", 1))
    await store.insert("entries", _entry("b", 1) | {"conversation": "d"})
    await store.insert("entries", _entry("c", 2))
    moved = _entry("c", 1) | {"version": 2}
    with pytest.raises(Duplicate):
        await store.put_if("entries", moved, version=1)
    await store.delete("entries", "a")
    await store.put_if("entries", moved, version=1)
    await store.put_if("entries", moved | {"version": 3, "more": 1}, version=2)


async def test_a_missing_field_counts_as_null_in_a_unique_index(store: Documents) -> None:
    await store.insert("entries", _entry("a", None))
    missing = _entry("b", None)
    del missing["seq"]
    for again in (_entry("b", None), missing):
        with pytest.raises(Duplicate):
            await store.insert("entries", again)
    await store.insert("entries", missing | {"conversation": "d"})
    await store.insert("entries", _entry("c", 5))
    with pytest.raises(Duplicate):
        await store.clear("entries", "c", "seq")
    assert await ids(store, "entries", Equal("seq", 5)) == ["c"]


async def test_a_partial_unique_index_binds_only_its_own(store: Documents) -> None:
    by: Json = {"kind": "contact", "id": "x"}
    await store.insert("entries", _entry("a", 1, by=by))
    await store.insert("entries", _entry("b", 2, by=by))
    await store.insert("entries", _entry("c", 3, by=by, client_id="1"))
    await store.insert("entries", _entry("d", 4, by={"kind": "agent", "id": "x"}, client_id="1"))
    with pytest.raises(Duplicate):
        await store.insert("entries", _entry("e", 5, by=by, client_id="1"))
    await store.insert("entries", _entry("f", 6, by=by, client_id=None))
    with pytest.raises(Duplicate):
        await store.insert("entries", _entry("g", 7, by=by, client_id=None))
    await store.insert("entries", _entry("h", 8, client_id="1"))
    with pytest.raises(Duplicate):
        await store.insert("entries", _entry("i", 9, client_id="1"))
    await store.insert("entries", _entry("j", 10, address="p", current=True))
    await store.insert("entries", _entry("k", 11, address="p", current=False))
    await store.insert("entries", _entry("l", 12, address="p"))
    await store.insert("entries", _entry("m", 13, address="p", current=1))
    with pytest.raises(Duplicate):
        await store.insert("entries", _entry("n", 14, address="p", current=True))
    with pytest.raises(Duplicate):
        await store.claim_next("entries", Equal("id", "k"), sort=("id",), changes={"current": True})
    await store.clear("entries", "j", "current")
    await store.insert("entries", _entry("n", 14, address="p", current=True))


# --- Commits ---


async def test_a_commit_is_all_or_nothing(store: Documents) -> None:
    await fill(store, "agents", {"id": "x", "slots": {}}, {"id": "y", "todo": {"a": 1}})
    await store.insert("entries", _entry("a", 1))
    steps: list[Step] = [
        PutIf("agents", {"id": "x", "version": 2, "slots": {"c": 1}}, 1),
        Insert("entries", _entry("b", 2)),
        Clear("agents", "y", "todo.a"),
        Delete("entries", "a"),
    ]
    refusals: list[tuple[type[Refused], Step]] = [
        (Duplicate, Insert("entries", _entry("b", 9))),
        (Duplicate, Insert("entries", _entry("z", 2))),
        (Changed, PutIf("agents", {"id": "x", "version": 2}, 1)),
        (Changed, PutIf("agents", {"id": "nobody", "version": 2}, 1)),
        (Changed, Delete("agents", "y", version=5)),
    ]
    for place in range(len(steps) + 1):
        for error, wrong in refusals:
            if place < 2 and isinstance(wrong, Insert):
                continue  # nothing there yet to collide with
            if place < 1 and wrong == refusals[2][1]:
                continue
            with pytest.raises(error):
                await store.commit([*steps[:place], wrong, *steps[place:]])
    assert await store.get("agents", "x") == {"id": "x", "version": 1, "slots": {}}
    assert await store.get("agents", "y") == {"id": "y", "version": 1, "todo": {"a": 1}}
    assert await ids(store, "entries") == ["a"]
    await store.commit(steps)
    assert await store.get("agents", "x") == {"id": "x", "version": 2, "slots": {"c": 1}}
    assert await store.get("agents", "y") == {"id": "y", "version": 1, "todo": {}}
    assert await ids(store, "entries") == ["b"]


async def test_steps_of_a_commit_see_each_other(store: Documents) -> None:
    await store.commit(
        [
            Insert("entries", _entry("a", 1)),
            PutIf("entries", _entry("a", 2) | {"version": 2}, 1),
            Insert("entries", _entry("b", 1)),
            Delete("entries", "a", version=2),
            Insert("entries", _entry("c", 2, todo={"x": 1})),
            Clear("entries", "c", "todo.x"),
        ]
    )
    assert (await store.find("entries")).items == [_entry("b", 1), _entry("c", 2, todo={})]


async def test_an_empty_commit_is_nothing(store: Documents) -> None:
    await store.commit([])


async def test_what_was_stored_is_there_after_opening_again(open_store: Open) -> None:
    async with open_store() as first:
        await first.insert("things", ODD)
        await fill(first, "waiting", {"tags": ["x"]})
    async with open_store() as second:
        assert await second.get("things", str(ODD["id"])) == ODD
        assert await ids(second, "waiting", Contains("tags", "x")) == ["d000"]
        with pytest.raises(Duplicate):
            await second.insert("things", ODD)


async def test_a_closed_store_is_unavailable(open_store: Open) -> None:
    async with open_store() as closed:
        await closed.insert("things", {"id": "a", "version": 1})
    for use in (
        closed.get("things", "a"),
        closed.find("things"),
        closed.find("things", limit=1000),
        closed.count("things"),
        closed.insert("things", {"id": "b", "version": 1}),
        closed.commit([Delete("things", "a"), Delete("things", "b")]),
        closed.report("by_queue", {"state": "open"}),
        closed.ping(),
    ):
        with pytest.raises(Unavailable):
            await use
    await closed.close()
