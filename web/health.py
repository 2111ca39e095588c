"""Health: whether the hub is ready, part by part."""

import asyncio
import time
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
PROBE_EVERY = 2.0  # seconds between two looks at a part that costs something, however many ask


class Phase(StrEnum):
    """Where the process is in its life."""

    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"


class _Part:
    """One part's check, shared by all who ask at once, and its answer while that is fresh."""

    def __init__(
        self, name: str, check: Callable[[], Awaitable[None]], *, every: float, monotonic: Callable[[], float]
    ) -> None:
        self._name = name
        self._check = check
        self._every = every
        self._monotonic = monotonic
        self._asked_at: float | None = None
        self._answer: asyncio.Task[str] | None = None

    async def state(self) -> str:
        """*ok* or *failing*, at most ``every`` seconds and one check old."""
        now = self._monotonic()
        stale = self._asked_at is None or now - self._asked_at >= self._every
        if self._answer is None or (stale and self._answer.done()):
            self._asked_at = now
            self._answer = asyncio.create_task(self._ask(), name=f"health of {self._name}")
        return await asyncio.shield(self._answer)  # whoever leaves does not end it for the others

    async def _ask(self) -> str:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._check()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a part, it is not well
            _log.warning("A part is not well", part=self._name, error=repr(error))
            return "failing"
        return "ok"


class Health:
    """Asks each part; ready only when the process is and every part is well."""

    def __init__(self, version: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Nothing to ask yet; the phase is *starting*. ``monotonic``: seconds on some clock."""
        self.phase = Phase.STARTING
        self._version = version
        self._monotonic = monotonic
        self._parts: dict[str, _Part] = {}
        self._facts: dict[str, Callable[[], object]] = {}

    def add(self, part: str, check: Callable[[], Awaitable[None]], *, every: float = 0.0) -> None:
        """``check`` raises where the part is not well; it is asked at most once in ``every`` seconds."""
        self._parts[part] = _Part(part, check, every=every, monotonic=self._monotonic)

    def say(self, name: str, fact: Callable[[], object]) -> None:
        """Show a fact beside the parts; it says nothing of whether the hub is well."""
        self._facts[name] = fact

    @property
    def draining(self) -> bool:
        """Whether the hub is about to stop."""
        return self.phase is Phase.DRAINING

    async def states(self) -> Mapping[str, str]:
        """*ok* or *failing* for each part; why is in the log, not in the answer."""
        names = list(self._parts)
        results = await asyncio.gather(*(self._parts[name].state() for name in names))
        return dict(zip(names, results, strict=True))

    async def answer(self, request: Request) -> Response:
        """GET /health."""
        parts = await self.states()
        well = self.phase is Phase.READY and all(state == "ok" for state in parts.values())
        content = {
            "status": "ready" if well else "not_ready",
            "phase": self.phase.value,
            "version": self._version,
            "parts": {name: {"state": state} for name, state in parts.items()},
            **{name: fact() for name, fact in self._facts.items()},
        }
        return JSONResponse(content, 200 if well else 503, {"cache-control": "no-store"})

    def routes(self) -> list[DeclaredRoute]:
        """What to mount."""
        return [page("/health", self.answer, Public("load balancers and supervisors ask it"))]
