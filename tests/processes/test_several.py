"""Two web processes, two routers, a Redis and a MongoDB: customers and agents do not notice."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.webchat_client import Client
from tests.parts.processes import BIN
from tests.processes.company import LEASE, Company, company, seen
from tests.processes.people import Desk

AGENT = "zhangmin"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """One hotline for all tests of this module."""
    with company(tmp_path_factory.mktemp("c")) as made:
        yield made


@pytest.fixture
async def house(made: Company) -> Company:
    """Everything runs and is connected, whatever the test before has killed."""
    made.start("router 1", "web a", "web b", "router 2")
    await seen(made.owner, limit=LEASE + 5, what="an owner of the lease")
    await seen(made.hints_flow, limit=10, what="hints")
    return made


async def begin(customer: Client, text: str) -> str:
    """Write a first message and stay connected; the conversation."""
    await customer.open()
    stored = await customer.say(text)
    customer.connect()
    await customer.until(lambda c: any(event["t"] == "caught_up" for event in c.events))
    return str(stored["conversation"]["id"])


async def leave(customer: Client) -> None:
    """Close the tab for good."""
    await customer.call("POST", "/leave", {})


async def stands_closed(house: Company, web: str, token: str | None, *, limit: float = 15) -> None:
    """Wait until the conversation of this token is closed; a look is no sign of life."""
    async with house.customer(web, token=token) as looking:
        async with asyncio.timeout(limit):
            while (await looking.open())["conversation"]["state"] != "closed":  # noqa: ASYNC110
                await asyncio.sleep(0.3)


def place_of(customer: Client) -> int | None:
    """The place in line he was told last."""
    for event in reversed(customer.events):
        place = event.get("position") or (event.get("conversation") or {}).get("position")
        if isinstance(place, int):
            return place
    return None


def state_of(desk: Desk, agent: str) -> str | None:
    """The last presence of a colleague that a desk was told of."""
    told = [one for event in desk.of("agents") for one in event["agents"] if one["id"] == agent]
    return told[-1]["state"] if told else None


async def test_a_conversation_goes_from_one_process_to_the_other_and_back(house: Company) -> None:
    async with house.desk("web b", AGENT) as desk, house.customer("web a") as customer:
        await desk.ready()
        conversation = await begin(customer, "煤气灶打不着火")
        offer = await desk.accept(conversation)
        assert 0 < offer["expires_in_ms"] <= offer["total_ms"]
        await desk.say(conversation, "您好，请问灶具是什么牌子？")
        await customer.until(lambda c: "您好，请问灶具是什么牌子？" in c.texts)
        await customer.say("老板牌")
        await desk.until(lambda: "老板牌" in desk.texts(conversation))
        await desk.close(conversation)


async def test_who_waits_is_told_his_place_by_a_process_that_does_not_route(house: Company) -> None:
    async with house.customer("web a") as first, house.customer("web b") as second:
        await begin(first, "一")
        await begin(second, "二")
        for customer, place in ((first, 1), (second, 2)):
            await customer.until(lambda c, place=place: place_of(c) == place)
        await leave(first)
        await second.until(lambda c: place_of(c) == 1)
        await leave(second)


async def test_a_router_that_is_killed_is_replaced_within_a_lease_and_places_are_kept(
    house: Company,
) -> None:
    owner = house.owner()
    assert owner is not None
    standby = next(name for name in ("router 1", "router 2") if name != owner)
    async with house.customer("web a") as first, house.customer("web b") as second:
        conversations = [await begin(first, "一"), await begin(second, "二")]
        house.process(owner).kill()
        took = await seen(lambda: house.health(standby).get("routes"), limit=30, what="a new owner")
        assert took <= LEASE + 1
        async with house.desk("web b", AGENT) as desk:
            await desk.ready()
            await desk.until(lambda: len(desk.of("offer")) == 2)  # he has room for both
            rang = [event["offer"]["conversation"] for event in desk.of("offer")]
            assert rang == conversations
            for conversation in conversations:
                await desk.accept(conversation)
                await desk.close(conversation)


async def test_a_router_that_is_told_to_stop_leaves_its_place_at_once(house: Company) -> None:
    owner = house.owner()
    assert owner is not None
    standby = next(name for name in ("router 1", "router 2") if name != owner)
    assert await asyncio.to_thread(house.process(owner).terminate) == 0
    took = await seen(lambda: house.health(standby).get("routes"), limit=30, what="a new owner")
    assert took < LEASE
    assert "This process routes the group now" in house.process(standby).log()


async def test_redis_is_cut_in_the_middle_and_the_journey_is_completed_all_the_same(house: Company) -> None:
    async with house.desk("web b", AGENT) as desk, house.customer("web a") as customer:
        await desk.ready()
        conversation = await begin(customer, "燃气表不走字")
        offer = await desk.until(lambda: desk.offers(conversation))
        house.redis.stop()
        await desk.do(conversation, "accept", {"slot": offer[-1]["slot"]})
        await customer.until(lambda c: c.conversation["agent"] is not None)
        await customer.say("表号 4711")
        await desk.until(lambda: "表号 4711" in desk.texts(conversation))
        await desk.say(conversation, "师傅明天上门")
        await customer.until(lambda c: "师傅明天上门" in c.texts)
        async with house.customer("web a") as another:
            later = await begin(another, "缴费")  # no hint leads to router, desk or customer
            await desk.accept(later)
            await another.until(lambda c: c.conversation["agent"] is not None)
            await desk.close(later)
            await another.until(lambda c: c.conversation["state"] == "closed")
        house.redis.start()
        await seen(house.hints_flow, limit=15, what="hints")
        await customer.say("谢谢")
        await desk.until(lambda: "谢谢" in desk.texts(conversation), limit=3)
        await desk.close(conversation)
        await customer.until(lambda c: c.conversation["state"] == "closed", limit=3)


async def test_a_colleague_on_another_process_is_seen_to_come_and_go_without_redis(house: Company) -> None:
    async with house.desk("web b", AGENT) as desk:
        house.redis.stop()
        async with house.desk("web a", "liqiang") as colleague:
            me = (await colleague.call("GET", "/api/session"))["id"]
            await colleague.ready()
            await desk.until(lambda: state_of(desk, me) == "ready")
            await colleague.sign_out()
            await desk.until(lambda: state_of(desk, me) == "offline")
    house.redis.start()


async def test_who_goes_from_one_process_to_another_has_not_left(house: Company) -> None:
    async with house.customer("web a") as before:
        await begin(before, "还在吗")
        await before.disconnect()
        async with house.customer("web b", token=before.token) as after:
            await after.open()
            after.connect()
            await after.until(lambda c: any(event["t"] == "caught_up" for event in c.events))
            await asyncio.sleep(4)  # twice as long as a visitor may be away
            assert after.conversation is not None
            assert after.conversation["state"] == "waiting"
        await stands_closed(house, "web a", before.token)


async def test_visitors_of_a_process_that_was_killed_are_counted_by_another(house: Company) -> None:
    async with house.customer("web b") as customer:
        await begin(customer, "喂")
        await customer.disconnect()
        house.process("web b").kill()
        await stands_closed(house, "web a", customer.token, limit=30)


def command(house: Company, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A `hub` command on the data of the hotline."""
    return subprocess.run(
        [str(BIN / "hub"), *arguments],
        env={"PATH": os.defpath, **house.settings, **settings},
        cwd=house.data,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


async def test_commands_work_beside_the_processes_but_none_that_wants_the_data_for_itself(
    house: Company,
) -> None:
    archive = house.data.parent / "backup.tar.gz"
    listed, made = await asyncio.gather(
        asyncio.to_thread(command, house, "user", "list"),
        asyncio.to_thread(command, house, "backup", str(archive)),
    )
    assert AGENT in listed.stdout
    assert made.returncode == 0, made.stdout + made.stderr
    refused = await asyncio.to_thread(command, house, "restore", str(archive), "--yes")
    assert refused.returncode == 1
    assert "`hub web` and `hub router` have no such socket" in refused.stderr


async def test_who_is_disabled_by_a_command_is_sent_away_by_every_process(house: Company) -> None:
    async with house.desk("web b", "zhaolei") as desk:
        disabled = await asyncio.to_thread(command, house, "user", "disable", "zhaolei")
        assert disabled.returncode == 0, disabled.stderr
        assert await desk.ended() == 4401


async def test_on_sqlite_each_says_what_it_needs(house: Company, tmp_path: Path) -> None:
    parts = ("web", "router")
    sqlite = {"HUB_MONGODB_URI": "", "HUB_DATA": str(tmp_path / "data")}
    refused = await asyncio.gather(*(asyncio.to_thread(command, house, part, **sqlite) for part in parts))
    assert [one.returncode for one in refused] == [1, 1]
    for part, one in zip(parts, refused, strict=True):
        assert f"`hub {part}` needs HUB_MONGODB_URI" in one.stderr
