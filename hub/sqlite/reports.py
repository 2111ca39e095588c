"""Named reports as SQL: what the store is given when it is opened.

Tables are as ``layout`` says: ``c(id, version, doc)``. Spell fields with :func:`field_value`,
so that a report meets the declared indexes.
"""

import sqlite3
from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec

from hub.documents import Document, Json
from hub.sqlite.expressions import field_kind, field_value

__all__ = ["SqlReport", "field_kind", "field_value", "rows", "select"]

SqlReport: TypeAlias = Callable[[sqlite3.Connection, Mapping[str, Json]], list[Document]]
"""A report: it reads from a connection that cannot write, on a thread of its own."""


def rows(connection: sqlite3.Connection, sql: str, parameters: Mapping[str, Json]) -> list[Document]:
    """The rows of a query, each a document named by its columns.

    ``:name`` in the query stands for a parameter; arrays and objects are passed as JSON text,
    for ``json_each(:name)``.
    """
    bound = {
        name: msgspec.json.encode(value).decode() if isinstance(value, list | dict) else value
        for name, value in parameters.items()
    }
    cursor = connection.execute(sql, bound)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def select(sql: str) -> SqlReport:
    """A report that is one query."""
    return lambda connection, parameters: rows(connection, sql, parameters)
