"""The admin's lists: versions, names that differ, what is still needed, users and agents."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from hub.accounts import Changes, is_admin
from hub.documents import Step
from hub.errors import Conflict
from hub.events import ConfigurationChanged
from tests.fakes.memory_documents import MemoryDocuments
from tests.web.stage import Stage
from tests.web.stage import stage as make_stage
from web.foundation import schema


async def test_of_two_who_edit_the_same_the_second_is_told(stage: Stage) -> None:
    path = f"/api/queues/{stage.own['queue']}"
    async with await stage.signed_in("admin") as browser:
        answers = await asyncio.gather(
            *(browser.patch(path, json={"version": 1, "priority": number}) for number in range(1, 6))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
        won = next(answer.json() for answer in answers if answer.status_code == 200)
        assert (await browser.get(path)).json() == won
        assert won["version"] == 2
        lost = next(answer for answer in answers if answer.status_code == 409)
        assert lost.json()["error"]["code"] == "conflict"


async def test_only_what_is_named_changes(stage: Stage) -> None:
    async with await stage.signed_in("admin") as browser:
        path = f"/api/queues/{stage.own['queue']}"
        before = (await browser.get(path)).json()
        after = (await browser.patch(path, json={"version": 1, "offer_seconds": 45})).json()
        assert after == {**before, "version": 2, "offer_seconds": 45}
        assert (await browser.patch(path, json={"version": 2, "name": None})).status_code == 422
        assert (await browser.patch(path, json={"offer_seconds": 45})).status_code == 422


@pytest.mark.parametrize(
    ("path", "one"),
    [
        ("/api/queues", {"name": " 报修 "}),
        ("/api/skills", {"name": "燃气表"}),
        ("/api/break-reasons", {"name": "小休"}),
        ("/api/canned-replies", {"shortcut": "NH", "title": "x", "text": "x"}),
    ],
)
async def test_no_two_have_the_same_name(stage: Stage, path: str, one: dict[str, str]) -> None:
    async with await stage.signed_in("admin") as browser:
        answer = await browser.post(path, json=one)
    assert answer.status_code == 422
    assert "already" in answer.json()["error"]["message"]


@pytest.mark.parametrize("what", ["queue", "queue_b", "inbox", "skill"])
async def test_what_is_still_needed_is_not_deleted(stage: Stage, what: str) -> None:
    path = {"inbox": "inboxes", "skill": "skills"}.get(what, "queues")
    async with await stage.signed_in("admin") as browser:
        answer = await browser.delete(f"/api/{path}/{stage.own[what]}")
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "in_use"
        assert (await browser.get(f"/api/{path}/{stage.own[what]}")).status_code == 200


async def test_dispositions_have_two_levels_and_no_circles(stage: Stage) -> None:
    async with await stage.signed_in("admin") as browser:
        top = stage.own["disposition"]
        below = (await browser.post("/api/dispositions", json={"name": "不走字", "parent": top})).json()
        third = await browser.post("/api/dispositions", json={"name": "x", "parent": below["id"]})
        assert third.status_code == 422
        circle = await browser.patch(f"/api/dispositions/{top}", json={"version": 1, "parent": below["id"]})
        assert circle.status_code == 422
        itself = await browser.patch(f"/api/dispositions/{top}", json={"version": 1, "parent": top})
        assert itself.status_code == 422
        assert (await browser.delete(f"/api/dispositions/{top}")).status_code == 409
        assert (await browser.delete(f"/api/dispositions/{below['id']}")).status_code == 204
        assert (await browser.delete(f"/api/dispositions/{top}")).status_code == 204


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "pigeon"},
        {"queue": "q_none"},
        {"hours": "k_none"},
        {"settings": {"colour": "red"}},
        {"settings": {"allowed_origins": ["not an origin"]}},
        {"settings": {"greeting": "x" * 4_001}},
    ],
)
async def test_an_inbox_that_could_not_work_is_refused(stage: Stage, wrong: dict[str, object]) -> None:
    inbox = {"channel": "webchat", "name": "x", "queue": stage.own["queue"], **wrong}
    async with await stage.signed_in("admin") as browser:
        answer = await browser.post("/api/inboxes", json=inbox)
    assert answer.status_code == 422


async def test_an_inboxs_settings_are_for_those_who_may_edit_it(stage: Stage) -> None:
    path = f"/api/inboxes/{stage.own['inbox']}"
    secret = {"identity_secret": "s" * 40}
    async with await stage.signed_in("admin") as admin, await stage.signed_in("agent") as agent:
        answer = await admin.patch(path, json={"version": 1, "settings": secret})
        assert answer.json()["settings"] == secret
        assert (await agent.get(path)).json()["settings"] == {}
        assert "s" * 40 not in (await agent.get("/api/inboxes")).text


async def test_every_change_is_told_to_the_house(stage: Stage) -> None:
    heard: list[str] = []
    stage.house.foundation.bus.listen(ConfigurationChanged, lambda event: heard.append(event.collection))
    async with await stage.signed_in("admin") as browser:
        made = (await browser.post("/api/skills", json={"name": "管线"})).json()
        await browser.patch(f"/api/skills/{made['id']}", json={"version": 1, "name": "管网"})
        await browser.delete(f"/api/skills/{made['id']}")
        await browser.patch(f"/api/users/{stage.own['agent']}", json={"version": 1, "name": "新名"})
    assert heard == ["skills", "skills", "skills", "users"]


async def test_a_new_agent_can_sign_in_and_gets_a_routing_document_with_it(stage: Stage) -> None:
    user = {"login": "Neu", "name": "新人", "password": "long enough 1", "roles": ["agent"], "agent": True}
    async with await stage.signed_in("admin") as browser:
        made = await browser.post("/api/users", json=user)
        assert made.status_code == 201
        assert "password" not in made.json()
        again = await browser.post("/api/users", json={**user, "login": "neu"})
        assert (again.status_code, again.json()["error"]["code"]) == (409, "login_taken")
        profile = {
            "queues": [stage.own["queue"], stage.own["queue"]],
            "skills": {stage.own["skill"]: 10},
            "capacity": {"*": 1, "webchat": 3},
        }
        answer = await browser.put(f"/api/agents/{made.json()['id']}/profile", json=profile)
        assert answer.json()["queues"] == [stage.own["queue"]]
        agents = (await browser.get("/api/agents")).json()["items"]
        assert next(one for one in agents if one["id"] == made.json()["id"])["state"] == "offline"
    async with stage.visitor() as browser:
        answer = await browser.post("/api/session", json={"login": "neu", "password": "long enough 1"})
        assert answer.status_code == 200
        answer = await browser.put("/api/presence", json={"state": "ready"})
        assert answer.json()["state"] == "ready"
        answer = await browser.put("/api/presence", json={"state": "break", "reason": stage.own["reason"]})
        assert (answer.json()["state"], answer.json()["reason"]) == ("break", stage.own["reason"])
        assert (await browser.put("/api/presence", json={"state": "break"})).status_code == 422
        assert (await browser.put("/api/presence", json={"state": "offline"})).json()["state"] == "offline"


async def test_somebody_who_is_no_agent_has_no_presence(stage: Stage) -> None:
    async with await stage.signed_in("clerk") as browser:
        answer = await browser.put("/api/presence", json={"state": "ready"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_an_agent")


class Crossing(MemoryDocuments):
    """Holds commits until two have come, so that both were decided on the same reading."""

    def __init__(self) -> None:
        super().__init__(schema())
        self.held: list[asyncio.Event] | None = None

    async def commit(self, steps: Sequence[Step]) -> None:
        """As the port."""
        if self.held is not None:
            mine = asyncio.Event()
            self.held.append(mine)
            if len(self.held) == 2:
                for one in self.held:
                    one.set()
            await mine.wait()
        await super().commit(steps)


async def test_of_two_administrators_who_disable_each_other_one_stays(tmp_path: Path) -> None:
    documents = Crossing()
    async with make_stage(tmp_path, documents=documents) as stage:
        accounts = stage.house.foundation.accounts
        first = stage.own.users["admin"]
        second = await accounts.draft(
            first.organisation, login="second", name="second", password="long enough 1", roles=["admin"]
        )
        await accounts.add(second)
        documents.held = []
        outcomes = await asyncio.gather(
            accounts.change(first, Changes(disabled=True)),
            accounts.change(second, Changes(roles=["agent"])),
            return_exceptions=True,
        )
        assert [isinstance(outcome, Conflict) for outcome in outcomes].count(True) == 1
        left = [user for user in await accounts.all(first.organisation) if is_admin(user)]
        assert len(left) == 1


async def test_the_last_administrator_stays_one(stage: Stage) -> None:
    path = f"/api/users/{stage.own['admin']}"
    async with await stage.signed_in("admin") as browser:
        for change in ({"disabled": True}, {"roles": ["agent"]}):
            answer = await browser.patch(path, json={"version": 1, **change})
            assert (answer.status_code, answer.json()["error"]["code"]) == (409, "last_admin")
        promote = {"version": 1, "roles": ["admin", "agent"]}
        assert (await browser.patch(f"/api/users/{stage.own['clerk']}", json=promote)).status_code == 200
        answer = await browser.patch(path, json={"version": 1, "roles": ["agent"]})
        assert answer.status_code == 200
        assert (await browser.get("/api/users")).status_code == 403  # at once


async def test_who_becomes_an_agent_gets_what_an_agent_has_and_loses_it_again(stage: Stage) -> None:
    clerk = stage.own["clerk"]
    async with await stage.signed_in("admin") as browser:
        await browser.patch(f"/api/users/{clerk}", json={"version": 1, "agent": True})
        assert (await stage.house.foundation.agents.get(clerk)).away == "signed_out"
        profile = {"queues": [stage.own["queue"]], "skills": {}, "capacity": {"*": 2}}
        await browser.put(f"/api/agents/{clerk}/profile", json=profile)
        await browser.patch(f"/api/users/{clerk}", json={"version": 2, "agent": False})
        agent = await stage.house.foundation.agents.get(clerk)
        assert (agent.queues, agent.groups) == ([], [])


async def test_contacts_are_found_by_name_address_and_attribute(stage: Stage) -> None:
    contact = stage.own["contact"]
    async with await stage.signed_in("agent") as browser:
        change = {
            "version": 1,
            "name": "王桂兰",
            "vip": True,
            "attributes": {"电话": "138 0000 2210", "户号": 12},
        }
        answer = await browser.patch(f"/api/contacts/{contact}", json=change)
        assert answer.status_code == 200
        for text in ("王", "王桂", "13800002210", "138 0000 2210", "12"):
            found = (await browser.get("/api/contacts", params={"search": text})).json()["items"]
            assert [one["id"] for one in found] == [contact], text
        assert (await browser.get("/api/contacts", params={"search": "桂兰"})).json()["items"] == []
        answer = await browser.patch(
            f"/api/contacts/{contact}", json={"attributes": {"户号": None, "表号": "7"}}
        )
        assert answer.json()["attributes"] == {"电话": "138 0000 2210", "表号": "7"}
        assert (await browser.patch(f"/api/contacts/{contact}", json=change)).status_code == 409
        rows = (await browser.get("/api/conversations?list=mine")).json()["items"]
        assert {row["contact_name"] for row in rows if row["contact"] == contact} == {"王桂兰"}


async def test_a_failed_message_is_listed_with_its_reason_and_sent_again(stage: Stage) -> None:
    async with await stage.signed_in("supervisor") as browser:
        listed = (await browser.get("/api/deliveries?status=failed")).json()["items"]
        assert [one["id"] for one in listed] == [stage.own["message"]]
        assert listed[0]["why"].startswith("refused")
        path = f"/api/deliveries/{stage.own['message']}/replay"
        assert (await browser.post(path)).status_code == 200
        again = await browser.post(path)
        assert (again.status_code, again.json()["error"]["code"]) == (409, "not_failed")
        assert (await browser.get("/api/deliveries?status=failed")).json()["items"] == []
        assert (await browser.get("/api/deliveries?cursor=eA")).status_code == 422


async def test_a_short_password_is_not_one(stage: Stage) -> None:
    async with await stage.signed_in("admin") as browser:
        change = {"version": 1, "password": "short"}
        answer = await browser.patch(f"/api/users/{stage.own['agent']}", json=change)
        assert answer.status_code == 422
