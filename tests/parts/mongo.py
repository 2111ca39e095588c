"""A real MongoDB-wire server for tests.

SecantusDB runs as a subprocess (GPL-2.0: never imported, never shipped). It advertises a replica
set of one member, so transactions and change streams work. Keep its collections small: its
find-and-modify reads the whole collection. HUB_TEST_MONGODB_URI names a server to test besides.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests.parts.processes import BIN, Process, free_port

START_LIMIT = 30.0


class MongoServer:
    """A SecantusDB with a data folder of its own: start, kill -9 and start again keep the data."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: Process | None = None
        (folder / "secantusd.toml").touch()

    @property
    def uri(self) -> str:
        """Its address, asking for durable writes: without the journal, kill -9 loses some."""
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true&w=majority&journal=true"

    @property
    def process(self) -> Process:
        """The running server."""
        if self._process is None:
            raise RuntimeError("the server was not started")
        return self._process

    def start(self) -> None:
        """Starts it and waits until it answers a ping."""
        self._process = Process(
            [
                str(BIN / "secantusd-py"),
                *("--config", str(self._folder / "secantusd.toml")),
                *("--host", "127.0.0.1", "--port", str(self.port)),
                *("--storage-path", str(self._folder / "data")),
                *("--cache-size", "256M", "--log-level", "WARNING"),
            ],
            log_path=self._folder / "secantusd.log",
            environment={"PATH": os.defpath, "HOME": str(self._folder)},
            cwd=self._folder,
        )
        self._process.wait_ready(lambda: answers(self.uri), limit=START_LIMIT, what="MongoDB server")

    def kill(self) -> None:
        """Ends it at once."""
        self.process.kill()

    def stop(self) -> None:
        """Ends it; the data folder is about to go, so there is nothing to save."""
        if self._process is not None:
            self._process.kill()


def answers(uri: str) -> bool:
    """Whether a server answers a ping there."""
    with MongoClient[dict[str, object]](uri, serverSelectionTimeoutMS=500) as client:
        try:
            client.admin.command("ping")
        except PyMongoError:
            return False
        return True


@contextmanager
def mongo_server() -> Iterator[MongoServer]:
    """A fresh server, running; gone afterwards with its data."""
    with TemporaryDirectory(prefix="hub-mongo-") as folder:
        server = MongoServer(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()


def given_uris() -> list[str]:
    """The server named by HUB_TEST_MONGODB_URI, if any."""
    uri = os.environ.get("HUB_TEST_MONGODB_URI")
    return [uri] if uri else []


@contextmanager
def fresh_database(uri: str) -> Iterator[str]:
    """A database name that nobody has used on the server; dropped afterwards."""
    name = f"hub_test_{uuid.uuid4().hex[:12]}"
    try:
        yield name
    finally:
        with MongoClient[dict[str, object]](uri) as client:
            client.drop_database(name)
