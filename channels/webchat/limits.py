"""Token buckets of bounded number: what anonymous visitors may use up."""

import ipaddress
import math
from collections import OrderedDict
from dataclasses import dataclass

from hub.clock import Clock
from hub.errors import TooMany

MOST_BUCKETS = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So much per second on the average, and ``burst`` at once."""

    per_second: float
    burst: float

    @classmethod
    def per_minute(cls, number: int, *, burst: float | None = None) -> "Rate":
        """``number`` a minute; without ``burst``: half of them at once."""
        return cls(number / 60.0, max(1.0, number / 2.0) if burst is None else burst)


class Buckets:
    """One bucket per key; the least recently used are forgotten first, so keys cannot fill the memory."""

    def __init__(self, clock: Clock, *, most: int = MOST_BUCKETS) -> None:
        """``most``: keys that are remembered."""
        self._clock = clock
        self._most = most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._buckets)

    def take(self, key: str, rate: Rate, *, amount: float = 1.0, code: str = "too_many") -> None:
        """Take from the key's bucket; :class:`TooMany` says after how many seconds there is enough."""
        now = self._clock.monotonic()
        level, at = self._buckets.get(key, (rate.burst, now))
        level = min(rate.burst, level + (now - at) * rate.per_second)
        wanted = min(amount, rate.burst)
        enough = level >= wanted
        self._buckets[key] = (level - wanted if enough else level, now)
        self._buckets.move_to_end(key)
        while len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        if not enough:
            after = math.ceil((wanted - level) / rate.per_second * 10) / 10
            raise TooMany("too many at once; try again later", after=after, code=code)

    def give_back(self, key: str, rate: Rate, amount: float) -> None:
        """Less was used than was taken."""
        bucket = self._buckets.get(key)
        if bucket is not None:
            self._buckets[key] = (min(rate.burst, bucket[0] + amount), bucket[1])


def network(address: str) -> str:
    """The key for a network address: IPv4 as it is, IPv6 by its /64 (one customer has all of it)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
