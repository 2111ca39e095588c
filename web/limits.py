"""Rate limits in memory: sliding windows of attempts, by login, address or session."""

from collections import OrderedDict, deque

from hub.clock import Clock
from hub.errors import TooMany

_MOST_KEYS = 50_000  # the oldest are forgotten first, so a flood of keys cannot fill the memory


class Attempts:
    """At most ``limit`` attempts per key within ``window`` seconds."""

    def __init__(self, clock: Clock, *, limit: int, window: float, code: str) -> None:
        """``code`` of the refusal (:class:`TooMany`)."""
        self._clock = clock
        self._limit = limit
        self._window = window
        self._code = code
        self._made: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, key: str) -> None:
        """Refuse if the limit is reached; does not count."""
        after = self.wait(key)
        if after > 0:
            raise TooMany("too many attempts", after=after, code=self._code)

    def wait(self, key: str) -> float:
        """Seconds until another attempt may be made; 0 now."""
        made = self._made.get(key)
        if made is None:
            return 0.0
        now = self._clock.monotonic()
        while made and made[0] <= now - self._window:
            made.popleft()
        if not made:
            del self._made[key]
            return 0.0
        if len(made) < self._limit:
            return 0.0
        return made[0] + self._window - now

    def add(self, key: str) -> None:
        """Count one attempt."""
        made = self._made.setdefault(key, deque(maxlen=self._limit))
        made.append(self._clock.monotonic())
        self._made.move_to_end(key)
        while len(self._made) > _MOST_KEYS:
            self._made.popitem(last=False)

    def undo(self, key: str) -> None:
        """Take the last attempt back."""
        made = self._made.get(key)
        if made:
            made.pop()

    def forget(self, key: str) -> None:
        """Start this key anew (the right password was given)."""
        self._made.pop(key, None)

    def take(self, key: str) -> None:
        """Check and count in one."""
        self.check(key)
        self.add(key)
