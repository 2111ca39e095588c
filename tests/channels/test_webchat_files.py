"""Files of customers, and the folder that keeps them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.webchat.files import Files
from hub.blobs import BlobMissing, BlobTooLarge
from hub.blobs.folder import FolderBlobs
from hub.documents import Json
from tests.channels.stage import Stage
from tests.channels.stage import stage as make_stage
from tests.channels.test_webchat_wire import PNG
from tests.channels.webchat_client import Client, Refused
from tests.fakes.clock import VirtualClock


async def with_file(stage: Stage, name: str = "表.png", content: bytes = PNG) -> tuple[Client, Any]:
    """A customer who has sent a file, and its attachment."""
    client = stage.client()
    await client.open()
    uploaded = await client.upload(name, content)
    stored = await client.say(attachments=[uploaded["id"]])
    (attachment,) = stored["entry"]["body"]["attachments"]
    return client, attachment


async def test_a_picture_is_sent_and_shown(stage: Stage) -> None:
    client, attachment = await with_file(stage)
    assert attachment["name"] == "表.png"
    assert (attachment["type"], attachment["media"], attachment["size"]) == ("image/png", "image", len(PNG))
    shown = await client.http.get(stage.url + attachment["url"] + "&inline=1")
    assert shown.content == PNG
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["content-disposition"].startswith("inline")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]
    download = await client.http.get(stage.url + attachment["url"])
    assert download.headers["content-disposition"] == "attachment; filename*=UTF-8''%E8%A1%A8.png"
    document = await stage.documents.get("files", attachment["file"])
    assert document is not None
    assert client.conversation is not None
    assert document["conversation"] == client.conversation["id"]


async def test_only_pictures_are_shown_in_place(stage: Stage) -> None:
    client, attachment = await with_file(stage, "a.txt", b"<script>alert(1)</script>")
    shown = await client.http.get(stage.url + attachment["url"] + "&inline=1")
    assert shown.headers["content-disposition"].startswith("attachment")
    assert shown.headers["content-type"].startswith("text/plain")


async def test_a_player_may_ask_for_a_part(stage: Stage) -> None:
    client, attachment = await with_file(stage, "a.txt", bytes(range(48, 58)) * 100_000)
    for asked, begin, end in (
        ("bytes=0-9", 0, 9),
        ("bytes=999990-", 999_990, 999_999),
        ("bytes=-5", 999_995, 999_999),
    ):
        part = await client.http.get(stage.url + attachment["url"], headers={"range": asked})
        assert part.status_code == 206
        assert part.headers["content-range"] == f"bytes {begin}-{end}/1000000"
        assert part.content == (bytes(range(48, 58)) * 100_000)[begin : end + 1]
    for asked in ("bytes=5-2", "bytes=-", "bytes=x-1", "lines=1-2", "bytes=0-1,4-5", "bytes=99999999-"):
        whole = await client.http.get(stage.url + attachment["url"], headers={"range": asked})
        assert (whole.status_code, len(whole.content)) == (200, 1_000_000)


async def test_without_its_ticket_a_file_is_closed(stage: Stage) -> None:
    client, attachment = await with_file(stage)
    path = stage.url + attachment["url"].partition("?")[0]
    for query in ("", "?ticket=", "?ticket=1.x", "?ticket=" + "9" * 12 + ".x"):
        answer = await client.http.get(path + query)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ticket_invalid")


NOT_TAKEN = [
    ("a.exe", b"MZ\x90\x00\x03\x00\x00\x00\x04", 415, "file_type"),
    ("a.png", b"\x00\x01\x02\x03", 415, "file_type"),
    ("a.zip", b"PK\x03\x04\x14\x00\x00\x00", 415, "file_type"),
    ("a.txt", b"", 422, "file_empty"),
    ("a.txt", b"x" * 2_001, 413, "file_too_large"),
    ("a.txt", b"x" * 25_000_000, 413, "body_too_large"),
]


async def test_what_is_not_taken(tmp_path: Path) -> None:
    limits: Json = {"uploads_per_minute": 100, "messages_per_minute": 100}
    async with make_stage(tmp_path, settings={"limits": limits, "max_file_bytes": 2_000}) as stage:
        client = stage.client()
        await client.open()
        for name, content, status, code in NOT_TAKEN:
            with pytest.raises(Refused) as refused:
                await client.upload(name, content)
            assert (refused.value.status, refused.value.code) == (status, code)
        assert await stage.documents.count("files") == 0
        assert not files_in(stage.foundation.installation.files)


async def test_uploads_are_limited(tmp_path: Path) -> None:
    limits: Json = {"uploads_per_minute": 4, "upload_megabytes_per_hour_address": 1}
    async with make_stage(tmp_path, settings={"limits": limits, "max_file_bytes": 600_000}) as stage:
        client = stage.client()
        await client.open()
        await client.upload("a.txt", b"x")
        await client.upload("a.txt", b"x")
        with pytest.raises(Refused, match="too_many"):
            await client.upload("a.txt", b"x")
        big = stage.client()
        await big.open()
        await big.upload("a.txt", b"x" * 600_000)
        with pytest.raises(Refused, match="too_many"):
            await big.upload("a.txt", b"x")


async def test_a_file_whose_bytes_are_gone_is_not_found(stage: Stage) -> None:
    client, attachment = await with_file(stage)
    await FolderBlobs(stage.foundation.installation.files).delete(attachment["file"])
    assert (await client.http.get(stage.url + attachment["url"])).status_code == 404


async def test_a_file_that_was_never_sent_is_removed_after_a_day(stage: Stage) -> None:
    client, attachment = await with_file(stage)
    unsent = await client.upload("b.txt", b"never sent")
    documents, clock = stage.documents, VirtualClock(datetime.now(UTC) + timedelta(hours=23))
    files = Files(
        documents, FolderBlobs(stage.foundation.installation.files), clock=clock, ids=stage.foundation.ids
    )
    assert await files.forget_unsent() == 0
    await clock.advance(2 * 3_600)
    assert await files.forget_unsent() == 1
    assert await documents.get("files", unsent["id"]) is None
    assert (await client.http.get(stage.url + attachment["url"])).status_code == 200


# --- the folder ---


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def content(blobs: FolderBlobs, key: str) -> bytes:
    return b"".join([piece async for piece in blobs.read(key)])


async def test_the_folder_gives_back_what_it_was_given(tmp_path: Path) -> None:
    import hashlib

    blobs = FolderBlobs(tmp_path / "files")
    size, digest = await blobs.put("f_abc-1", pieces(b"x" * 70_000, b"", b"y"), most=70_001)
    assert size == 70_001
    assert digest == hashlib.sha256(b"x" * 70_000 + b"y").hexdigest()
    assert await content(FolderBlobs(tmp_path / "files"), "f_abc-1") == b"x" * 70_000 + b"y"
    await blobs.delete("f_abc-1")
    await blobs.delete("f_abc-1")
    with pytest.raises(BlobMissing):
        await content(blobs, "f_abc-1")


async def test_too_much_or_a_cut_leaves_nothing(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)

    async def cut() -> AsyncIterator[bytes]:
        yield b"x"
        raise ConnectionError

    async def endless() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(60)

    with pytest.raises(BlobTooLarge):
        await blobs.put("f_abcd", pieces(b"xx", b"xx"), most=3)
    with pytest.raises(ConnectionError):
        await blobs.put("f_abcd", cut(), most=10)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(blobs.put("f_abcd", endless(), most=10), 0.1)
    assert not files_in(tmp_path)


async def test_what_a_crash_left_is_removed_at_the_start(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    await blobs.put("f_abcd", pieces(b"x"), most=10)
    left = tmp_path / "cd" / "f_zzcd.00.part"
    left.write_bytes(b"half")
    FolderBlobs(tmp_path)
    assert not left.exists()
    assert await content(blobs, "f_abcd") == b"x"


@pytest.mark.parametrize("key", ["", "a", "../../etc", "a/b/c/d", "f_abcd.part", "ключи", "x" * 101])
async def test_keys_that_are_not_ours_reach_no_file(tmp_path: Path, key: str) -> None:
    blobs = FolderBlobs(tmp_path)
    with pytest.raises(ValueError, match="not a key"):
        await blobs.put(key, pieces(b"x"), most=10)
    with pytest.raises(BlobMissing):
        await content(blobs, key)
