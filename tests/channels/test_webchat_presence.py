"""Who is gone, who is back, who reads too slowly, and what happens outside opening hours."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from channels.webchat.config import WebChatSettings
from channels.webchat.departures import AFTER_START, Departures
from channels.webchat.identity import Tokens
from channels.webchat.reading import Reader
from channels.webchat.sockets import MOST_HINTS, VisitorSocket
from channels.webchat.visitors import Caller, Visitor
from hub.documents import Document, Json
from hub.endpoints import SocketClosed
from hub.entries import Entry, State
from hub.ids import MAIN_ORGANISATION, Address, InboxId
from hub.inboxes import Inbox
from hub.intake import Incoming
from tests.channels.stage import AGENT, Stage
from tests.channels.stage import stage as make_stage
from tests.channels.test_webchat_talk import begun, eventually
from tests.channels.webchat_client import Refused
from tests.fakes.configuration import INBOX
from tests.fakes.house import House, contact_of, conversation_of
from tests.fakes.memory_documents import MemoryDocuments
from tests.fakes.stage import Stage as Story
from web.foundation import schema

A = "v_a"


@pytest.fixture
async def house() -> House:
    """The hub's own parts, in virtual time."""
    return await Story(MemoryDocuments(schema())).house(start=False)


def departures(house: House) -> Departures:
    return Departures(house.store, house.intake, house.clock)


async def gone(house: House, counting: Departures, seconds: float = 61) -> None:
    """His last socket is gone, and so much time."""
    counting.went(INBOX, Address(A), contact_of(A), after=60)
    await house.clock.advance(seconds)
    await counting.look()


# --- departures, in virtual time ---


async def test_who_waits_and_is_gone_leaves_the_queue(house: House) -> None:
    await house.write(A)
    counting = departures(house)
    await gone(house, counting, 59)
    assert await house.state(conversation_of(A)) is State.WAITING
    await house.clock.advance(2)
    await counting.look()
    assert await house.state(conversation_of(A)) is State.CLOSED
    assert (await house.last(conversation_of(A))).body["reason"] == "left"
    assert len(counting) == 0


async def test_who_comes_back_in_time_was_never_away(house: House) -> None:
    await house.write(A)
    counting = departures(house)
    counting.went(INBOX, Address(A), contact_of(A), after=60)
    await house.clock.advance(50)
    await counting.came(INBOX, Address(A), contact_of(A))
    await house.clock.advance(50)
    await counting.look()
    assert await house.kinds(conversation_of(A)) == ["message"]


async def test_the_agent_sees_that_his_customer_left_and_came_back(house: House) -> None:
    await house.hire("u_1")
    await house.write(A)
    await house.conversations.pull(conversation_of(A), agent="u_1")
    counting = departures(house)
    await gone(house, counting)
    assert await house.state(conversation_of(A)) is State.ASSIGNED
    await counting.came(INBOX, Address(A), contact_of(A))
    await counting.came(INBOX, Address(A), contact_of(A))
    assert await house.kinds(conversation_of(A)) == ["message", "assigned", "left", "returned"]


async def test_a_message_left_for_later_stays_in_the_queue(house: House) -> None:
    incoming = Incoming(
        inbox=INBOX,
        address=Address(A),
        contact=contact_of(A),
        body={"text": "x", "form": {"phone": "13800002210"}},
        client_id="abcdefgh",
    )
    await house.intake.receive(incoming)
    await gone(house, departures(house), 10_000)
    assert await house.state(conversation_of(A)) is State.WAITING


async def test_what_is_closed_stays_as_it_is(house: House) -> None:
    desk = await house.hire("u_1")
    await house.write(A)
    await house.conversations.pull(conversation_of(A), agent="u_1")
    await desk.close(conversation_of(A))
    await gone(house, departures(house))
    assert await house.kinds(conversation_of(A)) == ["message", "assigned", "closed"]


async def test_after_our_own_start_everybody_gets_time_to_come_back(house: House) -> None:
    await house.write(A)
    counting = departures(house)
    await counting.count_everybody({str(INBOX): ("o_main", 60.0)})
    await house.clock.advance(60 + AFTER_START - 1)
    await counting.look()
    assert await house.state(conversation_of(A)) is State.WAITING
    await house.clock.advance(2)
    await counting.look()
    assert await house.state(conversation_of(A)) is State.CLOSED


# --- the same over the wire ---


async def test_a_tab_that_is_closed_ends_the_waiting(tmp_path: Path) -> None:
    async with make_stage(tmp_path, settings={"gone_after": 1}) as stage:
        client = await begun(stage)
        conversation = await stage.current(client)
        await asyncio.sleep(1.5)
        assert await stage.kinds(conversation) == ["message"]  # a socket is enough
        await client.disconnect()

        async def kinds() -> object:
            return await stage.kinds(conversation)

        await eventually(kinds, ["message", "closed"])


async def test_a_second_tab_keeps_the_customer_there(tmp_path: Path) -> None:
    async with make_stage(tmp_path, settings={"gone_after": 1}) as stage:
        first = await begun(stage)
        second = stage.client(token=first.token)
        await second.open()
        second.connect()
        await second.until(lambda c: any(event["t"] == "caught_up" for event in c.events))
        await first.disconnect()
        await asyncio.sleep(2.5)
        assert await stage.kinds(await stage.current(first)) == ["message"]


async def test_a_client_that_polls_is_there(tmp_path: Path) -> None:
    async with make_stage(tmp_path, settings={"gone_after": 2}) as stage:
        client = stage.client()
        await client.open()
        await client.say("一")
        for _ in range(6):
            await asyncio.sleep(0.6)
            await client.fetch()
        conversation = await stage.current(client)
        assert await stage.kinds(conversation) == ["message"]

        async def kinds() -> object:
            return await stage.kinds(conversation)

        await eventually(kinds, ["message", "closed"])


# --- slow readers ---


class Stuck:
    """A connection whose other side takes nothing; implements SocketConnection."""

    path: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    address = "192.0.2.1"
    user: str | None = None
    session: str | None = None
    host = "http://hub.test"

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.code = 0
        self.flows = asyncio.Event()

    async def receive(self) -> str:
        raise SocketClosed

    async def send(self, text: str) -> None:
        await self.flows.wait()
        self.sent.append(text)

    async def close(self, code: int, reason: str = "") -> None:
        self.code = code


def socket_of(house: House, connection: Stuck, *, patience: float) -> VisitorSocket:
    """A socket of the customer at A."""
    inbox = Inbox(id=INBOX, organisation="o_main", channel="webchat", name="x", queue="q_1")
    visitor = Visitor(
        id="h",
        version=1,
        organisation="o_main",
        inbox=InboxId(INBOX),
        address=Address(A),
        contact=contact_of(A),
        created_at="",
        seen_at="",
    )
    reader = Reader(
        house.store,
        names=house.configuration,
        places=house.places,
        tokens=Tokens(b"k" * 32),
        now=lambda: 0.0,
    )
    caller = Caller("t", inbox, WebChatSettings(), visitor)
    return VisitorSocket(connection, caller, visitor, reader=reader, clock=house.clock, patience=patience)


async def test_who_reads_too_slowly_is_cut_and_nothing_piles_up(house: House) -> None:
    connection = Stuck()
    socket = socket_of(house, connection, patience=0.1)
    entries: list[Entry] = [await house.write(A, str(number)) for number in range(MOST_HINTS * 2)]
    task = asyncio.create_task(socket.run())
    for entry in entries:
        socket.hint(entry)
        await asyncio.sleep(0)
    assert socket._hints.qsize() <= MOST_HINTS
    with pytest.raises(SocketClosed):
        await task
    assert connection.code == 4408


async def test_hints_that_were_dropped_cost_no_entry(house: House) -> None:
    connection = Stuck()
    socket = socket_of(house, connection, patience=30)
    first = await house.write(A, "0")
    task = asyncio.create_task(socket.run())
    socket.hint(first)
    await asyncio.sleep(0.01)
    for number in range(1, MOST_HINTS * 2):
        socket.hint(await house.write(A, str(number)))
    connection.flows.set()
    await house.clock.settle()
    task.cancel()
    given = [
        event["entry"]["body"]["text"]
        for frame in connection.sent
        for event in json.loads(frame)
        if event["t"] == "entry"
    ]
    assert given == [str(number) for number in range(MOST_HINTS * 2)]


# --- outside opening hours ---


async def close_the_house(stage: Stage, settings: Mapping[str, Json] | None = None) -> str:
    """It is night from now on, until the day that is answered, 08:30 by the clock of Shanghai."""
    day = str((datetime.now(UTC) + timedelta(days=3)).date())
    opens: Json = {"first": day, "last": day, "spans": [{"from": "08:30", "to": "17:30"}]}
    fields: Document = {"name": "夜间", "week": [[] for _ in range(7)], "special": [opens]}
    calendar = await stage.foundation.calendars.create(MAIN_ORGANISATION, fields)
    await stage.set(settings or {}, hours=calendar.id)
    return day


async def test_outside_opening_hours_a_message_is_left_instead(stage: Stage) -> None:
    assert (await stage.client().open())["inbox"]["opens_at"] is None  # it is open
    opens = await close_the_house(stage)
    client = stage.client()
    inbox = (await client.open())["inbox"]
    assert inbox["open"] is False
    assert inbox["opens_at"] == f"{opens}T00:30:00.000Z"
    assert inbox["opens_text"].endswith("）08:30")
    with pytest.raises(Refused) as refused:
        await client.say("有人吗")
    assert (refused.value.status, refused.value.code) == (409, "closed_now")
    with pytest.raises(Refused, match="no_way_to_reach"):
        await client.store("/offline-message", {"client_id": "abcdefgh", "text": "x", "phone": "  "})
    body = {"client_id": "abcdefgh", "text": "请回电", "name": "王桂兰", "phone": "13800002210"}
    stored = await client.store("/offline-message", body)
    assert stored["entry"]["body"] == {"text": "请回电"}
    assert stored["conversation"]["state"] == "waiting"
    (contact,) = (await stage.documents.find("contacts", limit=10)).items
    assert contact["name"] == "王桂兰"
    assert contact["unverified"] == {"name": "王桂兰", "phone": "13800002210"}
    entry = await stage.documents.get("entries", stored["entry"]["id"])
    assert entry is not None
    assert entry["body"]["form"] == {"name": "王桂兰", "phone": "13800002210"}  # type: ignore[index, call-overload]


async def test_a_calendar_that_is_edited_counts_at_once(stage: Stage) -> None:
    await close_the_house(stage)
    client, calendars = stage.client(), stage.foundation.calendars
    assert (await client.open())["inbox"]["open"] is False
    (calendar,) = await calendars.all(MAIN_ORGANISATION)
    always: Json = [[{"from": "00:00", "to": "24:00"}] for _ in range(7)]
    change: Document = {"week": always, "special": []}
    await calendars.change(MAIN_ORGANISATION, calendar.id, change, version=1)
    inbox = (await client.open())["inbox"]
    assert (inbox["open"], inbox["opens_at"], inbox["opens_text"], inbox["hours_text"]) == (
        True,
        None,
        "",
        "",
    )


async def test_a_conversation_that_goes_on_is_not_cut_by_the_clock(stage: Stage) -> None:
    client = await begun(stage)
    await stage.take(client)
    await close_the_house(stage)
    await client.say("还在吗")
    await stage.close(client)
    await client.until(lambda c: c.conversation["state"] == "closed")
    with pytest.raises(Refused, match="closed_now"):
        await client.say("再问一句")


async def test_what_was_stored_is_never_refused_afterwards(stage: Stage) -> None:
    client = await begun(stage)
    body = {"client_id": "abcdefgh", "text": "最后一句"}
    first = await client.store("/messages", body)
    await stage.take(client)
    await stage.close(client)
    await close_the_house(stage)
    again = await client.call("POST", "/messages", body)
    assert again.status_code == 200
    assert again.json()["entry"] == first["entry"]


async def test_where_no_messages_are_taken_none_can_be_left(stage: Stage) -> None:
    await close_the_house(stage, {"offline": "none"})
    client = stage.client()
    session = await client.open()
    assert session["inbox"]["offline"] == "none"
    with pytest.raises(Refused, match="closed_now"):
        await client.store("/offline-message", {"client_id": "abcdefgh", "text": "x", "phone": "13800002210"})


async def test_a_customer_is_told_when_nobody_is_there(stage: Stage) -> None:
    client = stage.client()
    assert (await client.open())["inbox"]["staffed"] is False  # the only agent works in no queue
    agent = await stage.documents.get("agents", AGENT)
    assert agent is not None
    queue = (await stage.documents.find("queues", limit=1)).items[0]["id"]
    version = agent["version"]
    assert isinstance(version, int)
    await stage.documents.put_if(
        "agents", {**agent, "queues": [queue], "version": version + 1}, version=version
    )

    async def staffed() -> object:
        return (await client.open())["inbox"]["staffed"]

    await eventually(staffed, True)


async def test_a_restart_of_the_hub_is_announced(stage: Stage) -> None:
    client = await begun(stage)
    await stage.goodbye()
    await client.until(lambda c: 1012 in c.closed_with)
