"""The stage behind a real uvicorn on a real port, in a thread of its own."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from hub.settings import Settings
from tests.web.stage import Stage, stage

T = TypeVar("T")
PATIENCE = 30.0  # seconds


class Live:
    """A served stage; :meth:`run` does something on its event loop."""

    def __init__(self, made: Stage, port: int, loop: asyncio.AbstractEventLoop) -> None:
        self.stage = made
        self.port = port
        self._loop = loop

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run on the server's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def token(self, role: str) -> str:
        """The token of a new session of this role."""
        user = self.stage.own.users[role]
        sessions = self.stage.house.foundation.sessions
        token, _ = self.run(sessions.begin(user.organisation, user.id, address="127.0.0.1"))
        return token


@contextmanager
def live(folder: Path, *, settings: Settings | None = None, parts: bool = False) -> Iterator[Live]:
    """Serve a stage until the block ends; with ``parts`` its background parts run, too."""
    started = threading.Event()
    box: list[Live] = []
    failures: list[BaseException] = []
    stop: list[asyncio.Event] = []

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            made = await stack.enter_async_context(stage(folder, settings=settings))
            if parts:
                await made.house.start()
            config = uvicorn.Config(
                made.house.application.asgi,
                port=0,
                lifespan="off",
                log_config=None,
                ws="websockets-sansio",
                timeout_graceful_shutdown=2,
            )
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve())
            while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            end = asyncio.Event()
            stop.append(end)
            box.append(Live(made, port, asyncio.get_running_loop()))
            started.set()
            await end.wait()
            server.should_exit = True
            await serving

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:  # noqa: BLE001 - shown where the fixture waits
            failures.append(error)
            started.set()

    thread = threading.Thread(target=run, name="live hub", daemon=True)
    thread.start()
    if not started.wait(PATIENCE) or failures:
        raise RuntimeError("the hub did not start") from (failures[0] if failures else None)
    try:
        yield box[0]
    finally:
        box[0].run(_set(stop[0]))
        thread.join(PATIENCE)
        if failures:
            raise failures[0]


async def _set(event: asyncio.Event) -> None:
    event.set()
