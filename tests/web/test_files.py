"""Files: known by their content, limited in size, sent so that a browser never runs them."""

import asyncio
from pathlib import Path

import pytest

from hub.settings import Settings
from tests.security.right_requests import PNG
from tests.web.stage import Stage
from tests.web.stage import stage as make_stage

DANGEROUS = {
    "x.html": b"<!doctype html><script>alert(1)</script>",
    "x.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "x.png": b"<html><body onload=alert(1)>",
    "x.xml": b'<?xml version="1.0"?><a/>',
    "x.js": b"alert(1)",
}


@pytest.mark.parametrize("name", DANGEROUS)
async def test_what_a_browser_could_run_is_only_ever_saved(stage: Stage, name: str) -> None:
    async with await stage.signed_in("agent") as browser:
        upload = await browser.post("/api/files", files={"file": (name, DANGEROUS[name], "image/png")})
        if upload.status_code == 422:
            assert upload.json()["error"]["code"] == "file_type_refused"
            return
        assert upload.json()["media"] == "file"
        assert upload.json()["type"].startswith("text/")
        for inline in ("0", "1"):
            answer = await browser.get(f"/api/files/{upload.json()['id']}?inline={inline}")
            assert answer.headers["content-disposition"].startswith("attachment")
            assert answer.headers["content-type"] == "application/octet-stream"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
            assert answer.content == DANGEROUS[name]


async def test_a_picture_may_be_shown_and_is_known_by_its_content(stage: Stage) -> None:
    async with await stage.signed_in("agent") as browser:
        upload = (await browser.post("/api/files", files={"file": ("x.txt", PNG, "text/plain")})).json()
        assert (upload["type"], upload["media"], upload["size"]) == ("image/png", "image", len(PNG))
        shown = await browser.get(f"/api/files/{upload['id']}?inline=1")
        assert shown.headers["content-type"] == "image/png"
        assert shown.headers["content-disposition"].startswith("inline")
        saved = await browser.get(f"/api/files/{upload['id']}")
        assert saved.headers["content-disposition"].startswith("attachment")
        assert saved.content == PNG


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "..\\..\\boot.ini",
        'a"; filename="x.html',
        "a\r\nset-cookie: x=1",
        "表\u202e.txt",
        "",
    ],
)
async def test_a_name_cannot_leave_its_folder_or_its_header(stage: Stage, name: str) -> None:
    async with await stage.signed_in("agent") as browser:
        upload = await browser.post("/api/files", files={"file": (name, b"hello", "text/plain")})
        if upload.status_code == 422:  # a form without a file name has no file
            return
        kept = upload.json()["name"]
        assert kept
        assert not set(kept) & set('/\\"\r\n\u202e')
        answer = await browser.get(f"/api/files/{upload.json()['id']}")
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert answer.headers["content-disposition"].count("filename=") == 1
    keys = [path.name for path in stage.house.foundation.installation.files.rglob("*") if path.is_file()]
    assert upload.json()["id"] in keys


async def test_a_file_that_is_too_large_leaves_nothing_behind(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, max_file_bytes=10_000)
    async with make_stage(tmp_path, settings=settings) as stage, await stage.signed_in("agent") as browser:
        for size, status in ((10_000, 201), (10_001, 413), (50_000, 413)):
            files = {"file": ("x.txt", b"x" * size, "text/plain")}
            assert (await browser.post("/api/files", files=files)).status_code == status, size
        kept = [path for path in stage.house.foundation.installation.files.rglob("*") if path.is_file()]
        assert len(kept) == 1


async def test_a_form_that_is_not_right_is_refused(stage: Stage) -> None:
    async with await stage.signed_in("agent") as browser:
        two = [("file", ("a.txt", b"a")), ("file", ("b.txt", b"b"))]
        assert (await browser.post("/api/files", files=two)).status_code == 422
        other = {"upload": ("a.txt", b"a")}
        assert (await browser.post("/api/files", files=other)).status_code == 422
        assert (await browser.post("/api/files", json={})).status_code == 415
        form = {"content-type": "multipart/form-data; boundary=x"}
        for content in (
            b"",
            b"--x--",
            b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\nhello\r\n--x--",
        ):
            answer = await browser.post("/api/files", content=content, headers=form)
            assert answer.status_code == 422, content
        none = await browser.post("/api/files", content=b"", headers={"content-type": "multipart/form-data"})
        assert none.status_code == 422
        empty = await browser.post("/api/files", files={"file": ("a.txt", b"")})
        assert empty.status_code == 422


async def test_a_file_belongs_to_one_conversation(stage: Stage) -> None:
    async with await stage.signed_in("agent") as browser:
        upload = (await browser.post("/api/files", files={"file": ("a.txt", b"a")})).json()
        pulled = {"client_id": "client-pull"}
        await browser.post(f"/api/conversations/{stage.own['waiting']}/pull", json=pulled)

        async def say(what: str) -> int:
            body = {"client_id": f"client-{what}", "attachments": [upload["id"]]}
            path = f"/api/conversations/{stage.own[what]}/messages"
            return (await browser.post(path, json=body)).status_code

        first = await asyncio.gather(say("assigned"), say("assigned"))
        assert list(first) == [200, 200]
        assert await say("waiting") == 422
