"""Processor time that one process used, all its threads, by the kernel's own book."""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(process: int) -> float:
    """User and system time since it started, in seconds (counted in 10 ms)."""
    stat = Path(f"/proc/{process}/stat").read_text()
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@dataclass(slots=True)
class Meter:
    """Processor time of a process from a moment on."""

    process: int
    began: float = 0.0

    def start(self) -> None:
        """Count from now."""
        self.began = cpu_seconds(self.process)

    def read(self) -> float:
        """Seconds since :meth:`start`."""
        return cpu_seconds(self.process) - self.began
