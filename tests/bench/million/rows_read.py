"""Counts the rows that SQLite visits for what the real API answers.

The hub's own application is asked in this process; the interpreter's audit hook shows every
connection to the store as it is opened, and a trace on it every statement with its values. Each
statement is then run again on a connection of ours with one more condition, a function of the row
that counts how often it is asked and always says yes: SQLite asks it for every row of the table
that it goes through, before the other conditions that no index serves. The plan must be the same
with and without it, seek in an index, and sort no more than what one agent holds. A look-up by id
counts as one row.
"""

import asyncio
import json
import re
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message

from hub.settings import Settings
from tests.bench.house import Person
from tests.bench.million.asks import Ask
from tests.bench.million.store import Million
from web import logs
from web.installation import Installation
from web.wiring import build, open_foundation

MOST_SORTED = 50  # rows; an agent's own conversations are few, and may be put in order
_TABLES = re.compile(r'FROM "(conversations|contacts|marks|entries|agents)(__\w+)?" ?(\w*)')
_FILTERED = re.compile(r"(FROM \"[^\"]+\" ([ds])\b.*? WHERE )")
_BY_ID = re.compile(r'^SELECT doc FROM "\w+" WHERE id=')
_SIGNING_IN = re.compile(r'^SELECT doc FROM "agents" WHERE id=')  # who asks, not what is shown


@dataclass(slots=True)
class Readings:
    """What one ask read and showed; statements that scan or sort too much, of which there should be none."""

    part: str
    path: str
    read: int = 0
    shown: int = 0
    bad_plans: list[str] = field(default_factory=list)

    @property
    def for_each(self) -> float:
        """Rows read for each row shown; an empty list counts as one row."""
        return self.read / max(1, self.shown)


def read_by(million: Million, asks: Sequence[Ask]) -> list[Readings]:
    """Ask the application, and count."""
    return asyncio.run(_ask_all(million, asks))


async def _ask_all(million: Million, asks: Sequence[Ask]) -> list[Readings]:
    logs.set_up(level="warning", form="console")
    ear = _Ear()
    foundation = await open_foundation(Settings(data=million.data))
    counter = _Counter(Installation(million.data).store)  # not before: opening renews the log's files
    try:
        counter.check()
        app = build(foundation).application.asgi
        found = []
        for ask in asks:
            ear.trace_new()
            ear.heard.clear()
            answer = await _get(app, ask.person, ask.path)
            while ear.trace_new():  # a reader's connection that was opened for it was not heard
                ear.heard.clear()
                answer = await _get(app, ask.person, ask.path)
            readings = Readings(ask.part, ask.path, shown=_shown(answer))
            for statement in list(ear.heard):
                counter.count(statement, readings)
            found.append(readings)
        return found
    finally:
        ear.close()
        counter.close()
        await foundation.close()


def _shown(answer: dict[str, object]) -> int:
    """Rows of a list; the conversations that badges stand for."""
    items = answer.get("items")
    if isinstance(items, list):
        return len(items)
    queues = answer["queues"]
    if not isinstance(queues, dict):
        raise TypeError("badges without queues")
    return int(str(answer["mine"])) + int(str(answer["offered"])) + sum(queues.values())


async def _get(app: ASGIApp, person: Person, path: str) -> dict[str, object]:
    url = urlsplit(path)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": url.path,
        "raw_path": url.path.encode(),
        "query_string": url.query.encode(),
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"cookie", f"hub_session={person.token}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 1),
        "state": {},
    }
    status, content = 0, b""

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, content
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            content += message.get("body", b"")

    await app(scope, receive, send)
    if status != 200:
        raise RuntimeError(f"{path}: {status} {content[:300]!r}")
    answer: dict[str, object] = json.loads(content)
    return answer


class _Ear:
    """Hears every statement that any connection to a store runs in this process."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._new: list[sqlite3.Connection] = []
        self._on = True
        sys.addaudithook(self._audit)  # for good: a hook cannot be taken away

    def _audit(self, event: str, arguments: tuple[object, ...]) -> None:
        if self._on and event == "sqlite3.connect/handle" and isinstance(arguments[0], sqlite3.Connection):
            self._new.append(arguments[0])  # not yet whole: it can be traced a moment later

    def trace_new(self) -> bool:
        """Trace what was opened lately; whether there was any."""
        found = bool(self._new)
        while self._new:
            self._new.pop().set_trace_callback(self.heard.append)
        return found

    def close(self) -> None:
        """Hear no more."""
        self._on = False
        self._new.clear()


class _Counter:
    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self._visited = 0
        self._connection.create_function("visited", 1, self._visit)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _visit(self, _: object) -> int:
        self._visited += 1
        return 1

    def count(self, statement: str, readings: Readings) -> None:
        """Add the rows that a statement visits, and its plan where that is a bad one."""
        table = _TABLES.search(statement)
        if table is None or not statement.startswith("SELECT") or _SIGNING_IN.match(statement):
            return
        if _BY_ID.match(statement):
            readings.read += 1
            return
        counted = _FILTERED.sub(lambda found: f"{found[1]}visited({found[2]}.rowid) AND ", statement)
        if counted == statement:
            raise ValueError(f"this statement cannot be counted: {statement[:200]}")
        plan = self._plan(statement)
        if plan != self._plan(counted):
            raise ValueError(f"counting changes the plan of {statement[:200]}")
        self._visited = 0
        self._connection.execute(counted).fetchall()
        readings.read += self._visited
        scans = any("SCAN d" in step or "SCAN s" in step for step in plan)
        sorts = any("TEMP B-TREE" in step for step in plan)
        if scans or (sorts and self._visited > MOST_SORTED):
            readings.bad_plans.append(f"{'; '.join(plan)}: {statement}")

    def _plan(self, statement: str) -> list[str]:
        return [str(row[3]) for row in self._connection.execute(f"EXPLAIN QUERY PLAN {statement}")]

    def check(self) -> None:
        """The counter counts: every row of a walk without an index, and those of a range with one."""
        inboxes = 'SELECT d.doc FROM "inboxes" d WHERE {}json_extract(d.doc,\'$."nothing"\') = 1'
        (there,) = self._connection.execute("SELECT count(*) FROM inboxes").fetchone()
        self._visited = 0
        self._connection.execute(inboxes.format("visited(d.rowid) AND ")).fetchall()
        if self._visited != there:
            raise AssertionError(f"the counter saw {self._visited} of {there} rows")
        queue = "json_extract(d.doc,'$.\"queue\"')"
        where = f"{queue} = (SELECT {queue} FROM conversations d LIMIT 1)"
        (there,) = self._connection.execute(f"SELECT count(*) FROM conversations d WHERE {where}").fetchone()
        never = "json_extract(d.doc,'$.\"priority\"') = 77"
        self._visited = 0
        self._connection.execute(
            f"SELECT d.doc FROM conversations d WHERE visited(d.rowid) AND {never} AND {where}"
        ).fetchall()
        if self._visited != there:
            raise AssertionError(f"the counter saw {self._visited} of {there} rows of a queue")
