"""What the matcher answers: a pair, and how everybody stood when it was made."""

from __future__ import annotations

from typing import Any

import msgspec

from routing.matching.facts import Considered, Line, Strategy, Waiting
from routing.matching.standings import ACTIVE, CHANNEL, FIELD, ONE

REASONS = 9  # why agents (do not) get it, each with a field in the order of the numbers of ``Considered``
UNSKILLED, NOT_PREFERRED, REFUSED, BUSY = 3 * FIELD, 4 * FIELD, 5 * FIELD, 6 * FIELD
OF_A_CHANNEL = (1 << CHANNEL) - 1
Key = tuple[Any, ...]  # what agents are ordered by; the agent's id is last


Counts = tuple[int, ...]  # of crews, packed (see ``standings``)


def add_up(everybody: Counts, able: Counts, channel: int, apart: int, *, kept: bool) -> Considered:
    """How the agents of a queue stand to one conversation, from the counts of its crews.

    ``everybody``: all crews of the queue; ``able``: those with the skills that are demanded. ``channel``:
    the place of the channel's fields. ``apart``: what is to be added for agents whom these counts do not
    tell apart. ``kept``: only the last agent gets it.
    """
    all_of_them, skilled = sum(everybody), sum(able)
    counts = (all_of_them & (1 << ACTIVE) - 1) + apart
    counts += (all_of_them - skilled >> ACTIVE & ONE) << UNSKILLED
    if kept:
        counts += (skilled >> ACTIVE & ONE) << NOT_PREFERRED
    else:
        counts += (skilled >> channel & OF_A_CHANNEL) << BUSY
    numbers = [counts >> FIELD * place & ONE for place in range(REASONS)]
    return Considered(sum(numbers), *numbers)


class Match(msgspec.Struct, frozen=True, gc=False):
    """A conversation, its agent, and the facts of the choice as they stood ``at`` that moment.

    ``sticky``: it was kept for him. ``line``: the queue as it was configured. ``others``: the keys of those
    who would have been next. ``everybody`` to ``apart``: what :func:`add_up` adds up. What is not needed to
    carry it out is worked out when it is asked for.
    """

    waiting: Waiting
    agent: str
    sticky: bool
    idle_since: float
    line: Line
    at: float
    others: tuple[Key, ...]
    everybody: Counts
    able: Counts
    channel: int
    apart: int

    @property
    def step(self) -> int:
        """How many steps of relaxation were in force."""
        entered = self.waiting.entered
        return sum(entered + step.after <= self.at for step in self.line.relaxation)

    @property
    def any_agent(self) -> bool:
        """Whether no skill was demanded any more."""
        after = self.line.any_agent_after
        return after is not None and self.waiting.entered + after <= self.at

    @property
    def strategy(self) -> Strategy:
        """By what he was chosen among those who fitted."""
        return self.line.strategy

    @property
    def next(self) -> tuple[str, ...]:
        """Who would have been next, best first, three at the most."""
        return tuple(key[-1] for key in self.others)

    @property
    def considered(self) -> Considered:
        """How the agents of the queue stood."""
        return add_up(self.everybody, self.able, self.channel, self.apart, kept=self.sticky)
