"""The sessions in which this process's transactions run, and the end of those that the dead left open.

A server keeps an open transaction when its client dies, for transactionLifetimeLimitSeconds (60 by
default), and nobody else can change the documents in it meanwhile. So each process writes down its
sessions before it uses them, beside a counter that it moves; whoever sees another one's counter
stand still ends that one's sessions. A process that was only slow loses the transaction it was
in, as after a write conflict, and writes itself down again.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import pymongo
import structlog
from bson import Binary
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import OperationFailure, PyMongoError

from hub.documents import Refused
from hub.mongo import errors
from hub.mongo.reports import Database

COLLECTION = "_sessions"
DEAD_AFTER = 3.0  # seconds; less than the usual term of a lease, so that a take-over finds no locks
BEATS = 3  # in that time
END_WITHIN = 2.0  # seconds, where the server is away
_log = structlog.get_logger(__name__)


class Sessions:
    """A process's sessions for transactions. Their document: id, version (the counter), lsids."""

    def __init__(
        self, client: AsyncMongoClient[dict[str, Any]], database: Database, *, dead_after: float = DEAD_AFTER
    ) -> None:
        """``dead_after``: seconds without a beat after which a process counts as dead."""
        self._client = client
        self._written = database[COLLECTION]
        self._dead_after = dead_after
        self._id = uuid.uuid4().hex
        self._all: list[AsyncClientSession] = []
        self._free: list[AsyncClientSession] = []
        self._broken: list[AsyncClientSession] = []
        self._writing = asyncio.Lock()
        self._watched: dict[str, tuple[int, float]] = {}  # other process → its counter, seen since
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to show life and to watch the others, until :meth:`close`."""
        self._task = asyncio.create_task(self._keep(), name="mongo sessions")

    async def close(self) -> None:
        """End my own sessions and leave nothing written down."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        with suppress(PyMongoError), pymongo.timeout(END_WITHIN):
            await self._mend()
            if self._all:
                await self._written.delete_one({"_id": self._id})
        for session in self._free:
            await session.end_session()
        self._all, self._free, self._broken = [], [], []

    # --- use ---

    @asynccontextmanager
    async def one(self) -> AsyncIterator[AsyncClientSession]:
        """A session for one transaction, which is begun and committed inside; aborted where that fails.

        Raises Unavailable where a new one cannot be written down.
        """
        session = self._free.pop() if self._free else await self._begin()
        try:
            yield session
        except Refused:
            await _abort(session)
            self._free.append(session)
            raise
        except Exception:
            # Cut or of unknown outcome: whether the server hears of the end is not known, either.
            self._broken.append(session)
            await _abort(session)
            raise
        except BaseException:
            self._broken.append(session)
            raise
        self._free.append(session)

    async def _begin(self) -> AsyncClientSession:
        try:
            session = self._client.start_session()
            self._all.append(session)
            try:
                await self._write_down()
            except BaseException:
                if session in self._all:
                    self._all.remove(session)
                await session.end_session()
                raise
        except PyMongoError as error:
            raise errors.in_transaction(error) from error
        return session

    async def _write_down(self) -> None:
        async with self._writing:
            lsids = [session.session_id["id"] for session in self._all]
            change = {"$set": {"lsids": lsids}, "$inc": {"version": 1}}
            await self._written.update_one({"_id": self._id}, change, upsert=True)

    # --- care ---

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._dead_after / BEATS)
            with suppress(PyMongoError):  # the store is away: whoever uses it says so
                await self._beat()
                await self._mend()
                await self._watch()

    async def _beat(self) -> None:
        if self._all:
            done = await self._written.update_one({"_id": self._id}, {"$inc": {"version": 1}})
            if done.matched_count == 0:  # somebody took me for dead
                await self._write_down()

    async def _mend(self) -> None:
        """End my own transactions of which the server may not have heard the end."""
        broken, self._broken = self._broken, []
        if not broken:
            return
        try:
            await self._kill([session.session_id["id"] for session in broken])
        except PyMongoError:
            self._broken += broken
            raise
        for session in broken:
            self._all.remove(session)
            await session.end_session()
        await self._write_down()

    async def _watch(self) -> None:
        """Look at the others' counters; end the sessions of who has not moved his for too long."""
        now = asyncio.get_running_loop().time()
        found = await self._written.find({"_id": {"$ne": self._id}}, {"version": 1}).to_list()
        there = {str(one["_id"]): int(one["version"]) for one in found}
        self._watched = {id: seen for id, seen in self._watched.items() if id in there}
        for id, version in there.items():
            if id not in self._watched or self._watched[id][0] != version:
                self._watched[id] = (version, now)
            elif now - self._watched[id][1] >= self._dead_after:
                await self._bury(id, version)

    async def _bury(self, id: str, version: int) -> None:
        there = await self._written.find_one({"_id": id, "version": version})
        if there is None:
            return
        await self._kill(there["lsids"])
        await self._written.delete_one({"_id": id, "version": version})
        _log.info("Open transactions of a process that is gone were ended", sessions=len(there["lsids"]))

    async def _kill(self, lsids: Sequence[Binary]) -> None:
        """End these sessions and what is open in them: one's own user's, which needs no right."""
        try:
            await self._client.admin.command("killSessions", [{"id": lsid} for lsid in lsids])
        except OperationFailure as error:  # by its own time limit the server ends them, too
            _log.warning("The server does not end sessions", reason=errors.words(error))


async def _abort(session: AsyncClientSession) -> None:
    if session.in_transaction:
        with suppress(PyMongoError):
            await session.abort_transaction()
