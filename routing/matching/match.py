"""What the matcher answers: a pair, and how everybody stood when it was made."""

from __future__ import annotations

import msgspec

from routing.matching.facts import Considered, Strategy, Waiting
from routing.matching.standings import ACTIVE, CHANNEL, FIELD, ONE

REASONS = (
    "offline",
    "unresponsive",
    "on_break",
    "unskilled",
    "not_preferred",
    "refused",
    "busy",
    "blocked",
    "fits",
)
UNSKILLED, NOT_PREFERRED, REFUSED, BUSY = 3 * FIELD, 4 * FIELD, 5 * FIELD, 6 * FIELD
OF_A_CHANNEL = (1 << CHANNEL) - 1


class Tally(msgspec.Struct, frozen=True, gc=False):
    """How the agents of a queue stood to one conversation: the counts of its crews, added up when asked.

    ``everybody``: the counts of all crews of the queue; ``able``: of those with the skills that are
    demanded. ``channel``: the place of the channel's fields in them. ``kept``: only the last agent gets
    it. ``apart``: what is to be added for agents whom these counts do not tell apart.
    """

    everybody: tuple[int, ...]
    able: tuple[int, ...]
    channel: int
    kept: bool
    apart: int

    def add_up(self) -> Considered:
        """The numbers."""
        everybody, able = sum(self.everybody), sum(self.able)
        counts = (everybody & (1 << ACTIVE) - 1) + self.apart
        counts += (everybody - able >> ACTIVE & ONE) << UNSKILLED
        if self.kept:
            counts += (able >> ACTIVE & ONE) << NOT_PREFERRED
        else:
            counts += (able >> self.channel & OF_A_CHANNEL) << BUSY
        numbers = [counts >> FIELD * place & ONE for place in range(len(REASONS))]
        return Considered(sum(numbers), *numbers)


class Match(msgspec.Struct, frozen=True, gc=False):
    """A conversation, its agent, and the facts of the choice.

    ``step``: steps of relaxation in force. ``any_agent``: no skill was demanded any more. ``sticky``:
    it was kept for him. ``next``: who would have been next, best first, three at the most.
    """

    waiting: Waiting
    agent: str
    step: int
    any_agent: bool
    sticky: bool
    tally: Tally
    next: tuple[str, ...]
    idle_since: float
    strategy: Strategy

    @property
    def considered(self) -> Considered:
        """How the agents of the queue stood when it was made."""
        return self.tally.add_up()
