"""Calendars over the API: kept by administrators, shown day by day, asked whether it is open now."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.fakes.clock import VirtualClock
from tests.web.stage import Stage
from tests.web.stage import stage as make_stage

OFFICE = [{"from": "08:30", "to": "17:30"}]
NIGHT = [{"from": "22:00", "to": "06:00"}]
WEEK: list[list[dict[str, str]]] = [*[OFFICE] * 5, [], []]
CALENDAR: dict[str, Any] = {
    "name": "咨询",
    "week": WEEK,
    "follows": "CN",
    "special": [
        {"first": "2026-10-09", "last": "2026-10-09", "name": "系统检修", "spans": []},
        {
            "first": "2026-10-02",
            "last": "2026-10-02",
            "name": "值班",
            "spans": [{"from": "22:00", "to": "06:00"}],
        },
    ],
}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """It is Wednesday, 30 September 2026, 17:00 in Shanghai."""
    clock = VirtualClock(datetime(2026, 9, 30, 9, tzinfo=UTC))
    async with make_stage(tmp_path, clock=clock) as made:
        yield made


async def create(browser: httpx2.AsyncClient, **fields: Any) -> Any:
    """A new calendar."""
    answer = await browser.post("/api/calendars", json={**CALENDAR, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_calendar_is_kept_as_it_was_written(stage: Stage) -> None:
    async with await stage.signed_in("admin") as browser:
        made = await create(browser)
        assert made == {
            **CALENDAR,
            "id": made["id"],
            "version": 1,
            "timezone": "Asia/Shanghai",
            "on_holidays": [],
            "makeup_as": 0,
        }
        path = f"/api/calendars/{made['id']}"
        change: dict[str, Any] = {"version": 1, "follows": None, "special": []}
        changed = (await browser.patch(path, json=change)).json()
        assert changed == {**made, "version": 2, "follows": None, "special": []}
        assert (await browser.get(path)).json() == changed
        assert (await browser.delete(path)).status_code == 204


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"timezone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"week": [[]] * 6}, ""),
        ({"week": [[{"from": "8:00", "to": "20:00"}]] * 7}, ""),
        ({"week": [[{"from": "08:00", "to": "12:00"}, {"from": "11:00", "to": "13:00"}]] * 7}, "overlap"),
        ({"follows": "DE"}, "DE"),
        ({"special": [{"first": "2026-02-30", "last": "2026-02-30"}]}, "2026-02-30"),
        ({"name": "全天"}, "already"),
    ],
)
async def test_one_that_cannot_be_is_refused_with_words(
    stage: Stage, wrong: dict[str, object], words: str
) -> None:
    async with await stage.signed_in("admin") as browser:
        answer = await browser.post("/api/calendars", json={**CALENDAR, **wrong})
    assert answer.status_code == 422
    assert words in answer.text


async def test_the_next_days_are_shown_with_what_they_are_called(stage: Stage) -> None:
    async with await stage.signed_in("admin") as browser:
        path = f"/api/calendars/{(await create(browser))['id']}/days"
        answer = (await browser.get(path, params={"days": "11"})).json()
        assert (answer["timezone"], answer["today"]) == ("Asia/Shanghai", "2026-09-30")
        assert answer["not_published"] == []
        days = {day["date"]: day for day in answer["days"]}
        holiday = {"name": {"zh-CN": "国庆节", "en": "National Day"}, "working": False}
        assert list(days) == ["2026-09-30", *(f"2026-10-{day:02}" for day in range(1, 11))]
        assert days["2026-09-30"] == {
            "date": "2026-09-30",
            "weekday": 2,
            "rule": "week",
            "spans": OFFICE,
            "name": "",
            "public": None,
        }
        assert days["2026-10-01"] == {
            "date": "2026-10-01",
            "weekday": 3,
            "rule": "holiday",
            "spans": [],
            "name": "",
            "public": holiday,
        }
        assert (days["2026-10-02"]["rule"], days["2026-10-02"]["name"]) == ("special", "值班")
        assert days["2026-10-02"]["public"] == holiday
        assert days["2026-10-09"]["name"] == "系统检修"
        assert (days["2026-10-10"]["rule"], days["2026-10-10"]["spans"]) == ("makeup", OFFICE)
        assert days["2026-10-10"]["public"] == {**holiday, "working": True}


async def test_years_that_are_not_published_are_named(stage: Stage) -> None:
    async with await stage.signed_in("admin") as browser:
        (china,) = (await browser.get("/api/public-calendars")).json()["items"]
        assert china["country"] == "CN"
        last = china["last_year"]
        made, query = await create(browser), {"first": f"{last}-12-01", "days": "62"}
        path = f"/api/calendars/{made['id']}"
        assert (await browser.get(f"{path}/days", params=query)).json()["not_published"] == [last + 1]
        await browser.patch(path, json={"version": 1, "follows": None})
        assert (await browser.get(f"{path}/days", params=query)).json()["not_published"] == []
        for wrong in ("2026-02-30", "1999-12-31", "9999-12-31", "heute"):
            answer = await browser.get(f"{path}/days", params={"first": wrong})
            assert answer.status_code == 422, wrong


async def test_it_says_whether_it_is_open_and_until_when_or_when_it_opens(stage: Stage) -> None:
    clock = stage.house.foundation.clock
    assert isinstance(clock, VirtualClock)
    async with await stage.signed_in("admin") as browser:
        path = f"/api/calendars/{(await create(browser))['id']}/now"
        assert (await browser.get(path)).json() == {
            "at": "2026-09-30T09:00:00.000Z",
            "open": True,
            "until": "2026-09-30T09:30:00.000Z",
            "opens": None,
        }
        await clock.advance(1800)
        assert (await browser.get(path)).json() == {
            "at": "2026-09-30T09:30:00.000Z",
            "open": False,
            "until": None,
            "opens": "2026-10-02T14:00:00.000Z",
        }
        always = f"/api/calendars/{stage.own['spare_calendar']}"
        await browser.patch(always, json={"version": 1, "follows": None})
        answer = (await browser.get(f"{always}/now")).json()
        assert (answer["open"], answer["until"]) == (True, None)


async def test_what_somebody_keeps_to_stays_and_is_read_anew_when_it_is_edited(stage: Stage) -> None:
    configured = stage.house.foundation.configured
    async with await stage.signed_in("admin") as browser:
        made = await create(browser)
        queue = f"/api/queues/{stage.own['queue']}"
        changed = (await browser.patch(queue, json={"version": 1, "hours": made["id"]})).json()
        assert changed["hours"] == made["id"]
        path = f"/api/calendars/{made['id']}"
        refused = await browser.delete(path)
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "in_use")
        hours = await configured.hours(made["id"])
        assert hours is not None
        assert hours.public is not None
        await browser.patch(path, json={"version": 1, "follows": None})
        hours = await configured.hours(made["id"])
        assert hours is not None
        assert hours.public is None
        assert (await browser.patch(queue, json={"version": 2, "hours": None})).json()["hours"] is None
        assert (await browser.delete(path)).status_code == 204
    assert await configured.hours(made["id"]) is None
    assert await configured.hours(None) is None
