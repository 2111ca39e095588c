"""The `hub` program."""

import json
import os
import sys
from pathlib import Path

import click

from hub.processes import Part
from hub.settings import file_problems, unknown
from web.program import (
    asked_password,
    list_settings,
    order,
    restore_here,
    run,
    run_part,
    run_server,
    settings_or_exit,
)
from web.serving import openapi_document
from web.version import VERSION

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
    run_server(demo=False)


@main.command()
def web() -> None:
    """Run a web process: pages, API, desks, channels, delivery. As many as you like, on MongoDB.

    Beside it a `hub router` must run (or a `hub serve`). All of them have the same settings; those
    that share HUB_DATA share uploads and secrets. HUB_REDIS_URL makes them quick.
    """
    run_part(Part.WEB)


@main.command()
def router() -> None:
    """Run a router process: queues, offers, silence, timers. As many as you like, on MongoDB.

    One of them routes a group, the others stand by and take over within HUB_LEASE_SECONDS. It
    answers GET /health (which says what it routes) and /metrics on HUB_ROUTER_PORT.
    """
    run_part(Part.ROUTER)


@main.command()
def demo() -> None:
    """Run a hub with a gas company's hotline in it, to try everything at once.

    On the first run it fills an empty store with queues, agents, canned replies and a public page
    with the chat widget, makes passwords and prints them once (they stay in
    HUB_DATA/demo-passwords.txt, readable for you alone). Later runs start with what is there.
    """
    run_server(demo=True)


@main.command("check-config")
@click.option(
    "--all", "everything", is_flag=True, help="Also list every setting, its value and what it is for."
)
def check_config(*, everything: bool) -> None:
    """Check the settings (HUB_… variables) and say in plain words what is wrong.

    Exit code 0: they can be used. Secrets in them are not printed.
    """
    settings = settings_or_exit()
    problems = file_problems(settings)
    for warning in unknown(os.environ):
        click.echo(f"Warning: {warning}")
    for problem in problems:
        click.echo(f"Problem: {problem}")
    if everything:
        list_settings(settings)
    if problems:
        sys.exit(1)
    click.echo(f"The settings can be used. The hub will answer at {settings.address}")


@main.command()
def doctor() -> None:
    """Look at what is often wrong (store, disk, rights, staffing) and say what to do about it."""
    order("doctor", {})


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
    order("user add", arguments | asked_password(asked=ask_password))


@user.command("list")
def user_list() -> None:
    """List all users with their roles."""
    order("user list", {})


@user.command("password")
@click.argument("login")
@click.option("--ask-password", is_flag=True, help="Ask for it; otherwise one is made and printed once.")
def user_password(login: str, *, ask_password: bool) -> None:
    """Set a new password; the person is signed out everywhere."""
    order("user password", {"login": login} | asked_password(asked=ask_password))


@user.command("disable")
@click.argument("login")
def user_disable(login: str) -> None:
    """Keep a person from signing in; open conversations are given back. His history stays."""
    order("user disable", {"login": login})


@user.command("enable")
@click.argument("login")
def user_enable(login: str) -> None:
    """Let a disabled person sign in again."""
    order("user enable", {"login": login})


@main.group()
def store() -> None:
    """The data store: info, rebuild, migrate."""


@store.command("info")
def store_info() -> None:
    """Engine, data version and number of documents."""
    order("store info", {})


@store.command("rebuild")
def store_rebuild() -> None:
    """Make all lists and counters anew from the conversations' entries (safe while the hub runs)."""
    order("store rebuild", {})


@store.command("migrate")
def store_migrate() -> None:
    """Bring stored data to this program's version; `hub serve` does it by itself at its start."""
    order("store migrate", {})


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write documents, files and secrets into one archive (tar.gz) while the hub goes on working.

    The archive is the same for SQLite and MongoDB: restore it into either.
    """
    order("backup", {"file": str(file.absolute())})


@main.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore_command(file: Path, *, yes: bool) -> None:
    """Put an archive of `hub backup` in the place of the present data.

    The archive is checked before anything is touched. A running hub restarts with the restored
    data; what was there before is kept in HUB_DATA/before-restore-…. Everybody signs in anew.
    """
    settings = settings_or_exit()
    if not yes:
        click.confirm(f"Replace everything in {settings.data.absolute()} by {file}?", abort=True)
    restore_here(file.absolute())


@main.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; standard output unless given.",
)
def openapi(*, output: Path | None) -> None:
    """Write the OpenAPI 3.1 document of the API."""
    text = json.dumps(run(openapi_document()), ensure_ascii=False, indent=1) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
