"""The hub as a person starts it: `hub serve` or `hub demo` in a process of its own."""

import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.parts.processes import BIN, Process, free_port

START_LIMIT = 60.0


class HubProcess:
    """A hub with a data folder and a port of its own; both outlive kill, terminate and start."""

    def __init__(
        self,
        folder: Path,
        *,
        arguments: Sequence[str],
        settings: Mapping[str, str],
        program: Sequence[str] = (str(BIN / "hub"),),
    ) -> None:
        """``program``: what is started in the place of the installed one."""
        self._program = list(program)
        self.folder = folder
        self.port = free_port()
        self.data = folder / "data"
        self.log_path = folder / "hub.log"
        self._arguments = list(arguments)
        self._settings = dict(settings)
        self._process: Process | None = None
        self.data.mkdir(exist_ok=True)

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> Process:
        """The process that was started last."""
        if self._process is None:
            raise RuntimeError("the hub was not started")
        return self._process

    def environment(self) -> dict[str, str]:
        """What the hub gets to see: its settings, and nothing of the test's own environment."""
        return {
            "PATH": f"{BIN}{os.pathsep}{os.defpath}",
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PYTHONSAFEPATH": "1",
            "PYTHONUNBUFFERED": "1",
            "HUB_DATA": str(self.data),
            "HUB_HOST": "127.0.0.1",
            "HUB_PORT": str(self.port),
            "HUB_ROUTER_PORT": str(self.port),
            **self._settings,
        }

    def start(self, *, limit: float = START_LIMIT) -> None:
        """Starts it and waits until GET /health answers 200."""
        self._process = Process(
            [*self._program, *self._arguments],
            log_path=self.log_path,
            environment=self.environment(),
            cwd=self.folder,
        )
        self._process.wait_ready(self.is_healthy, limit=limit, what="hub")

    def is_healthy(self) -> bool:
        """Whether GET /health answers 200 now."""
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()

    def terminate(self, *, limit: float = 20) -> int:
        """SIGTERM, then its exit code."""
        return self.process.terminate(limit=limit)

    def restart(self) -> None:
        """kill -9, then start again on the same data and port."""
        self.kill()
        self.start()

    def pause(self) -> None:
        """Stops its clock, as a suspended machine would (SIGSTOP)."""
        self.process.send(signal.SIGSTOP)

    def resume(self) -> None:
        """Lets it go on (SIGCONT)."""
        self.process.send(signal.SIGCONT)

    def log(self) -> str:
        """Everything it has printed since the first start."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""


@contextmanager
def hub_process(
    *arguments: str, settings: Mapping[str, str] | None = None, started: bool = True
) -> Iterator[HubProcess]:
    """A hub on fresh data, `hub serve` unless told otherwise; ended and removed afterwards."""
    with TemporaryDirectory(prefix="hub-process-") as folder:
        hub = HubProcess(Path(folder), arguments=arguments or ("serve",), settings=settings or {})
        try:
            if started:
                hub.start()
            yield hub
        finally:
            if hub._process is not None:
                hub._process.kill()
