"""Visitors of the web chat: a token opens one inbox and its owner's conversations, nothing else."""

from typing import Any

import httpx2
import pytest

from tests.security.right_requests import PNG
from tests.security.rights_table import VISITORS
from tests.web.stage import FOREIGN, Stage

BODIES: dict[str, dict[str, Any]] = {
    "messages": {"client_id": "visitor-0001", "text": "你好"},
    "offline-message": {"client_id": "visitor-0002", "text": "请回电", "name": "王"},
    "read": {"seq": 1},
    "typing": {"on": True},
    "rating": {"score": 5},
    "leave": {},
}
TOKEN_ROUTES = sorted(route for route, how in VISITORS.items() if how == "token")


async def call(browser: httpx2.AsyncClient, route: str, inbox: str, token: str | None) -> httpx2.Response:
    """A right request to one of the visitors' routes."""
    method, _, template = route.partition(" ")
    path = template.replace("{inbox}", inbox)
    name = path.rpartition("/")[2]
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    if name == "files":
        return await browser.post(path, files={"file": ("a.png", PNG, "image/png")}, headers=headers)
    json = BODIES.get(name) if method == "POST" else None
    return await browser.request(method, path, json=json, headers=headers)


async def visit(browser: httpx2.AsyncClient, inbox: str) -> str:
    """A new visitor's token."""
    answer = await browser.post(f"/webchat/{inbox}/session", json={})
    assert answer.status_code in {200, 201}, answer.text
    return str(answer.json()["token"])


@pytest.mark.parametrize("route", TOKEN_ROUTES)
async def test_without_a_token_of_this_inbox_nothing_happens(stage: Stage, route: str) -> None:
    own, spare, foreign = stage.own["inbox"], stage.own["spare_inbox"], stage.other["inbox"]
    async with stage.visitor() as browser:
        token = await visit(browser, own)
        for inbox, given in (
            (own, None),
            (own, "A" * 64),
            (own, ""),
            (spare, token),
            (foreign, token),
            ("i_none", token),
        ):
            answer = await call(browser, route, inbox, given)
            assert answer.status_code in {401, 403, 404}, (inbox, given, answer.text)
            assert FOREIGN not in answer.text.replace(foreign, "")


async def test_one_visitor_sees_nothing_of_another(stage: Stage) -> None:
    inbox = stage.own["inbox"]
    async with stage.visitor() as browser:
        first, second = await visit(browser, inbox), await visit(browser, inbox)
        said = await call(browser, "POST /webchat/{inbox}/messages", inbox, first)
        assert said.status_code == 201
        entry = said.json()["entry"]
        for route in ("GET /webchat/{inbox}/entries", "GET /webchat/{inbox}/transcript"):
            mine = await call(browser, route, inbox, first)
            assert "你好" in mine.text
            other = await call(browser, route, inbox, second)
            assert "你好" not in other.text
            assert entry["conversation"] not in other.text


async def test_a_visitor_sees_no_note_and_no_name_of_a_queue_or_skill(stage: Stage) -> None:
    inbox = stage.own["inbox"]
    async with stage.visitor() as browser, await stage.signed_in("agent") as agent:
        token = await visit(browser, inbox)
        entry = (await call(browser, "POST /webchat/{inbox}/messages", inbox, token)).json()["entry"]
        path = f"/api/conversations/{entry['conversation']}"
        assert (await agent.post(f"{path}/pull", json={"client_id": "client-pull"})).status_code == 200
        note = {"client_id": "client-note", "text": "internal-7f3"}
        assert (await agent.post(f"{path}/notes", json=note)).status_code == 200
        hand = {"client_id": "client-hand", "queue": stage.own["queue_b"], "note": "internal-9c1"}
        assert (await agent.post(f"{path}/queue", json=hand)).status_code == 200
        for route in ("GET /webchat/{inbox}/entries", "GET /webchat/{inbox}/transcript"):
            text = (await call(browser, route, inbox, token)).text
            assert "你好" in text
            for hidden in ("internal-", stage.own["queue_b"], stage.own["skill"], "报修", "投诉"):
                assert hidden not in text, (route, hidden)


async def test_a_visitors_token_is_no_session_and_a_session_is_no_token(stage: Stage) -> None:
    inbox = stage.own["inbox"]
    async with stage.visitor() as browser, await stage.signed_in("admin") as admin:
        token = await visit(browser, inbox)
        browser.cookies.set("hub_session", token, domain="hub.test")
        headers = {"authorization": f"Bearer {token}"}
        assert (await browser.get("/api/session", headers=headers)).status_code == 401
        session = admin.cookies["hub_session"]
        answer = await call(admin, "GET /webchat/{inbox}/entries", inbox, session)
        assert answer.status_code == 401
