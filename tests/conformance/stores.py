"""The collections that the suite of the document port uses, and how each engine is opened."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from hub.documents import (
    EVERYTHING,
    Collection,
    Document,
    Documents,
    Equal,
    Exists,
    Filter,
    Index,
    Json,
    Schema,
)
from hub.mongo.documents import MongoDocuments
from hub.mongo.reports import aggregate
from hub.sqlite.documents import SqliteDocuments
from hub.sqlite.reports import field_value, select
from tests.fakes.memory_documents import MemoryDocuments

SCHEMA = Schema(
    (
        Collection("things"),
        Collection(
            "waiting",
            (
                Index("place", ("queue", "state", "since")),
                Index("recent", ("queue", "-changed")),
                Index("open", ("agent", "since"), where=Equal("state", "open")),
                Index("due", ("todo.due",), where=Exists("todo.due")),
                Index("tags", ("tags",), many=True),
                Index("people", ("people", "-changed"), many=True),
            ),
        ),
        Collection(
            "entries",
            (
                Index("place", ("conversation", "seq"), unique=True),
                Index(
                    "client_id",
                    ("by.kind", "by.id", "client_id"),
                    unique=True,
                    where=Exists("client_id"),
                ),
                Index("current", ("address",), unique=True, where=Equal("current", value=True)),
            ),
        ),
        Collection("agents"),
    )
)

Open = Callable[[], AbstractAsyncContextManager[Documents]]


def memory() -> Open:
    """In memory."""

    @asynccontextmanager
    async def open_() -> AsyncIterator[Documents]:
        reports = {"by_queue": _by_queue}
        yield MemoryDocuments(SCHEMA, reports=reports)

    return open_


def sqlite(folder: Path) -> Open:
    """SQLite in a folder."""
    queue = field_value("queue")
    report = select(
        f"SELECT {queue} AS queue, count(*) AS waiting FROM waiting"
        f" WHERE {field_value('state')} = :state GROUP BY {queue} ORDER BY {queue}"
    )

    @asynccontextmanager
    async def open_() -> AsyncIterator[Documents]:
        path = folder / "store.db"
        store = await SqliteDocuments.open(path, SCHEMA, reports={"by_queue": report})
        try:
            yield store
        finally:
            await store.close()

    return open_


def mongo(uri: str, database: str) -> Open:
    """A database on a MongoDB server."""
    report = aggregate(
        "waiting",
        lambda parameters: [
            {"$match": {"state": {"$eq": parameters["state"]}}},
            {"$group": {"_id": "$queue", "waiting": {"$sum": 1}}},
            {"$sort": {"_id": 1}},
            {"$project": {"_id": 0, "queue": "$_id", "waiting": 1}},
        ],
    )

    @asynccontextmanager
    async def open_() -> AsyncIterator[Documents]:
        reports = {"by_queue": report}
        store = await MongoDocuments.open(uri, SCHEMA, database=database, reports=reports)
        try:
            yield store
        finally:
            await store.close()

    return open_


def _by_queue(store: MemoryDocuments, parameters: Mapping[str, Json]) -> list[Document]:
    counts: dict[str, int] = {}
    for one in store.data["waiting"].values():
        if one.get("state") == parameters["state"]:
            queue = str(one["queue"])
            counts[queue] = counts.get(queue, 0) + 1
    return [{"queue": queue, "waiting": count} for queue, count in sorted(counts.items())]


# --- Short hand for tests ---


async def fill(store: Documents, collection: str, *documents: Mapping[str, Json]) -> None:
    """Insert documents, with ids and versions where they have none."""
    for number, document in enumerate(documents):
        await store.insert(collection, {"id": f"d{number:03}", "version": 1, **document})


async def ids(
    store: Documents,
    collection: str,
    where: Filter = EVERYTHING,
    *,
    sort: Sequence[str] = ("id",),
) -> list[Json]:
    """The ids of what matches, in order."""
    page = await store.find(collection, where, sort=sort)
    return [one["id"] for one in page.items]


async def pages(
    store: Documents, collection: str, where: Filter, sort: Sequence[str], limit: int
) -> list[list[Json]]:
    """The ids of what matches, page by page."""
    found: list[list[Json]] = []
    after: str | None = None
    while True:
        page = await store.find(collection, where, sort=sort, limit=limit, after=after)
        found.append([one["id"] for one in page.items])
        after = page.next
        if after is None:
            return found
