"""What is said of messages that are out: delivered, read, failed; and a person's word to send one again."""

from typing import cast

import msgspec

from hub.clock import Clock, stamp
from hub.delivery import RANK, Delivery, Status
from hub.documents import And, Document, Documents, Equal, PutIf, Refused
from hub.errors import Conflict, NotFound
from hub.events import Bus, DeliveryChanged


class Receipts:
    """What channels and people say of messages that are out: delivered, read, failed; and replays."""

    def __init__(self, documents: Documents, *, clock: Clock, bus: Bus) -> None:
        """Over this store."""
        self._documents = documents
        self._clock = clock
        self._bus = bus

    async def status_of(self, entry: str) -> Delivery | None:
        """The delivery of one entry, if it was begun."""
        stored = await self._documents.get("deliveries", entry)
        return None if stored is None else msgspec.convert(stored, Delivery)

    async def mark(self, entry: str, status: Status, *, why: str | None = None) -> bool:
        """Raise a message's status (never lower it); whether it changed. Receipts may repeat."""
        while True:
            delivery = await self.status_of(entry)
            if delivery is None:
                return False
            if status is Status.FAILED:
                if delivery.status not in (Status.SENT, Status.UNKNOWN, Status.STARTED):
                    return False
            elif RANK.get(status, 0) <= RANK.get(delivery.status, 9):
                return False
            new = msgspec.structs.replace(
                delivery,
                version=delivery.version + 1,
                status=status,
                why=why,
                at=stamp(self._clock.now()),
            )
            try:
                await self._documents.put_if(
                    "deliveries", cast(Document, msgspec.to_builtins(new)), version=delivery.version
                )
            except Refused:
                continue
            self._bus.publish(DeliveryChanged(new.conversation, new.id, new.status.value, new.why))
            return True

    async def dead_letters(
        self, organisation: str, status: Status, *, after: str | None = None, limit: int = 50
    ) -> tuple[list[Delivery], str | None]:
        """Messages that failed or whose outcome is unknown, newest first, and the next page's cursor."""
        page = await self._documents.find(
            "deliveries",
            And((Equal("organisation", organisation), Equal("status", status.value))),
            sort=("-at",),
            limit=limit,
            after=after,
        )
        return [msgspec.convert(item, Delivery) for item in page.items], page.next

    async def replay(self, entry: str, organisation: str) -> Delivery:
        """Send a failed or unknown message again, on a person's word; :class:`Conflict` if it is neither."""
        delivery = await self.status_of(entry)
        stored = await self._documents.get("entries", entry)
        if delivery is None or stored is None or delivery.organisation != organisation:
            raise NotFound("no such message")
        if delivery.status not in (Status.FAILED, Status.UNKNOWN):
            raise Conflict("it is not a failed message", code="not_failed")
        now = stamp(self._clock.now())
        again = msgspec.structs.replace(
            delivery,
            version=delivery.version + 1,
            status=Status.STARTED,
            tries=0,
            next_at=now,
            why=None,
            at=now,
        )
        marked = dict(stored)
        todo = stored.get("todo")
        marked["todo"] = {**(todo if isinstance(todo, dict) else {}), "deliver": True}
        marked["version"] = cast(int, stored["version"]) + 1
        try:
            await self._documents.commit(
                [
                    PutIf("deliveries", cast(Document, msgspec.to_builtins(again)), delivery.version),
                    PutIf("entries", marked, cast(int, stored["version"])),
                ]
            )
        except Refused as error:
            raise Conflict("it has changed meanwhile") from error
        self._bus.publish(DeliveryChanged(again.conversation, again.id, again.status.value))
        return again
