"""A customer and an agent in browsers, with the few things they do; and the demo hub they meet in."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from tests.parts.hub_process import HubProcess, hub_process
from tests.parts.mongo import mongo_server

SHOTS = Path("build/e2e")
ENGINES = ("sqlite", "mongodb")
WIDE = (1440, 900)
PHONE = (390, 844)


@contextmanager
def demo_hub(engine: str = "sqlite") -> Iterator[HubProcess]:
    """The demo hotline on one engine, freshly filled."""
    if engine == "sqlite":
        with hub_process("demo") as hub:
            yield hub
    else:
        with (
            mongo_server() as server,
            hub_process("demo", settings={"HUB_MONGODB_URI": server.uri}) as hub,
        ):
            yield hub


def passwords(hub: HubProcess) -> dict[str, str]:
    """The demo's logins and passwords, as its owner finds them."""
    text = (hub.data / "demo-passwords.txt").read_text()
    return dict(re.findall(r"^\s*(\w+)\s+([a-z0-9]{10,})\b", text, re.MULTILINE))


class Screen:
    """A page that remembers what its browser complained of."""

    def __init__(self, context: BrowserContext, name: str) -> None:
        """``name`` stands before its screenshots."""
        self.context = context
        self.page: Page = context.new_page()
        self.name = name
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "response",
            lambda answer: (
                self.complaints.append(f"{answer.status} {answer.url}")
                if answer.status >= 400 and "/api/session" not in answer.url
                else None
            ),
        )

    def shot(self, what: str) -> None:
        """Keep a screenshot."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{self.name}-{what}.png")


def context(browser: Browser, size: tuple[int, int], locale: str) -> BrowserContext:
    """A profile of its own, with a language and a window."""
    width, height = size
    return browser.new_context(viewport={"width": width, "height": height}, locale=locale)


class AgentScreen(Screen):
    """An agent at his desk."""

    def sign_in(self, hub: HubProcess, login: str) -> None:
        """From the sign-in page to the desk."""
        self.page.goto(f"{hub.url}/desk")
        self.page.get_by_test_id("login-name").fill(login)
        self.page.get_by_test_id("login-password").fill(passwords(hub)[login])
        self.page.get_by_test_id("login-submit").click()
        expect(self.page.get_by_test_id("presence-button")).to_be_visible()

    def speak_english(self) -> None:
        """Choose English for his account."""
        self.page.evaluate(
            """() => fetch('/api/me', {method: 'PATCH', headers: {'content-type': 'application/json'},
            body: JSON.stringify({locale: 'en'})})"""
        )
        self.page.reload()
        expect(self.page.locator("html[lang=en]")).to_be_attached()

    def ready(self) -> None:
        """Take conversations."""
        self.page.get_by_test_id("presence-button").click()
        self.page.get_by_test_id("presence-ready").click()
        expect(self.page.locator("[data-testid=presence-button][data-state=ready]")).to_be_visible()

    def accept(self) -> None:
        """Take the offer that rings."""
        self.page.get_by_test_id("offer-accept").first.click()
        expect(self.page.get_by_test_id("composer-input")).to_be_visible()

    def say(self, text: str) -> None:
        """Type and send."""
        self.page.get_by_test_id("composer-input").fill(text)
        self.page.keyboard.press("Enter")

    def timeline(self) -> str:
        """What the open conversation shows."""
        return self.page.get_by_test_id("timeline").inner_text()

    def close(self) -> None:
        """End the conversation with the first reason of the first group."""
        self.page.get_by_test_id("close-button").click()
        choice = self.page.get_by_test_id("disposition-select")
        expect(choice).to_be_visible()
        choice.locator("[data-testid^=disposition-]").first.click()
        if self.page.get_by_test_id("close-confirm").is_disabled():
            choice.locator("[data-testid^=disposition-]").last.click()
        self.page.get_by_test_id("close-confirm").click()


class CustomerScreen(Screen):
    """A customer on the company's page."""

    def open(self, hub: HubProcess, *, english: bool = False) -> None:
        """Click the bubble, on the English page if he likes."""
        self.page.goto(f"{hub.url}/demo")
        if english:
            self.page.get_by_text("EN", exact=True).click()
        self.page.get_by_test_id("widget-bubble").click()
        expect(self.chat.get_by_test_id("chat-input")).to_be_visible()

    @property
    def chat(self) -> FrameLocator:
        """The widget's frame."""
        return self.page.get_by_test_id("widget-frame").content_frame

    def say(self, text: str) -> None:
        """Write and send."""
        self.chat.get_by_test_id("chat-input").fill(text)
        self.chat.get_by_test_id("chat-send").click()

    def messages(self) -> list[str]:
        """What stands in the chat."""
        return self.chat.get_by_test_id("chat-message").all_inner_texts()


def entries(agent: AgentScreen, conversation: str) -> list[dict[str, object]]:
    """The timeline as the API gives it to this agent."""
    answer = agent.page.evaluate(
        "id => fetch(`/api/conversations/${id}/entries?limit=100`).then(r => r.text())", conversation
    )
    items: list[dict[str, object]] = json.loads(answer)["items"]
    return items


def open_conversation(agent: AgentScreen) -> str:
    """The id of the conversation in the agent's address bar."""
    found = re.search(r"/desk/c/(c_[\w-]+)", agent.page.url)
    assert found is not None, agent.page.url
    return found.group(1)
