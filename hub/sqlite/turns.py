"""Sees to it that the writer thread gets its turn at the interpreter.

A busy event loop gives the interpreter up for an instant in each round and has it back before
another thread wakes: with the loop always ready, a commit of 0.3 ms was measured to take
seconds. So while somebody waits for the writer and it has finished nothing for a while, the
loop's thread steps aside for a real moment. Measured then: below 10 ms.
"""

import asyncio
import time

PATIENCE = 0.001  # seconds without a finished batch before the loop steps aside
ASIDE = 0.000_05  # seconds; the system makes it 0.1 ms


class Turns:
    """For one event loop: who waits for the writer, and the timer that looks after it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting = 0
        self._finished = 0
        self._seen = 0
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """One more waits; on the loop's thread."""
        self._waiting += 1
        if self._timer is None:
            self._seen = self._finished
            self._timer = self._loop.call_later(PATIENCE, self._look)

    def end(self, waited: int) -> None:
        """A batch is finished in which so many waited; on the loop's thread."""
        self._waiting -= waited
        self._finished += 1

    def _look(self) -> None:
        self._timer = None
        if self._waiting:
            if self._finished == self._seen:
                time.sleep(ASIDE)
            self._seen = self._finished
            self._timer = self._loop.call_later(PATIENCE, self._look)
