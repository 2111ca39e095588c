"""How an agent is shared between channels: what may be offered to him beside what he has already. Pure.

A live channel (a call) is exclusive: nothing is offered beside it and it is offered beside
nothing, unless the matrix says that it may interrupt.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sharing:
    """``live`` channels, and for a new contact's channel those that he may interrupt."""

    live: frozenset[str] = frozenset()
    interrupts: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def allows(self, new: str, held: Iterable[str]) -> bool:
        """Whether a contact on ``new`` may be offered to who has contacts on the channels ``held``."""
        may_interrupt = self.interrupts.get(new, frozenset())
        return all(
            channel in may_interrupt or (channel not in self.live and new not in self.live)
            for channel in held
        )


ALONE = Sharing()  # no channel is live
