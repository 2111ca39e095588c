"""Which bus carries hints: within this process, or between several through Redis."""

from hub.documents import Documents
from hub.events import Bus, LocalBus
from hub.ids import RandomIds
from hub.redis.bus import RedisBus
from hub.redis.channel import channel_of
from hub.settings import Settings


async def open_bus(settings: Settings, documents: Documents) -> Bus:
    """The bus for these settings; where the folder is all of the store, nobody else can be there."""
    if settings.redis_url is None or settings.mongodb_uri is None:
        return LocalBus()
    return RedisBus(settings.redis_url, channel=await channel_of(documents), name=RandomIds().new("n"))


def connected(bus: Bus) -> bool:
    """Whether hints reach other processes now."""
    return isinstance(bus, RedisBus) and bus.connected
