"""Declared indexes as MongoDB's, brought up to date when the store is opened."""

from collections.abc import Mapping
from typing import Any

from pymongo import IndexModel
from pymongo.asynchronous.collection import AsyncCollection

from hub.document_orders import index_order
from hub.documents import Collection, Exists, Index
from hub.mongo.names import path_there

Spec = dict[str, object]


async def prepare(collection: AsyncCollection[dict[str, Any]], declared: Collection) -> list[str]:
    """Drop what is declared no more or otherwise, make what is missing; the names made."""
    there = {
        name: _spec(
            [(str(path), int(direction)) for path, direction in one["key"]],
            unique=bool(one.get("unique")),
            where=one.get("partialFilterExpression"),
        )
        for name, one in (await collection.index_information()).items()
    }
    wanted = {index.name: spec(index) for index in declared.indexes}
    for name in there:
        if name != "_id_" and there[name] != wanted.get(name):
            await collection.drop_index(name)
    missing = [name for name in wanted if there.get(name) != wanted[name]]
    if missing:
        await collection.create_indexes([_model(name, wanted[name]) for name in missing])
    return missing


def spec(index: Index) -> Spec:
    """What an index is: its keys, whether it is unique, which documents are in it."""
    by = index_order(index)
    if index.unique:
        by = by[: len(index.fields)]
    keys = [(path_there(one.field), -1 if one.descending else 1) for one in by]
    return _spec(keys, unique=index.unique, where=_condition(index))


def _condition(index: Index) -> Mapping[str, object] | None:
    where = index.where
    if where is None:
        return None
    path = path_there(where.field)
    if isinstance(where, Exists):
        return {path: {"$exists": True}}
    return {path: {"$type": "null"} if where.value is None else {"$eq": where.value}}


def _spec(keys: list[tuple[str, int]], *, unique: bool, where: object) -> Spec:
    return {"keys": keys, "unique": unique, "where": where}


def _model(name: str, wanted: Spec) -> IndexModel:
    options: dict[str, Any] = {"name": name, "unique": wanted["unique"]}
    if wanted["where"] is not None:
        options["partialFilterExpression"] = wanted["where"]
    return IndexModel(wanted["keys"], **options)  # type: ignore[arg-type]
