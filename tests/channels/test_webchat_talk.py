"""A customer and an agent talk: over a real port, with the client that was written from the page."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from hub.delivery import Status
from hub.entries import Actor, By
from hub.events import StaffRead, Typing
from hub.ids import ConversationId
from tests.channels.stage import AGENT, Stage
from tests.channels.webchat_client import Client, Refused


async def begun(stage: Stage, text: str = "厨房的燃气表不走字了") -> Client:
    """A customer who has written and is connected."""
    client = stage.client()
    await client.open()
    await client.say(text)
    client.connect()
    await client.until(lambda c: any(event["t"] == "caught_up" for event in c.events))
    return client


async def test_who_only_looks_leaves_nothing_in_the_store(stage: Stage) -> None:
    client = stage.client()
    session = await client.open(locale="zh-CN", page={"url": "https://www.example.com/", "title": "首页"})
    assert session["conversation"] is None
    assert session["inbox"]["greeting"] == "您好"
    assert session["contact"] == {"verified": False}
    assert await stage.documents.count("visitors") == 0
    assert await stage.documents.count("contacts") == 0


async def test_a_conversation_from_the_first_word_to_the_rating(stage: Stage) -> None:
    client = await begun(stage)
    assert client.conversation is not None
    assert client.conversation["state"] == "waiting"
    conversation = await stage.take(client)
    await stage.answer(client, "您好")
    await client.until(lambda c: c.texts == ["厨房的燃气表不走字了", "您好"])
    assert client.conversation["state"] == "assigned"
    assert client.conversation["agent"] == {"name": "小刘"}
    assigned = client.cursor.entries[1]
    assert (assigned["kind"], assigned["body"]) == ("assigned", {"agent": {"name": "小刘"}})
    await stage.close(client)
    await client.until(lambda c: c.cursor.entries[-1]["kind"] == "closed")
    await client.until(lambda c: c.conversation["state"] == "closed")
    await client.call("POST", "/rating", {"score": 5, "comment": "很快"})
    await client.until(lambda c: c.cursor.entries[-1]["kind"] == "rated")
    document = await stage.documents.get("conversations", conversation)
    assert document is not None
    assert document["rating"] == 5


async def test_the_agents_words_are_marked_delivered_and_read(stage: Stage) -> None:
    client = await begun(stage)
    await stage.take(client)
    entry = await stage.answer(client, "您好")
    await client.until(lambda c: "您好" in c.texts)

    async def status() -> object:
        document = await stage.documents.get("deliveries", entry.id)
        return None if document is None else document["status"]

    await eventually(status, Status.DELIVERED.value)
    await client.read()
    await eventually(status, Status.READ.value)


async def test_a_cut_of_any_length_loses_nothing(stage: Stage) -> None:
    client = await begun(stage)
    await stage.take(client)
    await client.disconnect()
    for number in range(130):
        await stage.answer(client, f"第 {number} 句")
    client.connect()
    await client.until(lambda c: len(c.texts) == 131)
    assert client.texts[1:] == [f"第 {number} 句" for number in range(130)]
    assert 4429 not in client.closed_with  # who keeps the rules is not cut
    assert [entry["seq"] for entry in client.cursor.entries] == sorted(
        {entry["seq"] for entry in client.cursor.entries}
    )


async def test_a_client_without_a_socket_reads_by_cursor(stage: Stage) -> None:
    client = stage.client()
    await client.open()
    await client.say("一")
    await stage.take(client)
    for number in range(60):
        await stage.answer(client, str(number))
    await client.fetch()
    assert client.texts == ["一", *(str(number) for number in range(60))]


async def test_the_same_client_id_again_is_the_same_entry(stage: Stage) -> None:
    client = stage.client()
    await client.open()
    body = {"client_id": "abcdefgh1", "text": "您好"}
    first = await client.call("POST", "/messages", body)
    again = await client.call("POST", "/messages", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["entry"] == again.json()["entry"]
    assert first.json()["conversation"] == again.json()["conversation"]
    with pytest.raises(Refused) as refused:
        await client.call("POST", "/messages", {**body, "text": "别的"})
    assert (refused.value.status, refused.value.code) == (409, "client_id_reused")


async def test_who_sends_again_is_told_where_the_conversation_stands_now(stage: Stage) -> None:
    client = stage.client()
    await client.open()
    body = {"client_id": "abcdefgh1", "text": "您好"}
    first = (await client.call("POST", "/messages", body)).json()["conversation"]
    assert (first["state"], first["last"]) == ("waiting", 1)
    conversation = ConversationId(first["id"])
    await stage.conversations.pull(conversation, agent=AGENT)
    await stage.say(conversation, "请讲")
    await stage.conversations.note(conversation, by=By(Actor.AGENT, AGENT), body={"text": "老客户"})
    again = (await client.call("POST", "/messages", body)).json()["conversation"]
    assert (again["state"], again["last"], again["agent"]) == ("assigned", 3, {"name": "小刘"})
    new = (await client.call("POST", "/messages", {**body, "client_id": "abcdefgh2"})).json()
    assert (new["entry"]["seq"], new["entry"]["prev"], new["conversation"]["last"]) == (5, 3, 5)


async def test_a_message_after_closing_reopens_or_begins_anew(stage: Stage) -> None:
    await stage.set({"reopen_within": 0})
    client = await begun(stage, "第一次")
    old = await stage.take(client)
    await stage.close(client)
    await client.until(lambda c: c.conversation["state"] == "closed")
    await client.disconnect()
    stored = await client.say("第二次")
    assert stored["entry"]["conversation"] != old
    assert (stored["entry"]["seq"], stored["entry"]["prev"]) == (1, 0)
    fresh = stage.client(token=client.token)  # a page that held only the old one
    await fresh.open()
    fresh.cursor.conversation, fresh.cursor.last = old, 1
    fresh.connect()
    await fresh.until(lambda c: c.texts == ["第二次"])
    assert [entry["kind"] for entry in fresh.cursor.entries] == ["assigned", "closed", "message"]
    by_calls = stage.client(token=client.token)
    await by_calls.open()
    by_calls.cursor.conversation, by_calls.cursor.last = old, 1
    await by_calls.fetch()
    assert by_calls.texts == ["第二次"]


async def test_a_socket_follows_into_the_next_conversation(stage: Stage) -> None:
    await stage.set({"reopen_within": 0})
    client = await begun(stage, "第一次")
    await stage.take(client)
    await stage.close(client)
    await client.until(lambda c: c.conversation["state"] == "closed")
    other = stage.client(token=client.token)
    await other.open()
    await other.say("第二次")
    await client.until(lambda c: c.texts == ["第一次", "第二次"])
    await client.until(lambda c: c.conversation["state"] == "waiting")
    assert client.cursor.conversation == other.cursor.conversation


async def test_the_place_in_the_queue_is_told_when_it_changes(stage: Stage) -> None:
    first, second, third = [await begun(stage) for _ in range(3)]
    await third.until(lambda c: c.position == 3 or c.conversation["position"] == 3)
    await stage.take(first)
    await third.until(lambda c: c.position == 2)
    await stage.take(second)
    await third.until(lambda c: c.position == 1)
    told = [event["position"] for event in third.events if event["t"] == "position"]
    assert told == sorted(set(told), reverse=True)


async def test_typing_goes_both_ways(stage: Stage) -> None:
    client = await begun(stage)
    conversation = await stage.take(client)
    heard: list[Typing] = []
    stage.foundation.bus.listen(Typing, heard.append)
    await client.type(on=True)
    stage.foundation.bus.publish(Typing(conversation, "agent", "u_liu", True))
    await client.until(lambda c: c.typing)
    await eventually_true(lambda: any(one.by_kind == "contact" and one.on for one in heard))
    await client.call("POST", "/typing", {"on": False})
    assert not heard[-1].on


async def test_the_agents_reading_is_the_second_tick(stage: Stage) -> None:
    client = await begun(stage)
    conversation = await stage.take(client)
    stage.foundation.bus.publish(StaffRead(conversation, "u_liu", 1))
    await client.until(lambda c: {"t": "seen", "seq": 1} in c.events)


async def test_a_prompt_is_answered_by_its_option(stage: Stage) -> None:
    client = await begun(stage)
    await stage.take(client)
    options = [{"value": "1", "label": "账单"}, {"value": "2", "label": "人工客服"}]
    await stage.answer(client, "请选择", prompt={"options": options})
    await client.until(lambda c: c.texts[-1] == "请选择")
    prompt = client.cursor.entries[-1]
    with pytest.raises(Refused, match="unknown_choice"):
        await client.store("/messages", {"client_id": "abcdefgh2", "choice": "9", "reply_to": prompt["id"]})
    stored = await client.choose(prompt, "2")
    assert stored["entry"]["body"] == {"text": "人工客服", "choice": "2", "reply_to": prompt["id"]}


async def test_notes_and_routing_are_not_the_customers_business(stage: Stage) -> None:
    client = await begun(stage)
    conversation = await stage.take(client)
    by = By(Actor.AGENT, "u_liu")
    await stage.conversations.note(conversation, by=by, body={"text": "秘密"})
    entry = await stage.answer(client, "您好")
    await client.until(lambda c: "您好" in c.texts)
    told = client.cursor.entries[-1]
    assert told["prev"] == 2
    assert told["seq"] == entry.seq == 4
    assert "秘密" not in str(client.events)
    assert "u_liu" not in str(client.events)
    assert "after" not in told
    assert "digest" not in told


async def test_the_customer_ends_it(stage: Stage) -> None:
    waiting = await begun(stage)
    await waiting.call("POST", "/leave", {})
    await waiting.until(lambda c: c.conversation["state"] == "closed")
    assert waiting.cursor.entries[-1]["body"] == {"reason": "left"}
    served = await begun(stage)
    conversation = await stage.take(served)
    await served.call("POST", "/leave", {})
    await served.call("POST", "/leave", {})
    assert await stage.kinds(conversation) == ["message", "assigned", "left"]


async def test_the_transcript_has_what_was_said(stage: Stage) -> None:
    client = await begun(stage, "燃气表坏了")
    await stage.take(client)
    await stage.answer(client, "马上来")
    answer = await client.call("GET", "/transcript")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "您  燃气表坏了" in answer.text
    assert "小刘  马上来" in answer.text


async def eventually(ask: Callable[[], Awaitable[object]], wanted: object) -> None:
    """Wait until the answer is the wanted one."""
    async with asyncio.timeout(10):
        while await ask() != wanted:  # noqa: ASYNC110 - asks the store, which tells nobody
            await asyncio.sleep(0.02)


async def eventually_true(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""

    async def ask() -> bool:
        return holds()

    await eventually(ask, True)
