"""What is sent to MongoDB: durable writes, reads of what a majority has, an end to every call."""

from collections.abc import Mapping
from typing import Any

from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from hub.documents import Clear, Delete, Equal, Insert, PutIf, Range, Schema
from hub.mongo.documents import MongoDocuments, connect
from tests.conformance.stores import SCHEMA
from tests.parts.mongo import fresh_database


class Commands(CommandListener):
    """Notes every command."""

    def __init__(self) -> None:
        self.seen: list[Mapping[str, Any]] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.seen.append(dict(event.command))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass


async def use(store: MongoDocuments) -> None:
    await store.insert("things", {"id": "a", "version": 1, "f": 1, "at": "1"})
    await store.put_if("things", {"id": "a", "version": 2, "at": "1"}, version=1)
    await store.append("things", "a", "list", 1)
    await store.clear("things", "a", "list")
    await store.claim_next("things", Equal("id", "a"), sort=("id",), changes={"f": 2})
    await store.bulk("things", [{"id": "b", "version": 1}])
    await store.get("things", "a")
    await store.find("things", Range("f", gt=1), sort=("f",))
    await store.count("things", Equal("f", 2))
    await store.expire("things", "at", before="2")
    await store.delete("things", "b")
    await store.commit(
        [
            Insert("things", {"id": "c", "version": 1}),
            PutIf("things", {"id": "c", "version": 2}, 1),
            Clear("things", "c", "f"),
            Delete("things", "c", version=2),
        ]
    )
    await store.ping()


async def test_every_command_is_durable_and_has_an_end(mongo_uri: str) -> None:
    plain = mongo_uri.partition("?")[0] + "?directConnection=true"  # what the URI asks for is not needed
    commands = Commands()
    with fresh_database(mongo_uri) as database:
        client = connect(plain, seconds=20, listeners=[commands])
        store = MongoDocuments(client, client[database], Schema(SCHEMA.collections), reports={})
        await use(store)
        await store.close()
    seen = [one for one in commands.seen if next(iter(one)) not in ("endSessions", "killCursors")]
    assert {"insert", "update", "delete", "find", "aggregate", "commitTransaction"} <= {
        next(iter(one)) for one in seen
    }
    for one in seen:
        name = next(iter(one))
        assert 0 < one["maxTimeMS"] <= 20_000 or (one.get("autocommit") is False), one
        in_transaction = one.get("autocommit") is False
        if name in ("insert", "update", "delete", "commitTransaction"):
            if in_transaction and name != "commitTransaction":
                assert "writeConcern" not in one
            else:
                assert one["writeConcern"]["w"] == "majority"
                assert one["writeConcern"]["j"] is True
        elif name in ("find", "aggregate"):
            assert one["readConcern"] == {"level": "majority"}
    assert all(one["maxTimeMS"] > 0 for one in seen if "commitTransaction" in one)
