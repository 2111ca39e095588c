"""Where a story is played: one store, one time, one channel, and as many processes as it needs."""

from hub.clock import Clock
from hub.documents import Documents
from routing.presence import GRACE
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import VirtualClock
from tests.fakes.configuration import GROUP, FakeConfiguration
from tests.fakes.house import House
from tests.fakes.ledger import Ledger


class Stage:
    """Makes the processes of a story, ends them, and looks whether everything agrees in the end."""

    def __init__(self, documents: Documents, *, on_wire: bool = False) -> None:
        """``on_wire``: each call goes to another process; what takes long is played shorter there."""
        self.documents = documents
        self.on_wire = on_wire
        self.grace = 18.0 if on_wire else GRACE
        self.clock = VirtualClock()
        self.ledger = Ledger()
        self.channel = FakeChannel(self.clock)
        self.configuration = FakeConfiguration(self.channel)
        self._houses: list[House] = []

    async def house(
        self,
        *,
        alone: bool = True,
        own_clock: Clock | None = None,
        inline: bool = True,
        routes: bool = True,
        beats: bool = True,
        group: str = GROUP,
        start: bool = True,
    ) -> House:
        """One more process, running."""
        house = House(
            self.documents,
            clock=self.clock,
            configuration=self.configuration,
            ledger=self.ledger,
            own_clock=own_clock,
            alone=alone,
            inline=inline,
            routes=routes,
            beats=beats,
            grace=self.grace,
            group=group,
        )
        self._houses.append(house)
        if start:
            await house.start()
        return house

    async def end(self) -> None:
        """Let everything come to rest, end all processes and verify."""
        await self.clock.settle()
        try:
            for house in self._houses:
                await house.kill()
        finally:
            await self.ledger.verify(self.documents)
