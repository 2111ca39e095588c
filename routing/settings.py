"""Settings of an organisation's routing: which channels may interrupt which."""

from typing import Annotated, cast

import msgspec

from hub.documents import Changed, Collection, Document, Documents, Duplicate, Lost, StoreError
from hub.errors import Conflict, Invalid, unanswered
from hub.events import Bus, ConfigurationChanged

ROUTING_SETTINGS = "routing_settings"
COLLECTIONS = (Collection(ROUTING_SETTINGS),)

ChannelName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]{1,40}$")]
Matrix = Annotated[
    dict[ChannelName, Annotated[list[ChannelName], msgspec.Meta(max_length=40)]], msgspec.Meta(max_length=40)
]


class RoutingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One document for each organisation (id = organisation).

    ``interrupts``: for the channel of a new contact, the channels that do not stand in its way
    where an agent has one of them; live channels are exclusive unless they are named here.
    """

    id: str
    version: int = 0
    interrupts: Matrix = msgspec.field(default_factory=dict)


class Settings:
    """Reads and writes them."""

    def __init__(self, documents: Documents, bus: Bus) -> None:
        """Over this store."""
        self._documents = documents
        self._bus = bus

    async def get(self, organisation: str) -> RoutingSettings:
        """The settings; the defaults (version 0) where nobody has changed any."""
        try:
            document = await self._documents.get(ROUTING_SETTINGS, organisation)
        except StoreError as error:
            raise unanswered(error) from error
        if document is None:
            return RoutingSettings(id=organisation)
        return msgspec.convert(document, RoutingSettings)

    async def put(
        self, organisation: str, interrupts: dict[str, list[str]], *, version: int, channels: frozenset[str]
    ) -> RoutingSettings:
        """Replace what was read at ``version``; ``channels`` are those that exist."""
        unknown = sorted({*interrupts, *(name for names in interrupts.values() for name in names)} - channels)
        if unknown:
            raise Invalid(f"interrupts: there is no channel {', '.join(unknown)}.")
        new = RoutingSettings(id=organisation, version=version + 1, interrupts=interrupts)
        document = cast(Document, msgspec.to_builtins(new))
        try:
            if version == 0:
                await self._documents.insert(ROUTING_SETTINGS, document)
            else:
                await self._documents.put_if(ROUTING_SETTINGS, document, version=version)
        except (Changed, Duplicate) as error:
            raise Conflict("somebody else changed it since you opened it") from error
        except (StoreError, Lost) as error:
            raise unanswered(error) from error
        self._bus.publish(ConfigurationChanged(ROUTING_SETTINGS))
        return new
