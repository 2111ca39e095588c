"""The lock that keeps a store to one process, and proves that the former one is gone."""

import fcntl
import os
from pathlib import Path

from hub.documents import Unavailable


class StoreLocked(Unavailable):
    """Another process has the store open; ``pid`` is its process id, None where it is unknown."""

    code = "store_locked"

    def __init__(self, path: Path, pid: int | None) -> None:
        who = "another process" if pid is None else f"process {pid}"
        super().__init__(f"{path.parent} is in use by {who}")
        self.pid = pid


class Lock:
    """A lock on a file beside the store; the system drops it when the process ends."""

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        """Take it at once, or raise StoreLocked; Unavailable where the file cannot be written.

        ``shared``: with others who share it, against those who want it for themselves alone.
        """
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Unavailable(f"cannot write {path}: {error.strerror}") from error
        try:
            fcntl.flock(self._file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            os.ftruncate(self._file, 0)
            if not shared:
                os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError as error:
            pid = os.pread(self._file, 32, 0).strip()
            os.close(self._file)
            raise StoreLocked(path, int(pid) if pid.isdigit() else None) from error
        except OSError as error:
            os.close(self._file)
            raise Unavailable(f"cannot lock {path}: {error.strerror}") from error

    def share(self) -> None:
        """Let others share it from now on."""
        os.ftruncate(self._file, 0)
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def release(self) -> None:
        """Let others have it; a second time does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
