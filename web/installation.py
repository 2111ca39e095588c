"""The data folder of one installation: its secrets, and files only its owner may read."""

import asyncio
import fcntl
import hmac
import json
import os
import secrets
import time
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from hub.settings import SettingsProblem
from hub.sqlite.lock import Lock, StoreLocked

LOCK = "hub.lock"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else


class Installation:
    """A data folder; made on first use, with secrets of its own."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder and its secrets where they are missing; readable by the owner alone."""
        self.folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / "files").mkdir(mode=0o700, exist_ok=True)
            self._master = self._read_or_make_master()
        except OSError as error:
            raise _cannot_be_used(folder, error) from error

    @property
    def store(self) -> Path:
        """The SQLite file."""
        return self.folder / "hub.sqlite"

    @property
    def files(self) -> Path:
        """Where uploads are kept."""
        return self.folder / "files"

    def key(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose; keys of different purposes say nothing of each other."""
        return hmac.digest(self._master, purpose.encode(), "sha256")

    def _read_or_make_master(self) -> bytes:
        path = self.folder / "secrets.json"
        if not path.exists():
            master = secrets.token_bytes(32)
            write_private(path, json.dumps({"version": 1, "master": b64encode(master).decode()}))
        try:
            content = json.loads(path.read_text())
            master = b64decode(content["master"], validate=True)
        except (ValueError, KeyError, TypeError) as error:
            raise SettingsProblem(
                [f"{path} is damaged. Put back a copy of it, or delete it to make new secrets."]
            ) from error
        if len(master) < 32:
            raise SettingsProblem([f"{path} is damaged: its secret is too short."])
        return master


def hold(folder: Path) -> Lock:
    """Make the data folder where it is missing, and keep it to this process until it is released.

    Whatever engine stores the documents. StoreLocked where another process has it, Unavailable,
    or SettingsProblem where the folder cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_be_used(folder, error) from error
    return Lock(folder / LOCK)


def hold_together(folder: Path, prepare: Callable[[Path], object], *, patience: float = 10.0) -> Lock:
    """Keep the data folder to the processes of one hub on MongoDB; blocks for ``patience`` seconds.

    The first of them has it to itself for a moment: it does ``prepare`` and makes the secrets.
    Raises as :func:`hold`; StoreLocked where a process wants it for itself alone.
    """
    until = time.monotonic() + patience
    while True:
        try:
            lock = hold(folder)
        except StoreLocked:
            try:
                return Lock(folder / LOCK, shared=True)
            except StoreLocked:
                if time.monotonic() >= until:
                    raise
            time.sleep(0.05)
            continue
        try:
            prepare(folder)
            Installation(folder)
        except BaseException:
            lock.release()
            raise
        lock.share()
        return lock


@asynccontextmanager
async def one_after_another(folder: Path) -> AsyncIterator[None]:
    """What processes that share a data folder do one after the other, such as the first run."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        await asyncio.to_thread(fcntl.flock, descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _cannot_be_used(folder: Path, error: OSError) -> SettingsProblem:
    return SettingsProblem([f"HUB_DATA names {folder}, which cannot be used: {error.strerror}."])


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def new_password(length: int = 14) -> str:
    """A password that can be read out and typed; about 69 bits at 14 characters."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def keep_passwords(path: Path, title: str, passwords: Mapping[str, str]) -> None:
    """Write logins and passwords where only the owner of the data folder can read them."""
    lines = [title, "", *(f"{login}  {password}" for login, password in passwords.items()), ""]
    write_private(path, "\n".join(lines))


def read_passwords(path: Path) -> dict[str, str]:
    """What :func:`keep_passwords` wrote; empty where it is gone."""
    if not path.exists():
        return {}
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines()[2:]:
        login, _, password = line.partition("  ")
        if password:
            found[login] = password
    return found
