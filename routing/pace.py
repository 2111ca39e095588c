"""How fast a queue's line moves, how long somebody will wait, and how far such words were off. Pure.

A line that is never empty between two assignments shows the pace; idle agents show none. What
was expected when somebody began to wait is held against what then happened.
"""

from dataclasses import dataclass, field

from hub.entries import Entry, Kind, State
from hub.places import Expectation

SMOOTHING = 0.2  # weight of the newest observation
LONGEST = 3600.0  # seconds an expectation may reach


@dataclass(slots=True)
class _Line:
    """One queue. ``waiting``: conversation → since when, and what was expected then; both in seconds."""

    waiting: dict[str, tuple[float, float | None]] = field(default_factory=dict)
    last: float | None = None  # when somebody was assigned while others waited on
    interval: float | None = None
    error: float | None = None


class Paces:
    """Learns from what is committed, in this process and (by hints) in others."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._lines: dict[str, _Line] = {}
        self._queue_of: dict[str, str] = {}
        self._counted: dict[str, str] = {}  # conversation → its newest entry heard of

    def hear(self, entry: Entry, now: float) -> None:
        """An entry was committed, seen at ``now`` (monotonic); the same entry again says nothing."""
        conversation = entry.conversation
        if self._counted.get(conversation) == entry.id:
            return
        self._counted[conversation] = entry.id
        state, queue = entry.after.state, entry.after.queue
        if state is State.OFFERED:
            return
        if state is State.WAITING and queue is not None:
            self._begins(conversation, queue, now)
            return
        before = self._queue_of.pop(conversation, None)
        if state is State.CLOSED:
            self._counted.pop(conversation, None)
        if before is None:
            return
        line = self._lines[before]
        since, expected = line.waiting.pop(conversation)
        if entry.kind is Kind.ASSIGNED and state is State.ASSIGNED:
            self._served(line, now - since, expected, now)

    def _begins(self, conversation: str, queue: str, now: float) -> None:
        before = self._queue_of.get(conversation)
        if before == queue:
            return  # it waited already: an offer ended, or he wrote on
        if before is not None:
            self._lines[before].waiting.pop(conversation, None)
        line = self._lines.setdefault(queue, _Line())
        self._queue_of[conversation] = queue
        line.waiting[conversation] = now, self.expect(queue, len(line.waiting) + 1).seconds

    def _served(self, line: _Line, waited: float, expected: float | None, now: float) -> None:
        if line.last is not None:
            line.interval = _smooth(line.interval, min(now - line.last, LONGEST))
        line.last = now if line.waiting else None
        if expected is not None:
            line.error = _smooth(line.error, abs(waited - expected))

    def expect(self, queue: str, position: int) -> Expectation:
        """How long somebody at this position (from 1) will wait; None where nothing is known yet."""
        line = self._lines.get(queue)
        if line is None:
            return Expectation(None, None)
        seconds = None if line.interval is None else min(position * line.interval, LONGEST)
        return Expectation(seconds, line.error)


def _smooth(old: float | None, new: float) -> float:
    return new if old is None else old + SMOOTHING * (new - old)
