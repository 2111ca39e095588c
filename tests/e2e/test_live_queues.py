"""A supervisor sees why a customer waits, gives him to an agent, and the trace says so."""

import json
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.e2e.people import (
    WIDE,
    AgentScreen,
    CustomerScreen,
    Screen,
    context,
    demo_hub,
    open_conversation,
    passwords,
)
from tests.parts.hub_process import HubProcess


def sign_in(screen: Screen, hub: HubProcess, login: str) -> None:
    """From the sign-in page to the desk of somebody who takes no conversations."""
    page = screen.page
    page.goto(f"{hub.url}/desk")
    page.get_by_test_id("login-name").fill(login)
    page.get_by_test_id("login-password").fill(passwords(hub)[login])
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_test_id("nav-live")).to_be_visible()


def asked(page: Page, method: str, path: str, body: object = None) -> dict[str, Any]:
    """What the API answers this person."""
    answer = page.evaluate(
        """([method, path, body]) => fetch(path, {method, headers: {'content-type': 'application/json'},
        body: body === null ? undefined : JSON.stringify(body)}).then(r => r.text())""",
        [method, path, body],
    )
    given: dict[str, Any] = json.loads(answer)
    return given


def demand_the_impossible(page: Page) -> str:
    """The queue 报修 asks for a level of 燃气表 that nobody has, and never for less; its id."""
    skill = next(one["id"] for one in asked(page, "GET", "/api/skills")["items"] if one["name"] == "燃气表")
    queue = next(one for one in asked(page, "GET", "/api/queues")["items"] if one["name"] == "报修")
    change = {
        "version": queue["version"],
        "skills": {skill: 10},
        "relaxation": [],
        "any_agent_after": None,
        "last_agent_seconds": 0,
    }
    assert asked(page, "PATCH", f"/api/queues/{queue['id']}", change)["skills"] == {skill: 10}
    return str(queue["id"])


def test_a_supervisor_sees_why_a_customer_waits_and_gives_him_to_an_agent(browser: Browser) -> None:
    with demo_hub() as hub:
        admin = Screen(context(browser, WIDE, "zh-CN"), "live-admin")
        sign_in(admin, hub, "admin")
        queue = demand_the_impossible(admin.page)
        agent = AgentScreen(context(browser, WIDE, "zh-CN"), "live-agent")
        agent.sign_in(hub, "liqiang")
        agent.ready()
        customer = CustomerScreen(context(browser, WIDE, "zh-CN"), "live-customer")
        customer.open(hub)
        customer.say("厨房漏气")

        supervisor = Screen(context(browser, WIDE, "zh-CN"), "live-supervisor")
        sign_in(supervisor, hub, "banzhang")
        page = supervisor.page
        page.get_by_test_id("nav-live").click()
        page.get_by_test_id(f"live-queue-{queue}").get_by_role("link").click()
        expect(page.get_by_test_id("could-take")).to_have_text("队列的 4 位坐席都没有 燃气表 ≥ 10")
        page.get_by_test_id("waiting-agents").click()
        expect(page.locator("[data-testid^=waiting-c_]")).to_contain_text("李强技能不够")
        supervisor.shot("1-why")
        page.go_back()
        expect(page.get_by_test_id("live-queues")).to_be_visible()
        page.go_forward()

        page.get_by_test_id("waiting-give").click()
        page.locator("[data-testid^=give-to-]:enabled").filter(has_text="李强").click()
        page.get_by_test_id("give-confirm").click()
        expect(page.locator("[data-testid^=waiting-c_]")).to_have_count(0)
        agent.page.locator("[data-row]").click()
        expect(agent.page.get_by_test_id("timeline")).to_contain_text("周班长 派给 李强")
        expect(agent.page.get_by_test_id("routing-trace")).to_contain_text("周班长 派给 李强")
        agent.shot("2-given")

        page.goto(f"{hub.url}/desk/c/{open_conversation(agent)}")
        page.get_by_test_id("more-button").click()
        page.get_by_test_id("direct-take-back").click()
        expect(page.get_by_test_id("trace-now")).to_contain_text("队列的 4 位坐席都没有 燃气表 ≥ 10")
        expect(page.get_by_test_id("routing-trace")).to_contain_text("周班长 收回会话，在队列 报修 重新排队")
        supervisor.shot("3-taken-back")
        assert supervisor.complaints == []
        assert agent.complaints == []
