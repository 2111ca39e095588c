"""How a field of a document is spelled in SQL: the same everywhere, or no index is used."""

import msgspec

from hub.document_rules import parts
from hub.documents import Equal, Exists, Scalar

NUMBERS = "('integer','real')"
_columns = {"id": "id", "version": "version"}


def quoted(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


def json_path(path: str) -> str:
    """A dotted path as a literal of SQLite's JSON functions."""
    return quoted("$" + "".join(f'."{key}"' for key in parts(path)))


def field_value(path: str, table: str = "") -> str:
    """The value of a field: SQL null where it is null or missing, 0 and 1 for booleans.

    ``table`` is an alias with its dot. Reports use it too, so that they meet the indexes.
    """
    if path in _columns:
        return table + _columns[path]
    return f"json_extract({table}doc,{json_path(path)})"


def field_kind(path: str, table: str = "") -> str:
    """The JSON type of a field as SQLite names it, SQL null where it is missing."""
    if path == "id":
        return "'text'"
    if path == "version":
        return "'integer'"
    return f"json_type({table}doc,{json_path(path)})"


def condition(where: Exists | Equal, table: str = "") -> str:
    """The condition of a partial index, without parameters: a query must repeat it literally."""
    kind = field_kind(where.field, table)
    if isinstance(where, Exists):
        return f"{kind} IS NOT NULL"
    value = where.value
    if value is None:
        return f"{kind} = 'null'"
    if isinstance(value, bool):
        return f"{kind} = '{'true' if value else 'false'}'"
    literal = quoted(value) if isinstance(value, str) else repr(value)
    equal = f"{field_value(where.field, table)} = {literal}"
    if not ambiguous(value):
        return equal
    return f"({equal} AND {kind} {is_kind_of(value)})"


def ambiguous(value: Scalar) -> bool:
    """Whether another JSON value would look the same in SQL: true as 1, an array as its text."""
    if isinstance(value, str):
        return value.startswith(("{", "["))
    return value in (0, 1)


def is_kind_of(value: Scalar) -> str:
    """The comparison that tells a JSON type apart from its look-alikes."""
    return "= 'text'" if isinstance(value, str) else f"IN {NUMBERS}"


def parameter(value: Scalar) -> tuple[str, Scalar]:
    """A placeholder and what to bind to it.

    Fractions pass through the same parser as the documents: SQLite's own may differ from
    Python's in the last bit.
    """
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 2**53:
            return "?", int(value)
        return "json_extract(?,'$')", msgspec.json.encode(value).decode()
    return "?", value
