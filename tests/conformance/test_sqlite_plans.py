"""SQLite seeks in the declared indexes: it neither reads whole tables nor sorts."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from hub import document_orders as orders
from hub.documents import (
    EVERYTHING,
    Contains,
    Document,
    Equal,
    Exists,
    Filter,
    In,
    Or,
    Prefix,
    Range,
    Scalar,
    all_of,
)
from hub.sqlite import query
from hub.sqlite.files import connect
from hub.sqlite.layout import prepare
from hub.sqlite.rows import row_of, store
from tests.conformance.stores import SCHEMA


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = connect(tmp_path / "store.db", writes=True)
    prepare(opened, SCHEMA)
    yield opened
    opened.close()


Q = Equal("queue", "q")
OPEN = Equal("state", "open")
BY_SINCE = ("since",)
PLANS: list[tuple[str, Filter, tuple[str, ...], list[Scalar], str]] = [
    ("waiting", all_of(Q, OPEN), BY_SINCE, ["2024", "id"], "waiting__place"),
    ("waiting", all_of(Q, OPEN), BY_SINCE, [None, "id"], "waiting__place"),
    ("waiting", all_of(Q, OPEN), ("-since",), [5, "id"], "waiting__place"),
    ("waiting", all_of(Q, OPEN), ("-since",), [0.1, "id"], "waiting__place"),
    ("waiting", all_of(Q, OPEN), ("queue", "state", "since"), ["q", "open", 5, "i"], "waiting__place"),
    ("waiting", all_of(Q, OPEN), ("-queue", "state", "-since"), ["q", "open", 5, "i"], "waiting__place"),
    ("waiting", all_of(Q, Equal("state", None)), BY_SINCE, ["x", "id"], "waiting__place"),
    ("waiting", all_of(Q, OPEN, Range("since", gt="2024")), BY_SINCE, ["2025", "i"], "waiting__place"),
    ("waiting", all_of(Q, OPEN, Range("since", lt=5)), BY_SINCE, [3, "id"], "waiting__place"),
    ("waiting", all_of(Q, OPEN, Prefix("since", "2024-05")), BY_SINCE, ["2024-05-06", "i"], "waiting__place"),
    ("waiting", Q, ("state", "since"), ["open", "2024", "id"], "waiting__place"),
    ("waiting", Q, ("-state", "-since"), ["open", None, "id"], "waiting__place"),
    ("waiting", EVERYTHING, ("queue", "state", "since"), ["q", "open", 1, "id"], "waiting__place"),
    ("waiting", Q, ("-changed",), [9, "id"], "waiting__recent"),
    ("waiting", Q, ("changed",), [9, "id"], "waiting__recent"),
    ("waiting", all_of(Q, Or((OPEN, Equal("state", "shut")))), ("-changed",), [9, "i"], "waiting__recent"),
    ("waiting", all_of(OPEN, Equal("agent", "x")), BY_SINCE, [9, "id"], "waiting__open"),
    ("waiting", OPEN, ("agent", "since"), ["x", 9, "id"], "waiting__open"),
    ("waiting", Exists("todo.due"), ("todo.due",), ["2024", "id"], "waiting__due"),
    ("waiting", Range("todo.due", lt="2024"), ("todo.due",), ["2023", "id"], "waiting__due"),
    ("waiting", Contains("tags", "x"), ("id",), ["id"], "waiting__tags__e"),
    ("waiting", Contains("people", "x"), ("-changed",), [9, "id"], "waiting__people__e"),
    ("waiting", all_of(Contains("people", "x"), OPEN), ("-changed",), [9, "id"], "waiting__people__e"),
    ("entries", Equal("conversation", "c"), ("seq",), [9, "id"], "entries__place"),
    ("entries", Equal("conversation", "c"), ("-seq",), [9, "id"], "entries__place"),
    ("entries", EVERYTHING, ("conversation", "seq"), ["c", 9, "id"], "entries__place"),
    (
        "entries",
        all_of(Equal("by.kind", "contact"), Equal("by.id", "x"), Equal("client_id", "1")),
        ("id",),
        ["id"],
        "entries__client_id",
    ),
    ("entries", all_of(Equal("address", "x"), Equal("current", True)), ("id",), ["id"], "entries__current"),
    ("entries", EVERYTHING, ("id",), ["id"], "sqlite_autoindex_entries_1"),
    ("entries", EVERYTHING, ("-id",), ["id"], "sqlite_autoindex_entries_1"),
    ("entries", In("id", ("a", "b")), ("id",), ["id"], "sqlite_autoindex_entries_1"),
]


def plan(connection: sqlite3.Connection, statement: query.Statement) -> list[str]:
    values = (*statement.values, 10)
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement.text}", values)]


@pytest.mark.parametrize(
    ("collection", "where", "sort", "after", "index"),
    PLANS,
    ids=[f"{index}-{'-'.join(sort)}-{number}" for number, (_, _, sort, _, index) in enumerate(PLANS)],
)
def test_a_page_walks_along_its_index(
    connection: sqlite3.Connection,
    collection: str,
    where: Filter,
    sort: tuple[str, ...],
    after: list[Scalar],
    index: str,
) -> None:
    by = orders.order(sort)
    declared = SCHEMA[collection]
    first = query.page(declared, where, by, None)
    for statement in [*first, *query.page(declared, where, by, after)]:
        steps = plan(connection, statement)
        assert any(index in step for step in steps), steps
        assert not any("TEMP B-TREE" in step for step in steps), steps
        whole = where == EVERYTHING or index in ("waiting__open", "waiting__due")
        if statement not in first or not whole:
            assert all("SEARCH" in step for step in steps if " d " in step or " s " in step), steps


def instructions(connection: sqlite3.Connection, statements: Sequence[query.Statement], limit: int) -> int:
    """How many of SQLite's instructions a page takes."""
    count = 0

    def tick() -> None:
        nonlocal count
        count += 1

    connection.set_progress_handler(tick, 1)
    found = 0
    for one in statements:
        found += len(connection.execute(one.text, (*one.values, limit - found)).fetchall())
        if found == limit:
            break
    connection.set_progress_handler(None, 1)
    assert found == limit
    return count


@pytest.mark.parametrize("sort", [("since",), ("-since",)])
@pytest.mark.parametrize(
    "where",
    [
        all_of(Q, OPEN),
        all_of(Q, OPEN, Range("since", gte=0)),
        all_of(Q, OPEN, Range("since", lt=99_999)),
        all_of(Q, OPEN, Range("since", gt=-1, lte=99_999)),
    ],
    ids=["all", "from", "until", "between"],
)
def test_a_late_page_costs_what_the_first_does(
    connection: sqlite3.Connection, where: Filter, sort: tuple[str, ...]
) -> None:
    connection.execute("BEGIN")
    for number in range(4000):
        since = number // 2  # each twice, so that ids decide too
        document: Document = {"id": f"{number:05}", "version": 1, "queue": "q"}
        store("waiting", row_of(document | {"state": "open", "since": since}), connection)
    connection.execute("COMMIT")
    by = orders.order(sort)
    first = instructions(connection, query.page(SCHEMA["waiting"], where, by, None), 20)
    for since in (100, 1000, 1900):
        late = query.page(SCHEMA["waiting"], where, by, [since, f"{2 * since:05}"])
        assert instructions(connection, late, 20) < 2 * first + 200


def test_counting_and_expiring_seek(connection: sqlite3.Connection) -> None:
    counting = query.count(SCHEMA["waiting"], all_of(Q, OPEN), None)
    values = counting.values
    (step,) = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {counting.text}", values)]
    assert step.startswith("SEARCH d USING INDEX waiting__place (<expr>=? AND <expr>=?")
    steps = plan(connection, query.expired(SCHEMA["waiting"], "todo.due", "2024"))
    assert any("SEARCH d USING INDEX waiting__due" in step for step in steps), steps


def test_a_partial_index_is_not_used_for_what_it_may_lack(connection: sqlite3.Connection) -> None:
    for where in (Equal("agent", "x"), Or((OPEN, Equal("agent", "x"))), Equal("state", "shut")):
        for statement in query.page(SCHEMA["waiting"], where, orders.order(BY_SINCE), None):
            assert not any("waiting__open" in step for step in plan(connection, statement))
