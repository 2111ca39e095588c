"""The `hub` program."""

import asyncio
import json
import os
import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
import uvloop

from hub.documents import StoreError
from hub.migrations import DataTooNew
from hub.settings import Settings, SettingsProblem, file_problems, load, unknown
from web import commands, logs, restore
from web.archive import BadArchive
from web.control import ask
from web.foundation import Foundation
from web.serving import openapi_document, serve_hub
from web.version import VERSION
from web.wiring import open_foundation

T = TypeVar("T")
_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=_HELP)
@click.version_option(VERSION, prog_name="hub")
def main() -> None:
    """OmniHub: one hotline for web chat, telephone, e-mail, SMS and messengers.

    \b
    To try it:      hub demo      a gas company's hotline with agents and a public page
    To run it:      hub serve     prints an administrator's password on its first run
    To look at it:  hub doctor    says what is wrong and what to do

    Settings are environment variables with the prefix HUB_ (hub check-config --all lists them).
    Data lives in the folder HUB_DATA, ./data unless set. Commands reach a hub that is running on
    that folder through a socket in it; where none runs they open the store themselves.
    """
    os.umask(0o077)  # what the hub writes is for its owner alone


@main.command()
def serve() -> None:
    """Run the hub: web server, routing, delivery and timers in one process.

    Stops in order at SIGTERM or Ctrl-C: takes nothing new, tells the desks to reconnect, finishes
    what it has begun, and closes the store, within 10 seconds. Give the signal twice to hurry.
    """
    _serve(demo=False)


@main.command()
def demo() -> None:
    """Run a hub with a gas company's hotline in it, to try everything at once.

    On the first run it fills an empty store with queues, agents, canned replies and a public page
    with the chat widget, makes passwords and prints them once (they stay in
    HUB_DATA/demo-passwords.txt, readable for you alone). Later runs start with what is there.
    """
    _serve(demo=True)


@main.command("check-config")
@click.option(
    "--all", "everything", is_flag=True, help="Also list every setting, its value and what it is for."
)
def check_config(*, everything: bool) -> None:
    """Check the settings (HUB_… variables) and say in plain words what is wrong.

    Exit code 0: they can be used. Secrets in them are not printed.
    """
    settings = _settings()
    problems = file_problems(settings)
    for warning in unknown(os.environ):
        click.echo(f"Warning: {warning}")
    for problem in problems:
        click.echo(f"Problem: {problem}")
    if everything:
        _list(settings)
    if problems:
        sys.exit(1)
    click.echo(f"The settings can be used. The hub will answer at {settings.address}")


@main.command()
def doctor() -> None:
    """Look at what is often wrong (store, disk, rights, staffing) and say what to do about it."""
    _order("doctor", {})


@main.group()
def user() -> None:
    """People who sign in: add, list, password, disable, enable."""


@user.command("add")
@click.argument("login")
@click.option("--name", help="Name that colleagues and customers see; the login unless given.")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice(["admin", "supervisor", "agent"]),
    help="What the person may do; may be given several times.  [default: agent]",
)  # fmt: skip
@click.option(
    "--agent/--no-agent", default=None, help="Takes conversations himself (default: yes for the role agent)."
)
@click.option(
    "--locale",
    type=click.Choice(["zh-CN", "en"]),
    default="zh-CN",
    show_default=True,
    help="Language of the screens.",
)
@click.option(
    "--ask-password", is_flag=True, help="Ask for the password; otherwise one is made and printed once."
)
def user_add(
    login: str,
    *,
    name: str | None,
    roles: tuple[str, ...],
    agent: bool | None,
    locale: str,
    ask_password: bool,
) -> None:
    """Add a user. Give an agent queues and skills afterwards, in the desk under settings."""
    roles = roles or ("agent",)
    takes = ("agent" in roles) if agent is None else agent
    arguments = {
        "login": login,
        "name": name or login,
        "roles": ",".join(roles),
        "agent": "yes" if takes else "no",
        "locale": locale,
    }
    _order("user add", arguments | _password(ask_password))


@user.command("list")
def user_list() -> None:
    """List all users with their roles."""
    _order("user list", {})


@user.command("password")
@click.argument("login")
@click.option("--ask-password", is_flag=True, help="Ask for it; otherwise one is made and printed once.")
def user_password(login: str, *, ask_password: bool) -> None:
    """Set a new password; the person is signed out everywhere."""
    _order("user password", {"login": login} | _password(ask_password))


@user.command("disable")
@click.argument("login")
def user_disable(login: str) -> None:
    """Keep a person from signing in; open conversations are given back. His history stays."""
    _order("user disable", {"login": login})


@user.command("enable")
@click.argument("login")
def user_enable(login: str) -> None:
    """Let a disabled person sign in again."""
    _order("user enable", {"login": login})


@main.group()
def store() -> None:
    """The data store: info, rebuild, migrate."""


@store.command("info")
def store_info() -> None:
    """Engine, data version and number of documents."""
    _order("store info", {})


@store.command("rebuild")
def store_rebuild() -> None:
    """Make all lists and counters anew from the conversations' entries (safe while the hub runs)."""
    _order("store rebuild", {})


@store.command("migrate")
def store_migrate() -> None:
    """Bring stored data to this program's version; `hub serve` does it by itself at its start."""
    _order("store migrate", {})


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write documents, files and secrets into one archive (tar.gz) while the hub goes on working.

    The archive is the same for SQLite and MongoDB: restore it into either.
    """
    _order("backup", {"file": str(file.absolute())})


@main.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore_command(file: Path, *, yes: bool) -> None:
    """Put an archive of `hub backup` in the place of the present data.

    The archive is checked before anything is touched. A running hub restarts with the restored
    data; what was there before is kept in HUB_DATA/before-restore-…. Everybody signs in anew.
    """
    settings = _settings()
    if not yes:
        click.confirm(f"Replace everything in {settings.data.absolute()} by {file}?", abort=True)
    arguments = {"file": str(file.absolute())}
    code = _run(ask(settings.data, "restore", arguments, click.echo)) if settings.data.is_dir() else None
    if code is not None:
        sys.exit(code)
    try:
        manifest = _run(restore.prepare(settings, file))
    except BadArchive as error:
        _fail([str(error)])
    kept = restore.finish(settings.data)
    click.echo(f"Restored {sum(manifest.counts.values())} documents of {manifest.made_at}.")
    if kept is not None and any(kept.iterdir()):
        click.echo(f"What was there before is in {kept}.")


@main.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; standard output unless given.",
)
def openapi(*, output: Path | None) -> None:
    """Write the OpenAPI 3.1 document of the API."""
    text = json.dumps(_run(openapi_document()), ensure_ascii=False, indent=1) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


def _serve(*, demo: bool) -> None:
    settings = _settings()
    problems = file_problems(settings)
    if problems:
        _fail(problems)
    logs.set_up(level=settings.log_level, form=settings.log_format)
    for warning in unknown(os.environ):
        click.echo(f"Warning: {warning}", err=True)
    restarts = _guarded(serve_hub(settings, demo=demo, say=click.echo))
    if restarts:
        os.execv(sys.argv[0], sys.argv)  # noqa: S606 - ourselves, with the restored data


def _order(command: str, arguments: Mapping[str, str]) -> None:
    """Have the running hub do it, or do it here; ends with its exit code."""
    settings = _settings()
    logs.set_up(level="warning", form="console")
    sys.exit(_guarded(_do(settings, command, arguments)))


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


def _guarded(work: Coroutine[Any, Any, T]) -> T:
    try:
        return _run(work)
    except SettingsProblem as error:
        _fail(error.problems)
    except (StoreError, DataTooNew) as error:
        _fail([f"{error}"])


def _run(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def _settings() -> Settings:
    try:
        return load()
    except SettingsProblem as error:
        _fail(error.problems)


def _fail(problems: list[str]) -> NoReturn:
    for problem in problems:
        click.echo(f"Problem: {problem}", err=True)
    sys.exit(1)


def _password(asked: bool) -> dict[str, str]:  # noqa: FBT001
    if not asked:
        return {}
    return {"password": click.prompt("Password", hide_input=True, confirmation_prompt=True)}


def _list(settings: Settings) -> None:
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        shown = ",".join(value) if isinstance(value, tuple) else str("" if value is None else value)
        if name == "mongodb_uri" and value:
            shown = "(set)"
        click.echo(f"HUB_{name.upper()}={shown}\n    {field.description}")
