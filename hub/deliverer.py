"""Takes outgoing messages to their channels: in order, at least once or visibly failed or unknown,
never silently twice.

Only the lowest marked entry of an address is ever in work (protocol, *Delivery*).
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import cast

import msgspec
import structlog

from hub.channel import (
    Capabilities,
    Channel,
    ChannelError,
    ChannelUnavailable,
    OutcomeUnknown,
    Outgoing,
    RateLimited,
    Receipt,
    Rejected,
    WindowClosed,
)
from hub.clock import Clock, parse_stamp, stamp
from hub.delivery import (
    ERASED,
    FINAL,
    INTERRUPTED,
    NO_ANSWER,
    NOT_PLUGGED_IN,
    RANK,
    ChannelOf,
    Delivery,
    SpeakerNames,
    Status,
)
from hub.documents import (
    Clear,
    Document,
    Documents,
    Duplicate,
    Equal,
    Exists,
    Lost,
    PutIf,
    Refused,
    Step,
    all_of,
)
from hub.entries import Entry
from hub.errors import NotFound
from hub.events import Bus, DeliveryChanged
from hub.ids import Address, EntryId, Ids, InboxId
from hub.timeline import to_entry

GIVEN_UP_AFTER = 10.0  # seconds beyond the channel's own send time-out
RETRIES = 8
_replace = msgspec.structs.replace
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Watched:
    version: int
    since: float


class Deliverer:
    """Takes marked entries of one address after the other to their channel."""

    def __init__(
        self,
        documents: Documents,
        *,
        channels: ChannelOf,
        names: SpeakerNames,
        clock: Clock,
        ids: Ids,
        bus: Bus,
        random: Random,
    ) -> None:
        """A worker; several may run, also in several processes: each attempt has a name of its own."""
        self._documents = documents
        self._channels = channels
        self._names = names
        self._clock = clock
        self._bus = bus
        self._random = random
        self._ids = ids
        self._late: set[asyncio.Future[None]] = set()
        self._watched: dict[str, _Watched] = {}

    async def lowest(self, inbox: str, address: str) -> Entry | None:
        """The one entry of this address that may be worked on."""
        page = await self._documents.find(
            "entries",
            all_of(Exists("todo.deliver"), Equal("inbox", inbox), Equal("address", address)),
            sort=("inbox", "address", "generation", "seq"),
            limit=1,
        )
        return to_entry(page.items[0]) if page.items else None

    async def work(self, inbox: str, address: str) -> bool:
        """Work on the lowest entry of this address; whether the next one may be tried at once."""
        entry = await self.lowest(inbox, address)
        if entry is None:
            return False
        channel = await self._channel(inbox)
        delivery = await self._claim(entry, Capabilities() if channel is None else channel.capabilities)
        if delivery is None:
            return False
        if delivery.status in FINAL:
            return await self._clear(entry, delivery)
        return await self._send(entry, channel, delivery)

    async def _channel(self, inbox: str) -> Channel | None:
        """The inbox's channel; None where it is not plugged in, or the inbox is gone."""
        try:
            return await self._channels.channel(InboxId(inbox))
        except (KeyError, NotFound):
            return None

    async def _clear(self, entry: Entry, delivery: Delivery) -> bool:
        """Take the mark off a message whose fate is final, unless a person has just replayed it."""
        seen = _replace(delivery, version=delivery.version + 1)
        steps: list[Step] = [
            PutIf("deliveries", cast(Document, msgspec.to_builtins(seen)), delivery.version),
            Clear("entries", entry.id, "todo.deliver"),
        ]
        try:
            await self._documents.commit(steps)
        except (Refused, Lost):
            return False  # the sweep looks again
        self._watched.pop(entry.id, None)
        return True

    async def _claim(self, entry: Entry, can: Capabilities) -> Delivery | None:
        """My started delivery, a final one, or None: somebody else is at it, or it must wait."""
        stored = await self._documents.get("deliveries", entry.id)
        if stored is None:
            worker = self._ids.new("d")
            mine = Delivery(
                id=entry.id,
                version=1,
                organisation=entry.organisation,
                conversation=entry.conversation,
                inbox=entry.inbox,
                address=entry.address,
                seq=entry.seq,
                status=Status.STARTED,
                worker=worker,
                number=1,
                at=stamp(self._clock.now()),
            )
            try:
                await self._documents.insert("deliveries", cast(Document, msgspec.to_builtins(mine)))
            except (Duplicate, Lost):
                return await self._mine(entry.id, worker)
            return mine
        delivery = msgspec.convert(stored, Delivery)
        if delivery.status in FINAL:
            return delivery
        if delivery.next_at is not None:
            return await self._again(delivery) if self._due(delivery) else None
        return await self._look_at_foreign(delivery, can)

    async def _mine(self, id: str, worker: str) -> Delivery | None:
        """The document if it is final or names this very attempt."""
        stored = await self._documents.get("deliveries", id)
        if stored is None:
            return None
        delivery = msgspec.convert(stored, Delivery)
        if delivery.status in FINAL:
            return delivery
        return delivery if delivery.worker == worker else None

    def _due(self, delivery: Delivery) -> bool:
        return delivery.next_at is not None and self._clock.now() >= parse_stamp(delivery.next_at)

    async def _again(self, delivery: Delivery) -> Delivery | None:
        """Take up an attempt that surely did not go out and waits for its next time."""
        return await self._put(delivery, self._next_attempt(delivery))

    def _next_attempt(self, delivery: Delivery) -> Delivery:
        return _replace(delivery, worker=self._ids.new("d"), number=delivery.number + 1, next_at=None)

    async def _look_at_foreign(self, delivery: Delivery, can: Capabilities) -> Delivery | None:
        """A started attempt of another (or of my former self): given up after the send time-out."""
        watched = self._watched.get(delivery.id)
        now = self._clock.monotonic()
        if watched is None or watched.version != delivery.version:
            self._watched[delivery.id] = _Watched(delivery.version, now)
            return None
        if now - watched.since < can.send_timeout + GIVEN_UP_AFTER:
            return None
        if can.recognises_ids:
            return await self._put(delivery, self._next_attempt(delivery))
        given_up = _replace(
            delivery,
            worker=self._ids.new("d"),
            status=Status.UNKNOWN,
            why=INTERRUPTED,
        )
        return await self._put(delivery, given_up)

    async def _put(self, old: Delivery, new: Delivery) -> Delivery | None:
        new = _replace(new, version=old.version + 1, at=stamp(self._clock.now()))
        try:
            await self._documents.put_if(
                "deliveries", cast(Document, msgspec.to_builtins(new)), version=old.version
            )
        except (Refused, Lost):
            return await self._mine(new.id, new.worker)
        self._tell(new)
        return new

    async def _send(self, entry: Entry, channel: Channel | None, delivery: Delivery) -> bool:
        if entry.body.get("redacted"):
            return await self._finish(entry, delivery, status=Status.FAILED, why=ERASED)
        if channel is None:
            return await self._later(entry, delivery, ChannelUnavailable(NOT_PLUGGED_IN))
        outgoing = await self._outgoing(entry, delivery)
        try:
            receipt = await self._within(channel, outgoing, entry, delivery)
        except (ChannelUnavailable, RateLimited) as error:
            return await self._later(entry, delivery, error)
        except (Rejected, WindowClosed) as error:
            return await self._finish(entry, delivery, status=Status.FAILED, why=error.why)
        except Exception as error:  # noqa: BLE001 - a plugged-in channel may raise anything
            if not isinstance(error, ChannelError):
                _log.exception("A channel failed without saying how", inbox=entry.inbox)
                error = OutcomeUnknown(ChannelError.code)
            if channel.capabilities.recognises_ids:
                return await self._later(entry, delivery, error)
            return await self._finish(entry, delivery, status=Status.UNKNOWN, why=error.why)
        status = Status.DELIVERED if receipt.delivered else Status.SENT
        return await self._finish(entry, delivery, status=status, receipt=receipt)

    async def _outgoing(self, entry: Entry, delivery: Delivery) -> Outgoing:
        return Outgoing(
            id=EntryId(entry.id),
            inbox=InboxId(entry.inbox),
            address=Address(entry.address),
            conversation=entry.conversation,
            seq=entry.seq,
            by_kind=entry.by.kind.value,
            by_name=await self._names.public_name(entry.by.kind.value, entry.by.id),
            body=entry.body,
            attempt=delivery.number,
        )

    async def _within(
        self, channel: Channel, outgoing: Outgoing, entry: Entry, delivery: Delivery
    ) -> Receipt:
        """Send within the channel's time; what answers later still has its say (see :meth:`_late_word`)."""
        sending = asyncio.ensure_future(channel.send(outgoing))
        alarm = asyncio.ensure_future(self._clock.sleep(channel.capabilities.send_timeout))
        try:
            await asyncio.wait((sending, alarm), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            sending.cancel()
            raise
        finally:
            alarm.cancel()
        if sending.done():
            return sending.result()
        late = asyncio.ensure_future(self._late_word(sending, entry, delivery))
        self._late.add(late)
        late.add_done_callback(self._late.discard)
        raise OutcomeUnknown(NO_ANSWER)

    async def _late_word(self, sending: asyncio.Future[Receipt], entry: Entry, delivery: Delivery) -> None:
        """A send that answers after its time: its receipt overrules *unknown*, its error says nothing new."""
        try:
            receipt = await sending
            status = Status.DELIVERED if receipt.delivered else Status.SENT
            await self._finish(entry, delivery, status=status, receipt=receipt)
        except Exception as error:  # noqa: BLE001 - a plugged-in channel may raise anything
            _log.info("A late send came to nothing", reason=type(error).__name__)

    async def _later(self, entry: Entry, delivery: Delivery, error: ChannelError) -> bool:
        why = error.why
        if delivery.tries + 1 >= RETRIES:
            return await self._finish(entry, delivery, status=Status.FAILED, why=why)
        pause = min(2.0**delivery.tries, 300.0) * (0.5 + self._random.random())
        if isinstance(error, RateLimited):
            pause = max(pause, error.after)
        due = stamp(self._clock.now() + timedelta(seconds=pause))
        await self._put(delivery, _replace(delivery, tries=delivery.tries + 1, next_at=due, why=why))
        return False

    async def _finish(
        self,
        entry: Entry,
        delivery: Delivery,
        *,
        status: Status,
        why: str | None = None,
        receipt: Receipt | None = None,
    ) -> bool:
        """Write the outcome and clear the mark in one commit; a later *unknown* is overruled by *sent*.

        What the channel calls the message stays, once it is known.
        """
        given = None if receipt is None else receipt.external_id
        while True:
            new = _replace(
                delivery,
                version=delivery.version + 1,
                status=status,
                why=why,
                external_id=given or delivery.external_id,
                at=stamp(self._clock.now()),
                next_at=None,
            )
            steps: list[Step] = [
                PutIf("deliveries", cast(Document, msgspec.to_builtins(new)), delivery.version),
                Clear("entries", entry.id, "todo.deliver"),
            ]
            try:
                await self._documents.commit(steps)
            except Lost:
                # Asked again at the same version: refused means that it did happen.
                await self._clock.sleep(0.1)
                continue
            except Refused:
                stored = await self._documents.get("deliveries", entry.id)
                if stored is None:
                    return False
                found = msgspec.convert(stored, Delivery)
                if found.status is status and found.worker == delivery.worker:
                    return True
                overtaken = found.worker == delivery.worker and RANK.get(found.status, 0) > RANK.get(
                    status, 9
                )
                delivery = found
                if overtaken:  # a receipt was faster than we: its word stands, our id is added
                    status, why = found.status, found.why
                    continue
                late = status in (Status.SENT, Status.DELIVERED) and delivery.status is Status.UNKNOWN
                if not late:
                    return False
                continue
            self._watched.pop(entry.id, None)
            self._tell(new)
            return True

    def _tell(self, delivery: Delivery) -> None:
        self._bus.publish(
            DeliveryChanged(delivery.conversation, delivery.id, delivery.status.value, delivery.why)
        )
