"""An agent at his desk, as a browser would do it: the API and the desk's socket."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable
from types import TracebackType
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

Json = dict[str, Any]
LIMIT = 15.0


class Desk:
    """One agent's desk on one web process; what it was told is in ``events``."""

    def __init__(self, url: str, login: str, password: str) -> None:
        self.url = url
        self.events: list[Json] = []
        self._login = {"login": login, "password": password}
        self._http = httpx2.AsyncClient(base_url=url, headers={"origin": url}, timeout=15)
        self._changed = asyncio.Event()
        self._socket: ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Desk":
        answer = await self._http.post("/api/session", json=self._login)
        assert answer.status_code == 200, answer.text
        cookie = f"hub_session={answer.cookies['hub_session']}"
        self._socket = await connect(
            self.url.replace("http", "ws") + "/api/desk",
            origin=Origin(self.url),
            additional_headers={"cookie": cookie},
        )
        await self._socket.send(json.dumps({"t": "hello", "tab": "tab-1"}))
        self._task = asyncio.create_task(self._listen(self._socket), name="desk")
        await self.until(lambda: self.of("caught_up"))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and not self._has_ended():
            await self.sign_out()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()
        await self._http.aclose()

    async def _listen(self, socket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                for event in json.loads(await socket.recv()):
                    self.events.append(event)
                    if event["t"] == "offer":
                        offer = event["offer"]
                        rang = {"t": "rang", "conversation": offer["conversation"], "slot": offer["slot"]}
                        await socket.send(json.dumps(rang))
                self._changed.set()

    def _has_ended(self) -> bool:
        return self._task is not None and self._task.done()

    async def ended(self, *, limit: float = LIMIT) -> int:
        """Wait until the hub ends the socket; its code."""
        assert self._task is not None
        assert self._socket is not None
        await asyncio.wait_for(asyncio.shield(self._task), limit)
        return self._socket.close_code or 0

    async def until(self, holds: Callable[[], Any], *, limit: float = LIMIT) -> Any:
        """Wait until it holds; what it answers."""
        async with asyncio.timeout(limit):
            while not (found := holds()):
                self._changed.clear()
                await self._changed.wait()
        return found

    def of(self, kind: str) -> list[Json]:
        """The events of one kind."""
        return [event for event in self.events if event["t"] == kind]

    def offers(self, conversation: str) -> list[Json]:
        """What was offered of a conversation."""
        offers = [event["offer"] for event in self.of("offer")]
        return [offer for offer in offers if offer["conversation"] == conversation]

    def texts(self, conversation: str) -> list[str]:
        """What was said in a conversation, as the desk was told."""
        entries = {
            event["entry"]["seq"]: event["entry"]
            for event in self.of("entry")
            if event["entry"]["conversation"] == conversation and event["entry"]["kind"] == "message"
        }
        return [entries[seq]["body"].get("text", "") for seq in sorted(entries)]

    async def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """One call of the API that must succeed."""
        answer = await self._http.request(method, path, json=body)
        assert answer.status_code < 300, f"{answer.status_code} {answer.text}"
        found: Json = answer.json()
        return found

    async def ready(self) -> None:
        """Take conversations from now on."""
        await self.call("PUT", "/api/presence", {"state": "ready"})

    async def accept(self, conversation: str, *, limit: float = LIMIT) -> Json:
        """Wait until it rings, and take it; the offer."""
        offer: Json = (await self.until(lambda: self.offers(conversation), limit=limit))[-1]
        await self.do(conversation, "accept", {"slot": offer["slot"]})
        return offer

    async def say(self, conversation: str, text: str) -> None:
        """Answer the customer."""
        await self.do(conversation, "messages", {"text": text})

    async def sign_out(self) -> None:
        """Take nothing more; what he holds waits again."""
        await self.call("PUT", "/api/presence", {"state": "offline"})

    async def close(self, conversation: str) -> None:
        """End it, with the first reason there is."""
        reasons = (await self.call("GET", "/api/dispositions"))["items"]
        reason = next(one["id"] for one in reasons if one["parent"] is not None)
        entries = [event["entry"] for event in self.of("entry")]
        seen = max(entry["seq"] for entry in entries if entry["conversation"] == conversation)
        await self.do(conversation, "close", {"seen": seen, "disposition": reason})

    async def do(self, conversation: str, verb: str, body: Json) -> Json:
        """A verb on a conversation."""
        body = {"client_id": secrets.token_urlsafe(12), **body}
        return await self.call("POST", f"/api/conversations/{conversation}/{verb}", body)
