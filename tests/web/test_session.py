"""Signing in: what is let in, what is refused, how often one may try, and what ends a session."""

import time
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from hub.settings import Settings
from tests.fakes.clock import VirtualClock
from tests.web.stage import ORIGIN, PASSWORD, Stage, client
from tests.web.stage import stage as make_stage
from web.passwords import Argon2Passwords

RIGHT = {"login": "agent", "password": PASSWORD}


async def test_a_right_password_opens_a_session_in_a_cookie_scripts_cannot_read(stage: Stage) -> None:
    async with stage.visitor() as browser:
        answer = await browser.post("/api/session", json={**RIGHT, "login": " AGENT "})
        assert answer.status_code == 200
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert "secure" not in cookie  # http, in this test
        me = (await browser.get("/api/session")).json()
        assert me["login"] == "agent"
        assert me["permissions"] == sorted(me["scopes"])
        assert answer.json()["user"] == me


async def test_the_store_holds_no_token_and_no_password(stage: Stage) -> None:
    async with stage.visitor() as browser:
        await browser.post("/api/session", json=RIGHT)
        token = browser.cookies["hub_session"]
    stored = repr(stage.documents.data)  # type: ignore[attr-defined]
    assert len(token) >= 43  # 256 bits
    assert token not in stored
    assert PASSWORD not in stored


async def test_https_makes_the_cookie_secure(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, public_url="https://hotline.example")
    async with (
        make_stage(tmp_path, settings=settings) as stage,
        client(stage.house, origin="https://hotline.example") as browser,
    ):
        answer = await browser.post("/api/session", json=RIGHT)
        assert answer.status_code == 200
        assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "wrong",
    [
        {"login": "agent", "password": "wrong password"},
        {"login": "nobody", "password": PASSWORD},
        {"login": "clerk-disabled", "password": PASSWORD},
    ],
)
async def test_whatever_is_wrong_the_answer_is_the_same(stage: Stage, wrong: dict[str, str]) -> None:
    f = stage.house.foundation
    user = await f.accounts.draft(
        "o_main", login="clerk-disabled", name="x", password=PASSWORD, roles=["agent"]
    )
    await f.accounts.add(msgspec.structs.replace(user, disabled=True))
    async with stage.visitor() as browser:
        answer = await browser.post("/api/session", json=wrong)
    assert answer.status_code == 401
    assert answer.json() == {
        "error": {
            "code": "wrong_credentials",
            "message": "Login and password do not belong together.",
        }
    }
    assert "set-cookie" not in answer.headers


async def test_a_login_that_does_not_exist_takes_as_long_as_one_that_does() -> None:
    """With the costs of the product; the medians may differ by a third of a check."""
    passwords = Argon2Passwords(at_once=2)
    stored = await passwords.hash(PASSWORD)
    await passwords.waste()  # the decoy is made once
    real, decoy = [], []
    for _ in range(5):
        began = time.perf_counter()
        assert not await passwords.matches(stored, "wrong password")
        real.append(time.perf_counter() - began)
        began = time.perf_counter()
        await passwords.waste()
        decoy.append(time.perf_counter() - began)
    passwords.close()
    assert sorted(decoy)[2] > sorted(real)[2] / 3
    assert sorted(real)[2] > sorted(decoy)[2] / 3


async def test_after_too_many_wrong_passwords_the_right_one_must_wait_too(tmp_path: Path) -> None:
    clock = VirtualClock()
    settings = Settings(data=tmp_path, sign_in_attempts=3)
    async with make_stage(tmp_path, settings=settings, clock=clock) as stage, stage.visitor() as browser:
        for _ in range(3):
            answer = await browser.post("/api/session", json={**RIGHT, "password": "wrong password"})
            assert answer.status_code == 401
        answer = await browser.post("/api/session", json=RIGHT)
        assert answer.status_code == 429
        error = answer.json()["error"]
        assert error["code"] == "too_many_attempts"
        assert int(answer.headers["retry-after"]) == error["details"]["after"] > 800
        other = await browser.post("/api/session", json={**RIGHT, "login": "admin"})
        assert other.status_code == 200  # another person at the same address
        async with client(stage.house, client=("198.51.100.7", 4711)) as elsewhere:
            answer = await elsewhere.post("/api/session", json=RIGHT)
            assert answer.status_code == 200  # nobody is locked out from his own desk
        await clock.advance(15 * 60 + 1)
        assert (await browser.post("/api/session", json=RIGHT)).status_code == 200


async def test_one_address_may_not_try_all_logins(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, sign_in_attempts=3, sign_in_attempts_per_address=5)
    async with make_stage(tmp_path, settings=settings) as stage, stage.visitor() as browser:
        for number in range(5):
            wrong = {"login": f"guess{number}", "password": "wrong password"}
            assert (await browser.post("/api/session", json=wrong)).status_code == 401
        assert (await browser.post("/api/session", json=RIGHT)).status_code == 429


async def test_a_right_password_does_not_count_as_an_attempt(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, sign_in_attempts=3, sign_in_attempts_per_address=3)
    async with make_stage(tmp_path, settings=settings) as stage:
        for _ in range(10):
            async with stage.visitor() as browser:
                assert (await browser.post("/api/session", json=RIGHT)).status_code == 200


async def test_an_unused_session_ends_and_a_used_one_ends_in_the_end(tmp_path: Path) -> None:
    clock = VirtualClock()
    settings = Settings(data=tmp_path, session_idle_minutes=60, session_hours=3)
    async with make_stage(tmp_path, settings=settings, clock=clock) as stage:
        async with stage.visitor() as browser:
            await browser.post("/api/session", json=RIGHT)
            for _ in range(3):  # used every 50 minutes it lives on
                await clock.advance(50 * 60)
                assert (await browser.get("/api/session")).status_code == 200
            await clock.advance(31 * 60)  # three hours are over
            assert (await browser.get("/api/session")).status_code == 401
        async with stage.visitor() as browser:
            await browser.post("/api/session", json=RIGHT)
            await clock.advance(61 * 60)
            assert (await browser.get("/api/session")).status_code == 401
        assert await stage.house.foundation.sessions.tidy() == 2


async def test_signing_out_ends_the_session_and_takes_the_agent_offline(stage: Stage) -> None:
    async with stage.visitor() as browser:
        await browser.post("/api/session", json=RIGHT)
        token = browser.cookies["hub_session"]
        answer = await browser.delete("/api/session")
        assert answer.status_code == 204
        assert 'hub_session=""' in answer.headers["set-cookie"]
        browser.cookies.set("hub_session", token, domain="hub.test")
        assert (await browser.get("/api/session")).status_code == 401
    agent = await stage.house.foundation.agents.get(stage.own["agent"])
    assert agent.away == "signed_out"


async def test_a_new_password_ends_every_other_session(stage: Stage) -> None:
    async with await stage.signed_in("agent") as here, await stage.signed_in("agent") as there:
        wrong = {"current": "not my password", "new": "a much better one"}
        answer = await here.post("/api/me/password", json=wrong)
        assert answer.status_code == 422
        assert answer.json()["error"]["code"] == "wrong_password"
        right = {"current": PASSWORD, "new": "a much better one"}
        assert (await here.post("/api/me/password", json=right)).status_code == 204
        assert (await here.get("/api/session")).status_code == 200
        assert (await there.get("/api/session")).status_code == 401
        answer = await there.post("/api/session", json={"login": "agent", "password": right["new"]})
        assert answer.status_code == 200


async def test_who_is_disabled_is_out_at_once(stage: Stage) -> None:
    async with await stage.signed_in("agent") as agent, await stage.signed_in("admin") as admin:
        change = {"version": 1, "disabled": True}
        answer = await admin.patch(f"/api/users/{stage.own['agent']}", json=change)
        assert answer.status_code == 200
        assert (await agent.get("/api/session")).status_code == 401
        assert (await agent.post("/api/session", json=RIGHT)).status_code == 401
    assert (await stage.house.foundation.agents.get(stage.own["agent"])).away == "signed_out"


@pytest.mark.parametrize(
    "origin",
    [None, "null", "https://hub.test", "http://hub.test:8000", "http://evil.test", "http://hub.test.evil"],
)
async def test_a_page_of_another_site_can_do_nothing_with_our_cookie(
    stage: Stage, origin: str | None
) -> None:
    async with await stage.signed_in("agent") as signed_in, client(stage.house, origin=origin) as browser:
        browser.cookies = signed_in.cookies
        for method, path in (("PATCH", "/api/me"), ("DELETE", "/api/session"), ("POST", "/api/files")):
            answer = await browser.request(method, path, json={"locale": "en"})
            assert answer.status_code == 403
            assert answer.json()["error"]["code"] == "wrong_origin"
        answer = await browser.post("/api/session", json=RIGHT)
        assert answer.status_code == 403
        assert (await browser.get("/api/session")).status_code == 200  # reading is the browser's to guard


async def test_behind_a_proxy_the_public_address_is_the_only_origin(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, public_url="https://hotline.example")
    async with make_stage(tmp_path, settings=settings) as stage:
        async with client(stage.house, origin="https://hotline.example") as browser:
            assert (await browser.post("/api/session", json=RIGHT)).status_code == 200
        async with client(stage.house, origin=ORIGIN) as browser:
            assert (await browser.post("/api/session", json=RIGHT)).status_code == 403


async def test_sessions_are_looked_up_by_their_whole_token(stage: Stage) -> None:
    async with await stage.signed_in("agent") as browser:
        token = browser.cookies["hub_session"]
        for wrong in (token[:-1], token + "x", token.swapcase(), "", "A" * 5000):
            async with stage.visitor() as other:
                other.cookies.set("hub_session", wrong, domain="hub.test")
                assert (await other.get("/api/session")).status_code == 401


def test_the_limits_of_sessions_are_what_the_settings_say() -> None:
    settings = Settings()
    assert timedelta(minutes=settings.session_idle_minutes) <= timedelta(hours=8)
    assert timedelta(hours=settings.session_hours) <= timedelta(days=7)
