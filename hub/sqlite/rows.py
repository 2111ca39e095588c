"""What the writer does to rows, inside the transaction that is open on its connection.

Each function takes the connection last, raises Duplicate, Changed or ValueError where it is
refused, and leaves it to the writer to undo what came before it in the same job.
"""
# ruff: noqa: S608 - names come from the declaration, which is checked; values are bound

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from hub.document_rules import append_to, clear_field, set_field
from hub.documents import Changed, Document, Duplicate, Json
from hub.sqlite.query import Statement

Change: TypeAlias = Callable[[sqlite3.Connection], object]
Row: TypeAlias = tuple[str, int, str]
"""A document's id, version and text."""

_UNIQUE = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Json]).decode


def row_of(document: Document) -> Row:
    """A checked document as a row."""
    return document["id"], document["version"], _encode(document).decode()  # type: ignore[return-value]


def document_of(text: str | bytes) -> Document:
    """A document from its text."""
    return _decode(text)


def insert(collection: str, row: Row, connection: sqlite3.Connection) -> None:
    """Store a new row."""
    _execute(connection, f'INSERT INTO "{collection}"(id,version,doc) VALUES(?,?,?)', row)


def replace(collection: str, row: Row, version: int, connection: sqlite3.Connection) -> None:
    """Replace the row that stands at a version."""
    id, new_version, doc = row
    text = f'UPDATE "{collection}" SET version=?,doc=? WHERE id=? AND version=?'
    if _execute(connection, text, (new_version, doc, id, version)).rowcount == 0:
        raise Changed(f"{collection} {id}")


def clear(collection: str, id: str, field: str, connection: sqlite3.Connection) -> None:
    """Remove one field of a row, if both are there."""
    document = _read(connection, collection, id)
    if document is not None and clear_field(document, field):
        _rewrite(connection, collection, document)


def append(collection: str, id: str, field: str, value: Json, connection: sqlite3.Connection) -> None:
    """Add to an array field of a row and raise its version."""
    document = _read(connection, collection, id)
    if document is None:
        raise Changed(f"{collection} {id}")
    append_to(document, field, value)
    _rewrite(connection, collection, document)


def claim(
    collection: str, first: Statement, changes: Mapping[str, Json], connection: sqlite3.Connection
) -> Document | None:
    """Set fields of the first row that a query finds; the new document, or None."""
    row = connection.execute(first.text, (*first.values, 1)).fetchone()
    if row is None:
        return None
    document = document_of(row[0])
    for field, value in changes.items():
        set_field(document, field, value)
    document["version"] += 1  # type: ignore[operator]
    _rewrite(connection, collection, document)
    return document


def delete(collection: str, id: str, version: int | None, connection: sqlite3.Connection) -> None:
    """Remove a row; with a version, only at that version."""
    text = f'DELETE FROM "{collection}" WHERE id=?'
    if version is None:
        connection.execute(text, (id,))
    elif connection.execute(f"{text} AND version=?", (id, version)).rowcount == 0:
        raise Changed(f"{collection} {id}")


def expire(statement: Statement, limit: int, connection: sqlite3.Connection) -> int:
    """Remove the rows that a statement names, up to a limit; how many."""
    return connection.execute(statement.text, (*statement.values, limit)).rowcount


def store(collection: str, row: Row, connection: sqlite3.Connection) -> None:
    """Store or replace a row without looking at its version."""
    text = (
        f'INSERT INTO "{collection}"(id,version,doc) VALUES(?,?,?) '
        "ON CONFLICT(id) DO UPDATE SET version=excluded.version,doc=excluded.doc"
    )
    _execute(connection, text, row)


def pulse(connection: sqlite3.Connection) -> None:
    """A write of no meaning, to see whether writes are taken."""
    connection.execute("UPDATE _meta SET value = value + 1 WHERE key = 'pulse'")


def _execute(connection: sqlite3.Connection, text: str, values: Sequence[str | int]) -> sqlite3.Cursor:
    try:
        return connection.execute(text, values)
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode in _UNIQUE:
            raise Duplicate(str(error).removeprefix("UNIQUE constraint failed: ")) from error
        raise


def _read(connection: sqlite3.Connection, collection: str, id: str) -> Document | None:
    row = connection.execute(f'SELECT doc FROM "{collection}" WHERE id=?', (id,)).fetchone()
    return None if row is None else document_of(row[0])


def _rewrite(connection: sqlite3.Connection, collection: str, document: Document) -> None:
    id, version, doc = row_of(document)
    text = f'UPDATE "{collection}" SET version=?,doc=? WHERE id=?'
    _execute(connection, text, (version, doc, id))
