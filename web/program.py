"""What the `hub` program's commands have in common: settings, the running hub, errors in plain words."""

import asyncio
import os
import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
import uvloop

from hub.documents import StoreError
from hub.migrations import DataTooNew
from hub.processes import Part
from hub.settings import Settings, SettingsProblem, file_problems, load, unknown
from hub.sqlite.lock import StoreLocked
from web import commands, logs, restore
from web.archive import BadArchive
from web.commands import doctor
from web.control import NAME, ask
from web.first_run import mark_new
from web.foundation import Foundation
from web.installation import hold
from web.serving import serve_hub, serve_part
from web.wiring import open_foundation

T = TypeVar("T")


def run_part(part: Part) -> None:
    """`hub web` and `hub router`: until told to stop."""
    settings = _settings_to_serve()
    guarded(serve_part(settings, part, click.echo))


def run_server(*, demo: bool) -> None:
    """`hub serve` and `hub demo`: until told to stop, and anew after a restore."""
    settings = _settings_to_serve()
    restarts = guarded(serve_hub(settings, demo=demo, say=click.echo))
    if restarts:
        # Ourselves, with the restored data.
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606


def _settings_to_serve() -> Settings:
    """The settings, checked, with the log set up by them."""
    settings = settings_or_exit()
    problems = file_problems(settings)
    if problems:
        fail(problems)
    logs.set_up(level=settings.log_level, form=settings.log_format)
    for warning in unknown(os.environ):
        click.echo(f"Warning: {warning}", err=True)
    return settings


def order(command: str, arguments: Mapping[str, str]) -> None:
    """Have the running hub do it, or do it here; ends with its exit code."""
    settings = settings_or_exit()
    logs.set_up(level="warning", form="console")
    sys.exit(guarded(_do(settings, command, arguments)))


def restore_here(archive: Path) -> None:
    """Have the running hub restore an archive, or do it here; ends with its exit code."""
    settings = settings_or_exit()
    logs.set_up(level="warning", form="console")
    sys.exit(guarded(_restore(settings, archive)))


async def _do(settings: Settings, command: str, arguments: Mapping[str, str]) -> int:
    code = await ask(settings.data, command, arguments, click.echo)
    if code is not None:
        return code
    try:
        # On MongoDB beside `hub web` and `hub router`, which take no commands.
        shared = settings.mongodb_uri is not None
        foundation: Foundation = await open_foundation(settings, shared=shared)
    except StoreLocked as error:
        if command == "doctor":
            return await doctor.look_from_outside(settings, _silent(error), click.echo)
        raise _silent(error) from error
    except (StoreError, SettingsProblem) as error:
        if command == "doctor":
            return await doctor.look_from_outside(settings, error, click.echo)
        raise
    try:
        if command != "doctor":  # which only looks
            await mark_new(foundation)
        return await commands.run(foundation, command, arguments, click.echo)
    finally:
        await foundation.close()


async def _restore(settings: Settings, archive: Path) -> int:
    code = await ask(settings.data, "restore", {"file": str(archive)}, click.echo)
    if code is not None:
        return code
    try:
        lock = await asyncio.to_thread(hold, settings.data)
    except StoreLocked as error:
        raise _silent(error) from error
    try:
        manifest = await restore.prepare(settings, archive)
        kept = restore.finish(settings.data)
    except BadArchive as error:
        click.echo(f"Problem: {error}", err=True)
        return 1
    finally:
        lock.release()
    click.echo(f"Restored {sum(manifest.counts.values())} documents of {manifest.made_at}.")
    if kept is not None and any(kept.iterdir()):
        click.echo(f"What was there before is in {kept}.")
    return 0


def _silent(error: StoreLocked) -> SettingsProblem:
    """Somebody has the data folder and takes no commands: what to say of it."""
    words = (
        f"{error}, which does not answer at {NAME} there: it is starting or stopping, is another "
        "command, or its socket was removed. Wait for its end, or stop it; nothing was changed."
    )
    if error.pid is None:
        words += " `hub web` and `hub router` have no such socket: stop all of them for this."
    return SettingsProblem([words])


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
        if name in {"mongodb_uri", "redis_url"} and value:
            shown = "(set)"
        click.echo(f"HUB_{name.upper()}={shown}\n    {field.description}")
