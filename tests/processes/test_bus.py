"""The bus between processes, over a real Redis that may hang, die and come back."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import structlog.testing
from redis.asyncio import Redis

from hub.documents import Document
from hub.entries import Actor, After, By, Entry, Kind, State
from hub.events import (
    AgentChanged,
    BeatsMoved,
    Committed,
    ConfigurationChanged,
    ContactChanged,
    ConversationProjected,
    DeliveryChanged,
    Event,
    Rang,
    ReadMarks,
    SessionEnded,
    StaffRead,
    Typing,
)
from hub.ids import ConversationId, EntryId
from hub.redis.bus import RedisBus
from tests.parts.redis import RedisServer

CHANNEL = "omnihub:test"
ENTRY = Entry(
    id=EntryId("e_1"),
    version=1,
    organisation="o_main",
    conversation=ConversationId("c_1"),
    seq=3,
    kind=Kind.MESSAGE,
    by=By(Actor.CONTACT, "p_1"),
    at="2026-11-25T08:00:00.000Z",
    body={"v": 1, "text": "煤气灶打不着火", "attachments": [{"file": "f_1", "size": 12}]},
    digest="d",
    after=After(state=State.WAITING, channel="webchat", queue="q_1", skills={"s_1": 3}),
    inbox="i_1",
    address="a_1",
    generation=1,
)
DOCUMENT: Document = {"id": "c_1", "version": 3, "skills": {"s_1": 3}, "preview": None}
EVERY_KIND: list[Event] = [
    Committed(ENTRY, DOCUMENT),
    Committed(ENTRY),
    ConversationProjected(DOCUMENT),
    AgentChanged("u_1"),
    Rang("c_1", "e_1"),
    Typing("c_1", "agent", "u_1", on=True),
    DeliveryChanged("c_1", "e_1", "failed", "no such address"),
    ReadMarks("c_1", 3, 2),
    StaffRead("c_1", "u_1", 3),
    ContactChanged("p_1"),
    SessionEnded("u_1", "s_1"),
    BeatsMoved(),
    ConfigurationChanged("queues"),
]


def bus_of(server: RedisServer, name: str, *, most: int = 10_000, channel: str = CHANNEL) -> RedisBus:
    return RedisBus(server.url, channel=channel, name=name, most=most)


def heard_by(bus: RedisBus, *, own: bool = False) -> list[Event]:
    """Everything the bus tells from now on."""
    heard: list[Event] = []
    for kind in {type(event) for event in EVERY_KIND}:
        bus.listen(kind, heard.append, own=own)
    return heard


@asynccontextmanager
async def running(*buses: RedisBus) -> AsyncIterator[None]:
    """The buses carry, and are connected at the beginning."""
    tasks = [asyncio.create_task(bus.run()) for bus in buses]
    try:
        await until(lambda: all(bus.connected for bus in buses))
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(holds: Callable[[], bool], *, limit: float = 10.0) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(limit):
        while not holds():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.01)


async def test_every_kind_arrives_once_and_as_it_was_and_my_own_are_not_heard_twice(
    redis: RedisServer,
) -> None:
    mine, theirs = bus_of(redis, "w_1"), bus_of(redis, "w_2")
    own, others, theirs_own = heard_by(mine), heard_by(theirs), heard_by(theirs, own=True)
    async with running(mine, theirs):
        for event in EVERY_KIND:
            mine.publish(event)
        assert own == EVERY_KIND
        await until(lambda: len(others) >= len(EVERY_KIND))
        theirs.publish(BeatsMoved())
        await until(lambda: len(own) > len(EVERY_KIND))
    assert others == [*EVERY_KIND, BeatsMoved()]
    assert own == [*EVERY_KIND, BeatsMoved()]
    assert theirs_own == [BeatsMoved()]


async def test_two_installations_on_one_redis_do_not_hear_each_other(redis: RedisServer) -> None:
    mine, theirs = bus_of(redis, "w_1"), bus_of(redis, "w_2")
    stranger = bus_of(redis, "w_3", channel="omnihub:other")
    here, there = heard_by(theirs), heard_by(stranger)
    async with running(mine, theirs, stranger):
        mine.publish(AgentChanged("u_1"))
        await until(lambda: here == [AgentChanged("u_1")])
        await asyncio.sleep(0.1)
    assert there == []


async def test_what_a_newer_program_says_is_passed_over(redis: RedisServer) -> None:
    bus = bus_of(redis, "w_1")
    heard = heard_by(bus)
    encode = msgspec.msgpack.encode
    known = encode(AgentChanged("u_1"))
    messages = [
        encode([1, "w_9", [{"type": "Levitated", "height": 3}, msgspec.Raw(known)]]),
        encode([1, "w_9", [{"type": "AgentChanged", "agent": "u_2", "mood": "good"}]]),
        encode([1, "w_9", [{"type": "AgentChanged"}]]),
        encode([2, "w_9", [msgspec.Raw(known)]]),
        b"\xc1 no msgpack at all",
        encode({"version": 1}),
    ]
    async with running(bus), Redis.from_url(redis.url) as client:
        for message in messages:
            await client.publish(CHANNEL, message)
        await client.publish(CHANNEL, encode([1, "w_9", [msgspec.Raw(encode(BeatsMoved()))]]))
        await until(lambda: BeatsMoved() in heard)
    assert heard == [AgentChanged("u_1"), AgentChanged("u_2"), BeatsMoved()]


async def test_a_redis_that_dies_costs_hints_and_one_log_line_and_comes_back(redis: RedisServer) -> None:
    mine, theirs = bus_of(redis, "w_1"), bus_of(redis, "w_2")
    own, others = heard_by(mine), heard_by(theirs)
    with structlog.testing.capture_logs() as said:
        async with running(mine, theirs):
            redis.stop()
            await until(lambda: not mine.connected and not theirs.connected)
            for number in range(30):
                mine.publish(AgentChanged(f"u_{number}"))
                await asyncio.sleep(0.05)
            assert len(own) == 30
            assert others == []
            redis.start()
            await until(lambda: mine.connected and theirs.connected)
            mine.publish(BeatsMoved())
            await until(lambda: BeatsMoved() in others)
    words = [line["event"] for line in said]
    assert words.count("Hints between processes are cut: the store is looked at instead") == 2
    assert words.count("Hints between processes flow again") == 2
    assert len(words) == 4


async def test_a_redis_that_hangs_never_blocks_and_only_so_many_hints_wait(redis: RedisServer) -> None:
    mine, theirs = bus_of(redis, "w_1", most=100), bus_of(redis, "w_2")
    others = heard_by(theirs)
    async with running(mine, theirs):
        redis.pause()
        began = time.monotonic()
        for number in range(10_000):
            mine.publish(AgentChanged(f"u_{number}"))
        assert time.monotonic() - began < 1
        assert mine.pending == 100
        await until(lambda: not mine.connected and not theirs.connected)
        assert mine.pending <= 100
        redis.resume()
        await until(lambda: mine.connected and theirs.connected)
        mine.publish(BeatsMoved())
        await until(lambda: BeatsMoved() in others)
        assert mine.pending == 0


async def test_without_redis_everything_goes_on_locally() -> None:
    bus = RedisBus("redis://127.0.0.1:1/0", channel=CHANNEL, name="w_1")
    heard = heard_by(bus)
    task = asyncio.create_task(bus.run())
    await asyncio.sleep(0.1)
    bus.publish(BeatsMoved())
    assert heard == [BeatsMoved()]
    assert not bus.connected
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await bus.close()  # nobody is there to take it


async def test_what_waits_goes_out_at_the_end(redis: RedisServer) -> None:
    mine, theirs = bus_of(redis, "w_1"), bus_of(redis, "w_2")
    others = heard_by(theirs)
    async with running(theirs):
        mine.publish(SessionEnded("u_1", "s_1"))  # a command that never carried
        await mine.close()
        await until(lambda: others == [SessionEnded("u_1", "s_1")])
    assert mine.pending == 0
