"""Reading beside the writer: short things at once, on the caller's thread, long ones on others.

A query on the event loop gets a budget of SQLite's instructions, about a millisecond's worth;
one that needs more is stopped and done again on a reader thread. Two thread hops for a document
by its id would cost several times what the query does.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from hub.documents import Unavailable
from hub.sqlite.files import connect, reason

THREADS = 3
BUDGET = 10_000  # instructions of SQLite's machine; a query gets between one and two of these
T = TypeVar("T")
Query = Callable[[sqlite3.Connection], T]


class Readers:
    """A connection for each thread that asks, and threads for what takes long."""

    def __init__(self, path: Path) -> None:
        """Raises Unavailable where the file cannot be opened."""
        self._path = path
        self._closed = False
        self._connections: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._at_once = threading.local()
        self._on_thread = threading.local()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="hub-store-reader")
        # Keeps the log's shared index alive when the writer must reopen its connection.
        self._anchor = self._open()
        self._anchor.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def _open(self) -> sqlite3.Connection:
        if self._closed:
            raise Unavailable("the store is closed")
        try:
            connection = connect(self._path, writes=False)
        except sqlite3.Error as error:
            raise Unavailable(reason(error)) from error
        with self._guard:
            self._connections.append(connection)
        return connection

    def now(self, query: Query[T]) -> T:
        """Run a query on this thread; one that surely needs no more than a budget."""
        brief = self._brief()
        brief.ticks = 0
        return _run(brief.connection, query)

    async def soon(self, query: Query[T]) -> T:
        """Run a query on this thread, or on another where it turns out to be long."""
        try:
            return self.now(query)
        except _TooLong:
            return await self.apart(query)

    async def apart(self, query: Query[T]) -> T:
        """Run a query on a reader thread."""
        if self._closed:
            raise Unavailable("the store is closed")
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._on_reader, query)

    def _on_reader(self, query: Query[T]) -> T:
        connection: sqlite3.Connection | None = getattr(self._on_thread, "connection", None)
        if connection is None:
            connection = self._on_thread.connection = self._open()
        return _run(connection, query)

    def _brief(self) -> "_Brief":
        if self._closed:
            raise Unavailable("the store is closed")
        brief: _Brief | None = getattr(self._at_once, "brief", None)
        if brief is None:
            brief = self._at_once.brief = _Brief(self._open())
        return brief

    def stop(self) -> None:
        """Finish what is under way and close every connection. Blocks."""
        self._closed = True
        self._pool.shutdown()
        with self._guard:
            for connection in self._connections:
                connection.close()
            self._connections.clear()


class _TooLong(Exception):
    """A query used up its budget."""


def _run(connection: sqlite3.Connection, query: Query[T]) -> T:
    try:
        return query(connection)
    except sqlite3.Error as error:
        if connection.in_transaction:
            connection.rollback()
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
            raise _TooLong from None
        raise Unavailable(reason(error)) from error


class _Brief:
    """A connection whose queries are stopped when they take too many instructions.

    SQLite counts across the runs of a kept statement, so the first tick may come at any time;
    the second means that one whole budget was used by this query.
    """

    __slots__ = ("connection", "ticks")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.ticks = 0
        connection.set_progress_handler(self._tick, BUDGET)

    def _tick(self) -> bool:
        self.ticks += 1
        return self.ticks == 2
