"""The event bus between processes, over Redis' publish and subscribe.

What this process does is told to its own listeners at once, and to the other processes as soon as
Redis takes it. On the wire a message is msgpack: ``[version, name of the sender, [event, …]]``, each
event tagged with its kind. Kinds and versions that are not known here are passed over, so that
programs of two versions can run side by side.

A Redis that is slow or away is never waited for: what does not get out in time is dropped, the
oldest first. Whoever must know looks into the store (:mod:`web.following`).
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, TypeVar

import msgspec
import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from hub.events import Event, LocalBus

VERSION = 1
MOST_PENDING = 10_000  # events that wait for Redis
AT_ONCE = 200  # events in one message
PATIENCE = 2.0  # seconds Redis may take to answer
PING = 1.0  # seconds between two words with Redis, at the least
SILENT = 3.0  # seconds without a word from Redis after which it counts as cut
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 2.0  # seconds until the next attempt to connect
_CUT = (RedisError, OSError, TimeoutError)
_log = structlog.get_logger(__name__)
E_ = TypeVar("E_", bound=Event)


class Message(msgspec.Struct, frozen=True, array_like=True):
    """What travels: events of one process, each still encoded."""

    version: int
    sender: str
    events: list[msgspec.Raw]


class RedisBus:
    """Implements :class:`hub.events.Bus` for several processes; :meth:`run` carries while it runs."""

    def __init__(self, url: str, *, channel: str, name: str, most: int = MOST_PENDING) -> None:
        """``url``: redis:// or rediss://; ``channel``: of one installation; ``name``: this process's own."""
        self._url = url
        self._channel = channel
        self._name = name
        self._local = LocalBus()
        self._pending: deque[bytes] = deque(maxlen=most)
        self._wake = asyncio.Event()
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode_message = msgspec.msgpack.Decoder(Message).decode
        self._decode_event = msgspec.msgpack.Decoder(Event).decode
        self._random = Random()  # noqa: S311 - jitter, not a secret
        self._connected = False
        self._told_cut = False

    @property
    def connected(self) -> bool:
        """Whether hints flow now, as far as anybody can know."""
        return self._connected

    @property
    def pending(self) -> int:
        """How many events wait for Redis."""
        return len(self._pending)

    # --- the port ---

    def publish(self, event: Event) -> None:
        """Tell the listeners here, and the other processes when Redis takes it."""
        self._local.publish(event)
        try:
            self._pending.append(self._encode(event))
        except (TypeError, ValueError, OverflowError):
            _log.exception("An event could not be encoded", event_kind=type(event).__name__)
            return
        self._wake.set()

    def hear(self, event: Event) -> None:
        """Tell the listeners here of what another process did."""
        self._local.hear(event)

    def listen(
        self, kind: type[E_], handler: Callable[[E_], None], *, own: bool = False
    ) -> Callable[[], None]:
        """Add a listener."""
        return self._local.listen(kind, handler, own=own)

    # --- the carrying ---

    async def run(self) -> None:
        """Carry until cancelled; connects anew, ever more slowly, as often as it is cut."""
        pause = FIRST_PAUSE
        while True:
            try:
                await self._carry()
            except _CUT as error:
                if self._connected:
                    pause = FIRST_PAUSE
                self._note(connected=False, reason=type(error).__name__)
            finally:
                self._connected = False
            await asyncio.sleep(pause * (0.5 + self._random.random()))
            pause = min(pause * 2, LONGEST_PAUSE)

    async def close(self) -> None:
        """Let what still waits go out, if Redis takes it at once."""
        if not self._pending:
            return
        with contextlib.suppress(*_CUT):
            async with asyncio.timeout(PATIENCE), self._client() as client:
                await self._send_pending(client)

    def _client(self) -> "Redis":
        client: Redis = Redis.from_url(
            self._url,
            protocol=2,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )
        return client

    def _note(self, *, connected: bool, reason: str = "") -> None:
        """Remember it, and say it once each time that it changes."""
        self._connected = connected
        if connected and self._told_cut:
            self._told_cut = False
            _log.info("Hints between processes flow again")
        elif not connected and not self._told_cut:
            self._told_cut = True
            _log.warning("Hints between processes are cut: the store is looked at instead", reason=reason)

    async def _carry(self) -> None:
        """Send and hear over one connection each, until one of them is cut."""
        async with self._client() as client, client.pubsub() as subscription:
            await subscription.subscribe(self._channel)
            await _first_of(self._hear_others(subscription), self._send(client))

    async def _send(self, client: "Redis") -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._send_pending(client)

    async def _send_pending(self, client: "Redis") -> None:
        while self._pending:
            taken = [self._pending.popleft() for _ in range(min(AT_ONCE, len(self._pending)))]
            message = Message(VERSION, self._name, [msgspec.Raw(event) for event in taken])
            try:
                await client.publish(self._channel, self._encode(message))
            except BaseException:
                room = (self._pending.maxlen or 0) - len(self._pending)
                self._pending.extendleft(reversed(taken[max(0, len(taken) - room) :]))
                self._wake.set()
                raise

    async def _hear_others(self, subscription: PubSub) -> None:
        loop = asyncio.get_running_loop()
        asked = heard = loop.time()
        while True:
            word = await subscription.get_message(timeout=PING)
            now = loop.time()
            if word is not None:
                heard = now
                if word["type"] == "message":
                    self._take(word["data"])
                elif not self._connected:
                    self._note(connected=True)
            if now - heard > SILENT:
                raise TimeoutError("Redis says nothing")
            if now - asked >= PING:
                asked = now
                await subscription.ping()

    def _take(self, data: bytes) -> None:
        """Tell the listeners what a message says."""
        try:
            message = self._decode_message(data)
        except msgspec.DecodeError:
            return  # of a program so new that nothing of it is known here
        if message.version != VERSION or message.sender == self._name:
            return
        for raw in message.events:
            try:
                event = self._decode_event(raw)
            except msgspec.DecodeError:
                continue  # a kind, or a form of one, that is not known here
            self._local.hear(event)


async def _first_of(*works: Coroutine[Any, Any, None]) -> None:
    """Run all of them until one ends or fails; then the others are ended, too."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
