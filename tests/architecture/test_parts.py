"""The real parts that other suites lean on do what those suites take for granted."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pymongo import AsyncMongoClient, MongoClient
from pymongo.errors import DuplicateKeyError

from tests.parts.mongo import MongoServer, answers, fresh_database
from tests.parts.processes import PartFailedError, Process, wait_until

Document = dict[str, object]


async def test_a_mongodb_transaction_is_all_or_nothing(mongo_uri: str) -> None:
    with fresh_database(mongo_uri) as name:
        async with AsyncMongoClient[Document](mongo_uri) as client:
            one, two = client[name]["one"], client[name]["two"]
            await two.insert_one({"_id": "taken"})
            with pytest.raises(DuplicateKeyError):
                async with client.start_session() as session, await session.start_transaction():
                    await one.insert_one({"_id": "first"}, session=session)
                    await two.insert_one({"_id": "taken"}, session=session)
            assert await one.count_documents({}) == 0
            async with client.start_session() as session, await session.start_transaction():
                await one.insert_one({"_id": "first"}, session=session)
                await two.insert_one({"_id": "second"}, session=session)
            assert await one.count_documents({}) == 1


def test_the_mongodb_server_keeps_acknowledged_writes_over_kill(
    embedded_mongo: MongoServer,
) -> None:
    with MongoClient[Document](embedded_mongo.uri) as client:
        for number in range(50):
            client["kept"]["things"].insert_one({"_id": number})
    embedded_mongo.kill()
    assert not answers(embedded_mongo.uri)
    embedded_mongo.start()
    with MongoClient[Document](embedded_mongo.uri) as client:
        assert client["kept"]["things"].count_documents({}) == 50


def test_chromium_shows_a_page_in_chinese(browser: Browser) -> None:
    with browser.new_context(locale="zh-CN") as context:
        page = context.new_page()
        page.set_content("<h1 id=h>您好</h1><script>h.lang = navigator.language</script>")
        assert page.locator("#h").inner_text() == "您好"
        assert page.locator("#h").get_attribute("lang") == "zh-CN"


def test_a_part_that_dies_at_once_is_told_with_its_log(tmp_path: Path) -> None:
    process = Process(
        ["/bin/sh", "-c", "echo no such folder; exit 3"],
        log_path=tmp_path / "log",
        environment={"PATH": os.defpath},
        cwd=tmp_path,
    )
    with pytest.raises(PartFailedError, match=r"ended with 3\n.*no such folder"):
        process.wait_ready(lambda: False, limit=10, what="part")


def test_a_condition_that_never_comes_is_told() -> None:
    with pytest.raises(PartFailedError, match="the moon: not within"):
        wait_until(lambda: False, limit=0.1, what="the moon")
