"""The one thread that writes: it gathers what waits into one transaction and syncs once.

Nobody is answered before ``COMMIT`` returned. What then, when it did not:

* a statement failed before ``COMMIT``: the transaction is undone, all get Unavailable;
* the disk was full at ``COMMIT``: the record that would make the transaction count is written
  last, so it is not there: Unavailable;
* anything else at ``COMMIT``: the record may be on the disk or reach it later: Lost, for all
  that had changed something. Before the next transaction a commit of no meaning must go
  through: it lies where the doubtful one lay, so from then on that one never happened, and
  everything acknowledged later rests on what is surely on the disk. Until it goes through,
  all get Unavailable.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path
from queue import Empty, SimpleQueue

import structlog

from hub.documents import Lost, StoreError, Unavailable
from hub.sqlite.files import connect, primary_code, reason
from hub.sqlite.rows import Change, pulse
from hub.sqlite.turns import Turns

MOST_AT_ONCE = 256
_FATAL = {  # codes after which SQLite may have undone the whole transaction
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PROTOCOL,
}

log = structlog.get_logger(__name__)


class Job:
    """Changes that happen together, and the future that hears of it."""

    __slots__ = ("answer", "changes", "error", "future", "loop", "turns")

    def __init__(self, changes: tuple[Change, ...], loop: asyncio.AbstractEventLoop, turns: Turns) -> None:
        self.changes = changes
        self.loop = loop
        self.turns = turns
        self.future: asyncio.Future[object] = loop.create_future()
        self.answer: object = None
        self.error: Exception | None = None

    def run(self, connection: sqlite3.Connection) -> None:
        """Make the changes, all or none; raises sqlite3.Error where the transaction is lost."""
        many = len(self.changes) > 1
        if many:
            connection.execute("SAVEPOINT job")
        try:
            for change in self.changes:
                self.answer = change(connection)
        except sqlite3.Error as error:
            if primary_code(error) in _FATAL or not connection.in_transaction:
                raise
            self.error = Unavailable(reason(error))
            self.error.__cause__ = error
        except Exception as error:  # noqa: BLE001 - refused, or a bug that its caller shall see
            self.error = error
        if many:
            if self.error is not None:
                connection.execute("ROLLBACK TO job")
            connection.execute("RELEASE job")

    def tell(self) -> None:
        """Answer the one who waits; on the loop's thread."""
        if self.future.done():
            return  # cancelled
        if self.error is None:
            self.future.set_result(self.answer)
        else:
            self.future.set_exception(self.error)


class Writer:
    """Owns the writing connection and its thread."""

    def __init__(self, path: Path) -> None:
        """Raises sqlite3.Error where the file cannot be opened."""
        self._path = path
        self._connection = connect(path, writes=True)
        self._doubtful = False
        self._closed = False
        self._guard = threading.Lock()
        self._turns: dict[asyncio.AbstractEventLoop, Turns] = {}
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="hub-store-writer", daemon=True)

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, for use before :meth:`start` only."""
        return self._connection

    def start(self) -> None:
        """Begin to take work."""
        self._thread.start()

    async def do(self, *changes: Change) -> object:
        """Make changes, all or none, durably; the answer of the last one.

        Cancelling the caller does not cancel the changes.
        """
        loop = asyncio.get_running_loop()
        turns = self._turns.get(loop) or self._turns.setdefault(loop, Turns(loop))
        job = Job(changes, loop, turns)
        with self._guard:
            if self._closed:
                raise Unavailable("the store is closed")
            self._jobs.put(job)
        turns.begin()
        return await job.future

    def stop(self) -> None:
        """Finish what waits, end the thread and close the connection. Blocks."""
        with self._guard:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        if self._thread.ident is not None:
            self._thread.join()
        self._connection.close()

    # --- On the thread ---

    def _run(self) -> None:
        going_on = True
        while going_on:
            jobs, going_on = self._gather()
            if jobs:
                try:
                    self._commit(jobs)
                except Exception as error:
                    log.exception("store writer failed")  # a bug: the thread must go on
                    self._undo()
                    self._fail(jobs, Lost, error)
                _tell_all(jobs)

    def _gather(self) -> tuple[list[Job], bool]:
        """What waits, at least one; and whether more may come."""
        jobs: list[Job] = []
        try:
            job = self._jobs.get()
            while job is not None:
                jobs.append(job)
                if len(jobs) == MOST_AT_ONCE:
                    return jobs, True
                job = self._jobs.get_nowait()
        except Empty:
            return jobs, True
        return jobs, False

    def _commit(self, jobs: list[Job]) -> None:
        try:
            if self._doubtful:
                self._settle()
            self._connection.execute("BEGIN IMMEDIATE")
            for job in jobs:
                job.run(self._connection)
        except sqlite3.Error as error:
            self._undo()
            self._fail(jobs, Unavailable, error)
            return
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            sure = primary_code(error) == sqlite3.SQLITE_FULL and self._undo()
            if not sure:
                self._doubtful = True
                self._undo()
            self._fail(jobs, Unavailable if sure else Lost, error)

    def _settle(self) -> None:
        """Write over a transaction whose fate is unknown; raises sqlite3.Error while it cannot."""
        self._connection.execute("BEGIN IMMEDIATE")
        pulse(self._connection)
        self._connection.execute("COMMIT")
        self._doubtful = False
        log.warning("store writes again after a failed commit")

    def _undo(self) -> bool:
        """Leave the transaction, with a new connection if this one will not; whether it did."""
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            log.warning("store reopens its connection", reason=reason(error))
            self._doubtful = True
            self._reopen()
            return False
        return True

    def _reopen(self) -> None:
        """The readers keep the log's shared index alive meanwhile, so nothing is recovered."""
        try:
            self._connection.close()
            self._connection = connect(self._path, writes=True)
        except (sqlite3.Error, StoreError) as error:
            log.warning("store cannot reopen its file", reason=reason(error))

    def _fail(self, jobs: Iterable[Job], outcome: type[StoreError], error: Exception) -> None:
        """Tell what became of a batch; who was refused had changed nothing anyway."""
        why = reason(error)
        log.warning("store could not commit", reason=why)
        for job in jobs:
            failed = Unavailable(why) if job.error is not None else outcome(why)
            failed.__cause__ = error
            job.error = failed


def _tell_all(jobs: list[Job]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in jobs:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, told in by_loop.items():
        try:
            loop.call_soon_threadsafe(_tell, told)
        except RuntimeError:
            log.warning("store outcome came after its loop had closed", jobs=len(told))


def _tell(jobs: list[Job]) -> None:
    jobs[0].turns.end(len(jobs))
    for job in jobs:
        job.tell()
