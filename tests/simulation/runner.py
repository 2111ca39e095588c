"""Runs schedules and tells what they came to."""

from collections import Counter
from collections.abc import Callable
from typing import Any, NoReturn

import structlog

from tests.simulation.world import World


class _Failed(Exception):
    pass


class Quiet:
    """A logger that swallows what is expected and remembers what code calls unexpected."""

    world: World | None = None

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def bind(self, **_: Any) -> "Quiet":
        return self

    def debug(self, event: str, **_: Any) -> None:
        pass

    info = warning = debug

    def error(self, event: str, **facts: Any) -> None:
        if Quiet.world is not None:
            Quiet.world.fail("error", f"{event} {facts}")

    def exception(self, event: str, **facts: Any) -> None:
        import traceback

        self.error(event, **facts, traceback=traceback.format_exc())

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(name)


def quiet_logs() -> None:
    """Route the house's log to the running schedule."""
    structlog.configure(
        processors=[],
        wrapper_class=Quiet,  # type: ignore[arg-type]
        logger_factory=lambda *_: None,
        cache_logger_on_first_use=True,
    )


def run_schedule(
    seed: int, seen: Counter[str], trace: Callable[[str], None] | None = None
) -> tuple[str, str] | None:
    """One schedule; the invariant that broke and how, or None."""
    world = World(seed, seen=seen, trace=trace)
    Quiet.world = world
    try:
        return world.run()
    finally:
        Quiet.world = None
