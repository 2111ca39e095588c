"""The gauges that /metrics reads from the store: true, kept for a while, and nobody's data."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.documents import EVERYTHING, Filter, Unavailable
from hub.ids import ConversationId
from tests.fakes.memory_documents import MemoryDocuments
from tests.web.stage import FOREIGN, Stage
from tests.web.stage import stage as make_stage
from web import figures
from web.foundation import schema


class Counted(MemoryDocuments):
    """A store that counts how often it was asked for a number, and can be taken away."""

    counts = 0
    away = False

    async def count(self, collection: str, where: Filter = EVERYTHING, *, limit: int | None = None) -> int:
        """As the port."""
        self.counts += 1
        if self.away:
            raise Unavailable("10.1.2.3 refused")
        return await super().count(collection, where, limit=limit)


@pytest.fixture
def documents() -> Counted:
    """The store."""
    return Counted(schema())


@pytest.fixture
async def counted(tmp_path: Path, documents: Counted) -> AsyncIterator[Stage]:
    """A filled hub over it."""
    async with make_stage(tmp_path, documents=documents) as made:
        yield made


async def scrape(stage: Stage) -> dict[str, float]:
    """Every line of the answer by what stands before the value."""
    async with stage.visitor() as browser:
        answer = await browser.get("/metrics")
    assert answer.status_code == 200
    lines = [line for line in answer.text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def test_queues_agents_conversations_and_lost_messages_are_counted(counted: Stage) -> None:
    own = counted.own
    await counted.house.foundation.agents.sign_out(own["supervisor"])
    seen = await scrape(counted)
    assert seen[f'hub_queue_waiting{{name="报修",queue="{own["queue"]}"}}'] == 2
    assert seen[f'hub_queue_waiting{{name="空队列",queue="{own["spare_queue"]}"}}'] == 0
    assert 0 <= seen[f'hub_queue_oldest_wait_seconds{{name="报修",queue="{own["queue"]}"}}'] < 60
    assert seen[f'hub_queue_oldest_wait_seconds{{name="空队列",queue="{own["spare_queue"]}"}}'] == 0
    assert seen['hub_agents{state="ready"}'] == 3
    assert seen['hub_agents{state="offline"}'] == 1
    assert seen['hub_agents{state="busy"}'] == 0
    assert seen['hub_conversations{state="waiting"}'] == 3
    assert seen['hub_conversations{state="offered"}'] == 1
    assert seen['hub_conversations{state="assigned"}'] == 1
    assert seen['hub_conversations{state="snoozed"}'] == 1
    assert seen['hub_undelivered{status="failed"}'] == 1
    assert seen['hub_undelivered{status="unknown"}'] == 0
    assert (seen["hub_router_owns"], seen.get("hub_router_epoch"), seen["hub_store_answers"]) == (0, None, 1)


async def test_the_router_says_whether_it_owns(counted: Stage) -> None:
    for router in await counted.house.routers.look():
        await router.round()
    seen = await scrape(counted)
    assert (seen["hub_router_owns"], seen['hub_router_epoch{group="g_main"}']) == (1, 1)


async def test_another_organisation_and_persons_are_in_no_label(counted: Stage) -> None:
    async with counted.visitor() as browser:
        text = (await browser.get("/metrics")).text
    gauges = "\n".join(line for line in text.splitlines() if re.match(r"hub_(queue|agents|conv|undel)", line))
    assert FOREIGN not in gauges
    for person in counted.own.users.values():
        assert person.id not in gauges
    assert counted.own["contact"] not in gauges


async def test_the_store_is_read_once_in_a_while_however_often_one_asks(
    counted: Stage, documents: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await scrape(counted)
    once = documents.counts
    await counted.house.conversations.pull(ConversationId(counted.own["waiting"]), agent=counted.own["agent"])
    again = await scrape(counted)
    assert documents.counts == once
    waiting = 'hub_conversations{state="waiting"}'
    assert again[waiting] == before[waiting]
    monkeypatch.setattr(figures, "FRESH", 0.0)
    assert (await scrape(counted))[waiting] == before[waiting] - 1


async def test_without_a_store_the_process_still_says_what_it_knows(
    counted: Stage, documents: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "FRESH", 0.0)
    await scrape(counted)
    documents.away = True
    seen = await scrape(counted)
    assert seen["hub_store_answers"] == 0
    assert not [name for name in seen if name.startswith(("hub_agents", "hub_queue"))]
    assert "hub_websockets" in seen
    documents.away = False
    assert (await scrape(counted))["hub_store_answers"] == 1
