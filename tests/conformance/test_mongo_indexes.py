"""Indexes on MongoDB follow their declaration, and no more is built than was asked for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pymongo import AsyncMongoClient

from hub.documents import Collection, Duplicate, Equal, Exists, Index, Schema, Unavailable
from hub.mongo.documents import MongoDocuments
from hub.mongo.indexes import prepare
from tests.conformance.stores import SCHEMA, fill
from tests.parts.mongo import fresh_database


@asynccontextmanager
async def opened(uri: str, database: str, *indexes: Index) -> AsyncIterator[MongoDocuments]:
    schema = Schema((Collection("things", indexes),))
    store = await MongoDocuments.open(uri, schema, database=database)
    yield store
    await store.close()


async def test_indexes_follow_their_declaration(mongo_uri: str) -> None:
    with fresh_database(mongo_uri) as database:
        async with opened(mongo_uri, database, Index("a", ("f",)), Index("b", ("g",))) as store:
            await fill(store, "things", {"f": 1, "g": 1}, {"f": 1, "g": 2})
        unique = Index("b", ("g", "-f"), unique=True, where=Exists("g"))
        async with opened(mongo_uri, database, unique) as store:
            with pytest.raises(Duplicate):
                await store.insert("things", {"id": "x", "version": 1, "f": 1, "g": 2})
        client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(mongo_uri)
        found = await client[database]["things"].index_information()
        assert set(found) == {"_id_", "b"}
        assert [tuple(key) for key in found["b"]["key"]] == [("g", 1), ("f", -1)]
        for collection in SCHEMA.collections:
            there = client[database][collection.name + "_new"]
            assert len(await prepare(there, collection)) == len(collection.indexes)
            assert await prepare(there, collection) == []
        await client.close()


async def test_documents_that_contradict_a_new_index_keep_the_store_closed(mongo_uri: str) -> None:
    with fresh_database(mongo_uri) as database:
        async with opened(mongo_uri, database, Index("a", ("f",))) as store:
            await fill(store, "things", {"f": 1}, {"f": 1})
        with pytest.raises(Unavailable, match="cannot open"):
            async with opened(mongo_uri, database, Index("a", ("f",), unique=True)):
                pass
        async with opened(mongo_uri, database) as store:
            assert await store.count("things", Equal("f", 1)) == 2
