"""The rules that the demo comes with: a leak first, VIPs early, bills to those who know them."""

from pathlib import Path

from channels import registry
from hub.channel import Channels
from hub.doors import Arrival, Origin, Ruling
from hub.ids import MAIN_ORGANISATION
from hub.settings import Settings
from tests.fakes.memory_documents import MemoryDocuments
from tests.web.stage import fast_passwords
from web.demo import fill
from web.foundation import lay_foundation, schema
from web.installation import Installation


async def test_the_demos_rules_do_what_their_names_say(tmp_path: Path) -> None:
    f = lay_foundation(
        MemoryDocuments(schema()),
        settings=Settings(data=tmp_path),
        installation=Installation(tmp_path),
        channels=Channels(),
        channel_kinds=registry.kinds(),
        settings_problems=registry.settings_problems,
        passwords=fast_passwords(),
    )
    assert await fill(f, lambda text: None)
    rules = {rule.name: rule.id for rule in await f.rules.all(MAIN_ORGANISATION)}
    queues = {queue.name: queue.id for queue in await f.queues.all(MAIN_ORGANISATION)}
    (inbox,) = await f.inboxes.all(MAIN_ORGANISATION)

    async def ruled(text: str, page: str = "http://127.0.0.1:8000/demo") -> Ruling | None:
        origin = Origin(page=page, language="zh-CN")
        return await f.rulebook.rule(
            Arrival(
                organisation=MAIN_ORGANISATION,
                channel=inbox.channel,
                inbox=inbox.id,
                contact="p_nobody",
                text=text,
                origin=origin,
            )
        )

    assert await ruled("厨房燃气表不走字了") is None
    leak = await ruled("家里有煤气味")
    assert leak == Ruling(queue=queues["报修"], priority=8, rules=(rules["疑似燃气泄漏"],))
    bill = await ruled("这个月怎么这么多", "https://gas.example/bill/2026-11")
    assert bill is not None
    assert (bill.queue, bill.rules) == (queues["咨询"], (rules["账单页面"],))
    await f.close()
