"""A channel made by hand: it takes down what is sent, and does with each message what a test says."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from hub.channel import Capabilities, Outgoing, Receipt
from hub.clock import Clock


@dataclass(slots=True)
class Cut:
    """The connection breaks after the message went out: no answer ever comes by itself."""

    answer: "asyncio.Future[Receipt]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def arrive(self, receipt: Receipt) -> None:
        """The answer comes all the same, late."""
        self.answer.set_result(receipt)


@dataclass(frozen=True, slots=True)
class Slow:
    """The message takes so many (virtual) seconds."""

    seconds: float


Fate = Receipt | Exception | Cut | Slow


class FakeChannel:
    """Implements :class:`hub.channel.Channel`."""

    def __init__(self, clock: Clock, *, recognises_ids: bool = False, send_timeout: float = 15.0) -> None:
        self.capabilities = Capabilities(recognises_ids=recognises_ids, send_timeout=send_timeout)
        self._clock = clock
        self._fates: deque[Fate] = deque()
        self.attempts: list[Outgoing] = []
        self.shown: list[Outgoing] = []

    def will(self, *fates: Fate) -> None:
        """What happens to the next messages; afterwards all goes well."""
        self._fates.extend(fates)

    @property
    def texts(self) -> list[object]:
        """What the customer sees, in order."""
        return [outgoing.body.get("text") for outgoing in self.shown]

    async def start(self) -> None:
        """Nothing to begin."""

    async def send(self, outgoing: Outgoing) -> Receipt:
        """As the test said."""
        self.attempts.append(outgoing)
        fate = self._fates.popleft() if self._fates else Receipt()
        if isinstance(fate, Exception):
            raise fate
        if isinstance(fate, Slow):
            await self._clock.sleep(fate.seconds)
        self._show(outgoing)
        if isinstance(fate, Cut):
            return await asyncio.shield(fate.answer)
        return fate if isinstance(fate, Receipt) else Receipt()

    async def stop(self) -> None:
        """Nothing to end."""

    def _show(self, outgoing: Outgoing) -> None:
        known = {one.id for one in self.shown} if self.capabilities.recognises_ids else set()
        if outgoing.id not in known:
            self.shown.append(outgoing)
