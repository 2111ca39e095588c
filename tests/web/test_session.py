"""Signing in: what is let in, what is refused, how often one may try, and what ends a session."""

import time

from hub.settings import Settings
from tests.web.stage import FOREIGN, PASSWORD, Stage, client, stage


async def test_a_right_password_opens_a_session_in_a_cookie_that_scripts_cannot_read(stage: Stage) -> None:
    async with stage.visitor() as browser:
        answer = await browser.post("/api/session", json={"login": "agent", "password": PASSWORD})
        assert answer.status_code == 200
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert "secure" not in cookie  # http, in this test
        me = (await browser.get("/api/session")).json()
        assert me["login"] == "agent"
        assert me["permissions"] == sorted(me["scopes"])
        assert answer.json()["user"] == me
