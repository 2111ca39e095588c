"""Starting a program for a test: a free port, a log, a wait with a limit, an end by process id."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / ".venv" / "bin"


class PartFailedError(RuntimeError):
    """A real part did not start, or died; carries the end of its log."""


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], *, limit: float, what: str) -> None:
    """Waits until the condition holds; after `limit` seconds says what never came."""
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() > deadline:
            raise PartFailedError(f"{what}: not within {limit} s")
        time.sleep(0.02)


class Process:
    """A program under test with its output in a file. Always ended by its own id."""

    def __init__(
        self, command: Sequence[str], *, log_path: Path, environment: Mapping[str, str], cwd: Path
    ) -> None:
        self.log_path = log_path
        with log_path.open("ab") as log:
            self._popen = subprocess.Popen(
                command,
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is the test's, not the part's
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended (negative: by which signal), or None while it runs."""
        return self._popen.poll()

    def log(self, *, last: int = 4000) -> str:
        """The last characters of what it printed."""
        return self.log_path.read_text(errors="replace")[-last:]

    def wait_ready(self, ready: Callable[[], bool], *, limit: float, what: str) -> None:
        """Waits until it is ready; if it dies or takes too long, raises with its log."""

        def ready_or_dead() -> bool:
            return self.exit_code is not None or ready()

        try:
            wait_until(ready_or_dead, limit=limit, what=what)
        except PartFailedError as error:
            raise PartFailedError(f"{error}\n{self.log()}") from error
        if self.exit_code is not None:
            raise PartFailedError(f"{what}: ended with {self.exit_code}\n{self.log()}")

    def send(self, number: signal.Signals) -> None:
        """Sends a signal (SIGSTOP and SIGCONT to pause and go on), if it still runs."""
        if self.exit_code is None:
            self._popen.send_signal(number)

    def kill(self) -> None:
        """Ends it at once, as a power cut of this process would."""
        self.send(signal.SIGKILL)
        self._popen.wait()

    def terminate(self, *, limit: float = 20) -> int:
        """Asks it to end and waits; returns its exit code. Kills it when it will not."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        try:
            return self._popen.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()
            raise PartFailedError(f"did not end within {limit} s\n{self.log()}") from None
