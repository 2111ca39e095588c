"""Named reports as aggregations: what the store is given when it is opened.

Collections and fields are as ``names`` says: ``id`` is ``_id``. Values of parameters belong
behind ``$eq``, ``$in`` or ``$literal``, never where an operator may stand.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

from pymongo.asynchronous.database import AsyncDatabase

from hub.documents import Document, Json
from hub.mongo.names import value_here

Database: TypeAlias = AsyncDatabase[dict[str, Any]]
MongoReport: TypeAlias = Callable[[Database, Mapping[str, Json]], Awaitable[list[Document]]]
Pipeline: TypeAlias = Sequence[Mapping[str, object]]


def aggregate(collection: str, pipeline: Callable[[Mapping[str, Json]], Pipeline]) -> MongoReport:
    """A report that is one aggregation, made from the parameters."""

    async def run(database: Database, parameters: Mapping[str, Json]) -> list[Document]:
        cursor = await database[collection].aggregate(list(pipeline(parameters)))
        return [value_here(one) for one in await cursor.to_list()]  # type: ignore[misc]

    return run
