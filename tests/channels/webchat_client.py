"""A customer's client, written from docs/channels/webchat.md alone: it imports nothing of ours."""

import asyncio
import contextlib
import json
import random
import secrets
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
STOP_CODES = {4403, 4404}
Json = dict[str, Any]


class Refused(Exception):
    """A final refusal."""

    def __init__(self, status: int, code: str, details: Json) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.details = details


@dataclass(slots=True)
class Cursor:
    """What is held: the rules under "Receiving"."""

    conversation: str | None = None
    last: int = 0
    entries: list[Json] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)

    def take(self, entry: Json) -> bool:
        """Whether nothing is missing before it."""
        if entry["id"] in self.known:
            self.entries[self.known[entry["id"]]] = entry
            return True
        if entry["conversation"] != self.conversation:
            if entry["prev"] != 0:
                return False
            self.conversation, self.last = entry["conversation"], 0
        if entry["seq"] <= self.last:
            return True
        if entry["prev"] != self.last:
            return False
        self.known[entry["id"]] = len(self.entries)
        self.entries.append(entry)
        self.last = entry["seq"]
        return True


class Client:
    """One customer. ``outbox`` may be handed to another client: it survives a restart."""

    def __init__(self, hub: str, inbox: str, *, token: str | None = None, wait: float = FIRST_WAIT) -> None:
        """``hub``: such as http://127.0.0.1:8000; ``wait``: first pause between two attempts."""
        self.root = f"{hub}/webchat/{inbox}"
        self.http = httpx2.AsyncClient(timeout=10)
        self.token = token
        self.session: Json = {}
        self.conversation: Json | None = None
        self.cursor = Cursor()
        self.outbox: deque[Json] = deque()
        self.typing = False
        self.position: int | None = None
        self.events: list[Json] = []
        self.closed_with: list[int] = []
        self._first_wait = wait
        self._acknowledged: Json = {}
        self._changed = asyncio.Event()
        self._socket: ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.disconnect()
        await self.http.aclose()

    # --- calls ---

    async def call(self, method: str, path: str, body: object = None, **options: Any) -> httpx2.Response:
        """One call, with the token."""
        headers = {} if self.token is None else {"authorization": f"Bearer {self.token}"}
        if body is not None:
            options["json"] = body
        answer = await self.http.request(method, self.root + path, headers=headers, **options)
        if answer.status_code < 300:
            return answer
        error = answer.json()["error"]
        raise Refused(answer.status_code, error["code"], error.get("details", {}))

    async def open(self, **request: Any) -> Json:
        """POST /session; keeps the token of the answer."""
        if self.token is not None:
            request["token"] = self.token
        before = self.token
        session: Json = (await self.call("POST", "/session", request)).json()
        self.session, self.token = session, session["token"]
        self.conversation = session["conversation"]
        if before is not None and before != self.token:
            self.cursor = Cursor()
        return session

    async def store(self, path: str, body: Json) -> Json:
        """Send until it is acknowledged (rules under "Sending")."""
        attempt = 0
        while True:
            try:
                stored: Json = (await self.call("POST", path, body)).json()
            except Refused as refused:
                if refused.status == 401:
                    await self.open()
                    continue
                if refused.status not in (408, 429) and refused.status < 500:
                    raise
                await self._pause(attempt, float(refused.details.get("after", 0)))
            except httpx2.TransportError:
                await self._pause(attempt, 0)
            else:
                self.conversation = stored["conversation"]
                await self.take(stored["entry"])
                return stored
            attempt += 1

    async def _pause(self, attempt: int, at_least: float) -> None:
        wait = min(LONGEST_WAIT, self._first_wait * 2**attempt)
        await asyncio.sleep(max(at_least, wait * (0.5 + random.random() / 2)))

    async def say(self, text: str | None = None, **more: Any) -> Json:
        """Write a message: into the outbox, then sent in its turn."""
        body = {"client_id": secrets.token_urlsafe(12), **more}
        if text is not None:
            body["text"] = text
        self.outbox.append(body)
        return (await self.flush())[-1]

    async def flush(self) -> list[Json]:
        """Send the outbox, oldest first."""
        stored = []
        while self.outbox:
            stored.append(await self.store("/messages", self.outbox[0]))
            self.outbox.popleft()
        return stored

    async def choose(self, entry: Json, value: str) -> Json:
        """Answer a prompt."""
        return await self.say(choice=value, reply_to=entry["id"])

    async def upload(self, name: str, content: bytes) -> Json:
        """POST /files."""
        answer = await self.call("POST", "/files", files={"file": (name, content)})
        uploaded: Json = answer.json()
        return uploaded

    # --- receiving ---

    async def take(self, entry: Json) -> None:
        """One entry, from wherever it came."""
        if not self.cursor.take(entry):
            await self.fetch()
        self._changed.set()

    async def acknowledge(self) -> None:
        """Say how far we are, once for everything that came together."""
        if self.cursor.last:
            frame = {"t": "ack", "conversation": self.cursor.conversation, "seq": self.cursor.last}
            if frame != self._acknowledged:
                self._acknowledged = frame
                await self._send(frame)

    async def fetch(self) -> None:
        """GET /entries until nothing is missing."""
        while True:
            query: Json = {"after": self.cursor.last}
            if self.cursor.conversation is not None:
                query["conversation"] = self.cursor.conversation
            page = (await self.call("GET", "/entries", params=query)).json()
            self.conversation = page["conversation"]
            for entry in page["items"]:
                self.cursor.take(entry)
            if page["items"] and self.cursor.last < page["last"]:
                continue
            if page["next"] is None:
                self._changed.set()
                return
            self.cursor.conversation, self.cursor.last = page["next"], 0

    # --- the socket ---

    def connect(self) -> None:
        """Stay connected from now on."""
        self._task = asyncio.create_task(self._stay(), name="client")

    async def disconnect(self) -> None:
        """Close the tab."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _stay(self) -> None:
        attempt = 0
        while True:
            code = 1006
            with contextlib.suppress(OSError, InvalidStatus):
                async with connect(self.root.replace("http", "ws", 1) + "/socket") as socket:
                    code = await self._talk(socket)
            self._socket = None
            self.closed_with.append(code)
            if code in STOP_CODES:
                return
            if code == 4401:
                await self.open()
            attempt = 0 if any(event["t"] == "caught_up" for event in self.events[-50:]) else attempt + 1
            await self._pause(attempt, 30 if code == 4429 else 0)

    async def _talk(self, socket: ClientConnection) -> int:
        hello: Json = {"t": "hello", "token": self.token}
        if self.cursor.conversation is not None:
            hello |= {"conversation": self.cursor.conversation, "after": self.cursor.last}
        try:
            await socket.send(json.dumps(hello))
            self._socket = socket
            while True:
                for event in json.loads(await socket.recv()):
                    await self._heard(event)
                await self.acknowledge()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else 1006

    async def _heard(self, event: Json) -> None:
        self.events.append(event)
        if event["t"] == "entry":
            await self.take(event["entry"])
        elif event["t"] == "state":
            self.conversation = event["conversation"]
        elif event["t"] == "position":
            self.position = event["position"]
        elif event["t"] == "typing":
            self.typing = event["on"]
        self._changed.set()

    async def _send(self, frame: Json) -> None:
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(json.dumps(frame))

    async def read(self) -> None:
        """Everything held stands on the screen."""
        await self._send({"t": "read", "conversation": self.cursor.conversation, "seq": self.cursor.last})

    async def type(self, *, on: bool) -> None:
        """The customer types, or stopped."""
        await self._send({"t": "typing", "on": on})

    async def ping(self) -> None:
        """Is anybody there."""
        await self._send({"t": "ping"})

    # --- for tests ---

    @property
    def texts(self) -> list[str]:
        """What was said, in order."""
        return [entry["body"].get("text", "") for entry in self.cursor.entries if entry["kind"] == "message"]

    async def until(self, holds: Any, *, limit: float = 10.0) -> None:
        """Wait until the condition holds; fails after ``limit`` seconds."""
        async with asyncio.timeout(limit):
            while not holds(self):
                self._changed.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await self._changed.wait()
