"""Opening the store's file safely, and what SQLite's errors mean to the port.

A failed ``fdatasync`` leaves pages that the system believes clean and the disk never got. So
long as the store runs, SQLite writes over them with the next commit (``Writer`` sees to that);
when a process is killed right then, the next one would trust them and build upon them. Hence
:func:`refresh_log`: a log that a crash left behind is written anew, and synced, before SQLite
reads it.
"""

import os
import shutil
import sqlite3
from pathlib import Path

from hub.documents import Unavailable

BUSY_SECONDS = 5.0
CACHE_KIB = 32_768
STATEMENTS = 512


def connect(path: Path, *, writes: bool) -> sqlite3.Connection:
    """A connection, usable from any one thread at a time; raises sqlite3.Error."""
    connection = sqlite3.connect(
        path,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS,
    )
    try:
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.execute("PRAGMA temp_store = MEMORY")
        if writes:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = FAST")
            connection.execute("PRAGMA journal_size_limit = 67108864")
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            if mode != "wal":
                raise Unavailable(f"{path.parent} is no place for a store: no write-ahead log there")
        else:
            connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def refresh_log(path: Path) -> None:
    """Write the log of a crashed process anew; only while nobody has the store open.

    Raises OSError. Also drops the shared index of the log, which SQLite makes again from it.
    """
    log = path.with_name(path.name + "-wal")
    if not log.exists() or log.stat().st_size == 0:
        return
    fresh = path.with_name(path.name + "-wal.new")
    try:
        with log.open("rb") as source, fresh.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
            target.flush()
            os.fsync(target.fileno())
        fresh.replace(log)
    finally:
        fresh.unlink(missing_ok=True)
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make new names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def reason(error: Exception) -> str:
    """An error in words for a log or an exception: no values of documents in it."""
    name = getattr(error, "sqlite_errorname", None)
    return f"{name}: {error}" if name else f"{type(error).__name__}: {error}"


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's result code without its extension; 0 where it is unknown."""
    code = getattr(error, "sqlite_errorcode", 0)
    return int(code) & 0xFF
