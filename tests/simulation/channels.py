"""A channel whose other side is simulated: sending is slow, cut, refused, and may arrive late."""

import asyncio
from typing import TYPE_CHECKING

from hub.channel import (
    Capabilities,
    ChannelUnavailable,
    OutcomeUnknown,
    Outgoing,
    RateLimited,
    Receipt,
    Rejected,
)

if TYPE_CHECKING:
    from tests.simulation.process import Process


class Sending:
    """One message on its way to the other side."""

    __slots__ = ("future", "outgoing", "process", "recognises")

    def __init__(self, process: "Process", outgoing: Outgoing, *, recognises: bool) -> None:
        self.process = process
        self.outgoing = outgoing
        self.recognises = recognises
        self.future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()

    def __str__(self) -> str:
        return f"{self.process}: {self.outgoing.id} to {self.outgoing.address}"


class SimChannel:
    """One channel as plugged into one process."""

    def __init__(self, process: "Process", *, recognises: bool) -> None:
        self.capabilities = Capabilities(recognises_ids=recognises, send_timeout=5.0)
        self._process = process

    async def start(self) -> None:
        """Nothing to begin."""

    async def stop(self) -> None:
        """Nothing to end."""

    async def send(self, outgoing: Outgoing) -> Receipt:
        world = self._process.world
        sending = Sending(self._process, outgoing, recognises=self.capabilities.recognises_ids)
        world.checker.sent(outgoing.id)
        if world.calm:
            sending.future.cancel()
            world.checker.arrived(outgoing.id, recognises=sending.recognises)
            return Receipt(external_id=name_of(outgoing), delivered=outgoing.seq % 4 == 0)
        world.sendings.append(sending)
        return await sending.future


def name_of(outgoing: Outgoing) -> str:
    """What the channel calls this attempt."""
    return f"x_{outgoing.id}.{outgoing.attempt}"


def outcome(sending: Sending, choice: float) -> tuple[bool, Exception | None]:
    """Whether it arrives, and what the sender is told, by a number from 0 to 1."""
    if choice < 0.55:
        return True, None
    if choice < 0.65:
        return True, OutcomeUnknown("cut after it was sent")
    if choice < 0.75:
        return False, OutcomeUnknown("cut before it was sent")
    if choice < 0.88:
        return False, ChannelUnavailable("not there")
    if choice < 0.94:
        return False, RateLimited("too fast", after=1.0)
    return False, Rejected("no such number")
