"""Conversations over the API: reading them, and every verb with its refusals."""

from typing import Any

import httpx2
import pytest

from hub.channel import Capabilities
from hub.entries import Actor, By
from hub.events import StaffRead
from hub.ids import ConversationId
from tests.fakes.channel import FakeChannel
from tests.web.stage import Stage


def verb(stage: Stage, what: str, name: str) -> str:
    """The path of a verb."""
    return f"/api/conversations/{stage.own[what]}/{name}"


async def entries(browser: httpx2.AsyncClient, conversation: str) -> list[dict[str, Any]]:
    """All entries of a conversation."""
    answer = await browser.get(f"/api/conversations/{conversation}/entries?after=0&limit=100")
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_a_message_sent_twice_stands_once_and_answers_the_same(stage: Stage) -> None:
    async with await stage.signed_in("agent") as browser:
        body = {"client_id": "client-0001", "text": "马上来"}
        first = await browser.post(verb(stage, "assigned", "messages"), json=body)
        again = await browser.post(verb(stage, "assigned", "messages"), json=body)
        assert first.status_code == again.status_code == 200
        assert first.json()["id"] == again.json()["id"]
        assert first.json()["client_id"] == "client-0001"
        assert first.json()["status"] == "sending"
        other = await browser.post(
            verb(stage, "assigned", "messages"), json={**body, "text": "something else"}
        )
        assert other.status_code == 409
        assert other.json()["error"]["code"] == "client_id_reused"
        texts = [one["body"].get("text") for one in await entries(browser, stage.own["assigned"])]
        assert texts.count("马上来") == 1


async def test_a_retry_is_answered_though_the_conversation_has_left_my_sight(stage: Stage) -> None:
    async with await stage.signed_in("agent") as browser:
        body = {"client_id": "client-0001", "text": "马上来"}
        first = (await browser.post(verb(stage, "assigned", "messages"), json=body)).json()
        hand = {"client_id": "client-0002", "queue": stage.own["queue_b"]}
        handed = (await browser.post(verb(stage, "assigned", "queue"), json=hand)).json()
        assert (await browser.get(f"/api/conversations/{stage.own['assigned']}")).status_code == 404
        again = await browser.post(verb(stage, "assigned", "messages"), json=body)
        assert (again.status_code, again.json()["id"]) == (200, first["id"])
        again = await browser.post(verb(stage, "assigned", "queue"), json=hand)
        assert (again.status_code, again.json()["id"]) == (200, handed["id"])
        other = await browser.post(verb(stage, "assigned", "messages"), json={**body, "text": "other"})
        assert other.status_code == 409
        elsewhere = await browser.post(verb(stage, "foreign_queue", "messages"), json=body)
        assert elsewhere.status_code == 404


async def test_a_message_may_be_a_file_or_a_prompt_but_not_nothing(stage: Stage) -> None:
    async with await stage.signed_in("agent") as browser:
        path = verb(stage, "assigned", "messages")
        assert (await browser.post(path, json={"client_id": "client-0001"})).status_code == 422
        prompt = {"text": "方便上门吗", "options": [{"value": "1", "label": "上午"}]}
        answer = await browser.post(path, json={"client_id": "client-0002", "prompt": prompt})
        assert answer.json()["body"]["prompt"] == prompt
        upload = await browser.post("/api/files", files={"file": ("a.txt", b"hello", "text/plain")})
        body = {"client_id": "client-0003", "attachments": [upload.json()["id"]]}
        answer = await browser.post(path, json=body)
        assert answer.json()["body"]["attachments"] == [
            {
                "file": upload.json()["id"],
                "name": "a.txt",
                "type": "text/plain",
                "size": 5,
                "media": "file",
            }
        ]


async def test_only_who_holds_it_may_answer(stage: Stage) -> None:
    async with await stage.signed_in("supervisor") as browser:
        answer = await browser.post(
            verb(stage, "assigned", "messages"), json={"client_id": "client-0001", "text": "x"}
        )
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "not_yours"
        answer = await browser.post(
            verb(stage, "assigned", "notes"), json={"client_id": "client-0002", "text": "note"}
        )
        assert answer.status_code == 200


async def test_an_offer_is_accepted_once_and_by_whom_it_was_made_to(stage: Stage) -> None:
    body = {"client_id": "client-0001", "slot": stage.own["slot"]}
    async with await stage.signed_in("supervisor") as other:
        answer = await other.post(verb(stage, "offered", "accept"), json=body)
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "not_yours"
    async with await stage.signed_in("agent") as browser:
        answer = await browser.post(verb(stage, "offered", "accept"), json=body)
        assert answer.status_code == 200
        assert answer.json()["after"]["agent"] == stage.own["agent"]
        again = await browser.post(verb(stage, "offered", "accept"), json=body)
        assert again.json()["id"] == answer.json()["id"]
        gone = await browser.post(verb(stage, "offered", "decline"), json={"slot": stage.own["slot"]})
        assert gone.status_code == 409
        assert gone.json()["error"]["code"] == "gone"


async def test_nobody_closes_over_a_message_he_has_not_seen(stage: Stage) -> None:
    async with await stage.signed_in("agent") as browser:
        body = {"client_id": "client-0001", "seen": 0}
        answer = await browser.post(verb(stage, "assigned", "close"), json=body)
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "unseen"
        answer = await browser.post(
            verb(stage, "assigned", "close"),
            json={
                "client_id": "client-0002",
                "seen": 3,
                "disposition": stage.own["disposition"],
                "summary": "已处理",
            },
        )
        assert answer.status_code == 200
        row = (await browser.get(f"/api/conversations/{stage.own['assigned']}")).json()
        assert (row["state"], row["disposition"]) == ("closed", stage.own["disposition"])
        assert "reopen" in row["may"]
        assert "post" not in row["may"]


async def test_a_queue_may_ask_for_a_disposition(stage: Stage) -> None:
    async with await stage.signed_in("admin") as admin:
        change = {"version": 1, "disposition_required": True}
        await admin.patch(f"/api/queues/{stage.own['queue']}", json=change)
    async with await stage.signed_in("agent") as browser:
        answer = await browser.post(
            verb(stage, "assigned", "close"), json={"client_id": "client-0001", "seen": 3}
        )
        assert answer.status_code == 422
        assert answer.json()["error"]["code"] == "disposition_required"


async def test_a_full_or_absent_colleague_gets_nothing(stage: Stage) -> None:
    async with await stage.signed_in("agent") as browser:
        path = verb(stage, "assigned", "agent")
        await stage.house.foundation.agents.sign_out(stage.own["colleague"])
        answer = await browser.post(path, json={"client_id": "client-0001", "agent": stage.own["colleague"]})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "agent_away")
        answer = await browser.post(path, json={"client_id": "client-0002", "agent": "u_nobody"})
        assert answer.status_code == 404
        row = (await browser.get(f"/api/conversations/{stage.own['assigned']}")).json()
        assert row["agent"] == stage.own["agent"]


@pytest.mark.parametrize(
    "until", ["tomorrow", "2026-12-01T08:00:00", "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"]
)
async def test_a_moment_to_sleep_until_lies_ahead_and_has_a_zone(stage: Stage, until: str) -> None:
    async with await stage.signed_in("agent") as browser:
        body = {"client_id": "client-0001", "seen": 3, "until": until}
        answer = await browser.post(verb(stage, "assigned", "snooze"), json=body)
    assert answer.status_code == 422


async def test_entries_carry_seq_and_prev_and_come_in_pages(stage: Stage) -> None:
    by = By(Actor.AGENT, stage.own["agent"])
    conversation = ConversationId(stage.own["assigned"])
    for number in range(20):
        await stage.house.conversations.post(conversation, by=by, body={"text": str(number)})
    async with await stage.signed_in("agent") as browser:
        path = f"/api/conversations/{conversation}/entries"
        whole = await entries(browser, conversation)
        assert [one["seq"] for one in whole] == list(range(1, 24))
        assert [one["prev"] for one in whole] == list(range(23))
        page = (await browser.get(f"{path}?limit=5")).json()
        assert [one["seq"] for one in page["items"]] == [19, 20, 21, 22, 23]
        assert page["items"][0]["prev"] == 18
        assert page["last"] == 23
        page = (await browser.get(f"{path}?before=4&limit=5")).json()
        assert [one["seq"] for one in page["items"]] == [1, 2, 3]
        page = (await browser.get(f"{path}?after=21")).json()
        assert [one["seq"] for one in page["items"]] == [22, 23]
        assert (await browser.get(f"{path}?after=1&before=9")).status_code == 422


async def test_what_i_have_read_is_kept_never_lowered_and_told_to_the_channel(stage: Stage) -> None:
    heard: list[StaffRead] = []
    stage.house.foundation.bus.listen(StaffRead, heard.append)
    async with await stage.signed_in("agent") as browser:
        for seq in (2, 1, 99):
            answer = await browser.post(verb(stage, "assigned", "read"), json={"seq": seq})
            assert answer.status_code == 204
        rows = (await browser.get("/api/conversations?list=mine")).json()["items"]
        mine = next(row for row in rows if row["id"] == stage.own["assigned"])
        assert mine["my_read"] == 3  # no more than there is
    assert [one.seq for one in heard] == [2, 3]
    async with await stage.signed_in("supervisor") as browser:
        await browser.post(verb(stage, "assigned", "read"), json={"seq": 3})
    assert len(heard) == 2  # he does not answer this customer


async def test_what_is_erased_is_gone_everywhere_and_its_number_stays(stage: Stage) -> None:
    async with await stage.signed_in("agent") as browser:
        upload = await browser.post("/api/files", files={"file": ("ausweis.txt", b"secret", "text/plain")})
        file = upload.json()["id"]
        body = {"client_id": "client-0001", "text": "卡号 6222", "attachments": [file]}
        said = (await browser.post(verb(stage, "assigned", "messages"), json=body)).json()
    async with await stage.signed_in("supervisor") as leader:
        path = verb(stage, "assigned", f"entries/{said['id']}/redact")
        answer = await leader.post(path, json={"reason": "card number"})
        assert answer.status_code == 200
        assert answer.json()["seq"] == said["seq"]
        assert answer.json()["body"]["redacted"] is True
        assert (await leader.get(f"/api/files/{file}")).status_code == 404
        assert (await leader.post(path, json={"reason": "again"})).status_code == 200
        other = verb(stage, "waiting", f"entries/{said['id']}/redact")
        assert (await leader.post(other, json={"reason": "wrong place"})).status_code == 404
    assert "6222" not in repr(stage.documents.data)  # type: ignore[attr-defined]


async def test_a_conversation_says_what_i_may_do_with_it(stage: Stage) -> None:
    expected = {
        ("agent", "assigned"): {"note", "post", "close", "snooze", "queue", "agent"},
        ("agent", "waiting"): {"note", "pull"},
        ("agent", "offered"): {"note", "accept", "decline"},
        ("agent", "closed"): {"note", "reopen"},
        ("agent", "snoozed"): {"note", "reopen"},
        ("supervisor", "assigned"): {"note", "redact"},
        ("supervisor", "waiting"): {"note", "pull", "redact"},
    }
    for (role, what), may in expected.items():
        async with await stage.signed_in(role) as browser:
            detail = (await browser.get(f"/api/conversations/{stage.own[what]}")).json()
        assert set(detail["may"]) == may, (role, what)
        assert detail["contact_card"]["id"] == detail["contact"]
        assert detail["receipts"] == {"delivered": 0, "read": 0}


@pytest.mark.parametrize(
    ("capabilities", "body", "code"),
    [
        (Capabilities(max_text=5), {"text": "123456"}, "text_too_long"),
        (Capabilities(), {"attachments": ["file"]}, "media_not_supported"),
        (
            Capabilities(media=frozenset({"file"}), max_file_bytes=4),
            {"attachments": ["file"]},
            "file_too_large",
        ),
        (
            Capabilities(),
            {"prompt": {"text": "?", "options": [{"value": "1", "label": "1"}]}},
            "prompts_not_supported",
        ),
    ],
)
async def test_what_the_channel_cannot_carry_is_said_before_it_is_written(
    stage: Stage, capabilities: Capabilities, body: dict[str, Any], code: str
) -> None:
    channel = FakeChannel(stage.house.foundation.clock)
    channel.capabilities = capabilities
    stage.house.foundation.channels.by_kind["webchat"] = channel
    async with await stage.signed_in("agent") as browser:
        if "attachments" in body:
            upload = await browser.post("/api/files", files={"file": ("a.txt", b"hello", "text/plain")})
            body = {"attachments": [upload.json()["id"]]}
        answer = await browser.post(
            verb(stage, "assigned", "messages"), json={"client_id": "client-0001", **body}
        )
        assert answer.status_code == 422
        assert answer.json()["error"]["code"] == code
        assert len(await entries(browser, stage.own["assigned"])) == 3
