"""A real Redis for tests: Debian's redis-server on a free port, without persistence."""

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.parts.processes import Process, free_port

START_LIMIT = 20.0
PASSWORD = "hints-only"


class RedisServer:
    """One server; killed and started again it has the same port and knows nothing."""

    def __init__(self, folder: Path, program: str) -> None:
        self.port = free_port()
        self._folder = folder
        self._program = program
        self._process: Process | None = None

    @property
    def url(self) -> str:
        """Its address, with its password."""
        return f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"

    @property
    def process(self) -> Process:
        """The running server."""
        if self._process is None:
            raise RuntimeError("the server was not started")
        return self._process

    def start(self) -> None:
        """Starts it and waits until it answers."""
        self._process = Process(
            [
                self._program,
                *("--bind", "127.0.0.1", "--port", str(self.port)),
                *("--save", "", "--appendonly", "no", "--requirepass", PASSWORD),
            ],
            log_path=self._folder / "redis.log",
            environment={"PATH": os.defpath},
            cwd=self._folder,
        )
        self._process.wait_ready(self.answers, limit=START_LIMIT, what="Redis")

    def answers(self) -> bool:
        """Whether it answers a ping."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=0.5) as there:
                there.sendall(f"AUTH {PASSWORD}\r\nPING\r\n".encode())
                said = b""
                while b"+PONG" not in said:
                    more = there.recv(100)
                    if not more:
                        return False
                    said += more
                return True
        except OSError:
            return False

    def pause(self) -> None:
        """It hangs: connections stay, nothing is answered."""
        self.process.send(signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on."""
        self.process.send(signal.SIGCONT)

    def stop(self) -> None:
        """Ends it at once; every connection is cut."""
        if self._process is not None:
            self._process.kill()


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A server, running; gone afterwards."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis is not installed: apt-get install redis-server")
    with TemporaryDirectory(prefix="hub-redis-") as folder:
        server = RedisServer(Path(folder), program)
        try:
            server.start()
            yield server
        finally:
            server.stop()
