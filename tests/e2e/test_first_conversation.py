"""The first conversation, between two real browsers, on both engines."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.people import (
    ENGINES,
    PHONE,
    WIDE,
    AgentScreen,
    CustomerScreen,
    context,
    demo_hub,
    entries,
    open_conversation,
)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_customer_is_answered_by_an_agent_in_another_browser(browser: Browser, engine: str) -> None:
    with demo_hub(engine) as hub:
        agent = AgentScreen(context(browser, WIDE, "zh-CN"), f"agent-{engine}")
        agent.sign_in(hub, "zhangmin")
        agent.ready()
        customer = CustomerScreen(context(browser, WIDE, "zh-CN"), f"customer-{engine}")
        customer.open(hub)
        customer.say("厨房燃气表不走字了")
        expect(agent.page.get_by_test_id("offer-card")).to_be_visible()
        expect(agent.page.get_by_test_id("offer-card")).to_contain_text("厨房燃气表不走字了")
        agent.shot("1-offer")
        agent.accept()
        agent.say("您好，我来帮您看一下")
        expect(customer.chat.get_by_text("您好，我来帮您看一下")).to_be_visible()
        customer.shot("2-answered")
        customer.say("表号是 0012345678")
        expect(agent.page.get_by_test_id("timeline")).to_contain_text("表号是 0012345678")
        agent.shot("3-timeline")
        conversation = open_conversation(agent)
        agent.close()
        expect(customer.chat.get_by_test_id("chat-rating-5")).to_be_visible()
        customer.chat.get_by_test_id("chat-rating-5").click()
        customer.shot("4-closed")

        told = entries(agent, conversation)
        assert [entry["seq"] for entry in told] == list(range(1, len(told) + 1))
        kinds = [entry["kind"] for entry in told]
        assert kinds[:6] == ["message", "offered", "assigned", "message", "message", "closed"]
        assert agent.complaints == []
        assert customer.complaints == []


def test_it_is_usable_in_english_on_a_phone(browser: Browser) -> None:
    with demo_hub() as hub:
        agent = AgentScreen(context(browser, PHONE, "en-US"), "agent-phone-en")
        agent.sign_in(hub, "zhangmin")
        agent.speak_english()
        agent.ready()
        customer = CustomerScreen(context(browser, PHONE, "en-US"), "customer-phone-en")
        customer.open(hub, english=True)
        customer.shot("1-open")
        customer.say("My meter stopped")
        agent.page.get_by_test_id("offer-accept").first.click()
        expect(agent.page.get_by_test_id("timeline")).to_contain_text("My meter stopped")
        agent.say("Let me look")
        expect(customer.chat.get_by_text("Let me look")).to_be_visible()
        agent.shot("2-conversation")
        customer.shot("2-answered")
        data = "张敏|报修|青山燃气|官网在线客服|访客 [A-Z0-9]+"  # what people named stays as it is
        for screen in (agent.page.locator("body"), customer.chat.locator("body")):
            words = re.sub(data, "", screen.inner_text())
            assert not re.search(r"[\u4e00-\u9fff]", words), words
        box = agent.page.get_by_test_id("composer-input").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= PHONE[1]
        assert agent.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_a_cut_agent_gets_what_a_colleague_wrote_and_his_own_text_goes_out_once(browser: Browser) -> None:
    with demo_hub() as hub:
        agent = AgentScreen(context(browser, WIDE, "zh-CN"), "agent-cut")
        agent.sign_in(hub, "zhangmin")
        agent.ready()
        customer = CustomerScreen(context(browser, WIDE, "zh-CN"), "customer-cut")
        customer.open(hub)
        customer.say("有人吗")
        agent.accept()
        agent.context.set_offline(True)
        customer.say("断线时写的")
        expect(customer.chat.get_by_text("断线时写的")).to_be_visible()
        agent.say("断线时回的")
        expect(agent.page.get_by_test_id("reconnect-line")).to_be_visible(timeout=40_000)
        agent.shot("1-offline")
        agent.context.set_offline(False)
        expect(agent.page.get_by_test_id("timeline")).to_contain_text("断线时写的", timeout=30_000)
        expect(customer.chat.get_by_text("断线时回的")).to_be_visible(timeout=30_000)
        said = [
            entry["body"] for entry in entries(agent, open_conversation(agent)) if entry["kind"] == "message"
        ]
        texts = [body["text"] for body in said if isinstance(body, dict)]
        assert texts == ["有人吗", "断线时写的", "断线时回的"]


def test_a_killed_hub_loses_and_doubles_nothing_that_people_typed(browser: Browser) -> None:
    with demo_hub() as hub:
        agent = AgentScreen(context(browser, WIDE, "zh-CN"), "agent-killed")
        agent.sign_in(hub, "zhangmin")
        agent.ready()
        customer = CustomerScreen(context(browser, WIDE, "zh-CN"), "customer-killed")
        customer.open(hub)
        customer.say("第一句")
        agent.accept()
        expect(agent.page.get_by_test_id("timeline")).to_contain_text("第一句")
        conversation = open_conversation(agent)
        hub.kill()
        customer.say("断电时写的")
        agent.say("断电时回的")
        hub.start()
        expect(agent.page.get_by_test_id("timeline")).to_contain_text("断电时写的", timeout=60_000)
        expect(customer.chat.get_by_text("断电时回的")).to_be_visible(timeout=60_000)
        texts = [
            body["text"]
            for entry in entries(agent, conversation)
            if entry["kind"] == "message" and isinstance(body := entry["body"], dict)
        ]
        assert sorted(texts) == sorted(["第一句", "断电时写的", "断电时回的"])
        assert len(customer.messages()) == len(set(customer.messages()))


def test_two_tabs_show_the_same_and_a_reload_keeps_the_conversation(browser: Browser) -> None:
    with demo_hub() as hub:
        agent = AgentScreen(context(browser, WIDE, "zh-CN"), "agent-tabs")
        agent.sign_in(hub, "zhangmin")
        agent.ready()
        customer = CustomerScreen(context(browser, WIDE, "zh-CN"), "customer-tabs")
        customer.open(hub)
        customer.say("两个标签页")
        agent.accept()
        conversation = open_conversation(agent)
        second = agent.context.new_page()
        second.goto(f"{hub.url}/desk/c/{conversation}")
        expect(second.get_by_test_id("timeline")).to_contain_text("两个标签页")
        agent.say("第一个标签页说的")
        expect(second.get_by_test_id("timeline")).to_contain_text("第一个标签页说的")
        agent.page.reload()
        expect(agent.page.get_by_test_id("timeline")).to_contain_text("第一个标签页说的")
        expect(agent.page.locator("[data-testid=presence-button][data-state=ready]")).to_be_visible()
        last = entries(agent, conversation)[-1]["after"]
        assert isinstance(last, dict)
        assert last["state"] == "assigned"
