"""Passwords with argon2id, in threads, a limited number at once."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple, Unpack

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

P = TypeVarTuple("P")
R = TypeVar("R")


class Argon2Passwords:
    """Hashes and checks passwords; one check costs about 80 ms and 64 MiB (RFC 9106, low memory).

    Whoever comes while ``at_once`` checks are running waits for his turn, so a flood of
    sign-ins can take neither the memory nor the event loop.
    """

    def __init__(self, *, at_once: int, hasher: PasswordHasher | None = None) -> None:
        """``hasher``: other costs than argon2-cffi's default (tests)."""
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="password")
        self._decoy: str | None = None

    async def hash(self, password: str) -> str:
        """The text to store, with its salt and costs."""
        return await self._run(self._hasher.hash, password)

    async def matches(self, stored: str, password: str) -> bool:
        """Whether this is the password that was hashed."""
        return await self._run(self._verify, stored, password)

    async def waste(self) -> None:
        """Check a password against a hash of nobody: takes as long as a real check."""
        await self._run(self._verify_nobody)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, function: Callable[[Unpack[P]], R], *arguments: *P) -> R:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, function, *arguments)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def _verify_nobody(self) -> None:
        if self._decoy is None:
            self._decoy = self._hasher.hash("nobody's password")
        self._verify(self._decoy, "another password")
