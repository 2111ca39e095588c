"""Events as JSON text."""

from collections.abc import Sequence

import msgspec

from hub.documents import Document

_encode = msgspec.json.Encoder().encode


def encode(event: Document) -> str:
    """One event."""
    return _encode(event).decode()


def encode_all(events: Sequence[Document]) -> str:
    """Several, as an array."""
    return _encode(events).decode()
