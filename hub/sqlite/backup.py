"""A consistent copy of the store while it runs."""

import os
import sqlite3
from pathlib import Path

from hub.documents import Unavailable
from hub.sqlite.files import reason, sync_folder


def copy(connection: sqlite3.Connection, path: Path) -> None:
    """Copy what a connection sees, as of one moment, durably; Unavailable where it cannot.

    The copy opens like any store: put it in the place of the file, with no ``-wal`` beside it.
    """
    part = path.with_name(path.name + ".part")
    try:
        part.unlink(missing_ok=True)
        target = sqlite3.connect(part, isolation_level=None)
        try:
            target.execute("PRAGMA synchronous = OFF")  # synced once, below
            connection.backup(target, pages=-1)
        finally:
            target.close()
        descriptor = os.open(part, os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        part.replace(path)
        sync_folder(path.parent)
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(f"cannot back up to {path}: {reason(error)}") from error
    finally:
        part.unlink(missing_ok=True)
