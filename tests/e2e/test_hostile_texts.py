"""What people write is shown as text, whatever it looks like: no script of theirs ever runs."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from playwright.sync_api import Browser, Dialog, Frame, Page, Request, expect

from tests.e2e.people import WIDE, AgentScreen, CustomerScreen, context, demo_hub, passwords
from tests.parts.hub_process import HubProcess
from tests.security.hostile_texts import hostile_texts

LIMITS = {"messages_per_minute": 2000, "messages_per_minute_address": 2000, "uploads_per_minute": 100}


@contextmanager
def staff(hub: HubProcess, login: str) -> Iterator[httpx2.Client]:
    """A signed-in client of the API."""
    with httpx2.Client(base_url=hub.url, headers={"origin": hub.url}, timeout=20) as client:
        answer = client.post("/api/session", json={"login": login, "password": passwords(hub)[login]})
        assert answer.status_code == 200, answer.text
        yield client


def widen_limits(admin: httpx2.Client) -> str:
    """Let one visitor write hundreds of messages; the inbox's id."""
    inbox = admin.get("/api/inboxes").json()["items"][0]
    settings = {**inbox["settings"], "limits": LIMITS}
    answer = admin.patch(
        f"/api/inboxes/{inbox['id']}", json={"version": inbox["version"], "settings": settings}
    )
    assert answer.status_code == 200, answer.text
    return str(inbox["id"])


def watch(page: Page, alarms: list[str]) -> None:
    """Note dialogs and pages that something opens."""

    def on_dialog(dialog: Dialog) -> None:
        alarms.append(dialog.message)
        dialog.dismiss()

    def on_popup(popup: Page) -> None:
        alarms.append(popup.url)

    page.on("dialog", on_dialog)
    page.on("popup", on_popup)


def tokens_of(page: Page) -> list[str]:
    """The bearer tokens that the page's requests carry from now on."""
    seen: list[str] = []

    def on_request(request: Request) -> None:
        authorization = request.headers.get("authorization")
        if authorization is not None:
            seen.append(authorization)

    page.on("request", on_request)
    return seen


def ran(frame: Frame) -> object:
    """Whether a script of a customer's or an agent's text ran in this frame."""
    return frame.evaluate("window.__ran ?? null")


def read_all(page: Page, selector: str, count: int) -> None:
    """Load and pass over the whole timeline, as somebody does who scrolls up to its beginning."""
    for _ in range(count // 20 + 10):
        page.locator(selector).hover()
        page.mouse.wheel(0, -20_000)
        page.wait_for_timeout(60)  # the pointer rests while older entries load


def test_no_text_of_anybody_runs(browser: Browser) -> None:
    texts = hostile_texts()
    assert len(texts) >= 200
    with demo_hub() as hub, staff(hub, "admin") as admin:
        inbox = widen_limits(admin)
        agent = AgentScreen(context(browser, WIDE, "zh-CN"), "agent-hostile")
        agent.sign_in(hub, "zhangmin")
        agent.ready()
        customer = CustomerScreen(context(browser, WIDE, "zh-CN"), "customer-hostile")
        alarms: list[str] = []
        watch(agent.page, alarms)
        watch(customer.page, alarms)
        tokens = tokens_of(customer.page)
        customer.open(hub)
        customer.say(texts[0])
        agent.accept()
        with httpx2.Client(base_url=f"{hub.url}/webchat/{inbox}", timeout=20) as visitor:
            visitor.headers["authorization"] = tokens[-1]
            for number, text in enumerate(texts):
                answer = visitor.post("/messages", json={"client_id": f"hostile-{number}", "text": text})
                assert answer.status_code in (200, 201), answer.text
        with staff(hub, "zhangmin") as colleague:
            mine = colleague.get("/api/conversations?list=mine").json()["items"][0]
            contact = admin.get(f"/api/contacts/{mine['contact']}").json()
            renamed = admin.patch(
                f"/api/contacts/{contact['id']}",
                json={"version": contact["version"], "name": texts[7][:100]},
            )
            assert renamed.status_code == 200, renamed.text
            for number, text in enumerate(texts[:60]):
                said = colleague.post(
                    f"/api/conversations/{mine['id']}/messages",
                    json={"client_id": f"hostile-said-{number}", "text": text},
                )
                assert said.status_code in (200, 201), said.text
                noted = colleague.post(
                    f"/api/conversations/{mine['id']}/notes",
                    json={"client_id": f"hostile-noted-{number}", "text": text},
                )
                assert noted.status_code in (200, 201), noted.text
        expect(agent.page.get_by_test_id("timeline")).to_contain_text(texts[59], timeout=20_000)
        expect(customer.chat.get_by_test_id("chat-message").last).to_contain_text(texts[59], timeout=20_000)
        read_all(agent.page, "[data-testid=timeline]", len(texts) + 120)
        expect(agent.page.get_by_test_id("timeline")).to_contain_text(texts[0])
        customer.page.reload()
        agent.shot("shown")
        for page in (agent.page, customer.page):
            for shown in page.frames:
                assert ran(shown) is None, shown.url
        assert alarms == []


def test_a_file_that_is_a_page_is_never_shown_as_one() -> None:
    with demo_hub() as hub, staff(hub, "zhangmin") as colleague:
        for name, content in (
            ("a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>window.__ran=1</script></svg>"),
            ("a.html", "<script>window.__ran=1</script>"),
            ("a.png", "<html><script>window.__ran=1</script></html>"),
            ("a.xml", "<?xml version='1.0'?><x:script xmlns:x='http://www.w3.org/1999/xhtml'>1</x:script>"),
        ):
            answer = colleague.post("/api/files", files={"file": (name, content.encode())})
            if answer.status_code >= 400:
                assert answer.status_code in (413, 415, 422), answer.text
                continue
            stored = answer.json()
            for query in ("", "?inline=1"):
                given = colleague.get(f"/api/files/{stored['id']}{query}")
                if given.status_code != 200:
                    continue
                assert given.headers["content-disposition"].startswith("attachment"), (name, query)
                assert given.headers["x-content-type-options"] == "nosniff"
