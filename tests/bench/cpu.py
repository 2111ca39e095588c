"""Processor time that one process used, all its threads, by the scheduler's own book."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(process: int) -> float:
    """User and system time of the threads that live, in seconds.

    Nanoseconds where the kernel keeps them (schedstat), else counted in ticks of 10 ms. The
    servers that are measured keep their threads, so none is forgotten.
    """
    tasks = Path(f"/proc/{process}/task")
    total = 0
    for task in tasks.iterdir():
        with suppress(FileNotFoundError):
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9 if total else _ticks(process) / _TICKS


def _ticks(process: int) -> int:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def waited_seconds(process: int) -> float:
    """How long its threads wanted to run and could not, because others had the processors."""
    total = 0
    for task in Path(f"/proc/{process}/task").iterdir():
        with suppress(FileNotFoundError):
            total += int((task / "schedstat").read_text().split()[1])
    return total / 1e9


@dataclass(slots=True)
class Meter:
    """Processor time of a process from a moment on, and how long it had to wait for it."""

    process: int
    began: float = 0.0
    waited: float = 0.0
    since: float = 0.0

    def start(self) -> None:
        """Count from now."""
        self.began = cpu_seconds(self.process)
        self.waited = waited_seconds(self.process)
        self.since = time.monotonic()

    def read(self) -> float:
        """Seconds of processor time since :meth:`start`."""
        return cpu_seconds(self.process) - self.began

    def crowding(self) -> float:
        """The share of the time since then in which it waited for a processor: near 0 on a quiet machine."""
        waited = waited_seconds(self.process) - self.waited
        return round(waited / (time.monotonic() - self.since), 3)
