"""Which process looks after a visitor, where there are several: with a socket, or by counting.

A visitor who leaves one process and comes to another must not be taken for gone by the first. So
each says in one small document which processes hold a socket of his, and which one counts the time
since the last. Written when he comes and goes, read when his time is over.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta
from typing import cast

import msgspec

from channels.webchat.schema import WHEREABOUTS
from hub.clock import Clock, stamp
from hub.documents import (
    Changed,
    Contains,
    Delete,
    Document,
    Documents,
    Duplicate,
    Equal,
    Filter,
    Refused,
)
from hub.ids import Address, ContactId, InboxId
from hub.processes import Processes

PAGE = 200
FORGOTTEN = timedelta(days=7)
_replace = msgspec.structs.replace


class Here(msgspec.Struct, frozen=True, kw_only=True):
    """One visitor. ``sockets``: processes with a socket of his; ``counting``: who counts without."""

    id: str
    version: int
    inbox: InboxId
    address: Address
    contact: ContactId
    sockets: list[str] = []
    counting: str | None = None
    at: str = ""


class Whereabouts:
    """Says and reads who looks after a visitor, for one process."""

    def __init__(self, documents: Documents, processes: Processes, clock: Clock) -> None:
        """``processes`` knows this one and which others live."""
        self._documents = documents
        self._clock = clock
        self.processes = processes

    @property
    def _me(self) -> str:
        return self.processes.id

    def _lives_elsewhere(self, process: str | None) -> bool:
        return process is not None and process != self._me and self.processes.lives(process)

    async def arrive(self, inbox: InboxId, address: Address, contact: ContactId) -> None:
        """He has a socket at this process."""

        def step(here: Here) -> Here:
            if self._me in here.sockets and here.counting is None:
                return here
            return _replace(here, sockets=sorted({*self._living(here), self._me}), counting=None)

        await self._change(_new(inbox, address, contact), step)

    async def part(self, inbox: InboxId, address: Address, contact: ContactId) -> bool:
        """He has no socket at this process; whether this process must count: no other holds one."""

        def step(here: Here) -> Here:
            others = [process for process in self._living(here) if process != self._me]
            counting = None if others else self._me
            if others == here.sockets and counting == here.counting:
                return here
            return _replace(here, sockets=others, counting=counting)

        return (await self._change(_new(inbox, address, contact), step)).counting == self._me

    async def is_mine(self, inbox: InboxId, address: Address) -> bool:
        """Whether no other process that lives looks after him."""
        stored = await self._documents.get(WHEREABOUTS, _id(inbox, address))
        if stored is None:
            return True
        here = msgspec.convert(stored, Here)
        return not any(map(self._lives_elsewhere, [*here.sockets, here.counting]))

    async def forget(self, inbox: InboxId, address: Address) -> None:
        """He is gone, unless he was seen meanwhile."""
        stored = await self._documents.get(WHEREABOUTS, _id(inbox, address))
        here = None if stored is None else msgspec.convert(stored, Here)
        if here is not None and not any(map(self.processes.lives, here.sockets)):
            with suppress(Refused):
                await self._documents.commit([Delete(WHEREABOUTS, here.id, here.version)])

    async def tidy(self) -> int:
        """Take away what no process has said anything about for a week; how many."""
        return await self._documents.expire(WHEREABOUTS, "at", before=stamp(self._clock.now() - FORGOTTEN))

    async def adopt(self, dead: str) -> AsyncIterator[Here]:
        """Take over whom a dead process looked after; those that this process must count now."""
        for where in (Contains("sockets", dead), Equal("counting", dead)):
            async for here in self._all(where):
                if await self.part(here.inbox, here.address, here.contact):
                    yield here

    def _living(self, here: Here) -> list[str]:
        return [process for process in here.sockets if self.processes.lives(process)]

    async def _all(self, where: Filter) -> AsyncIterator[Here]:
        after: str | None = None
        while True:
            page = await self._documents.find(WHEREABOUTS, where, limit=PAGE, after=after)
            for item in page.items:
                yield msgspec.convert(item, Here)
            after = page.next
            if after is None:
                return

    async def _change(self, new: Here, step: Callable[[Here], Here]) -> Here:
        """Apply ``step`` to what stands, or to ``new``, until it holds."""
        while True:
            stored = await self._documents.get(WHEREABOUTS, new.id)
            here = new if stored is None else msgspec.convert(stored, Here)
            after = step(here)
            if after is here and stored is not None:
                return here
            after = _replace(after, version=here.version + 1, at=stamp(self._clock.now()))
            document = cast(Document, msgspec.to_builtins(after))
            try:
                if stored is None:
                    await self._documents.insert(WHEREABOUTS, document)
                else:
                    await self._documents.put_if(WHEREABOUTS, document, version=here.version)
            except (Duplicate, Changed):
                continue
            return after


def _id(inbox: InboxId, address: Address) -> str:
    return f"{inbox}:{address}"


def _new(inbox: InboxId, address: Address, contact: ContactId) -> Here:
    return Here(id=_id(inbox, address), version=0, inbox=inbox, address=address, contact=contact)
