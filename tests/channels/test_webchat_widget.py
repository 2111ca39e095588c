"""The widget in a real Chromium, on a page of another site, against the real hub.

The browser gives a frame of another site no storage of its own, as private windows do.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, FrameLocator, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from channels.webchat.identity import signature
from hub.documents import Json
from hub.ids import ConversationId
from tests.channels.stage import SECRET, Stage, serving
from tests.channels.stage import stage as make_stage
from tests.parts.browser import async_chromium

PAYLOADS = [
    "<script>document.title='run'</script>",
    "<img src=x onerror=\"document.title='run'\">",
    "<svg/onload=\"document.title='run'\">",
    "javascript:document.title='run'",
    "https://example.com/\" onmouseover=\"document.title='run'",
    "<iframe srcdoc=\"<script>top.document.title='run'</script>\">",
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_chromium() as launched:
        yield launched


class Site:
    """A company's own site: another origin than the hub's, with the script line in every page."""

    def __init__(self, stage: Stage) -> None:
        self._script = f'<script src="{stage.url}/widget.js" data-inbox="i_test" async></script>'
        self.before = ""
        self.url = ""
        self.asgi = Starlette(routes=[Route("/{page}", self._page)])

    async def _page(self, request: Request) -> HTMLResponse:
        head = '<html lang="zh-CN"><meta name="viewport" content="width=device-width"><title>公司</title>'
        return HTMLResponse(f"<!doctype html>{head}<h1>公司</h1>{self.before}{self._script}")

    async def open(self, context: BrowserContext) -> Page:
        """A page of it in a tab."""
        page = await context.new_page()
        await page.goto(f"{self.url}/bill")
        return page


@pytest.fixture
async def site(stage: Stage) -> AsyncIterator[Site]:
    made = Site(stage)
    async with serving(made.asgi) as address:
        made.url = address.replace("127.0.0.1", "localhost")
        await stage.set({"allowed_origins": [made.url]})
        yield made


def chat(page: Page) -> FrameLocator:
    """The inside of the frame."""
    return page.frame_locator("[data-testid=widget-frame]")


async def write(page: Page, text: str) -> None:
    """The customer writes."""
    await chat(page).get_by_test_id("chat-input").fill(text)
    await chat(page).get_by_test_id("chat-input").press("Enter")


async def only(stage: Stage) -> ConversationId:
    """The only conversation there is."""
    (document,) = (await stage.documents.find("conversations", limit=2)).items
    return ConversationId(str(document["id"]))


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    settings: dict[str, Json] = {"title": "阳光燃气", "colour": "#0b6e4f"}
    async with make_stage(tmp_path, settings=settings) as made:
        yield made


async def test_nothing_of_ours_is_loaded_before_the_click(stage: Stage, site: Site, browser: Browser) -> None:
    context = await browser.new_context(locale="zh-CN")
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url.removeprefix(stage.url)))
    page = await site.open(context)
    await expect(page.get_by_test_id("widget-bubble")).to_be_visible()
    assert [path for path in asked if not path.startswith("http")] == ["/widget.js"]
    size = await page.get_by_test_id("widget-bubble").bounding_box()
    assert size is not None
    assert (size["width"], size["height"]) == (56, 56)
    await page.get_by_test_id("widget-bubble").click()
    await expect(chat(page).get_by_test_id("chat-input")).to_be_focused()
    box = await page.get_by_test_id("widget-frame").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (380, 600)


async def test_a_message_outlives_an_outage_and_a_reload(stage: Stage, site: Site, browser: Browser) -> None:
    context = await browser.new_context(locale="zh-CN")
    page = await site.open(context)
    await page.get_by_test_id("widget-bubble").click()
    await write(page, "一")
    await expect(chat(page).locator(".mine.sent")).to_have_count(1)
    await context.route("**/messages", lambda route: route.abort())
    await write(page, "二")
    await write(page, "三")
    await expect(chat(page).locator(".mine.sending")).to_have_count(2)
    await context.unroute("**/messages")
    await page.reload()
    await page.get_by_test_id("widget-bubble").click()
    await expect(chat(page).locator(".mine.sent")).to_have_count(3)
    texts = [
        entry["body"]["text"]  # type: ignore[index, call-overload]
        for entry in (await stage.documents.find("entries", sort=("seq",))).items
        if entry["kind"] == "message"
    ]
    assert texts == ["一", "二", "三"]


async def test_while_a_conversation_goes_on_the_next_page_counts_what_is_new(
    stage: Stage, site: Site, browser: Browser
) -> None:
    context = await browser.new_context(locale="zh-CN")
    page = await site.open(context)
    await page.get_by_test_id("widget-bubble").click()
    await write(page, "您好")
    await expect(chat(page).get_by_test_id("chat-position")).to_be_visible()
    conversation = await only(stage)
    await stage.conversations.pull(conversation, agent="u_liu")
    await expect(chat(page).get_by_test_id("chat-status")).to_have_text("小刘 为您服务")
    await page.goto(f"{site.url}/other")
    for number in range(60):  # more than the frames a client may send at once
        await stage.say(conversation, str(number))
    bubble = page.get_by_test_id("widget-bubble")
    await expect(bubble).to_have_attribute("aria-label", "在线客服，60 条未读", timeout=15_000)
    await bubble.click()
    await expect(chat(page).locator(".theirs:not(.greeting)")).to_have_count(60)
    await expect(chat(page).locator(".line")).to_be_hidden()
    await page.keyboard.press("Escape")
    await expect(bubble).to_have_attribute("aria-label", "在线客服")
    await expect(bubble).to_be_focused()


async def test_texts_are_shown_as_texts(stage: Stage, site: Site, browser: Browser) -> None:
    context = await browser.new_context(locale="zh-CN")
    page = await site.open(context)
    errors: list[str] = []
    page.on(
        "console", lambda message: errors.append(message.text) if "Content Security" in message.text else None
    )
    await page.get_by_test_id("widget-bubble").click()
    for payload in PAYLOADS:
        await write(page, payload)
    await expect(chat(page).locator(".mine.sent")).to_have_count(len(PAYLOADS))
    conversation = await only(stage)
    await stage.conversations.pull(conversation, agent="u_liu")
    for payload in PAYLOADS:
        await stage.say(conversation, payload)
    shown = chat(page).get_by_test_id("chat-message").locator(".bubble")
    await expect(shown).to_have_count(2 * len(PAYLOADS))
    assert await shown.all_text_contents() == [*PAYLOADS, *PAYLOADS]
    for link in await chat(page).locator("a").all():
        assert (await link.get_attribute("href") or "").startswith("https://example.com/")
        assert "noopener" in (await link.get_attribute("rel") or "")
    titles = [await frame.title() for frame in page.frames]
    assert "run" not in titles
    assert errors == []


async def test_the_page_says_who_the_visitor_is(stage: Stage, site: Site, browser: Browser) -> None:
    context = await browser.new_context(locale="zh-CN")
    identity = f'{{id: "4711", name: "王桂兰", hash: "{signature(SECRET, "4711")}"}}'
    before = f"""<script>window.OmniHub = [
        ["identify", {identity}], ["setAttributes", {{plan: "gas"}}], ["open"]]</script>"""
    site.before = before
    page = await site.open(context)
    await write(page, "您好")
    await expect(chat(page).locator(".mine.sent")).to_have_count(1)
    (contact,) = (await stage.documents.find("contacts", limit=2)).items
    assert contact["attributes"] == {"customer_id": "4711"}
    unverified = contact["unverified"]
    assert isinstance(unverified, dict)
    assert (unverified["name"], unverified["plan"], unverified["page"]) == (
        "王桂兰",
        "gas",
        f"{site.url}/bill",
    )
    await page.evaluate("OmniHub.reset()")
    await expect(chat(page).locator(".mine")).to_have_count(0)


async def test_a_page_that_is_not_allowed_gets_no_chat(stage: Stage, site: Site, browser: Browser) -> None:
    await stage.set({"allowed_origins": []})
    context = await browser.new_context(locale="zh-CN")
    page = await site.open(context)
    async with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        await page.get_by_test_id("widget-bubble").click()
    await expect(page.get_by_test_id("widget-frame")).to_be_visible()
    assert await chat(page).get_by_test_id("chat-input").count() == 0


async def test_on_a_phone_it_fills_the_screen(stage: Stage, site: Site, browser: Browser) -> None:
    context = await browser.new_context(
        locale="en-US", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = await site.open(context)
    await page.get_by_test_id("widget-bubble").tap()
    await expect(chat(page).get_by_test_id("chat-input")).to_be_visible()
    box = await page.get_by_test_id("widget-frame").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    await chat(page).get_by_test_id("chat-close").tap()
    await expect(page.get_by_test_id("widget-frame")).to_be_hidden()
