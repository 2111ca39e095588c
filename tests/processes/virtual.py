"""Processes in virtual time that only say that they live; what they would do is left to the test."""

from dataclasses import dataclass, field

from hub.documents import Documents
from hub.processes import BEAT, Part, Processes
from tests.fakes.clock import VirtualClock


@dataclass(slots=True)
class Row:
    """One process. ``hints``: it is connected; ``speaks``: it does not stand still."""

    processes: Processes
    connected: list[bool]
    speaks: bool = True

    @property
    def hints(self) -> bool:
        """Whether it says that hints reach it."""
        return self.connected[0]

    @hints.setter
    def hints(self, connected: bool) -> None:
        self.connected[0] = connected


@dataclass(slots=True)
class Town:
    """All processes of one store."""

    documents: Documents
    clock: VirtualClock
    rows: list[Row] = field(default_factory=list)

    async def settle_in(self, name: str, *, hints: bool = True, part: Part = Part.WEB) -> Row:
        """One more process, which everybody has seen."""
        connected = [hints]
        processes = Processes(
            self.documents, id=name, part=part, clock=self.clock, hints=lambda: connected[0]
        )
        row = Row(processes, connected)
        self.rows.append(row)
        await self.pass_by(BEAT)
        return row

    async def pass_by(self, seconds: float) -> None:
        """So much time goes by, in which everybody who speaks beats and looks."""
        until = self.clock.monotonic() + seconds
        while True:
            for row in self.rows:
                if row.speaks:
                    await row.processes.beat()
            for row in self.rows:
                if row.speaks:
                    await row.processes.look()
            left = until - self.clock.monotonic()
            if left <= 0:
                return
            await self.clock.advance(min(BEAT, left))
