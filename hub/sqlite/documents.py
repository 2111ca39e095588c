"""The document store on SQLite."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from hub import document_orders as orders
from hub import document_rules as rules
from hub.documents import (
    EVERYTHING,
    Clear,
    Delete,
    Document,
    Filter,
    Insert,
    Json,
    Page,
    PutIf,
    Schema,
    Step,
    Unavailable,
)
from hub.sqlite import backup, query, rows
from hub.sqlite.files import reason, refresh_log
from hub.sqlite.layout import prepare
from hub.sqlite.lock import Lock
from hub.sqlite.readers import Readers
from hub.sqlite.reports import SqlReport
from hub.sqlite.writer import Writer

BULK_ROWS = 500  # rows in one transaction, so that others get their turn
BRIEF_PAGE = 100  # a longer page is read and decoded on a reader thread


class SqliteDocuments:
    """The document port on one SQLite file; made by :meth:`open`."""

    def __init__(
        self,
        schema: Schema,
        *,
        lock: Lock,
        writer: Writer,
        readers: Readers,
        reports: Mapping[str, SqlReport],
    ) -> None:
        self._collections = {one.name: one for one in schema.collections}
        self._lock = lock
        self._writer = writer
        self._readers = readers
        self._reports = dict(reports)
        # The names are checked by check_schema.
        self._gets = {
            one.name: f'SELECT doc FROM "{one.name}" WHERE id=?'  # noqa: S608
            for one in schema.collections
        }

    @classmethod
    async def open(
        cls,
        path: Path,
        schema: Schema,
        *,
        reports: Mapping[str, SqlReport] | None = None,
        lock: Lock | None = None,
    ) -> "SqliteDocuments":
        """Open the file, made where it is missing, and bring its indexes up to date.

        Its folder must exist; ``path`` with the suffix ``.lock`` is locked for this process,
        unless the caller gives the ``lock`` that he holds: it is released with the store.
        Raises StoreLocked, Unavailable, StoreTooNew or IndexBroken.
        """
        return await asyncio.to_thread(cls._open, path, schema, reports or {}, lock)

    @classmethod
    def _open(
        cls, path: Path, schema: Schema, reports: Mapping[str, SqlReport], held: Lock | None
    ) -> "SqliteDocuments":
        rules.check_schema(schema)
        if not path.parent.is_dir():
            raise Unavailable(f"there is no folder {path.parent}")
        lock = held or Lock(path.with_suffix(".lock"))
        try:
            with ExitStack() as opened:
                opened.callback(lock.release)
                refresh_log(path)
                writer = Writer(path)
                opened.callback(writer.stop)
                prepare(writer.connection, schema)
                readers = Readers(path)
                opened.pop_all()
        except (sqlite3.Error, OSError) as error:
            raise Unavailable(f"cannot open {path}: {reason(error)}") from error
        writer.start()
        return cls(schema, lock=lock, writer=writer, readers=readers, reports=reports)

    # --- Reading ---

    async def get(self, collection: str, id: str) -> Document | None:
        """The document with this id, as last committed."""
        text, key = self._gets[collection], (rules.check_id(id),)
        row = self._readers.now(lambda connection: connection.execute(text, key).fetchone())
        return None if row is None else rows.document_of(row[0])

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
        values = None if after is None else orders.cursor_values(after, by)
        statements = query.page(self._collections[collection], where, by, values)
        more = rules.check_limit(limit) + 1

        def read(connection: sqlite3.Connection) -> Page:
            found = [rows.document_of(text) for text in _texts(connection, statements, more)]
            if len(found) < more:
                return Page(found)
            found.pop()
            return Page(found, orders.cursor_after(found[-1], by))

        if limit > BRIEF_PAGE:
            return await self._readers.apart(read)
        return await self._readers.soon(read)

    async def count(self, collection: str, where: Filter = EVERYTHING, *, limit: int | None = None) -> int:
        """How many match; stops counting at ``limit``."""
        if limit is not None:
            rules.check_limit(limit)
        statement = query.count(self._collections[collection], where, limit)

        def read(connection: sqlite3.Connection) -> int:
            (number,) = connection.execute(statement.text, statement.values).fetchone()
            return int(number)

        return await self._readers.soon(read)

    async def report(self, name: str, parameters: Mapping[str, Json]) -> list[Document]:
        """Run a named report on a reader thread; KeyError if unknown."""
        report = self._reports[name]
        return await self._readers.apart(lambda connection: report(connection, parameters))

    # --- Writing ---

    async def insert(self, collection: str, document: Document) -> None:
        """Store a new document."""
        await self._writer.do(self._change(Insert(collection, document)))

    async def put_if(self, collection: str, document: Document, *, version: int) -> None:
        """Replace the document that stands at ``version``."""
        await self._writer.do(self._change(PutIf(collection, document, version)))

    async def claim_next(
        self, collection: str, where: Filter, *, sort: Sequence[str], changes: Mapping[str, Json]
    ) -> Document | None:
        """Set fields of the first match; the new document."""
        fields = rules.checked_changes(changes)
        (first,) = query.page(self._collections[collection], where, orders.order(sort), None)
        return await self._writer.do(partial(rows.claim, collection, first, fields))  # type: ignore[return-value]

    async def append(self, collection: str, id: str, field: str, value: Json) -> None:
        """Add an element to an array field and raise the version; Changed if it is gone.

        ValueError where the field is something else than an array.
        """
        rules.changeable(field)
        name = self._collections[collection].name
        await self._writer.do(partial(rows.append, name, rules.check_id(id), field, rules.plain(value)))

    async def clear(self, collection: str, id: str, field: str) -> None:
        """Remove one field, as the step Clear."""
        await self._writer.do(self._change(Clear(collection, id, field)))

    async def delete(self, collection: str, id: str) -> None:
        """Remove the document if it is there."""
        await self._writer.do(self._change(Delete(collection, id)))

    async def expire(self, collection: str, field: str, *, before: str, limit: int = 1000) -> int:
        """Delete at most ``limit`` documents whose ``field`` is a string below ``before``."""
        statement = query.expired(self._collections[collection], field, rules.check_text(before))
        job = partial(rows.expire, statement, rules.check_limit(limit))
        return await self._writer.do(job)  # type: ignore[return-value]

    async def bulk(self, collection: str, documents: Sequence[Document]) -> None:
        """Store or replace many documents; all or none of each few hundred."""
        name = self._collections[collection].name
        for start in range(0, len(documents), BULK_ROWS):
            part = documents[start : start + BULK_ROWS]
            stored = [rows.row_of(rules.checked(document)) for document in part]
            await self._writer.do(*(partial(rows.store, name, row) for row in stored))

    async def commit(self, steps: Sequence[Step]) -> None:
        """All steps or none, durable when it returns."""
        todo = [self._change(step) for step in steps]
        if todo:
            await self._writer.do(*todo)

    def _change(self, step: Step) -> rows.Change:
        match step:
            case Insert():
                name = self._collections[step.collection].name
                return partial(rows.insert, name, rows.row_of(rules.checked(step.document)))
            case PutIf():
                name = self._collections[step.collection].name
                row = rows.row_of(rules.checked_next(step.document, step.version))
                return partial(rows.replace, name, row, step.version)
            case Clear():
                name = self._collections[step.collection].name
                rules.changeable(step.field)
                return partial(rows.clear, name, rules.check_id(step.id), step.field)
            case Delete():
                name = self._collections[step.collection].name
                version = None if step.version is None else rules.check_version(step.version)
                return partial(rows.delete, name, rules.check_id(step.id), version)
            case _:
                raise TypeError(f"{type(step).__name__} is not a step")

    # --- Keeping ---

    async def ping(self) -> None:
        """Raise Unavailable unless a durable write would be taken now: by making one."""
        await self._writer.do(rows.pulse)

    async def backup(self, path: Path) -> None:
        """Write a consistent copy of the whole store to a file, replaced where it exists.

        The copy is complete and durable under its name, or not there; writing goes on
        meanwhile. Raises Unavailable.
        """
        await self._readers.apart(lambda connection: backup.copy(connection, path))

    async def close(self) -> None:
        """Finish what is under way, close the file and let others open it."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._writer.stop()
        self._readers.stop()
        self._lock.release()


def _texts(connection: sqlite3.Connection, statements: Sequence[query.Statement], limit: int) -> list[str]:
    """The first column of the statements' rows, one after the other, as of one moment."""
    if len(statements) == 1:
        only = statements[0]
        return [text for (text,) in connection.execute(only.text, (*only.values, limit)).fetchall()]
    found: list[str] = []
    connection.execute("BEGIN")
    for one in statements:
        more = connection.execute(one.text, (*one.values, limit - len(found))).fetchall()
        found += [text for (text,) in more]
        if len(found) == limit:
            break
    connection.execute("COMMIT")
    return found
