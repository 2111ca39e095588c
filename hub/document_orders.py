"""Sort orders and page cursors, computed alike for every document engine.

``id`` as the last tie-break runs in the direction of the last field named, so that an index
serves an order and its exact reverse.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.document_rules import conjuncts, implies, parts, scalar
from hub.documents import Collection, Equal, Filter, Index, Json, Scalar, lookup


@dataclass(frozen=True, slots=True)
class Order:
    """One field of a sort order."""

    field: str
    descending: bool


_orders: dict[tuple[str, ...], tuple[Order, ...]] = {}


def order(sort: Sequence[str]) -> tuple[Order, ...]:
    """A sort order with ``id`` as its end; ValueError for a field named twice or not at all."""
    if isinstance(sort, str):
        raise TypeError("sort is a sequence of fields")
    names = tuple(sort)
    known = _orders.get(names)
    if known is None:
        fields = [Order(name.removeprefix("-"), name.startswith("-")) for name in names]
        for one in fields:
            parts(one.field)
        if len({one.field for one in fields}) != len(fields):
            raise ValueError(f"a field is twice in {names}")
        named = [one.field for one in fields]
        if "id" in named:
            fields = fields[: named.index("id") + 1]
        else:
            fields.append(Order("id", fields[-1].descending if fields else False))
        known = tuple(fields)
        if len(_orders) < 10_000:
            _orders[names] = known
    return known


def index_order(index: Index) -> tuple[Order, ...]:
    """The order an index keeps: its fields, and ``id`` at the end."""
    return order(index.fields)


def needed(collection: Collection, where: Filter, by: tuple[Order, ...]) -> tuple[Order, ...]:
    """What of an order decides: not a field that the filter holds at one value, nor what comes
    after a unique index has decided. Empty where at most one document matches.
    """
    fixed = set(_fixed(where))
    uniques = [{"id"}]
    uniques += [
        {name.removeprefix("-") for name in index.fields}
        for index in collection.indexes
        if index.unique and (index.where is None or implies(where, index.where))
    ]
    decides: list[Order] = []
    for one in by:
        if any(fields <= fixed for fields in uniques):
            break
        if one.field not in fixed:
            fixed.add(one.field)
            decides.append(one)
    return tuple(decides)


def _fixed(where: Filter) -> dict[str, Scalar]:
    return {part.field: part.value for part in conjuncts(where) if isinstance(part, Equal)}


def narrowed(
    where: Filter,
    by: tuple[Order, ...],
    decides: tuple[Order, ...],
    values: Sequence[Scalar],
) -> tuple[tuple[Order, ...], list[Scalar]]:
    """A cursor's place in what decides of its order.

    In the whole order where the cursor comes from documents that this filter does not match.
    """
    fixed = _fixed(where)
    place = {one.field: value for one, value in zip(by, values, strict=True)}
    if not decides or any(field in fixed and fixed[field] != value for field, value in place.items()):
        return by, list(values)
    return decides, [place[one.field] for one in decides]


def cursor_after(document: Mapping[str, Json], by: tuple[Order, ...]) -> str:
    """The cursor that continues after this document.

    ValueError where it holds an array or an object in a field of the order.
    """
    values = [lookup(document, one.field) for one in by]
    if any(isinstance(value, dict | list) for value in values):
        raise ValueError("cannot page in the order of a field that holds an array or an object")
    text = json.dumps([_signature(by), values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def cursor_values(cursor: str, by: tuple[Order, ...]) -> list[Scalar]:
    """What a cursor continues after, a value for each field; ValueError unless made for ``by``."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        signature, values = json.loads(text)
        values = [scalar(value) for value in values]
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise ValueError("not a cursor") from error
    if signature != _signature(by) or len(values) != len(by) or not isinstance(values[-1], str):
        raise ValueError("the cursor was made for another sort")
    return values


def _signature(by: tuple[Order, ...]) -> str:
    return ",".join(("-" if one.descending else "") + one.field for one in by)
