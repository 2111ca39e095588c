"""What one must know of the machine to read a figure; nothing that names it."""

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path

from tests.parts.processes import ROOT

PACKAGES = ("uvicorn", "uvloop", "httptools", "websockets", "starlette", "msgspec")


def machine_facts() -> dict[str, str | int | float]:
    """Processors, memory, disk's file system, versions, how busy it was, and whether we went first."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        "kernel": platform.release().split("-")[0],
        "file_system": file_system(ROOT / "build"),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load_average": round(os.getloadavg()[0], 2),
        "priority": "usual" if os.sched_getscheduler(0) == os.SCHED_OTHER else "real-time",
        **{name: version(name) for name in PACKAGES},
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def file_system(path: Path) -> str:
    """The kind of file system that a path lies on."""
    path = path.resolve()
    best, kind = -1, "unknown"
    for line in Path("/proc/mounts").read_text().splitlines():
        _, mount, found, *_ = line.split(" ")
        if path.is_relative_to(mount) and len(mount) > best:
            best, kind = len(mount), found
    return kind
