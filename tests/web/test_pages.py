"""Health, figures, and the pages and files outside the API."""

import asyncio
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from hub.documents import Unavailable
from tests.web.stage import Stage, client
from web.health import Health, Phase
from web.installation import Installation
from web.pages import Pages


async def test_health_is_ready_only_when_every_part_is(stage: Stage) -> None:
    health = stage.house.health
    async with stage.visitor() as browser:
        answer = await browser.get("/health")
        assert (answer.status_code, answer.json()["phase"]) == (503, "starting")
        health.phase = Phase.READY
        answer = await browser.get("/health")
        assert answer.status_code == 200
        assert answer.json()["status"] == "ready"
        assert answer.json()["parts"]["store"] == {"state": "ok"}

        async def away() -> None:
            raise Unavailable("10.1.2.3 refused")

        health.add("search", away)
        answer = await browser.get("/health")
        assert answer.status_code == 503
        assert answer.json()["parts"]["search"] == {"state": "failing"}
        assert "10.1.2.3" not in answer.text
        health.phase = Phase.DRAINING
        answer = await browser.get("/health")
        assert answer.json()["phase"] == "draining"
        assert answer.headers["connection"] == "close"


async def test_a_part_that_does_not_answer_fails_instead_of_hanging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.health._PATIENCE", 0.05)
    health = Health("1")

    async def hangs() -> None:
        await asyncio.sleep(60)

    health.add("store", hangs)
    assert await health.states() == {"store": "failing"}


async def test_however_many_ask_the_store_is_probed_once_in_a_while() -> None:
    now, probes = 100.0, 0
    failing = False

    async def probe() -> None:
        nonlocal probes
        probes += 1
        await asyncio.sleep(0.01)
        if failing:
            raise Unavailable("the disk is full")

    health = Health("1", monotonic=lambda: now)
    health.add("store", probe, every=2.0)
    first = asyncio.create_task(health.states())
    await asyncio.sleep(0)
    first.cancel()  # one who hangs up does not end it for the others
    states = await asyncio.gather(*(health.states() for _ in range(50)))
    assert all(state == {"store": "ok"} for state in states)
    assert probes == 1
    failing = True
    assert await health.states() == {"store": "ok"}
    now += 2.0
    assert await health.states() == {"store": "failing"}
    assert await health.states() == {"store": "failing"}
    failing = False
    now += 2.0
    assert await health.states() == {"store": "ok"}
    assert probes == 3


async def test_figures_are_for_this_machine_or_who_has_the_right(stage: Stage) -> None:
    async with stage.visitor() as local:
        await local.get("/api/session")
        text = (await local.get("/metrics")).text
        assert 'hub_http_requests_total{method="GET",route="/api/session",status="401"} 1.0' in text
        assert 'hub_entries_total{by="contact",kind="message"}' in text
        assert (await local.get("/metrics", headers={"x-forwarded-for": "192.0.2.1"})).status_code == 401
    async with client(stage.house, client=("192.0.2.1", 5000)) as far:
        assert (await far.get("/metrics")).status_code == 401
        for role, status in (("agent", 403), ("supervisor", 200)):
            async with await stage.signed_in(role) as browser:
                far.cookies = browser.cookies
                assert (await far.get("/metrics")).status_code == status


async def test_strange_methods_and_paths_do_not_make_new_figures(stage: Stage) -> None:
    async with stage.visitor() as browser:
        for number in range(20):
            await browser.request(f"M{number}", f"/api/{number}")
        text = (await browser.get("/metrics")).text
    lines = [line for line in text.splitlines() if line.startswith("hub_http_requests_total")]
    assert len(lines) <= 3


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A build of the screens."""
    folder = tmp_path / "static"
    (folder / "desk" / "assets").mkdir(parents=True)
    (folder / "desk" / "index.html").write_text("<!doctype html><title>desk</title>")
    (folder / "desk" / "assets" / "index-abc123.js").write_text("1")
    (folder / "desk" / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


def browser_of(pages: Pages) -> httpx2.AsyncClient:
    """A browser on nothing but these pages."""
    app = Starlette(routes=list(pages.routes()))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://hub.test")


async def test_the_desk_is_one_page_at_every_address_below_it(built: Path) -> None:
    async with browser_of(Pages(built)) as browser:
        for path in ("/desk", "/desk/", "/desk/conversations/c_1", "/desk/settings/queues"):
            answer = await browser.get(path)
            assert answer.status_code == 200
            assert "<title>desk</title>" in answer.text
            assert answer.headers["cache-control"] == "no-cache"
        answer = await browser.get("/")
        assert (answer.status_code, answer.headers["location"]) == (307, "/desk")


async def test_files_with_a_digest_in_their_name_are_kept_for_ever_others_asked_for_again(
    built: Path,
) -> None:
    async with browser_of(Pages(built)) as browser:
        answer = await browser.get("/static/desk/assets/index-abc123.js")
        assert "immutable" in answer.headers["cache-control"]
        answer = await browser.get("/static/desk/icon.svg")
        assert answer.headers["cache-control"] == "no-cache"
        again = await browser.get("/static/desk/icon.svg", headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/static/../secret.txt",
        "/static/%2e%2e/secret.txt",
        "/static/..%2fsecret.txt",
        "/static/desk/../../secret.txt",
        "/static//etc/passwd",
        "/static/desk",
        "/static/",
        "/static/none.js",
        "/static/%00",
    ],
)
async def test_nothing_outside_the_build_is_served(built: Path, path: str) -> None:
    async with browser_of(Pages(built)) as browser:
        answer = await browser.get(path)
    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_without_a_build_the_desk_says_what_to_do(tmp_path: Path) -> None:
    async with browser_of(Pages(tmp_path)) as browser:
        answer = await browser.get("/desk")
    assert answer.status_code == 503
    assert "make" in answer.json()["error"]["hint"]


async def test_the_demo_page_shows_the_widget_of_an_open_inbox(stage: Stage) -> None:
    async with stage.visitor() as browser:
        answer = await browser.get("/demo")
        shown = {stage.own["inbox"], stage.own["spare_inbox"]}
        assert any(f'data-inbox="{inbox}"' in answer.text for inbox in shown)
        assert "{{" not in answer.text
        assert "<script>" not in answer.text
        for name in ("page.css", "page.js"):
            assert (await browser.get(f"/demo/{name}")).status_code == 200


def test_a_data_folder_and_its_secrets_are_for_the_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    installation = Installation(folder)
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "secrets.json").stat().st_mode & 0o077 == 0
    assert installation.key("a") != installation.key("b")
    assert Installation(folder).key("a") == installation.key("a")
    assert Installation(tmp_path / "other").key("a") != installation.key("a")
