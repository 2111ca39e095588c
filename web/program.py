"""What the `hub` program's commands have in common: settings, the running hub, errors in plain words."""

import asyncio
import os
import sys
from collections.abc import Coroutine, Mapping
from typing import Any, NoReturn, TypeVar

import click
import uvloop

from hub.documents import StoreError
from hub.migrations import DataTooNew
from hub.settings import Settings, SettingsProblem, file_problems, load, unknown
from web import commands, logs, restore
from web.control import ask
from web.foundation import Foundation
from web.serving import serve_hub
from web.wiring import open_foundation

T = TypeVar("T")


def run_server(*, demo: bool) -> None:
    """`hub serve` and `hub demo`: until told to stop, and anew after a restore."""
    settings = settings_or_exit()
    problems = file_problems(settings)
    if problems:
        fail(problems)
    logs.set_up(level=settings.log_level, form=settings.log_format)
    for warning in unknown(os.environ):
        click.echo(f"Warning: {warning}", err=True)
    restarts = guarded(serve_hub(settings, demo=demo, say=click.echo))
    if restarts:
        # Ourselves, with the restored data.
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606


def order(command: str, arguments: Mapping[str, str]) -> None:
    """Have the running hub do it, or do it here; ends with its exit code."""
    settings = settings_or_exit()
    logs.set_up(level="warning", form="console")
    sys.exit(guarded(_do(settings, command, arguments)))


async def _do(settings: Settings, command: str, arguments: Mapping[str, str]) -> int:
    if settings.data.is_dir():
        code = await ask(settings.data, command, arguments, click.echo)
        if code is not None:
            return code
        restore.finish(settings.data)
    foundation: Foundation = await open_foundation(settings)
    try:
        return await commands.run(foundation, command, arguments, click.echo)
    finally:
        await foundation.close()


def guarded(work: Coroutine[Any, Any, T]) -> T:
    """Run it; what a person can put right is said in sentences, and ends with exit code 1."""
    try:
        return run(work)
    except SettingsProblem as error:
        fail(error.problems)
    except (StoreError, DataTooNew) as error:
        fail([f"{error}"])


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run it on an event loop of its own."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def settings_or_exit() -> Settings:
    """The settings from the environment."""
    try:
        return load()
    except SettingsProblem as error:
        fail(error.problems)


def fail(problems: list[str]) -> NoReturn:
    """Say what is wrong and end."""
    for problem in problems:
        click.echo(f"Problem: {problem}", err=True)
    sys.exit(1)


def asked_password(*, asked: bool) -> dict[str, str]:
    """The argument with a password typed in, if that was wanted."""
    if not asked:
        return {}
    return {"password": click.prompt("Password", hide_input=True, confirmation_prompt=True)}


def list_settings(settings: Settings) -> None:
    """Every setting, its value and what it is for; no secrets."""
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        shown = ",".join(value) if isinstance(value, tuple) else str("" if value is None else value)
        if name == "mongodb_uri" and value:
            shown = "(set)"
        click.echo(f"HUB_{name.upper()}={shown}\n    {field.description}")
