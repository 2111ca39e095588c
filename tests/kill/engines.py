"""Opening the real engines so that a program can be killed inside them, and reading what it left.

Reading goes around the product: SQLite's file with SQLite, MongoDB's collections with its driver.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from pymongo import MongoClient, monitoring

from hub.documents import Document, Documents, Schema
from hub.mongo.documents import MongoDocuments
from hub.mongo.names import document_here
from hub.mongo.sessions import COLLECTION as SESSIONS
from hub.schema import COLLECTIONS
from hub.sqlite.documents import SqliteDocuments
from hub.sqlite.files import refresh_log
from hub.sqlite.layout import prepare
from hub.sqlite.lock import Lock
from hub.sqlite.readers import Readers
from hub.sqlite.writer import Job, Writer
from tests.kill.points import AFTER_COMMIT, BEFORE_COMMIT, BETWEEN_STATEMENTS, ENGINE, Trigger

SCHEMA = Schema(COLLECTIONS)
DEAD_AFTER = 0.6  # seconds, on MongoDB: rounds are short
READ = ("entries", "threads", "conversations", "agents", "deliveries")
Stock: TypeAlias = dict[str, list[Document]]


class Place(msgspec.Struct, frozen=True):
    """Where a store is: a SQLite file, or a MongoDB server's URI and a database there."""

    path: str = ""
    uri: str = ""
    database: str = ""

    @property
    def engine(self) -> str:
        """``sqlite`` or ``mongo``."""
        return "mongo" if self.uri else "sqlite"


class DyingWriter(Writer):
    """The writing thread, which passes places between a transaction's statements and its answer."""

    def __init__(self, path: Path, trigger: Trigger) -> None:
        super().__init__(path)
        self._trigger = trigger
        if trigger.point in ENGINE:
            self._connection.set_trace_callback(self._about_to_run)

    def _about_to_run(self, statement: str) -> None:
        if statement == "COMMIT":
            self._trigger.reach(BEFORE_COMMIT)
        elif statement.startswith(("INSERT", "UPDATE")):
            self._trigger.reach(BETWEEN_STATEMENTS)

    def _commit(self, jobs: list[Job]) -> None:
        super()._commit(jobs)
        self._trigger.reach(AFTER_COMMIT)


class DyingCommands(monitoring.CommandListener):
    """The driver's commands, which pass the same places around a transaction's commit."""

    def __init__(self, trigger: Trigger) -> None:
        self._trigger = trigger

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """About to be sent."""
        if event.command_name == "commitTransaction":
            self._trigger.reach(BEFORE_COMMIT)
        elif event.command.get("autocommit") is False and "startTransaction" not in event.command:
            self._trigger.reach(BETWEEN_STATEMENTS)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """The answer has just arrived."""
        if event.command_name == "commitTransaction":
            self._trigger.reach(AFTER_COMMIT)

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to do."""


async def open_store(place: Place, trigger: Trigger) -> Documents:
    """The engine as the house opens it."""
    if place.uri:
        if trigger.point in ENGINE:
            monitoring.register(DyingCommands(trigger))
        return await MongoDocuments.open(place.uri, SCHEMA, database=place.database, dead_after=DEAD_AFTER)
    return await asyncio.to_thread(_open_sqlite, Path(place.path), trigger)


def _open_sqlite(path: Path, trigger: Trigger) -> Documents:
    """What SqliteDocuments.open does, with the writer that can die."""
    lock = Lock(path.with_suffix(".lock"))
    refresh_log(path)
    writer = DyingWriter(path, trigger)
    prepare(writer.connection, SCHEMA)
    readers = Readers(path)
    writer.start()
    return SqliteDocuments(SCHEMA, lock=lock, writer=writer, readers=readers, reports={})


class Reader:
    """Reads a store around the product, while a program runs or after its death."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._client: MongoClient[dict[str, Any]] | None = (
            MongoClient(place.uri, timeoutMS=20_000) if place.uri else None
        )

    def read(self, collections: Sequence[str] = READ) -> Stock:
        """Every document of these collections, as the engine itself tells them."""
        if self._client is not None:
            there = self._client[self._place.database]
            return {name: [document_here(one) for one in there[name].find()] for name in collections}
        address = f"file:{Path(self._place.path).resolve()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.execute("BEGIN")  # one moment for all
            return {
                name: [
                    msgspec.json.decode(text)
                    for (text,) in connection.execute(f'SELECT doc FROM "{name}"').fetchall()
                ]
                for name in collections
            }

    def drop(self) -> None:
        """Remove a server's database, with what the last program left open in it."""
        if self._client is None:
            return
        for process in self._client[self._place.database][SESSIONS].find():
            self._client.admin.command("killSessions", [{"id": lsid} for lsid in process["lsids"]])
        self._client.drop_database(self._place.database)

    def close(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            self._client.close()
