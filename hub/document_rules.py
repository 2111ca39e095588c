"""What every document engine checks and computes alike, so that they cannot drift apart.

Documents, values and paths are checked here (``ValueError`` or ``TypeError``: a mistake of
the caller, nothing was sent anywhere); so are sort orders and page cursors.

What an engine adds to the port's words:

* Numbers are 64-bit integers and finite floats; strings hold no lone surrogates.
* ``1`` equals ``1.0`` and is not ``True``. Ranges compare numbers with numbers and strings
  with strings; what is of another kind does not match. Sorting puts null and missing first,
  then numbers, then strings; the place of other kinds is not promised.
* A path goes through objects only, never through an array; keys with quotes, backslashes,
  dots or control characters can be stored, not addressed; a comparison never looks
  inside an array (that is what ``Contains`` is for).
* A missing field counts as null in a unique index: two documents without it collide, unless
  the index is partial on the field's existence.
* Fields of an index hold null, numbers, strings or booleans, save the first field of a
  ``many`` index, which is the array. One unique field does not mix booleans and numbers.
* ``put_if`` takes a document whose version is the one named plus one.
"""

import math
import re
from collections.abc import Iterator, Mapping
from enum import Enum

from hub.documents import (
    And,
    Contains,
    Document,
    Equal,
    Exists,
    Filter,
    In,
    Index,
    Json,
    Or,
    Prefix,
    Range,
    Scalar,
    Schema,
)

SMALLEST, BIGGEST = -(2**63), 2**63 - 1
OWN_FIELDS = frozenset({"id", "version"})


def plain(value: object) -> Json:
    """A deep copy of a JSON value in plain types.

    Raises TypeError for what JSON has no word for, ValueError for numbers and strings that
    not every engine can keep.
    """
    kind = type(value)
    if kind is str:
        if not value.isascii():  # type: ignore[attr-defined]
            value.encode()  # type: ignore[attr-defined]
        return value  # type: ignore[return-value]
    if value is None or kind is bool:
        return value  # type: ignore[return-value]
    if kind is int:
        if not SMALLEST <= value <= BIGGEST:  # type: ignore[operator]
            raise ValueError("an integer does not fit in 64 bits")
        return value  # type: ignore[return-value]
    if kind is dict:
        return {
            key if type(key) is str and key.isascii() else _key(key): plain(element)
            for key, element in value.items()  # type: ignore[attr-defined]
        }
    if kind is list:
        return [plain(element) for element in value]  # type: ignore[attr-defined]
    if kind is float:
        if not math.isfinite(value):  # type: ignore[arg-type]
            raise ValueError("a float is not finite")
        return value  # type: ignore[return-value]
    if isinstance(value, Enum) and isinstance(value.value, str | int):
        return plain(value.value)
    if isinstance(value, str):
        return plain(str.__str__(value))
    raise TypeError(f"{kind.__name__} is not a JSON value")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError("the key of an object is not a string")
    key.encode()
    return plain(key)  # type: ignore[return-value]


def copied(document: Document) -> Document:
    """A deep copy of a document that is known to be plain."""
    copy = document.copy()
    for key, value in copy.items():
        kind = type(value)
        if kind is dict:
            copy[key] = copied(value)  # type: ignore[arg-type]
        elif kind is list:
            copy[key] = copied_list(value)  # type: ignore[arg-type]
    return copy


def copied_list(values: list[Json]) -> list[Json]:
    """A deep copy of an array that is known to be plain."""
    return [
        copied(value) if type(value) is dict else copied_list(value) if type(value) is list else value
        for value in values
    ]


def checked(document: Mapping[str, Json]) -> Document:
    """A plain deep copy of a document to store, with a string ``id`` and an integer ``version``."""
    if type(document) is not dict:
        raise TypeError("a document is a dict")
    copy: Document = plain(document)  # type: ignore[assignment]
    if type(copy.get("id")) is not str or not copy["id"]:
        raise ValueError("a document needs an id, a string that is not empty")
    if type(copy.get("version")) is not int:
        raise ValueError("a document needs a version, an integer")
    return copy


def checked_next(document: Mapping[str, Json], version: int) -> Document:
    """As :func:`checked`, and it stands one version above ``version``."""
    copy = checked(document)
    if copy["version"] != check_version(version) + 1:
        raise ValueError(f"put_if at version {version} takes a document of version {version + 1}")
    return copy


def check_id(id: object) -> str:
    """An id to look for; TypeError for anything but a string."""
    if not isinstance(id, str):
        raise TypeError("an id is a string")
    return id


def check_version(version: object) -> int:
    """A version to compare with; TypeError for anything but an integer."""
    if type(version) is not int:
        raise TypeError("a version is an integer")
    return version


def scalar(value: object) -> Scalar:
    """A value to compare with, in a plain type; TypeError for arrays and objects."""
    if isinstance(value, dict | list | tuple):
        raise TypeError("a filter compares with null, a boolean, a number or a string")
    return plain(value)  # type: ignore[return-value]


_UNADDRESSABLE = re.compile(r'["\\\x00-\x1f]')
_parts: dict[str, tuple[str, ...]] = {}


def parts(path: str) -> tuple[str, ...]:
    """The keys of a dotted path; ValueError where one is empty, TypeError for anything else."""
    known = _parts.get(path)
    if known is None:
        if not isinstance(path, str):
            raise TypeError("a field is named by a string")
        known = tuple(path.split("."))
        if not all(known):
            raise ValueError(f"{path!r} is not a dotted path")
        path.encode()
        if _UNADDRESSABLE.search(path):
            raise ValueError(f"{path!r} has a character that a path cannot have")
        if len(_parts) < 10_000:
            _parts[path] = known
    return known


def changeable(path: str) -> tuple[str, ...]:
    """The keys of a path that a store may set or clear by itself: not the id, not the version."""
    keys = parts(path)
    if keys[0] in OWN_FIELDS:
        raise ValueError(f"{path} is not changed by itself")
    return keys


def checked_changes(changes: Mapping[str, Json]) -> dict[str, Json]:
    """Fields to set, in plain types; ValueError where one path lies inside another."""
    plain_changes = {path: plain(value) for path, value in changes.items() if changeable(path)}
    for path in plain_changes:
        if any(other.startswith(path + ".") for other in plain_changes):
            raise ValueError(f"{path} is set twice")
    return plain_changes


def set_field(document: Document, path: str, value: Json) -> None:
    """Set a field in place, making objects on the way; ValueError where something else is there."""
    *above, last = changeable(path)
    here = document
    for key in above:
        below = here.setdefault(key, {})
        if type(below) is not dict:
            raise ValueError(f"{path} leads through something that is not an object")
        here = below
    here[last] = value


def clear_field(document: Document, path: str) -> bool:
    """Remove a field in place; whether it was there."""
    *above, last = changeable(path)
    here: Json = document
    for key in above:
        here = here.get(key) if type(here) is dict else None
    if type(here) is not dict or last not in here:
        return False
    del here[last]
    return True


def append_to(document: Document, path: str, value: Json) -> None:
    """Add to an array in place, making it where it is missing; raises the version."""
    *above, last = changeable(path)
    here: Json = document
    for key in above:
        here = here.get(key) if type(here) is dict else None
    old = here.get(last) if type(here) is dict else None
    if type(old) is list:
        old.append(value)
    elif type(here) is dict and last in here:
        raise ValueError(f"{path} is not an array")
    else:
        set_field(document, path, [value])
    document["version"] += 1  # type: ignore[operator]


def check_range(range_: Range) -> tuple[bool, dict[str, int | float | str]]:
    """Whether a range is one of strings, and its bounds by name; TypeError where they mix."""
    bounds = {
        name: scalar(getattr(range_, name))
        for name in ("gt", "gte", "lt", "lte")
        if getattr(range_, name) is not None
    }
    kinds = {type(value) for value in bounds.values()}
    if kinds == {str}:
        return True, bounds  # type: ignore[return-value]
    if not kinds or not kinds <= {int, float}:
        raise TypeError("a range has bounds, all numbers or all strings")
    return False, bounds  # type: ignore[return-value]


def check_text(text: object) -> str:
    """The text of a prefix; TypeError for anything but a string."""
    if not isinstance(text, str):
        raise TypeError("a prefix is a string")
    return plain(text)  # type: ignore[return-value]


def text_after(text: str) -> str | None:
    """The first string after all that begin with ``text``; None where there is none."""
    while text:
        last = ord(text[-1])
        if last < 0x10FFFF:
            return text[:-1] + chr(0xE000 if last == 0xD7FF else last + 1)
        text = text[:-1]
    return None


def unknown(where: object) -> TypeError:
    """What to raise for something that is not a filter."""
    return TypeError(f"{type(where).__name__} is not a filter")


def conjuncts(where: Filter) -> Iterator[Filter]:
    """The filters that must all hold, with nested ``And`` taken apart."""
    if isinstance(where, And):
        for part in where.parts:
            yield from conjuncts(part)
    else:
        yield where


def implies(where: Filter, condition: Exists | Equal) -> bool:
    """Whether whatever matches ``where`` surely matches the condition of a partial index."""
    return any(_implies(part, condition) for part in conjuncts(where))


def _implies(part: Filter, condition: Exists | Equal) -> bool:
    if part == condition and (
        not isinstance(condition, Equal) or type(part.value) is type(condition.value)  # type: ignore[union-attr]
    ):
        return True
    if isinstance(part, Or):
        return bool(part.parts) and all(implies(choice, condition) for choice in part.parts)
    if isinstance(condition, Exists) and condition.present:
        return isinstance(part, Equal | In | Range | Prefix | Contains) and part.field == condition.field
    return False


_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def check_schema(schema: Schema) -> None:
    """ValueError or TypeError for a declaration that not every engine can keep."""
    for collection in schema.collections:
        names = [index.name for index in collection.indexes]
        for name in (collection.name, *names):
            if not _NAME.fullmatch(name) or "__" in name:
                raise ValueError(f"{name!r} is not a name: small letters, digits, single _")
        if len(names) != len(set(names)):
            raise ValueError(f"an index is declared twice in {collection.name}")
        for index in collection.indexes:
            _check_index(collection.name, index)


def _check_index(collection: str, index: Index) -> None:
    named = f"index {collection}.{index.name}"
    if not index.fields:
        raise ValueError(f"{named} has no fields")
    names = [field.removeprefix("-") for field in index.fields]
    for name in names:
        parts(name)
    if len(names) != len(set(names)):
        raise ValueError(f"a field is twice in {named}")
    if index.many and (index.unique or index.fields[0].startswith("-")):
        raise ValueError(f"{named} is of many: it cannot be unique nor begin with -")
    if isinstance(index.where, Exists) and not index.where.present:
        raise ValueError(f"{named} is partial on a missing field: no engine keeps that")
    if index.where is not None:
        if not isinstance(index.where, Exists | Equal):
            raise TypeError(f"{named} is partial on something else than Exists or Equal")
        parts(index.where.field)


def check_limit(limit: int) -> int:
    """A page size; ValueError below one."""
    if type(limit) is not int or limit < 1:
        raise ValueError("a limit is at least one")
    return limit
