"""Requests that are not as they should be, and what every answer carries."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from hub.documents import Document, Lost, Unavailable
from hub.settings import Settings
from tests.fakes.memory_documents import MemoryDocuments
from tests.web.stage import ORIGIN, Stage, client
from tests.web.stage import stage as make_stage
from web.foundation import schema


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "invalid_input"),
        (b"{", 422, "invalid_input"),
        (b"null", 422, "invalid_input"),
        (b"[]", 422, "invalid_input"),
        (b'"name"', 422, "invalid_input"),
        (b"\xff\xfe", 422, "invalid_input"),
        (b'{"name": "\\ud800"}', 422, "invalid_input"),
        (b'{"name": "a\\u0000b"}', 422, "invalid_input"),
        (b'{"name": 1}', 422, "invalid_input"),
        (b'{"name": null}', 422, "invalid_input"),
        (b'{"name": ""}', 422, "invalid_input"),
        (b'{"name": "' + b"x" * 61 + b'"}', 422, "invalid_input"),
        (b'{"name": "x", "priority": NaN}', 422, "invalid_input"),
        (b'{"name": "x", "priority": 1e400}', 422, "invalid_input"),
        (b'{"name": "x", "priority": "3"}', 422, "invalid_input"),
        (b'{"name": "x", "priority": 99999999999999999999999999}', 422, "invalid_input"),
        (b'{"name": "x", "id": "q_mine"}', 422, "invalid_input"),
        (b'{"name": "x", "organisation": "o_other"}', 422, "invalid_input"),
        (b"[" * 100_000, 422, "invalid_input"),
        (b'{"name": "' + b"x" * 1_100_000 + b'"}', 413, "body_too_large"),
    ],
    ids=lambda value: value[:24].decode(errors="replace") if isinstance(value, bytes) else str(value),
)
async def test_a_body_that_is_not_right_is_refused(
    stage: Stage, content: bytes, status: int, code: str
) -> None:
    async with await stage.signed_in("admin") as browser:
        answer = await browser.post(
            "/api/queues", content=content, headers={"content-type": "application/json"}
        )
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert "xxxx" not in answer.text  # what was sent is not repeated


async def test_a_body_without_a_length_is_cut_at_the_limit(stage: Stage) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 50_000_000:
            sent += 65_536
            yield b"x" * 65_536

    async with await stage.signed_in("admin") as browser:
        answer = await browser.post(
            "/api/queues", content=endless(), headers={"content-type": "application/json"}
        )
    assert answer.status_code == 413


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_only_json_is_taken_so_that_a_plain_form_cannot_write(stage: Stage, media_type: str) -> None:
    async with await stage.signed_in("admin") as browser:
        answer = await browser.post(
            "/api/queues", content=b'{"name": "x"}', headers={"content-type": media_type}
        )
    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "wrong_media_type"


async def test_json_with_a_character_set_is_json(stage: Stage) -> None:
    async with await stage.signed_in("admin") as browser:
        answer = await browser.post(
            "/api/skills",
            content=b'{"name": "x"}',
            headers={"content-type": "Application/JSON; charset=utf-8"},
        )
    assert answer.status_code == 201


async def test_problems_are_named_by_field_in_plain_words(stage: Stage) -> None:
    async with await stage.signed_in("admin") as browser:
        answer = await browser.post("/api/queues", json={"priority": 11, "wait": 1})
    problems = {one["field"]: one["message"] for one in answer.json()["error"]["details"]["problems"]}
    assert problems.keys() == {"name", "priority", "wait"}
    assert "10" in problems["priority"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/no/such/page", 404, "not_found"),
        ("GET", "/api/none", 404, "not_found"),
        ("PUT", "/api/queues", 405, "method_not_allowed"),
        ("TRACE", "/api/session", 405, "method_not_allowed"),
        ("GET", "/api/queues/", 404, "not_found"),
    ],
)
async def test_what_is_not_there_is_said_in_our_form(
    stage: Stage, method: str, path: str, status: int, code: str
) -> None:
    async with stage.visitor() as browser:
        answer = await browser.request(method, path)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code


class BrokenDocuments(MemoryDocuments):
    """A store that can be taken away."""

    failure: Exception | None = None

    def get_now(self, collection: str, id: str) -> Document | None:
        """As :meth:`get`."""
        if self.failure is not None:
            raise self.failure
        return super().get_now(collection, id)


@pytest.mark.parametrize("failure", [Unavailable("gone"), Lost("maybe")])
async def test_a_store_that_is_away_is_503_and_comes_back(tmp_path: Path, failure: Exception) -> None:
    documents = BrokenDocuments(schema())
    async with make_stage(tmp_path, documents=documents) as stage, await stage.signed_in("agent") as browser:
        path = f"/api/conversations/{stage.own['assigned']}"
        documents.failure = failure
        for method, where in (("GET", path), ("GET", "/api/queues"), ("GET", "/api/session")):
            answer = await browser.request(method, where)
            assert answer.status_code == 503, where
            assert answer.json()["error"]["code"] == "store_unavailable"
            assert answer.headers["retry-after"] == "1"
        documents.failure = None
        assert (await browser.get(path)).status_code == 200


async def test_a_fault_of_ours_is_answered_with_a_code_to_quote_and_no_trace(tmp_path: Path) -> None:
    documents = BrokenDocuments(schema())
    async with make_stage(tmp_path, documents=documents) as stage, await stage.signed_in("agent") as browser:
        documents.failure = ZeroDivisionError("secret detail")
        answer = await browser.get("/api/session")
        assert answer.status_code == 500
        error = answer.json()["error"]
        assert error["code"] == "internal_error"
        assert answer.headers["x-request-id"] in error["hint"]
        assert "secret detail" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"


PAGES = ("/desk", "/api/session", "/openapi.json", "/no/such/page", "/health", "/demo")


@pytest.mark.parametrize("path", PAGES)
async def test_every_answer_carries_the_security_headers(stage: Stage, path: str) -> None:
    async with stage.visitor() as browser:
        headers = (await browser.get(path)).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["connect-src"] == "'self' ws://hub.test"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "strict-transport-security" not in headers
    assert "server" not in headers
    assert len(headers["x-request-id"]) > 20


async def test_a_strange_host_does_not_get_into_the_policy(stage: Stage) -> None:
    async with stage.visitor() as browser:
        answer = await browser.get("/desk", headers={"host": "x; script-src *"})
    assert "script-src *" not in answer.headers["content-security-policy"]


async def test_over_https_browsers_are_told_to_stay_there(stage: Stage) -> None:
    transport = httpx2.ASGITransport(stage.house.application.asgi)
    async with httpx2.AsyncClient(transport=transport, base_url="https://hub.test") as browser:
        headers = (await browser.get("/desk")).headers
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert "wss://hub.test" in headers["content-security-policy"]


async def test_what_the_api_says_is_never_kept_by_caches(stage: Stage) -> None:
    async with await stage.signed_in("agent") as browser:
        for path in ("/api/session", "/api/queues", "/api/none", "/health", "/metrics"):
            assert (await browser.get(path)).headers.get("cache-control", "no-store") == "no-store", path


async def test_only_trusted_proxies_say_who_asks_and_how(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, trusted_proxies=("10.0.0.0/8",))
    forwarded = {"x-forwarded-for": "198.51.100.9", "x-forwarded-proto": "https"}
    async with make_stage(tmp_path, settings=settings) as stage:
        for peer, trusted in (("10.1.2.3", True), ("192.0.2.8", False)):
            async with client(stage.house, origin=None, client=(peer, 5000)) as browser:
                answer = await browser.get("/desk", headers=forwarded)
                assert ("strict-transport-security" in answer.headers) is trusted
                headers = {**forwarded, "origin": "https://hub.test" if trusted else ORIGIN}
                json = {"login": "agent", "password": "correct horse battery"}
                answer = await browser.post("/api/session", json=json, headers=headers)
                assert answer.status_code == 200
                assert ("secure" in answer.headers["set-cookie"].lower()) is trusted
        sessions = stage.documents.data["sessions"].values()  # type: ignore[attr-defined]
        assert {one["address"] for one in sessions} == {"198.51.100.9", "192.0.2.8"}
