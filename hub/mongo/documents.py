"""The document store on MongoDB."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson.errors import BSONError
from pymongo import AsyncMongoClient, ReplaceOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.monitoring import CommandListener

from hub import document_orders as orders
from hub import document_rules as rules
from hub.documents import (
    EVERYTHING,
    Changed,
    Clear,
    Delete,
    Document,
    Filter,
    Insert,
    Json,
    Page,
    PutIf,
    Range,
    Schema,
    Step,
    Unavailable,
)
from hub.mongo import errors, indexes, steps
from hub.mongo.names import document_here, document_there, path_there, value_there
from hub.mongo.query import after as beyond
from hub.mongo.query import guards, query, sort_there
from hub.mongo.reports import Database, MongoReport
from hub.mongo.sessions import DEAD_AFTER, Sessions

Client = AsyncMongoClient[dict[str, Any]]
BULK_ROWS = 500
CLAIM_AT_ONCE = 5  # how many candidates are read before they are tried one by one
CLAIM_ROUNDS = 200
PULSE = "_pulse"


def connect(uri: str, *, seconds: float, listeners: Sequence[CommandListener] = ()) -> Client:
    """A client whose writes are a majority's and journaled, and whose every call has an end."""
    return AsyncMongoClient(
        uri,
        w="majority",
        journal=True,
        readConcernLevel="majority",
        readPreference="primary",
        retryWrites=True,
        timeoutMS=int(seconds * 1000),
        serverSelectionTimeoutMS=int(seconds * 500),
        tz_aware=True,
        appname="omnihub",
        event_listeners=list(listeners),
    )


class MongoDocuments:
    """The document port on one database of a replica set; made by :meth:`open`."""

    def __init__(
        self,
        client: Client,
        database: Database,
        schema: Schema,
        *,
        reports: Mapping[str, MongoReport],
        dead_after: float = DEAD_AFTER,
    ) -> None:
        self._client = client
        self._database = database
        self._declared = {one.name: one for one in schema.collections}
        self._reports = dict(reports)
        self._sessions = Sessions(client, database, dead_after=dead_after)

    @classmethod
    async def open(
        cls,
        uri: str,
        schema: Schema,
        *,
        database: str | None = None,
        reports: Mapping[str, MongoReport] | None = None,
        seconds: float = 10.0,
        dead_after: float = DEAD_AFTER,
    ) -> "MongoDocuments":
        """Connect, and bring the indexes up to date.

        ``database`` stands before the one that the URI names, ``omnihub`` behind it; ``seconds``
        bound every call, half of them the search for a server; ``dead_after``: seconds until
        the open transactions of a process that was killed are ended. Raises Unavailable.
        """
        rules.check_schema(schema)
        client = connect(uri, seconds=seconds)
        there = client.get_database(database) if database else client.get_default_database("omnihub")
        store = cls(client, there, schema, reports=reports or {}, dead_after=dead_after)
        try:
            for one in schema.collections:
                await indexes.prepare(there[one.name], one)
        except PyMongoError as error:
            await client.close()
            raise Unavailable(f"cannot open the store: {errors.words(error)}") from error
        store._sessions.start()
        return store

    def _collection(self, name: str) -> AsyncCollection[dict[str, Any]]:
        return self._database[self._declared[name].name]

    # --- Reading ---

    async def get(self, collection: str, id: str) -> Document | None:
        """The document with this id, as last committed by a majority."""
        try:
            found = await self._collection(collection).find_one({"_id": rules.check_id(id)})
        except PyMongoError as error:
            raise errors.reading(error) from error
        return None if found is None else document_here(found)

    async def find(
        self,
        collection: str,
        where: Filter = EVERYTHING,
        *,
        sort: Sequence[str] = ("id",),
        limit: int = 100,
        after: str | None = None,
    ) -> Page:
        """At most ``limit`` matching documents in the order of ``sort``."""
        by = orders.order(sort)
        wanted = query(where)
        decides = orders.needed(self._declared[collection], where, by)
        if after is not None:
            values = orders.cursor_values(after, by)
            wanted = beyond(wanted, *orders.narrowed(where, by, decides, values))
        found = await self._find(collection, wanted, decides, rules.check_limit(limit) + 1)
        if len(found) <= limit:
            return Page(found)
        found.pop()
        return Page(found, orders.cursor_after(found[-1], by))

    async def _find(
        self,
        collection: str,
        wanted: Mapping[str, object],
        by: tuple[orders.Order, ...],
        limit: int,
    ) -> list[Document]:
        cursor = self._collection(collection).find(wanted, sort=sort_there(by) or None, limit=limit)
        try:
            return [document_here(one) for one in await cursor.to_list()]
        except PyMongoError as error:
            raise errors.reading(error) from error

    async def count(self, collection: str, where: Filter = EVERYTHING, *, limit: int | None = None) -> int:
        """How many match; stops counting at ``limit``."""
        options: dict[str, Any] = {} if limit is None else {"limit": rules.check_limit(limit)}
        wanted = query(where)
        try:
            return await self._collection(collection).count_documents(wanted, **options)
        except PyMongoError as error:
            raise errors.reading(error) from error

    async def report(self, name: str, parameters: Mapping[str, Json]) -> list[Document]:
        """Run a named report; KeyError if unknown."""
        report = self._reports[name]
        try:
            return await report(self._database, parameters)
        except PyMongoError as error:
            raise errors.reading(error) from error

    # --- Writing ---

    async def insert(self, collection: str, document: Document) -> None:
        """Store a new document."""
        await self.commit([Insert(collection, document)])

    async def put_if(self, collection: str, document: Document, *, version: int) -> None:
        """Replace the document that stands at ``version``."""
        await self.commit([PutIf(collection, document, version)])

    async def clear(self, collection: str, id: str, field: str) -> None:
        """Remove one field, as the step Clear."""
        await self.commit([Clear(collection, id, field)])

    async def delete(self, collection: str, id: str) -> None:
        """Remove the document if it is there."""
        await self.commit([Delete(collection, id)])

    async def commit(self, steps_: Sequence[Step]) -> None:
        """All steps or none, durable when it returns: one by itself, several in a transaction."""
        todo = [steps.prepared(step, self._declared) for step in steps_]
        try:
            if len(todo) == 1:
                await steps.alone(self._database, todo[0])
            elif todo:
                await steps.together(self._sessions, self._database, todo)
        except BSONError as error:
            raise errors.too_big(error) from error

    async def claim_next(
        self, collection: str, where: Filter, *, sort: Sequence[str], changes: Mapping[str, Json]
    ) -> Document | None:
        """Set fields of the first match that nobody else has claimed meanwhile.

        A few are read and tried in turn, each at the version read. Raises Unavailable where
        others were faster a great many times.
        """
        fields = rules.checked_changes(changes)
        wanted = query(where)
        by = orders.needed(self._declared[collection], where, orders.order(sort))
        setting = {
            "$set": {path_there(path): value_there(value) for path, value in fields.items()},
            "$inc": {"version": 1},
        }
        for _ in range(CLAIM_ROUNDS):
            found = await self._find(collection, wanted, by, CLAIM_AT_ONCE)
            if not found:
                return None
            for document in found:
                mine = {"_id": document["id"], "version": document["version"]}
                if await self._update(collection, {"$and": [mine, wanted]}, setting, fields):
                    for path, value in fields.items():
                        rules.set_field(document, path, value)
                    document["version"] += 1  # type: ignore[operator]
                    return document
        raise Unavailable("others were faster each time")

    async def _update(
        self,
        collection: str,
        wanted: Mapping[str, object],
        change: Mapping[str, object],
        fields: Sequence[str] | Mapping[str, Json],
    ) -> bool:
        """Change one document; whether there was one. ValueError where its fields forbid it."""
        try:
            done = await self._collection(collection).update_one(wanted, change)
        except OperationFailure as error:
            if error.code in errors.WRONG_KIND:
                raise ValueError(f"{', '.join(fields)}: not an array, or not in an object") from error
            raise errors.writing(error) from error
        except PyMongoError as error:
            raise errors.writing(error) from error
        except BSONError as error:
            raise errors.too_big(error) from error
        return done.matched_count == 1

    async def append(self, collection: str, id: str, field: str, value: Json) -> None:
        """Add an element to an array field and raise the version; Changed if it is gone.

        ValueError where the field is something else than an array.
        """
        rules.changeable(field)
        push = {path_there(field): {"$each": [value_there(rules.plain(value))]}}
        wanted = {"_id": rules.check_id(id)} | guards(field)
        change = {"$push": push, "$inc": {"version": 1}}
        if not await self._update(collection, wanted, change, [field]):
            if await self.get(collection, id) is not None:
                raise ValueError(f"{field} leads through something that is not an object")
            raise Changed(f"{collection} {id}")

    async def expire(self, collection: str, field: str, *, before: str, limit: int = 1000) -> int:
        """Delete at most ``limit`` documents whose ``field`` is a string below ``before``."""
        wanted = query(Range(field, lt=rules.check_text(before)))
        there = self._collection(collection)
        try:
            cursor = there.find(wanted, {"_id": 1}, limit=rules.check_limit(limit))
            found = [one["_id"] for one in await cursor.to_list()]
        except PyMongoError as error:
            raise errors.reading(error) from error
        if not found:
            return 0
        try:
            done = await there.delete_many({"$and": [{"_id": {"$in": found}}, wanted]})
        except PyMongoError as error:
            raise errors.writing(error) from error
        return done.deleted_count

    async def bulk(self, collection: str, documents: Sequence[Document]) -> None:
        """Store or replace many documents; where it fails some may be stored."""
        there = self._collection(collection)
        for start in range(0, len(documents), BULK_ROWS):
            part = [rules.checked(one) for one in documents[start : start + BULK_ROWS]]
            writes = [ReplaceOne({"_id": one["id"]}, document_there(one), upsert=True) for one in part]
            try:
                await there.bulk_write(writes, ordered=False)
            except PyMongoError as error:
                raise errors.writing(error) from error
            except BSONError as error:
                raise errors.too_big(error) from error

    # --- Keeping ---

    async def ping(self) -> None:
        """Raise Unavailable unless a durable write would be taken now: by making one."""
        try:
            change = {"$inc": {"version": 1}}
            await self._database[PULSE].update_one({"_id": "pulse"}, change, upsert=True)
        except PyMongoError as error:
            raise Unavailable(errors.words(error)) from error

    async def close(self) -> None:
        """Let go of the connections."""
        await self._sessions.close()
        await self._client.close()
