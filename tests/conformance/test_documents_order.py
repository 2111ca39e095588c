"""Orders and pages."""

import itertools

import pytest

from hub.documents import EVERYTHING, Document, Documents, Equal, Filter, In, Json, all_of
from tests.conformance.stores import fill, ids, pages


async def test_null_and_missing_come_first_then_numbers_then_strings(store: Documents) -> None:
    values: list[Document] = [
        {"id": "text", "f": "a"},
        {"id": "chinese", "f": "你"},
        {"id": "upper", "f": "Z"},
        {"id": "ten", "f": 10},
        {"id": "nine", "f": 9.5},
        {"id": "minus", "f": -1},
        {"id": "null", "f": None},
        {"id": "missing"},
    ]
    await fill(store, "things", *values)
    rising = ["missing", "null", "minus", "nine", "ten", "upper", "text", "chinese"]
    assert await ids(store, "things", sort=("f",)) == rising
    assert await ids(store, "things", sort=("-f",)) == rising[::-1]


async def test_ties_are_broken_by_id_in_the_direction_of_the_last_field(store: Documents) -> None:
    values: list[Document] = [{"id": id, "f": 1} for id in "cabd"]
    await fill(store, "things", *values)
    assert await ids(store, "things", sort=("f",)) == ["a", "b", "c", "d"]
    assert await ids(store, "things", sort=("-f",)) == ["d", "c", "b", "a"]
    assert await ids(store, "things", sort=()) == ["a", "b", "c", "d"]
    assert await ids(store, "things", sort=("-id",)) == ["d", "c", "b", "a"]
    assert await ids(store, "things", sort=("f", "-id")) == ["d", "c", "b", "a"]


ORDERS = [
    *(("since",), ("-since",), ("-changed", "since"), ("since", "-changed"), ("-since", "-changed")),
    *(("queue", "state", "since"), ("-todo.due",), ("todo.due", "-id"), ("-id",), ("-version",)),
]
WHERE: list[Filter] = [
    EVERYTHING,
    Equal("queue", "q"),
    all_of(Equal("queue", "q"), In("state", ("open", "shut"))),
    all_of(Equal("queue", "q"), Equal("state", "open")),
]


async def test_pages_put_together_are_the_whole_in_order(store: Documents) -> None:
    sinces: list[Json] = [None, 1, 2.5, "a", "b"]
    changes: list[Json] = [None, 3, "x"]
    documents: list[Document] = []
    kinds = itertools.product(sinces, changes, ("open", "shut"))
    for number, (since, changed, state) in enumerate(kinds):
        one: Document = {"id": f"d{number * 7 % 31:02}", "version": number % 3 + 1, "queue": "q"}
        one |= {"state": state, "since": since, "changed": changed}
        if number % 4:
            one["todo"] = {"due": f"2024-0{number % 5 + 1}" if number % 3 else None}
        if changed is None:
            del one["changed"]
        documents.append(one)
    await store.bulk("waiting", documents)
    for sort, where in itertools.product(ORDERS, WHERE):
        whole = await ids(store, "waiting", where, sort=sort)
        assert len(whole) == await store.count("waiting", where)
        for limit in (1, 4, 100):
            parts = await pages(store, "waiting", where, sort, limit)
            assert [len(part) for part in parts[:-1]] == [limit] * (len(parts) - 1)
            assert parts[-1] or len(parts) == 1
            assert list(itertools.chain(*parts)) == whole, (sort, where, limit)


async def test_a_part_of_a_unique_index_does_not_decide_an_order(store: Documents) -> None:
    entries: list[Document] = []
    for number in range(12):
        one: Document = {"id": f"{number * 5 % 12:02}", "version": 1, "conversation": f"c{number % 4}"}
        entries.append(one | {"seq": number // 4})
    await store.bulk("entries", entries)
    for sort in (("seq",), ("conversation",), ("-seq",), ("conversation", "-seq"), ("version", "seq")):
        for where in (EVERYTHING, Equal("conversation", "c1"), Equal("seq", 1)):
            whole = await ids(store, "entries", where, sort=sort)
            parts = await pages(store, "entries", where, sort, 1)
            assert list(itertools.chain(*parts)) == whole
    assert await ids(store, "entries", Equal("seq", 1), sort=("version",)) == ["01", "06", "08", "11"]
    assert await ids(store, "entries", sort=("seq",)) == [
        *("00", "03", "05", "10", "01", "06", "08", "11", "02", "04", "07", "09")
    ]


async def test_a_full_last_page_has_no_next(store: Documents) -> None:
    await fill(store, "things", {}, {}, {}, {})
    first = await store.find("things", limit=2)
    assert first.next is not None
    second = await store.find("things", limit=2, after=first.next)
    assert second.next is None
    assert [one["id"] for one in second.items] == ["d002", "d003"]
    nothing = await store.find("things", Equal("id", "x"), limit=2)
    assert nothing.items == []
    assert nothing.next is None


async def test_paging_is_stable_while_others_insert_and_delete(store: Documents) -> None:
    rows: list[Document] = [{"queue": "q", "changed": number} for number in range(10)]
    await fill(store, "waiting", *rows)
    by, where = ("-changed",), Equal("queue", "q")
    first = await store.find("waiting", where, sort=by, limit=4)
    assert [one["changed"] for one in first.items] == [9, 8, 7, 6]
    await store.insert("waiting", {"id": "new", "version": 1, "queue": "q", "changed": 99})
    await store.insert("waiting", {"id": "between", "version": 1, "queue": "q", "changed": 4.5})
    await store.delete("waiting", "d006")  # the one the cursor stands on
    await store.delete("waiting", "d003")
    second = await store.find("waiting", where, sort=by, limit=4, after=first.next)
    assert [one["changed"] for one in second.items] == [5, 4.5, 4, 2]
    third = await store.find("waiting", where, sort=by, limit=4, after=second.next)
    assert [one["changed"] for one in third.items] == [1, 0]


async def test_a_cursor_names_a_place_in_the_order_whatever_the_filter(store: Documents) -> None:
    rows: list[Document] = [
        {"id": f"{queue}{since}{n}", "queue": queue, "state": "open", "since": since}
        for queue in "pqr"
        for since in (1, 2, 3)
        for n in "ab"
    ]
    await fill(store, "waiting", *rows)
    by = ("queue", "since")
    page = await store.find("waiting", Equal("queue", "q"), sort=by, limit=3)
    assert [one["id"] for one in page.items] == ["q1a", "q1b", "q2a"]
    filters: list[tuple[Filter, list[str]]] = [
        (Equal("queue", "p"), []),
        (Equal("queue", "q"), ["q2b", "q3a", "q3b"]),
        (Equal("queue", "r"), ["r1a", "r1b", "r2a", "r2b", "r3a", "r3b"]),
        (Equal("id", "q2a"), []),
        (Equal("id", "q2b"), ["q2b"]),
        (Equal("since", 3), ["q3a", "q3b", "r3a", "r3b"]),
        (all_of(Equal("since", 2), Equal("queue", "q")), ["q2b"]),
    ]
    for where, expected in filters:
        rest = await store.find("waiting", where, sort=by, after=page.next)
        assert [one["id"] for one in rest.items] == expected, where


async def test_a_cursor_holds_any_text(store: Documents) -> None:
    texts = ["", "'", '"', "$ne", "\\", "你好", "😀", "\x00", "line\nline", "a" * 300]
    await fill(store, "things", *({"f": text} for text in texts))
    found = await pages(store, "things", EVERYTHING, ("f",), 1)
    assert [one for page in found for one in page] == await ids(store, "things", sort=("f",))


async def test_a_cursor_of_another_sort_is_refused(store: Documents) -> None:
    await fill(store, "things", {"f": 1}, {"f": 2}, {"f": 3})
    page = await store.find("things", sort=("f",), limit=1)
    for sort in (("-f",), ("f", "g"), ("id",), ()):
        with pytest.raises(ValueError, match="cursor"):
            await store.find("things", sort=sort, limit=1, after=page.next)
    for nonsense in ("", "x", "你", "e30", "bnVsbA", page.next[:-3] if page.next else ""):
        with pytest.raises(ValueError, match="cursor"):
            await store.find("things", sort=("f",), after=nonsense)


async def test_a_page_has_at_least_one_place(store: Documents) -> None:
    for limit in (0, -1):
        with pytest.raises(ValueError, match="limit"):
            await store.find("things", limit=limit)
        with pytest.raises(ValueError, match="limit"):
            await store.count("things", limit=limit)


async def test_a_long_page_comes_whole(store: Documents) -> None:
    await store.bulk("things", [{"id": f"{n:05}", "version": 1, "n": n} for n in range(700)])
    page = await store.find("things", limit=600)
    assert [one["n"] for one in page.items] == list(range(600))
    rest = await store.find("things", limit=600, after=page.next)
    assert [one["n"] for one in rest.items] == list(range(600, 700))
    assert rest.next is None


async def test_counting_stops_at_its_limit(store: Documents) -> None:
    await fill(store, "things", *({"f": n % 2} for n in range(20)))
    assert await store.count("things") == 20
    assert await store.count("things", Equal("f", 1)) == 10
    assert await store.count("things", Equal("f", 1), limit=3) == 3
    assert await store.count("things", Equal("f", 1), limit=30) == 10
    assert await store.count("things", Equal("f", 5), limit=3) == 0
