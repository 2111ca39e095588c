"""Routing rules through the web chat's API: what is written, where from and by whom decides the queue."""

from datetime import timedelta
from typing import Any

import pytest

from hub.documents import Document, Json
from hub.entries import Entry
from hub.ids import MAIN_ORGANISATION
from hub.timeline import Timeline
from tests.channels.stage import Stage
from tests.channels.webchat_client import Client


@pytest.fixture
async def made(stage: Stage) -> dict[str, str]:
    """A second queue, which asks for a skill by itself, and skills; ids by name."""
    f = stage.foundation
    ids = {name: (await f.skills.create(MAIN_ORGANISATION, {"name": name})).id for name in ("燃气表", "英语")}
    queue: Document = {"name": "投诉", "priority": 2, "skills": {ids["英语"]: 4}}
    ids["投诉"] = (await f.queues.create(MAIN_ORGANISATION, queue)).id
    ids["报修"] = (await f.inboxes.all(MAIN_ORGANISATION))[0].queue
    return ids


async def add(stage: Stage, name: str, when: list[Json], then: Document, **fields: Json) -> str:
    """A rule after all others; its id."""
    rule: Document = {"name": name, "when": when, "then": then, **fields}
    return (await stage.foundation.rules.append(MAIN_ORGANISATION, rule)).id


async def first_entry(stage: Stage, client: Client) -> Entry:
    """The entry with which the client's conversation began."""
    entry = await Timeline(stage.documents).at(await stage.current(client), 1)
    assert entry is not None
    return entry


async def begun(stage: Stage, text: str, **session: Any) -> tuple[Client, Entry]:
    """A customer who opens the chat and writes, and his first entry."""
    client = stage.client()
    await client.open(**session)
    await client.say(text)
    return client, await first_entry(stage, client)


def placed(entry: Entry) -> tuple[str | None, dict[str, int], int]:
    """Where it waits, and what it asks for."""
    return entry.after.queue, entry.after.skills, entry.after.priority


async def test_a_word_moves_it_to_the_queue_with_skills_and_priority(
    stage: Stage, made: dict[str, str]
) -> None:
    rule = await add(
        stage,
        "漏气",
        [{"field": "text", "op": "contains_any", "value": ["漏气", "煤气味"]}],
        {"queue": made["投诉"], "skills": {made["燃气表"]: 7}, "priority": 8},
    )
    _, entry = await begun(stage, "厨房有煤气味！")
    assert placed(entry) == (made["投诉"], {made["燃气表"]: 7}, 8)
    assert entry.body["routed"] == {"rules": [rule], "queue": made["投诉"]}
    _, other = await begun(stage, "你好")
    assert placed(other) == (made["报修"], {}, 0)
    assert "routed" not in other.body


async def test_a_queue_without_more_comes_with_what_it_asks_for_itself(
    stage: Stage, made: dict[str, str]
) -> None:
    await add(stage, "都去投诉", [], {"queue": made["投诉"]})
    _, entry = await begun(stage, "你好")
    assert placed(entry) == (made["投诉"], {made["英语"]: 4}, 2)


async def test_the_page_he_writes_from_and_his_language_decide(stage: Stage, made: dict[str, str]) -> None:
    page: list[Json] = [{"field": "page", "op": "contains", "value": "/bill"}]
    await add(stage, "账单页", page, {"queue": made["投诉"]})
    language: list[Json] = [{"field": "language", "op": "is", "value": "en"}]
    await add(stage, "英语", language, {"skills": {made["英语"]: 5}})
    _, entry = await begun(stage, "多少钱", page={"url": "https://gas.example/bill?m=3"}, locale="zh-CN")
    assert entry.after.queue == made["投诉"]
    client, entry = await begun(stage, "hi", page={"url": "https://gas.example/"}, locale="en-GB")
    assert placed(entry) == (made["报修"], {made["英语"]: 5}, 0)
    # He closes, goes to another page, and writes anew a day later.
    await stage.take(client)
    await stage.close(client)
    await client.open(page={"url": "https://gas.example/bill"}, locale="en-GB")
    await stage.set({"reopen_within": 0})
    await client.say("again")
    assert (await first_entry(stage, client)).after.queue == made["投诉"]


async def test_a_vip_is_served_first_and_what_a_browser_claims_makes_nobody_one(
    stage: Stage, made: dict[str, str]
) -> None:
    gold: list[Json] = [{"field": "contact", "op": "is", "value": "金卡", "key": "等级"}]
    await add(stage, "金卡是贵宾", gold, {"vip": True}, stop=False)
    vip: list[Json] = [{"field": "vip", "op": "is", "value": True}]
    await add(stage, "贵宾优先", vip, {"priority": 9})
    client, entry = await begun(stage, "你好", attributes={"等级": "金卡", "vip": True})
    assert placed(entry) == (made["报修"], {}, 0)
    contact = entry.by.id
    await stage.take(client)
    await stage.close(client)
    await stage.set({"reopen_within": 0})
    await stage.foundation.contacts.change(MAIN_ORGANISATION, contact, attributes={"等级": "金卡"})
    await client.say("又来了")
    entry = await first_entry(stage, client)
    assert entry.generation == 2
    assert placed(entry) == (made["报修"], {}, 9)
    assert entry.body["routed"] == {
        "rules": [rule.id for rule in await stage.foundation.rules.all(MAIN_ORGANISATION)],
        "queue": made["报修"],
        "vip": True,
    }
    await stage.take(client)
    await stage.close(client)
    await stage.foundation.contacts.change(MAIN_ORGANISATION, contact, attributes={"等级": None}, vip=True)
    await client.say("第三次")
    assert (await first_entry(stage, client)).after.priority == 9


async def test_who_writes_on_is_not_moved(stage: Stage, made: dict[str, str]) -> None:
    word: list[Json] = [{"field": "text", "op": "contains", "value": "漏气"}]
    await add(stage, "漏气", word, {"queue": made["投诉"]})
    client, _ = await begun(stage, "你好")
    await client.say("漏气了")
    last = await Timeline(stage.documents).last(await stage.current(client))
    assert last is not None
    assert last.after.queue == made["报修"]
    assert "routed" not in last.body


async def test_a_repetition_is_answered_with_the_first_time_whatever_the_rules_say_now(
    stage: Stage, made: dict[str, str]
) -> None:
    word: list[Json] = [{"field": "text", "op": "contains", "value": "漏气"}]
    await add(stage, "漏气", word, {"queue": made["投诉"]})
    client = stage.client()
    await client.open()
    message = {"client_id": "client-once-1", "text": "漏气了"}
    stored = (await client.call("POST", "/messages", message)).json()
    (rule,) = await stage.foundation.rules.all(MAIN_ORGANISATION)
    await stage.foundation.rules.remove(MAIN_ORGANISATION, rule.id)
    answer = await client.call("POST", "/messages", message)
    assert answer.status_code == 200
    assert answer.json()["entry"]["id"] == stored["entry"]["id"]
    assert await stage.documents.count("entries") == 1


async def test_the_customer_never_sees_why_he_came_where_he_is(stage: Stage, made: dict[str, str]) -> None:
    rule = await add(stage, "都去投诉", [], {"queue": made["投诉"], "vip": True})
    client = stage.client()
    await client.open(page={"url": "https://gas.example/bill"}, locale="zh-CN")
    stored = await client.call("POST", "/messages", {"client_id": "client-secret", "text": "你好"})
    client.conversation = stored.json()["conversation"]
    client.connect()
    await client.until(lambda c: any(event["t"] == "caught_up" for event in c.events))
    told = [
        stored.text,
        (await client.call("GET", "/entries")).text,
        (await client.call("GET", "/transcript")).text,
        str(client.events),
        str(client.cursor.entries),
    ]
    assert client.texts == ["你好"]
    assert "routed" in (await first_entry(stage, client)).body
    for text in told:
        assert not any(word in text for word in ("routed", rule, made["投诉"], "origin", "/bill"))


async def test_hours_are_those_of_a_calendar_at_that_moment(stage: Stage, made: dict[str, str]) -> None:
    closed: Document = {"name": "从不", "week": [[]] * 7}
    calendar = (await stage.foundation.calendars.create(MAIN_ORGANISATION, closed)).id
    hours: list[Json] = [{"field": "hours", "op": "closed", "value": calendar}]
    await add(stage, "下班后", hours, {"queue": made["投诉"]})
    _, entry = await begun(stage, "你好")
    assert entry.after.queue == made["投诉"]
    always: Document = {"week": [[{"from": "00:00", "to": "24:00"}]] * 7}
    await stage.foundation.calendars.change(MAIN_ORGANISATION, calendar, always, version=1)
    _, entry = await begun(stage, "你好")
    assert entry.after.queue == made["报修"]


async def test_the_clock_is_the_houses(stage: Stage, made: dict[str, str]) -> None:
    """The house is in Shanghai, UTC+8 the whole year."""
    local = stage.foundation.clock.now() + timedelta(hours=8)
    day: list[Json] = [
        {"field": "weekday", "op": "contains_any", "value": [local.weekday(), (local.weekday() + 1) % 7]}
    ]
    around: list[Json] = [(local.hour - 1) % 24, (local.hour + 2) % 24]  # whatever the test takes
    hour: list[Json] = [{"field": "hour", "op": "between", "value": around}]
    both = await add(stage, "现在", [*hour, *day], {"priority": 5})
    _, entry = await begun(stage, "你好")
    assert entry.body["routed"] == {"rules": [both], "queue": made["报修"]}
