"""On SQLite each list and badge seeks in an index made for it: no scan, and no sort but of what one holds."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from hub import document_orders as orders
from hub.access import Principal
from hub.documents import EVERYTHING, Filter, Page, Scalar, Schema
from hub.schema import COLLECTIONS, CONVERSATIONS
from hub.sqlite import query
from hub.sqlite.files import connect
from hub.sqlite.layout import prepare
from tests.fakes.memory_documents import MemoryDocuments
from tests.web.test_lists import own_reader, reader
from web.lists import ConversationLists

Asked = tuple[Filter, Sequence[str] | None]
COUNTING = {"CO-ROUTINE (subquery-1)", "SCAN (subquery-1)"}  # up to a limit: what the seek inside finds
READERS = {
    "agent": reader("agent", "q_1", "q_2", "q_3"),
    "supervisor": reader("supervisor"),
    "own": own_reader(),
}
LISTS = [("mine",), ("queue", "q_1"), ("all",), ("contact", "p_1")]
HELD = "conversations__mine"  # what one agent holds is little: it may be filtered and sorted


class Overheard(MemoryDocuments):
    """Remembers what was asked of conversations."""

    asked: list[Asked]

    async def find(
        self, collection: str, where: Filter = EVERYTHING, *, sort: Sequence[str] = ("id",), **rest: object
    ) -> Page:
        """As the port's."""
        self.asked.append((where, sort))
        return await super().find(collection, where, sort=sort, **rest)  # type: ignore[arg-type]

    async def count(self, collection: str, where: Filter = EVERYTHING, *, limit: int | None = None) -> int:
        """As the port's."""
        self.asked.append((where, None))
        return await super().count(collection, where, limit=limit)


@pytest.fixture
def documents() -> Overheard:
    found = Overheard(Schema(COLLECTIONS))
    found.asked = []
    return found


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = connect(tmp_path / "store.db", writes=True)
    prepare(opened, Schema(COLLECTIONS))
    yield opened
    opened.close()


def steps_of(connection: sqlite3.Connection, asked: Asked) -> list[str]:
    """What SQLite would do, also for the next page."""
    where, sort = asked
    if sort is None:
        counting = query.count(CONVERSATIONS, where, 1000)
        return _plan(connection, counting.text, counting.values)
    by = orders.order(sort)
    found: list[str] = []
    for after in (None, ["2026-11-25T10:00:00.000Z"] * len(by)):
        for statement in query.page(CONVERSATIONS, where, by, after):
            found += _plan(connection, statement.text, (*statement.values, 30))
    return found


def _plan(connection: sqlite3.Connection, text: str, values: Sequence[Scalar]) -> list[str]:
    return [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", tuple(values))]


def check(connection: sqlite3.Connection, asked: Sequence[Asked]) -> None:
    for one in asked:
        steps = steps_of(connection, one)
        seeks = [step for step in steps if step.startswith("SEARCH d USING INDEX conversations__")]
        sorts = [step for step in steps if "TEMP B-TREE" in step]
        assert seeks, (one, steps)
        assert not {*steps} - {*seeks, *sorts, *COUNTING}, (one, steps)
        assert not sorts or all(HELD in step for step in seeks), (one, steps)


@pytest.mark.parametrize("state", ["any", "waiting", "open", "closed"])
@pytest.mark.parametrize("who", READERS.values(), ids=READERS)
@pytest.mark.parametrize("which", LISTS, ids=[name for name, *_ in LISTS])
async def test_lists_walk_along_their_indexes(
    documents: Overheard,
    connection: sqlite3.Connection,
    which: tuple[str, ...],
    who: Principal,
    state: str,
) -> None:
    name, *of = which
    await getattr(ConversationLists(documents), name)(who, *of, state, cursor=None, limit=30)
    check(connection, documents.asked)


async def test_badges_count_along_their_indexes(documents: Overheard, connection: sqlite3.Connection) -> None:
    await ConversationLists(documents).badges(READERS["agent"], ["q_1", "q_2"])
    check(connection, documents.asked)
