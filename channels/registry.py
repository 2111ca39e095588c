"""Which channels are plugged in: the one list. Only ``web`` reads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from channels.webchat import config as webchat_config
from channels.webchat.adapter import Surroundings, WebChat
from channels.webchat.door import KIND as WEBCHAT
from channels.webchat.schema import COLLECTIONS as WEBCHAT_COLLECTIONS
from hub.documents import Collection, Json

__all__ = ["PLUGS", "Plug", "Surroundings", "WebChat", "collections", "kinds", "settings_problems"]


@dataclass(frozen=True, slots=True)
class Plug:
    """One kind of channel.

    ``make`` puts it together; what it gives has ``endpoints``, ``sockets`` and ``goodbye``
    beside the channel's own methods. ``problems`` says what is wrong with an inbox's settings.
    """

    kind: str
    make: Callable[[Surroundings], WebChat]
    collections: tuple[Collection, ...]
    problems: Callable[[Mapping[str, Json]], list[str]]


PLUGS = (Plug(WEBCHAT, WebChat, WEBCHAT_COLLECTIONS, webchat_config.problems),)


def kinds() -> frozenset[str]:
    """The kinds of channels there are."""
    return frozenset(plug.kind for plug in PLUGS)


def collections() -> tuple[Collection, ...]:
    """What the channels store, for the schema."""
    return tuple(collection for plug in PLUGS for collection in plug.collections)


def settings_problems(kind: str, settings: Mapping[str, Json]) -> list[str]:
    """What is wrong with the settings of an inbox of this kind, a sentence each."""
    return [problem for plug in PLUGS if plug.kind == kind for problem in plug.problems(settings)]
