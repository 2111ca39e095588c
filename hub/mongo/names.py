"""How keys and documents lie in MongoDB.

``id`` is ``_id``. A key that MongoDB would take for an operator or a path (``$set``, ``a.b``)
is written with per cent signs, as in a URL, so that any JSON can be stored and no key of a
document ever means anything to the server.
"""

import re
from collections.abc import Mapping

from bson.int64 import Int64

from hub.document_rules import parts
from hub.documents import Document, Json

_SPECIAL = re.compile(r"[.%\x00]|^\$|^$")
_WRITTEN = re.compile(r"%([0-9A-F]{2})")


def key_there(key: str) -> str:
    """A key as it is written in the database."""
    if not _SPECIAL.search(key):
        return key
    if not key:
        return "%"
    written = key.replace("%", "%25").replace(".", "%2E").replace("\x00", "%00")
    return "%24" + written[1:] if written.startswith("$") else written


def key_here(written: str) -> str:
    """A key from the way it is written in the database."""
    if "%" not in written:
        return written
    return "" if written == "%" else _WRITTEN.sub(lambda found: chr(int(found[1], 16)), written)


def top_there(key: str) -> str:
    """A key of the document itself, where ``id`` and ``_id`` have their own places."""
    if key == "id":
        return "_id"
    return "%5Fid" if key == "_id" else key_there(key)


def path_there(path: str) -> str:
    """A dotted path as the database has it."""
    top, *below = parts(path)
    return ".".join([top_there(top), *map(key_there, below)])


def value_there(value: Json) -> Json:
    """A plain value as it is stored."""
    if type(value) is dict:
        return {key_there(key): value_there(one) for key, one in value.items()}
    if type(value) is list:
        return [value_there(one) for one in value]
    return value


def document_there(document: Document) -> Document:
    """A checked document as it is stored."""
    return {top_there(key): value_there(value) for key, value in document.items()}


def value_here(value: object) -> Json:
    """A plain value from what was stored."""
    if type(value) is dict:
        return {key_here(key): value_here(one) for key, one in value.items()}
    if type(value) is list:
        return [value_here(one) for one in value]
    if type(value) is Int64:
        return int(value)
    return value  # type: ignore[return-value]


def document_here(stored: Mapping[str, object]) -> Document:
    """A document from what was stored."""
    document: Document = {}
    for key, value in stored.items():
        document["id" if key == "_id" else key_here(key)] = value_here(value)
    return document
