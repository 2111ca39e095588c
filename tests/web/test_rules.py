"""Routing rules in the API: the register, the order, the trial, and what they keep from being deleted."""

from typing import Any

import httpx2
import pytest

from tests.web.stage import Stage

PATH = "/api/routing/rules"
LEAK = {"field": "text", "op": "contains_any", "value": ["漏气", "煤气味"]}


async def new(browser: httpx2.AsyncClient, name: str, **fields: Any) -> dict[str, Any]:
    answer = await browser.post(PATH, json={"name": name, **fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_rule_is_made_read_changed_and_deleted(stage: Stage) -> None:
    own = stage.own
    then = {"queue": own["queue_b"], "skills": {own["skill"]: 5}, "priority": 8}
    async with await stage.signed_in("admin") as browser:
        made = await new(browser, "漏气", when=[LEAK], then=then, inboxes=[own["inbox"]])
        assert made == {
            "id": made["id"],
            "version": 1,
            "name": "漏气",
            "enabled": True,
            "position": 1,  # after the one that is there
            "inboxes": [own["inbox"]],
            "when": [{**LEAK, "key": None}],
            "then": {**then, "vip": None},
            "stop": True,
        }
        assert (await browser.get(f"{PATH}/{made['id']}")).json() == made
        change = {"version": 1, "then": {"priority": 3}, "stop": False}
        after = (await browser.patch(f"{PATH}/{made['id']}", json=change)).json()
        nothing = {"queue": None, "skills": None, "vip": None}
        assert after == {**made, "version": 2, "then": {**nothing, "priority": 3}, "stop": False}
        assert (await browser.patch(f"{PATH}/{made['id']}", json=change)).status_code == 409
        assert (await browser.delete(f"{PATH}/{made['id']}")).status_code == 204
        assert [one["id"] for one in (await browser.get(PATH)).json()["items"]] == [own["rule"]]


async def test_the_order_is_put_by_naming_all_of_them(stage: Stage) -> None:
    async with await stage.signed_in("admin") as browser:
        second = (await new(browser, "二", then={"vip": True}))["id"]
        third = (await new(browser, "三", then={"vip": True}))["id"]
        first = stage.own["rule"]
        listed = (await browser.get(PATH)).json()
        assert [one["id"] for one in listed["items"]] == [first, second, third]
        assert listed["warnings"] == [{"rule": third, "code": "never_reached", "by": second}]
        order = [third, first, second]
        answer = await browser.put(f"{PATH}/order", json={"rules": order})
        assert [(one["id"], one["position"]) for one in answer.json()["items"]] == [
            (id, number) for number, id in enumerate(order)
        ]
        assert (await browser.get(PATH)).json() == answer.json()
        for wrong in (order[:2], [*order, first], [*order[:2], "g_none"], []):
            refused = await browser.put(f"{PATH}/order", json={"rules": wrong})
            assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"then": {"queue": "q_none"}}, "then.queue: there is no queue 'q_none'."),
        ({"then": {"skills": {"k_none": 3}}}, "then.skills: there is no skill 'k_none'."),
        ({"inboxes": ["i_none"]}, "inboxes: there is no inbox 'i_none'."),
        (
            {"when": [LEAK, {"field": "inbox", "op": "contains_any", "value": ["i_none"]}]},
            "when[1].value: there is no inbox 'i_none'.",
        ),
        (
            {"when": [{"field": "hours", "op": "open", "value": "k_none"}]},
            "when[0].value: there is no calendar 'k_none'.",
        ),
        (
            {"when": [{"field": "channel", "op": "is", "value": "pigeon"}]},
            "when[0].value: there is no channel 'pigeon' here (there is: webchat).",
        ),
        ({"when": [{"field": "text", "op": "contains", "value": " "}]}, "when[0].value: an empty text"),
        ({"when": [{"field": "vip", "op": "contains", "value": "x"}]}, "when[0].op: contains does not fit"),
        ({"when": [{"field": "hour", "op": "between", "value": [9, 25]}]}, "when[0].value: hours are whole"),
        ({"when": [{"field": "contact", "op": "is", "value": "x"}]}, "when[0].key: name the contact's field"),
        ({"stop": False}, "then: it says nothing"),
        ({"name": " 阀门 "}, "name: there is a rule of this name already."),
    ],
)
async def test_what_makes_no_sense_is_refused_with_its_place(
    stage: Stage, fields: dict[str, Any], words: str
) -> None:
    async with await stage.signed_in("admin") as browser:
        answer = await browser.post(PATH, json={"name": "x", **fields})
    assert answer.status_code == 422
    assert words in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "fields",
    [
        {"when": [{"field": "colour", "op": "is", "value": "red"}]},
        {"when": [{"field": "text", "op": "resembles", "value": "red"}]},
        {"when": [{"field": "text", "op": "is", "value": {"$gt": ""}}]},
        {"when": [{"field": "text", "op": "is", "value": "x", "more": 1}]},
        {"when": [LEAK] * 21},
        {"then": {"priority": 11}},
        {"then": {"skills": {"k_1": 11}}},
        {"position": 0},
    ],
)
async def test_what_has_not_the_right_form_is_refused(stage: Stage, fields: dict[str, Any]) -> None:
    async with await stage.signed_in("admin") as browser:
        answer = await browser.post(PATH, json={"name": "x", **fields})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_input")


@pytest.mark.parametrize(
    ("path", "what", "fields"),
    [
        ("queues", "spare_queue", lambda id: {"then": {"queue": id}}),
        ("skills", "spare_skill", lambda id: {"then": {"skills": {id: 3}}}),
        ("inboxes", "spare_inbox", lambda id: {"inboxes": [id]}),
        ("inboxes", "spare_inbox", lambda id: {"when": [{"field": "inbox", "op": "is", "value": id}]}),
        ("calendars", "spare_calendar", lambda id: {"when": [{"field": "hours", "op": "open", "value": id}]}),
    ],
)
async def test_what_a_rule_names_is_not_deleted(stage: Stage, path: str, what: str, fields: Any) -> None:
    one = f"/api/{path}/{stage.own[what]}"
    async with await stage.signed_in("admin") as browser:
        made = await new(browser, "它还要用", **fields(stage.own[what]))
        answer = await browser.delete(one)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "in_use")
        assert "它还要用" in answer.json()["error"]["message"]
        assert (await browser.delete(f"{PATH}/{made['id']}")).status_code == 204
        assert (await browser.delete(one)).status_code == 204


async def test_a_trial_says_what_would_become_of_it_and_why(stage: Stage) -> None:
    own = stage.own
    async with await stage.signed_in("admin") as browser:
        vip = await new(
            browser,
            "贵宾",
            when=[{"field": "vip", "op": "is", "value": True}],
            then={"priority": 9},
            stop=False,
        )
        night = {"field": "hour", "op": "between", "value": [22, 6]}
        late = await new(browser, "夜间", when=[night, LEAK], then={"queue": own["queue_b"]})
        off = await new(browser, "停用", enabled=False, then={"priority": 1})
        last = await new(browser, "其余", inboxes=[own["spare_inbox"]], then={"priority": 1})
    async with await stage.signed_in("agent") as browser:
        trial = {
            "inbox": own["inbox"],
            "text": "闻到煤气味",
            "vip": True,
            "at": "2026-11-25T15:30:00Z",  # 23:30 in Shanghai, a Wednesday
        }
        answer = await browser.post(f"{PATH}/try", json=trial)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert (told["at"], told["hour"], told["weekday"]) == ("2026-11-25T15:30:00.000Z", 23, 2)
        assert told["outcome"] == {
            "queue": own["queue_b"],
            "skills": None,
            "priority": 9,
            "vip": None,
            "rules": [vip["id"], late["id"]],
        }
        assert told["placed"] == {"queue": own["queue_b"], "skills": {}, "priority": 9}
        fared = [(one["id"], one["reached"], one["here"], one["held"]) for one in told["rules"]]
        assert fared == [
            (own["rule"], True, True, False),
            (vip["id"], True, True, True),
            (late["id"], True, True, True),
            (off["id"], False, True, False),
            (last["id"], False, False, False),
        ]
        assert told["rules"][2]["conditions"] == [
            {**night, "key": None, "held": True},
            {**LEAK, "key": None, "held": True},
        ]
        at_noon = (
            await browser.post(f"{PATH}/try", json={**trial, "at": "2026-11-25T12:00:00+08:00"})
        ).json()
        assert [one["held"] for one in at_noon["rules"][2]["conditions"]] == [False, True]
        assert at_noon["placed"] == {"queue": own["queue"], "skills": {}, "priority": 9}


async def test_a_trial_may_be_of_somebody_who_is_stored_and_of_no_inbox(stage: Stage) -> None:
    own = stage.own
    change = {"version": 1, "vip": True, "attributes": {"等级": "金卡"}}
    gold = {"field": "contact", "op": "is", "value": "金卡", "key": "等级"}
    async with await stage.signed_in("admin") as browser:
        await new(browser, "金卡", when=[gold], then={"queue": own["queue_b"]})
        contact = (await browser.get(f"/api/contacts/{own['contact']}")).json()
        assert (
            await browser.patch(
                f"/api/contacts/{own['contact']}", json={**change, "version": contact["version"]}
            )
        ).status_code == 200

        async def queue_of(**trial: Any) -> Any:
            answer = await browser.post(f"{PATH}/try", json=trial)
            assert answer.status_code == 200, answer.text
            return answer.json()["outcome"]["queue"]

        assert await queue_of(contact=own["contact"]) == own["queue_b"]
        assert await queue_of(contact=own["contact"], attributes={"等级": "银卡"}) is None
        assert await queue_of(attributes={"等级": "金卡"}) == own["queue_b"]
        assert await queue_of(unverified={"等级": "金卡"}) is None
        assert (await browser.post(f"{PATH}/try", json={})).json()["placed"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": "2026-11-25T12:00:00"},
        {"at": "the day after tomorrow"},
        {"at": "9999-12-31T23:59:59-12:00"},
        {"channel": "email"},
    ],
)
async def test_a_trial_that_cannot_be_is_refused(stage: Stage, wrong: dict[str, str]) -> None:
    async with await stage.signed_in("admin") as browser:
        answer = await browser.post(f"{PATH}/try", json={"inbox": stage.own["inbox"], **wrong})
    assert answer.status_code == 422
    assert answer.json()["error"]["message"].startswith(f"{next(iter(wrong))}: ")
