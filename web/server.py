"""The web server process: binds, serves, and at SIGTERM drains."""

import asyncio
import contextlib
import os
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from enum import Enum
from pathlib import Path

import structlog
import uvicorn

from hub.processes import Part
from hub.settings import Settings, SettingsProblem
from web.control import ControlSocket, Run
from web.house import House
from web.installation import Installation

_log = structlog.get_logger(__name__)
_MARGIN = 1.5  # seconds for what comes after the requests; then the process ends in any case
KEEP_ALIVE = 75  # seconds; longer than the usual proxy's


class Ending(Enum):
    """Why the server has stopped."""

    STOPPED = "stopped"
    RESTART = "restart"


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: draining is ours."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


class Serving:
    """One run of the server."""

    def __init__(self, settings: Settings, installation: Installation, part: Part = Part.ALL) -> None:
        """Nothing is bound yet; `hub router` has a port of its own, without TLS."""
        self._settings = settings
        self._installation = installation
        self._part = part
        self._stop = asyncio.Event()
        self._ending = Ending.STOPPED
        self._server: _Server | None = None

    def stop(self, ending: Ending = Ending.STOPPED) -> None:
        """Begin to drain; a second time: do not wait for anybody."""
        if self._stop.is_set() and self._server is not None:
            self._server.force_exit = True
        self._ending = ending if not self._stop.is_set() else self._ending
        self._stop.set()

    def bind(self) -> socket.socket:
        """Take the port; :class:`SettingsProblem` in plain words where that cannot be."""
        host, port, name = self._settings.host, self._settings.port, "HUB_PORT"
        if self._part is Part.ROUTER:
            port, name = self._settings.router_port, "HUB_ROUTER_PORT"
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            return socket.create_server((host, port), family=family, backlog=2048)
        except OSError as error:
            reason = error.strerror or str(error)
            raise SettingsProblem(
                [f"HUB_HOST and {name}: {host} port {port} cannot be used ({reason})."]
            ) from error

    async def run(
        self,
        house: House,
        listener: socket.socket,
        *,
        commands: Run | None,
        announce: Callable[[int], Awaitable[None]],
    ) -> Ending:
        """Serve until told to stop; ``announce`` gets the port once requests are taken.

        ``commands``: does what comes over the control socket; None: there is none.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        control = None if commands is None else ControlSocket(self._installation.folder, commands)
        self._server = server = _Server(self._config(house))
        if control is not None:
            await control.open()
        await house.start()
        serving = asyncio.create_task(server.serve([listener]), name="uvicorn")
        stopping = asyncio.create_task(self._stop.wait(), name="stop")
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        port = listener.getsockname()[1] if not serving.done() else 0
        _log.info("The hub is ready", port=port, address=self._settings.address, part=self._part.value)
        await announce(port)
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        watchdog = self._watchdog()
        _log.info("The hub is draining")
        if control is not None:
            await control.close()
        await house.say_goodbye()
        server.should_exit = True
        await serving
        await house.stop()
        watchdog.cancel()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
        _log.info("The hub has stopped")
        return self._ending

    def _watchdog(self) -> threading.Timer:
        """End the process in any case, also when the event loop hangs."""

        def end() -> None:
            _log.error("Draining took too long: the process ends now")
            os._exit(1)

        timer = threading.Timer(self._settings.drain_seconds + _MARGIN, end)
        timer.daemon = True
        timer.start()
        return timer

    def _config(self, house: House) -> uvicorn.Config:
        settings = self._settings
        certificate, key = self._certificate()
        return uvicorn.Config(
            house.application.asgi,
            loop="none",
            http="httptools",
            ws="websockets-sansio",
            ws_max_size=1_000_000,
            ws_per_message_deflate=settings.websocket_compression,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=max(1, int(settings.drain_seconds - 3)),
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )

    def _certificate(self) -> tuple[Path | None, Path | None]:
        settings = self._settings
        if self._part is Part.ROUTER:
            return None, None
        if settings.tls_self_signed:
            from web.certificate import make_certificate  # its library is big and rarely needed

            return make_certificate(self._installation.folder, settings.tls_names)
        return settings.tls_cert, settings.tls_key
