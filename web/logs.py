"""Structured logs: a constant sentence and fields, as JSON or for reading."""

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

_SECRET = ("password", "token", "secret", "cookie", "authorization")


def set_up(*, level: str, form: str, stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's logging to one place, in one form.

    ``form``: json, console, or auto (console where a person looks on).
    """
    out = stream or sys.stderr
    console = form == "console" or (form == "auto" and out.isatty())
    renderer = (
        structlog.dev.ConsoleRenderer(
            colors=out.isatty(),
            exception_formatter=structlog.dev.plain_traceback,  # no values in it
        )
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.StackInfoRenderer(),
        hide_secrets,
    ]
    if not console:
        shared.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # These say at "info" what our own lines say better, some with whole addresses.
    for noisy in ("uvicorn.access", "uvicorn.error", "httpx", "pymongo", "asyncio", "multipart"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank out fields whose name says that they hold a secret: a belt besides the braces."""
    for name in event:
        if any(word in name.lower() for word in _SECRET):
            event[name] = "…"
    return event
