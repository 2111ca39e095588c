"""Health: whether the hub is ready, part by part."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub.endpoints import Public
from web.pages import page
from web.routes import DeclaredRoute

_log = structlog.get_logger(__name__)
_PATIENCE = 2.0  # seconds a part may take to answer


class Phase(StrEnum):
    """Where the process is in its life."""

    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"


class Health:
    """Asks each part; ready only when the process is and every part is well."""

    def __init__(self, version: str) -> None:
        """Nothing to ask yet; the phase is *starting*."""
        self.phase = Phase.STARTING
        self._version = version
        self._parts: dict[str, Callable[[], Awaitable[None]]] = {}

    def add(self, part: str, check: Callable[[], Awaitable[None]]) -> None:
        """``check`` raises where the part is not well."""
        self._parts[part] = check

    @property
    def draining(self) -> bool:
        """Whether the hub is about to stop."""
        return self.phase is Phase.DRAINING

    async def states(self) -> Mapping[str, str]:
        """*ok* or *failing* for each part; why is in the log, not in the answer."""
        names = list(self._parts)
        results = await asyncio.gather(*(self._ask(name) for name in names))
        return dict(zip(names, results, strict=True))

    async def _ask(self, part: str) -> str:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._parts[part]()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a part, it is not well
            _log.warning("A part is not well", part=part, error=repr(error))
            return "failing"
        return "ok"

    async def answer(self, request: Request) -> Response:
        """GET /health."""
        parts = await self.states()
        well = self.phase is Phase.READY and all(state == "ok" for state in parts.values())
        content = {
            "status": "ready" if well else "not_ready",
            "phase": self.phase.value,
            "version": self._version,
            "parts": {name: {"state": state} for name, state in parts.items()},
        }
        return JSONResponse(content, 200 if well else 503, {"cache-control": "no-store"})

    def routes(self) -> list[DeclaredRoute]:
        """What to mount."""
        return [page("/health", self.answer, Public("load balancers and supervisors ask it"))]
