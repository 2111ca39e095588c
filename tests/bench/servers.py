"""Servers to measure, each in a process of its own with a folder on the real disk."""

import os
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.parts.hub_process import HubProcess
from tests.parts.processes import BIN, ROOT, Process, free_port

FOLDER = ROOT / "build" / "bench"
START_LIMIT = 120.0


@contextmanager
def folder_on_disk() -> Iterator[Path]:
    """An empty folder beside the project, not in a memory file system, removed afterwards."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=FOLDER, prefix="run-") as name:
        yield Path(name)


@contextmanager
def python_server(folder: Path, module: str, *arguments: str) -> Iterator[tuple[Process, int]]:
    """A module of ours that serves on the port it is given; the process and its port."""
    port = free_port()
    process = Process(
        [sys.executable, "-m", module, str(port), *arguments],
        log_path=folder / f"{module.rpartition('.')[2]}.log",
        environment={"PATH": f"{BIN}{os.pathsep}{os.defpath}", "LANG": "C.UTF-8"},
        cwd=ROOT,
    )
    try:
        process.wait_ready(lambda: answers(port), limit=START_LIMIT, what=module)
        yield process, port
    finally:
        process.kill()


def answers(port: int) -> bool:
    """Whether somebody listens on the port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def hub_on(
    folder: Path, *, arguments: Sequence[str] = ("serve",), limit: float = START_LIMIT
) -> Iterator[HubProcess]:
    """`hub serve` on the data in ``folder``/data."""
    hub = HubProcess(folder, arguments=arguments, settings={"HUB_LOG_LEVEL": "warning"})
    try:
        hub.start(limit=limit)
        yield hub
    finally:
        hub.process.kill()
