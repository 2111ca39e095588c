"""Anonymous visitors who flood the widget: limits hold, and agents with their customers do not notice."""

import asyncio
import json
import re
from collections import Counter
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from tests.parts.hub_process import HubProcess, hub_process

FLOODERS = 30
SECONDS = 6.0
FLOOD_FROM = "127.0.0.2"  # another address than the honest customer's, both of this machine
MESSAGES = 8  # a person types within the limits
MOST_TAKEN = 400


def password(hub: HubProcess, login: str) -> str:
    """A demo password."""
    text = (hub.data / "demo-passwords.txt").read_text()
    found = re.search(rf"^\s*{login}\s+(\S+)", text, re.MULTILINE)
    assert found is not None
    return found.group(1)


def memory(hub: HubProcess) -> int:
    """Resident memory of the hub's process in bytes."""
    status = Path(f"/proc/{hub.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found.group(1)) * 1024


async def flood(hub: HubProcess, inbox: str, answers: Counter[int], until: float) -> None:
    """One nuisance: new visitors, messages, uploads and nonsense, as fast as the hub takes them."""
    clock = asyncio.get_running_loop().time
    transport = httpx2.AsyncHTTPTransport(local_address=FLOOD_FROM)
    async with httpx2.AsyncClient(
        base_url=f"{hub.url}/webchat/{inbox}", transport=transport, timeout=20
    ) as client:
        number = 0
        while clock() < until:
            number += 1
            opened = await client.post("/session", json={})
            answers[opened.status_code] += 1
            headers = {}
            if opened.status_code == 200:
                headers["authorization"] = f"Bearer {opened.json()['token']}"
            for each in range(5):
                body = {"client_id": f"flood-{number}-{each}", "text": "x" * 2000}
                said = await client.post("/messages", json=body, headers=headers)
                answers[said.status_code] += 1
            sent = await client.post("/files", files={"file": ("a.bin", b"\0" * 50_000)}, headers=headers)
            answers[sent.status_code] += 1
            bad = await client.post("/messages", content=b"{" * 3000, headers=headers)
            answers[bad.status_code] += 1


async def converse(hub: HubProcess, inbox: str, agent: httpx2.AsyncClient) -> list[str]:
    """An honest customer and an agent go on talking; the texts that reached the agent's socket."""
    reached: list[str] = []
    cookie = f"hub_session={agent.cookies['hub_session']}"
    async with (
        connect(
            hub.url.replace("http", "ws") + "/api/desk",
            origin=Origin(hub.url),
            additional_headers={"cookie": cookie},
        ) as desk,
        httpx2.AsyncClient(base_url=f"{hub.url}/webchat/{inbox}", timeout=20) as customer,
    ):
        await desk.send(json.dumps({"t": "hello", "tab": "flood-test", "resume": {}}))
        opened = await customer.post("/session", json={})
        customer.headers["authorization"] = f"Bearer {opened.json()['token']}"
        async with asyncio.timeout(40):
            for number in range(MESSAGES):
                said = await customer.post(
                    "/messages", json={"client_id": f"honest-{number:04}", "text": f"honest {number}"}
                )
                assert said.status_code in (200, 201), said.text
                while f"honest {number}" not in reached:
                    for event in json.loads(await desk.recv()):
                        if event["t"] == "entry" and event["entry"]["kind"] == "message":
                            reached.append(event["entry"]["body"].get("text", ""))
                await asyncio.sleep(SECONDS / MESSAGES)  # the customer types
    return reached


@pytest.mark.timeout(120)
async def test_a_flood_is_limited_and_the_house_goes_on() -> None:
    with hub_process("demo") as hub:
        async with httpx2.AsyncClient(base_url=hub.url, headers={"origin": hub.url}, timeout=20) as agent:
            login = {"login": "zhangmin", "password": password(hub, "zhangmin")}
            assert (await agent.post("/api/session", json=login)).status_code == 200
            assert (await agent.put("/api/presence", json={"state": "ready"})).status_code == 200
            inbox = (await agent.get("/api/inboxes")).json()["items"][0]["id"]
            before = memory(hub)
            answers: Counter[int] = Counter()
            until = asyncio.get_running_loop().time() + SECONDS
            async with asyncio.TaskGroup() as tasks:
                talk = tasks.create_task(converse(hub, inbox, agent))
                for _ in range(FLOODERS):
                    tasks.create_task(flood(hub, inbox, answers, until))
            reached = talk.result()
            assert [text for text in reached if text.startswith("honest")] == [
                f"honest {number}" for number in range(MESSAGES)
            ]
            taken = answers[200] + answers[201]
            assert taken <= MOST_TAKEN, answers  # what the inbox's limits let through, with their burst
            assert answers[429] + answers[401] > 10 * taken, answers
            assert not [status for status in answers if status >= 500], answers
            assert memory(hub) - before < 150_000_000
            assert hub.is_healthy()
