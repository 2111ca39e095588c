"""Sockets through a real uvicorn: who gets in, what is too much, and that they end with the session."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.web.live import Live, live
from tests.web.stage import PASSWORD

HELLO = json.dumps({"t": "hello", "tab": "tab-1"})


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A served hub whose parts run."""
    with live(tmp_path_factory.mktemp("sockets"), parts=True) as served:
        yield served


def open_desk(hub: Live, *, token: str | None, origin: str | None = None) -> ClientConnection:
    """A desk's socket, with a session's cookie or without."""
    headers = {} if token is None else {"cookie": f"hub_session={token}"}
    return connect(
        f"ws://127.0.0.1:{hub.port}/api/desk",
        origin=Origin(origin or hub.url),
        additional_headers=headers,
        legacy=None,
    )


def close_code(socket: ClientConnection) -> int:
    """How the server ends it."""
    with pytest.raises(ConnectionClosed) as caught:
        while True:
            socket.recv(timeout=10)
    assert caught.value.rcvd is not None
    return caught.value.rcvd.code


def events(socket: ClientConnection) -> list[dict[str, Any]]:
    """The events of the next frame."""
    found: list[dict[str, Any]] = json.loads(socket.recv(timeout=10))
    return found


async def foreign_token(hub: Live) -> str:
    """A session of an agent of the other company."""
    user = hub.stage.other.users["agent"]
    token, _ = await hub.stage.house.foundation.sessions.begin(
        user.organisation, user.id, address="192.0.2.1"
    )
    return token


def test_a_desk_with_a_session_gets_its_snapshot(hub: Live) -> None:
    with open_desk(hub, token=hub.token("agent")) as socket:
        socket.send(HELLO)
        first = events(socket)
        assert first[0]["t"] == "snapshot"
        assert first[0]["me"]["id"] == hub.stage.own["agent"]
        assert "caught_up" in [event["t"] for event in first]
        assert "zz9foreign" not in json.dumps(first)
        socket.send('{"t":"ping"}')
        while "pong" not in [event["t"] for event in events(socket)]:
            pass


def test_without_a_session_it_is_closed_with_a_code_the_page_can_read(hub: Live) -> None:
    for token in (None, "A" * 43):
        with open_desk(hub, token=token) as socket:
            assert close_code(socket) == 4401


def test_a_page_of_another_site_gets_no_socket(hub: Live) -> None:
    for origin in ("http://evil.test", "null", f"https://127.0.0.1:{hub.port}"):
        with open_desk(hub, token=hub.token("agent"), origin=origin) as socket:
            assert close_code(socket) == 4403


def test_an_edited_customer_is_told_to_the_desks_of_his_company_only(hub: Live) -> None:
    contact = hub.stage.own["contact"]
    with (
        open_desk(hub, token=hub.token("agent")) as socket,
        open_desk(hub, token=hub.run(foreign_token(hub))) as foreign,
    ):
        for desk in (socket, foreign):
            desk.send(HELLO)
            events(desk)
        contacts = hub.stage.house.foundation.contacts
        hub.run(contacts.change(hub.stage.own.organisation, contact, name="王桂兰"))
        told: list[dict[str, Any]] = []
        while not any(event["t"] == "contact" for event in told):
            told += events(socket)
        assert {"t": "contact", "contact": contact} in told
        with pytest.raises(TimeoutError):
            while all(event["t"] != "contact" for event in json.loads(foreign.recv(timeout=1))):
                pass


def test_a_frame_that_is_too_big_or_not_text_ends_it(hub: Live) -> None:
    with open_desk(hub, token=hub.token("agent")) as socket:
        socket.send(HELLO)
        socket.send("x" * 70_000)
        assert close_code(socket) == 1009
    with open_desk(hub, token=hub.token("agent")) as socket:
        socket.send(HELLO)
        socket.send(b"{}")
        assert close_code(socket) == 1003


@contextmanager
def sign_in(hub: Live) -> Iterator[httpx2.Client]:
    """A browser that has signed in by hand."""
    with httpx2.Client(base_url=hub.url, headers={"origin": hub.url}) as browser:
        answer = browser.post("/api/session", json={"login": "supervisor", "password": PASSWORD})
        assert answer.status_code == 200
        yield browser


def test_signing_out_ends_the_sockets_of_that_session_and_no_other(hub: Live) -> None:
    with (
        sign_in(hub) as browser,
        sign_in(hub) as other,
        open_desk(hub, token=browser.cookies["hub_session"]) as socket,
        open_desk(hub, token=other.cookies["hub_session"]) as stays,
    ):
        for one in (socket, stays):
            one.send(HELLO)
            events(one)
        assert browser.delete("/api/session").status_code == 204
        assert close_code(socket) == 4401
        stays.send('{"t":"ping"}')
        while "pong" not in [event["t"] for event in events(stays)]:
            pass


def test_a_new_password_ends_the_sockets_elsewhere(hub: Live) -> None:
    with (
        sign_in(hub) as browser,
        sign_in(hub) as other,
        open_desk(hub, token=other.cookies["hub_session"]) as socket,
    ):
        socket.send(HELLO)
        events(socket)
        change = {"current": PASSWORD, "new": PASSWORD}
        assert browser.post("/api/me/password", json=change).status_code == 204
        assert close_code(socket) == 4401


def test_health_and_figures_know_the_sockets(hub: Live) -> None:
    with open_desk(hub, token=hub.token("agent")) as socket:
        socket.send(HELLO)
        events(socket)
        text = httpx2.get(f"{hub.url}/metrics").text
        open_now = next(line for line in text.splitlines() if line.startswith("hub_websockets "))
        assert float(open_now.split()[1]) >= 1
    health = httpx2.get(f"{hub.url}/health")
    assert health.status_code == 200
    assert health.json()["parts"] == {"store": {"state": "ok"}, "parts": {"state": "ok"}}


def test_a_conversation_goes_from_the_visitor_to_the_agent_and_back(hub: Live) -> None:
    """The house is put together right: widget, router, desk, verbs, delivery."""
    inbox = hub.stage.own["inbox"]
    agents = hub.stage.house.foundation.agents
    for role in ("admin", "supervisor", "colleague"):
        hub.run(agents.sign_out(hub.stage.own[role]))
    hub.run(agents.ready(hub.stage.own["agent"]))
    token = hub.token("agent")
    with open_desk(hub, token=token) as desk, httpx2.Client(base_url=hub.url) as visitor:
        desk.send(HELLO)
        events(desk)
        session = visitor.post(f"/webchat/{inbox}/session", json={}).json()
        visitor.headers["authorization"] = f"Bearer {session['token']}"
        said = visitor.post(
            f"/webchat/{inbox}/messages", json={"client_id": "visitor-0001", "text": "厨房燃气表不走字了"}
        )
        assert said.status_code == 201, said.text
        conversation = said.json()["entry"]["conversation"]
        offer: dict[str, Any] | None = None
        while offer is None:
            for event in events(desk):
                if event["t"] == "offer" and event["offer"]["conversation"] == conversation:
                    offer = event["offer"]
        headers = {"origin": hub.url, "cookie": f"hub_session={token}"}
        with httpx2.Client(base_url=hub.url, headers=headers) as agent:
            path = f"/api/conversations/{conversation}"
            accept = {"client_id": "client-accept", "slot": offer["slot"]}
            assert agent.post(f"{path}/accept", json=accept).status_code == 200
            reply = {"client_id": "client-reply", "text": "我来帮您看一下"}
            assert agent.post(f"{path}/messages", json=reply).status_code == 200
            shown: list[str] = []
            while "我来帮您看一下" not in shown:
                page = visitor.get(f"/webchat/{inbox}/entries?after=0").json()
                shown = [entry["body"].get("text") for entry in page["items"]]
            seen = agent.get(f"{path}/entries?after=0").json()["last"]
            close = {"client_id": "client-close", "seen": seen}
            assert agent.post(f"{path}/close", json=close).status_code == 200
