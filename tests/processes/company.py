"""A demo hotline in several processes: web, routers, Redis and MongoDB, each of which can be killed."""

import asyncio
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2

from hub.settings import Settings
from tests.channels.webchat_client import Client
from tests.parts.hub_process import HubProcess
from tests.parts.mongo import mongo_server
from tests.parts.processes import wait_until
from tests.parts.redis import RedisServer, redis_server
from tests.processes.people import Desk
from web.demo import fill
from web.first_run import prepare_data
from web.installation import read_passwords
from web.wiring import open_foundation

LEASE = 2.0  # seconds, of all routers here
DATABASE = "several"


class Company:
    """The processes by name (``web a``, ``router 1`` …) and those who use them."""

    def __init__(self, folder: Path, uri: str, redis: RedisServer) -> None:
        self.redis = redis
        self.data = folder / "data"
        self._folder = folder
        self._uri = uri
        self.processes: dict[str, HubProcess] = {}

    @property
    def settings(self) -> dict[str, str]:
        """What all processes are given."""
        return {
            "HUB_DATA": str(self.data),
            "HUB_MONGODB_URI": self._uri,
            "HUB_MONGODB_DATABASE": DATABASE,
            "HUB_REDIS_URL": self.redis.url,
            "HUB_LEASE_SECONDS": str(LEASE),
            "HUB_LOG_FORMAT": "json",
        }

    async def _fill(self) -> None:
        settings = Settings(data=self.data, mongodb_uri=self._uri, mongodb_database=DATABASE)
        foundation = await open_foundation(settings, shared=True)
        try:
            await prepare_data(foundation, lambda words: None)
            await fill(foundation, lambda words: None)
            inbox = (await foundation.documents.find("inboxes", limit=1)).items[0]
            inbox["settings"]["gone_after"] = 2  # type: ignore[index, call-overload]
            await foundation.documents.bulk("inboxes", [inbox])
        finally:
            await foundation.close()

    def fill(self) -> None:
        """Fill the empty store with the demo's gas company."""
        asyncio.run(self._fill())
        self.passwords = read_passwords(self.data / "demo-passwords.txt")

    def process(self, name: str) -> HubProcess:
        """A process that has not been started, such as ``web a``."""
        if name not in self.processes:
            folder = self._folder / name.replace(" ", "-")
            folder.mkdir()
            part = name.split()[0]
            self.processes[name] = HubProcess(folder, arguments=[part], settings=self.settings)
        return self.processes[name]

    def start(self, *names: str) -> None:
        """Start those that do not run, and wait until all are ready."""
        ended = [
            process
            for process in map(self.process, names)
            if process._process is None or process.process.exit_code is not None
        ]
        with ThreadPoolExecutor() as at_once:
            list(at_once.map(lambda process: process.start(limit=90), ended))

    @property
    def inbox(self) -> str:
        """The inbox of the demo page."""
        page = httpx2.get(f"{self.processes['web a'].url}/demo").text
        found = re.search(r'data-inbox="(i_[A-Za-z0-9_-]+)"', page)
        assert found is not None
        return found[1]

    def customer(self, web: str, *, token: str | None = None) -> Client:
        """A customer's browser on a web process."""
        return Client(self.process(web).url, self.inbox, token=token, wait=0.2)

    def desk(self, web: str, login: str) -> Desk:
        """An agent's browser on a web process."""
        return Desk(self.process(web).url, login, self.passwords[login])

    # --- what is seen from outside ---

    def health(self, name: str) -> dict[str, Any]:
        """GET /health of a process; empty where it does not answer."""
        try:
            with urllib.request.urlopen(f"{self.process(name).url}/health", timeout=2) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except (urllib.error.URLError, OSError):
            return {}

    def metric(self, name: str, metric: str) -> float:
        """One figure of a process."""
        with urllib.request.urlopen(f"{self.process(name).url}/metrics", timeout=5) as answer:
            text = answer.read().decode()
        found = re.search(rf"^{metric}(?:\{{[^}}]*\}})? (\S+)$", text, re.MULTILINE)
        assert found is not None, metric
        return float(found[1])

    def owner(self) -> str | None:
        """The router that routes the main group now."""
        routers = [name for name in self.processes if name.startswith("router")]
        return next((name for name in routers if self.health(name).get("routes")), None)

    def hints_flow(self) -> bool:
        """Whether every process that runs is connected to Redis."""
        return all(
            self.metric(name, "hub_hints_connected") == 1
            for name, process in self.processes.items()
            if process._process is not None and process.process.exit_code is None
        )

    def stop_all(self) -> None:
        """End every process."""
        for process in self.processes.values():
            if process._process is not None:
                process.kill()


async def seen(holds: Callable[[], Any], *, limit: float, what: str) -> float:
    """Wait until a blocking look holds; how many seconds it took."""
    began = time.monotonic()
    await asyncio.to_thread(wait_until, lambda: bool(holds()), limit=limit, what=what)
    return time.monotonic() - began


@contextmanager
def company(folder: Path) -> Iterator[Company]:
    """A filled hotline; two web processes and two routers run."""
    with ExitStack() as parts:
        redis = parts.enter_context(redis_server())
        server = parts.enter_context(mongo_server())
        made = Company(folder, server.uri, redis)
        parts.callback(made.stop_all)
        made.fill()
        made.start("router 1", "web a", "web b", "router 2")
        yield made
