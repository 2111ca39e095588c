"""The outside world: channels whose messages are lines in a file that outlives the program."""

import os
from pathlib import Path
from random import Random

import msgspec

from hub.channel import (
    Capabilities,
    Channel,
    ChannelUnavailable,
    OutcomeUnknown,
    Outgoing,
    Receipt,
    Rejected,
)
from hub.clock import Clock
from tests.kill.points import AFTER_SEND, Trigger

PLAIN = "i_plain"  # shows whatever it gets
KNOWING = "i_knowing"  # shows an entry id once
SEND_TIMEOUT = 1.0  # seconds


class Line(msgspec.Struct):
    """One message as it has left the house."""

    id: str
    inbox: str
    address: str
    attempt: int


class Outside:
    """One channel. Sending is a line in the file, written before the answer, as a vendor would."""

    def __init__(
        self, path: Path, *, recognises: bool, trigger: Trigger, clock: Clock, random: Random
    ) -> None:
        self.capabilities = Capabilities(recognises_ids=recognises, send_timeout=SEND_TIMEOUT)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._trigger = trigger
        self._clock = clock
        self._random = random

    async def start(self) -> None:
        """Nothing to begin."""

    async def stop(self) -> None:
        """Nothing to end."""

    async def send(self, outgoing: Outgoing) -> Receipt:
        """It mostly goes well."""
        fate = self._random.random()
        if fate < 0.02:
            raise ChannelUnavailable("nobody there")
        if fate < 0.025:
            raise Rejected("no such address")
        if fate < 0.03:
            raise OutcomeUnknown("cut before it was sent")
        if fate < 0.3:
            await self._clock.sleep(self._random.random() * 0.1)
        line = Line(outgoing.id, outgoing.inbox, outgoing.address, outgoing.attempt)
        os.write(self._file, msgspec.json.encode(line) + b"\n")
        self._trigger.reach(AFTER_SEND)
        if fate < 0.035:
            raise OutcomeUnknown("cut after it was sent")
        return Receipt()


def lines(path: Path) -> list[Line]:
    """What has left the house so far."""
    if not path.exists():
        return []
    return [msgspec.json.decode(text, type=Line) for text in path.read_bytes().splitlines()]


class Plugs:
    """Which channel serves which inbox, and what people are called."""

    def __init__(self, channels: dict[str, Channel]) -> None:
        self._channels = channels

    async def channel(self, inbox: str) -> Channel:
        return self._channels[inbox]

    async def public_name(self, kind: str, id: str) -> str:
        return f"{kind} {id}"
