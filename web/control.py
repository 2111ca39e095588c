"""The control socket: `hub` commands reach the hub that has the store open.

A Unix socket in the data folder, for its owner alone. One line of JSON asks
(``{"command", "arguments"}``), lines of JSON answer (``{"say"}`` …, then ``{"exit"}``).
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path

import msgspec
import structlog

from hub.settings import SettingsProblem

_log = structlog.get_logger(__name__)
NAME = "control.sock"
_LONGEST_LINE = 1_000_000
Say = Callable[[str], None]
Run = Callable[[str, Mapping[str, str], Say], Awaitable[int]]


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One command and its arguments, all of them text."""

    command: str
    arguments: dict[str, str] = {}


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the answer; the last one has the exit code."""

    say: str | None = None
    exit: int | None = None


class ControlSocket:
    """The running hub's end."""

    def __init__(self, folder: Path, run: Run) -> None:
        """``run`` does a command and says lines; it answers the exit code."""
        self._folder = folder
        self._run = run
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Begin to listen; a socket that a killed hub left behind is replaced."""
        path = self._folder / NAME
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        with _short(self._folder) as short:
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            before = os.umask(0o177)
            try:
                listener.bind(short)
            finally:
                os.umask(before)
        listener.setblocking(False)  # noqa: FBT003 - the socket module's own
        self._server = await asyncio.start_unix_server(self._serve, sock=listener, limit=_LONGEST_LINE)

    async def close(self) -> None:
        """Stop listening and take the socket away."""
        if self._server is not None:
            self._server.close()
            with contextlib.suppress(FileNotFoundError):
                (self._folder / NAME).unlink()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(text: str) -> None:
            writer.write(msgspec.json.encode(Said(say=text)) + b"\n")

        try:
            order = msgspec.json.decode(await reader.readline(), type=Order)
            _log.info("A command came over the control socket", command=order.command)
            code = await self._run(order.command, order.arguments, say)
            writer.write(msgspec.json.encode(Said(exit=code)) + b"\n")
            await writer.drain()
        except (msgspec.DecodeError, ValueError):
            say("This is not a command of this version of the hub.")
        except OSError:
            return  # whoever asked has gone
        finally:
            writer.close()


async def ask(folder: Path, command: str, arguments: Mapping[str, str], say: Say) -> int | None:
    """Have the running hub do a command; its exit code, None where no hub runs on this folder.

    :class:`SettingsProblem` where this user may not enter the folder.
    """
    try:
        with _short(folder) as short:
            reader, writer = await asyncio.open_unix_connection(short, limit=_LONGEST_LINE)
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
        return None
    except PermissionError as error:
        words = f"HUB_DATA names {folder}, which this user may not enter: run the command as the hub's user."
        raise SettingsProblem([words]) from error
    try:
        order = Order(command, dict(arguments))
        writer.write(msgspec.json.encode(order) + b"\n")
        await writer.drain()
        while line := await reader.readline():
            said = msgspec.json.decode(line, type=Said)
            if said.say is not None:
                say(said.say)
            if said.exit is not None:
                return said.exit
    finally:
        writer.close()
    say("The hub ended before it had answered. Look whether it was done.")
    return 1


@contextlib.contextmanager
def _short(folder: Path) -> Iterator[str]:
    """A path to the socket that is short: the system takes at most 107 bytes."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)
