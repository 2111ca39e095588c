"""Filters, orders and cursors in MongoDB's language.

MongoDB looks into arrays on its own account: a comparison matches an element, a path walks
through every object of an array. The port does neither, so each comparison also says that
neither the field nor anything on the way to it is an array. The server still seeks by the
comparison and only sifts by the rest.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from hub import document_orders as orders
from hub import document_rules as rules
from hub.documents import (
    And,
    Contains,
    Equal,
    Exists,
    Filter,
    In,
    Or,
    Prefix,
    Range,
    Scalar,
)
from hub.mongo.names import path_there

Query: TypeAlias = dict[str, object]
NOTHING: Query = {"_id": {"$in": []}}
_NO_ARRAY: Query = {"$not": {"$type": "array"}}


def query(where: Filter) -> Query:
    """A filter as a query; TypeError or ValueError for what is none."""
    match where:
        case Equal():
            return _at(where.field, _is(rules.scalar(where.value)))
        case In():
            return _in(where.field, [rules.scalar(value) for value in where.values])
        case Range():
            _, bounds = rules.check_range(where)
            return _at(where.field, {f"${name}": value for name, value in bounds.items()})
        case Exists():
            present = _at(where.field, {"$exists": True}, whole=True)
            return present if where.present else {"$nor": [present]}
        case Prefix():
            return _prefix(where.field, rules.check_text(where.text))
        case Contains():
            element = {"$elemMatch": {"$eq": rules.scalar(where.value)}}
            return _at(where.field, element, whole=True)
        case And():
            return _all([query(part) for part in where.parts])
        case Or():
            return {"$or": [query(part) for part in where.parts]} if where.parts else NOTHING
        case _:
            raise rules.unknown(where)


def guards(path: str) -> Query:
    """That nothing on the way to a field is an array."""
    rules.parts(path)
    above = path.split(".")[:-1]
    return {path_there(".".join(above[: n + 1])): _NO_ARRAY for n in range(len(above))}


def _at(path: str, test: Mapping[str, object], *, whole: bool = False) -> Query:
    """A test of a field; ``whole`` where the test looks at arrays as such."""
    where = path_there(path)
    if path in rules.OWN_FIELDS:
        return {where: test}
    return {where: {**test, **({} if whole else _NO_ARRAY)}} | guards(path)


def _is(value: Scalar) -> Query:
    return {"$type": "null"} if value is None else {"$eq": value}


def _in(path: str, values: Sequence[Scalar]) -> Query:
    some = _at(path, {"$in": [value for value in values if value is not None]})
    return {"$or": [some, _at(path, _is(None))]} if None in values else some


def _prefix(path: str, text: str) -> Query:
    test: Query = {"$gte": text}
    end = rules.text_after(text)
    if end is not None:
        test["$lt"] = end
    return _at(path, test)


def _all(queries: list[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return {"$and": queries} if queries else {}


# --- Orders and cursors ---


def sort_there(by: tuple[orders.Order, ...]) -> list[tuple[str, int]]:
    """An order as the driver takes it."""
    return [(path_there(one.field), -1 if one.descending else 1) for one in by]


def after(where: Query, by: tuple[orders.Order, ...], values: Sequence[Scalar]) -> Query:
    """What matches a query and stands beyond these values in an order."""
    beyond: list[Query] = []
    for fixed in range(len(by)):
        same: list[Query] = [
            {path_there(one.field): {"$eq": value}} for one, value in zip(by[:fixed], values, strict=False)
        ]
        beyond += [_all([*same, one]) for one in _beyond(by[fixed], values[fixed])]
    return _all([where, {"$or": beyond} if beyond else NOTHING])


def _beyond(one: orders.Order, value: Scalar) -> list[Query]:
    """The kinds of values that follow: null and missing, numbers, strings, booleans."""
    path = path_there(one.field)
    if value is None:
        return [] if one.descending else [{path: {"$ne": None}}]
    if one.field in rules.OWN_FIELDS:
        return [{path: {"$lt" if one.descending else "$gt": value}}]
    number = not isinstance(value, bool | str)
    if not one.descending:
        above: list[Query] = [{path: {"$gt": value}}]
        return [*above, {path: {"$gte": ""}}] if number else above
    below: list[Query] = [{path: {"$lt": value}}, {path: None}]
    if not number:
        below.append({path: {"$type": "number"}})
    if isinstance(value, bool):
        below.append({path: {"$type": "string"}})
    return below
