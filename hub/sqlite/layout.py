"""How collections lie in the file: tables, indexes, and how an older file is brought up to date.

``c`` becomes the table ``c(id, version, doc)``, its document whole in ``doc`` as JSON text; a
declared index ``i`` the index ``c__i`` on expressions over ``doc``. An index over the elements
of an array is a table ``c__i(element, kind, k1…, id)`` that triggers keep in step. What is
declared and what lies there are compared by the text that made them.
"""
# ruff: noqa: S608 - names come from the declaration, which is checked; values are bound

import sqlite3
from collections.abc import Callable, Iterator, Sequence

from hub.document_orders import index_order
from hub.documents import Collection, Index, Schema, StoreError
from hub.sqlite.expressions import condition, field_value, json_path

Migration = Callable[[sqlite3.Connection], None]
MIGRATIONS: Sequence[Migration] = ()
"""What turns layout version n into n + 1, oldest first; documents have migrations of their own."""

META = "CREATE TABLE IF NOT EXISTS _meta(key TEXT PRIMARY KEY NOT NULL, value) WITHOUT ROWID"


class StoreTooNew(StoreError):
    """The file was written by a newer version of this program: nothing was touched."""

    code = "store_too_new"


class IndexBroken(StoreError):
    """Stored documents contradict a unique index that is declared now; the text names it."""

    code = "index_broken"


def side_table(collection: Collection, index: Index) -> str:
    """The table of an index over elements."""
    return f"{collection.name}__{index.name}"


def element_columns(index: Index) -> list[tuple[str, str]]:
    """The other fields of an index over elements, and their columns."""
    return [(field.removeprefix("-"), f"k{number}") for number, field in enumerate(index.fields[1:], start=1)]


def prepare(
    connection: sqlite3.Connection, schema: Schema, migrations: Sequence[Migration] = MIGRATIONS
) -> list[str]:
    """Bring the file to this program's layout and the declared indexes; what was built anew.

    All or nothing. Raises StoreTooNew or IndexBroken. Tables and documents of collections that
    are no longer declared stay.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(META)
        _migrate(connection, migrations)
        built = _declare(connection, schema)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return built


def _migrate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    newest = len(migrations) + 1
    row = connection.execute("SELECT value FROM _meta WHERE key = 'schema_version'").fetchone()
    version = newest if row is None else int(row[0])
    if version > newest:
        raise StoreTooNew(f"the store has layout {version}, this program knows {newest}")
    for migration in migrations[version - 1 :]:
        migration(connection)
    connection.execute(
        "INSERT OR REPLACE INTO _meta(key, value) VALUES('schema_version', ?), ('pulse', 0)",
        (newest,),
    )


def _declare(connection: sqlite3.Connection, schema: Schema) -> list[str]:
    wanted = {name: text for one in schema.collections for name, text in declarations(one)}
    there = {
        name: (kind, text)
        for kind, name, text in connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        )
    }
    for name, (kind, text) in there.items():
        if "__" in name and kind != "index" and wanted.get(name) != text:
            _drop_side_table(connection, name.partition("__t_")[0])
    for name, (kind, text) in there.items():
        if "__" in name and kind == "index" and wanted.get(name) != text:
            connection.execute(f'DROP INDEX IF EXISTS "{name}"')
    left = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    built = [name for name in wanted if name not in left]
    for name in built:
        _build(connection, name, wanted[name])
    for collection in schema.collections:
        for index in collection.indexes:
            if index.many and side_table(collection, index) in built:
                connection.execute(_fill(collection, index, f'"{collection.name}" new, '))
    return built


def _drop_side_table(connection: sqlite3.Connection, table: str) -> None:
    for suffix in ("insert", "update", "delete"):
        connection.execute(f'DROP TRIGGER IF EXISTS "{table}__t_{suffix}"')
    connection.execute(f'DROP TABLE IF EXISTS "{table}"')


def _build(connection: sqlite3.Connection, name: str, text: str) -> None:
    try:
        connection.execute(text)
    except sqlite3.IntegrityError as error:
        raise IndexBroken(f"{name}: stored documents contradict it") from error


def declarations(collection: Collection) -> Iterator[tuple[str, str]]:
    """The name and the making of each table, index and trigger of a collection, in order."""
    table = f'"{collection.name}"'
    yield (
        collection.name,
        f"CREATE TABLE {table}(id TEXT PRIMARY KEY NOT NULL, version INTEGER NOT NULL, doc TEXT NOT NULL)",
    )
    for index in collection.indexes:
        if index.many:
            yield from _of_elements(collection, index)
        else:
            yield from _of_fields(collection, index)


def _of_fields(collection: Collection, index: Index) -> Iterator[tuple[str, str]]:
    name = f"{collection.name}__{index.name}"
    columns = [field_value(one.field) + (" DESC" if one.descending else "") for one in index_order(index)]
    if not index.unique:
        where = "" if index.where is None else f" WHERE {condition(index.where)}"
        yield name, _index(name, collection.name, columns, where)
        return
    values = [field_value(field.removeprefix("-")) for field in index.fields]
    where = "" if index.where is None else f" WHERE {condition(index.where)}"
    yield name, _index(name, collection.name, columns[: len(values)], where, unique=True)
    # SQL takes nulls for different from each other; the port does not.
    nulls = "(" + " OR ".join(f"{value} IS NULL" for value in values) + ")"
    where = f" WHERE {nulls}" if index.where is None else f"{where} AND {nulls}"
    columns = [f"ifnull({value},x'')" for value in values]
    yield f"{name}__nulls", _index(f"{name}__nulls", collection.name, columns, where, unique=True)


def _index(name: str, table: str, columns: Sequence[str], where: str, *, unique: bool = False) -> str:
    kind = "UNIQUE INDEX" if unique else "INDEX"
    return f'CREATE {kind} "{name}" ON "{table}"({",".join(columns)}){where}'


def _of_elements(collection: Collection, index: Index) -> Iterator[tuple[str, str]]:
    side, table = side_table(collection, index), collection.name
    columns = [name for _, name in element_columns(index)]
    falling = [
        name + (" DESC" if field.startswith("-") else "")
        for name, field in zip(columns, index.fields[1:], strict=True)
    ]
    last = " DESC" if index.fields[-1].startswith("-") else ""
    yield side, f'CREATE TABLE "{side}"({",".join(["element", "kind", *columns, "id"])})'
    yield f"{side}__e", _index(f"{side}__e", side, ["element", *falling, f"id{last}"], "")
    yield f"{side}__d", _index(f"{side}__d", side, ["id"], "")
    remove = f'DELETE FROM "{side}" WHERE id = old.id;'
    add = _fill(collection, index, "")
    paths = [f"json_extract({{}}.doc,{json_path(index.fields[0])})"]
    paths += [field_value(path, "{}.") for path, _ in element_columns(index)]
    if index.where is not None:
        paths.append(f"({condition(index.where, '{}.')})")
    changed = " OR ".join(f"{one.replace('{}', 'old')} IS NOT {one.replace('{}', 'new')}" for one in paths)
    for event, when, body in (
        ("insert", "", f"{add};"),
        ("update", f" WHEN {changed}", f"{remove} {add};"),
        ("delete", "", remove),
    ):
        name = f"{side}__t_{event}"
        yield name, f'CREATE TRIGGER "{name}" AFTER {event.upper()} ON "{table}"{when} BEGIN {body} END'


def _fill(collection: Collection, index: Index, source: str) -> str:
    """Add the elements of the row ``new``, in a trigger or named by ``source``, to the table."""
    side = side_table(collection, index)
    path = json_path(index.fields[0])
    columns = element_columns(index)
    names = ",".join(["element", "kind", *(name for _, name in columns), "id"])
    values = "".join(f",{field_value(path, 'new.')}" for path, _ in columns)
    where = f"json_type(new.doc,{path}) = 'array'"
    if index.where is not None:
        where += f" AND {condition(index.where, 'new.')}"
    return (
        f'INSERT INTO "{side}"({names}) SELECT DISTINCT e.value,e.type{values},new.id '
        f"FROM {source}json_each(new.doc,{path}) e WHERE {where}"
    )
