"""Makes the store with a million conversations, in a few minutes, and keeps it under build/.

Rows go in without indexes and without waiting for the disk; then the engine's own layout builds
every index that is declared. Contacts, queues and agents are skewed as in life: a few have most.
"""

import itertools
import json
import random
import shutil
import sqlite3
import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from hub.contacts import first_contact_id
from hub.ids import MAIN_ORGANISATION, Address, InboxId, conversation_id, thread_id
from hub.sqlite.layout import prepare
from tests.bench.house import House, fill
from tests.bench.million.shapes import ENTRIES, shape_of
from web.foundation import schema
from web.installation import Installation

VERSION = 4  # of what this module makes; a store of another version is made anew
TEAMS, AGENTS_OF_A_TEAM = 12, 20
HELD, SNOOZED_EACH, WAITING = 3, 1, 600  # of each agent, of every second agent, in all queues
YEAR = timedelta(days=365)
WORDS = (
    "\u6211\u5bb6\u7684\u71c3\u6c14\u7076\u6253\u4e0d\u7740\u706b",
    "\u8bf7\u95ee\u8fd9\u4e2a\u6708\u7684\u8d26\u5355\u600e\u4e48\u67e5",
    "\u71c3\u6c14\u8868\u4e0d\u8d70\u5b57\u4e86\uff0c\u9ebb\u70e6\u6d3e\u4eba\u6765\u770b\u4e00\u4e0b",
    "The meter in our flat shows an error since Monday, could somebody have a look?",
    "\u597d\u7684\uff0c\u8c22\u8c22",
)


@dataclass(frozen=True, slots=True)
class Million:
    """The store and who and what is in it."""

    folder: Path
    house: House
    queues_of: dict[str, list[str]]  # agent → queues
    conversations: int
    contacts: list[str]  # some of them, among them those with the most conversations
    seconds: float  # that it took to make

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def gibibytes(self) -> float:
        """The size of the file."""
        return (self.data / "hub.sqlite").stat().st_size / 2**30


def million_store(folder: Path, conversations: int) -> Million:
    """The store as it is kept, or made now."""
    kept = folder / "made.json"
    if kept.exists():
        made = json.loads(kept.read_text())
        if made["version"] == VERSION and made["conversations"] == conversations:
            found = _read(folder, made)
            if _is_untouched(found):
                return found
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return _make(folder, kept, conversations)


def _read(folder: Path, made: dict[str, object]) -> Million:
    fields = {name: value for name, value in made.items() if name not in ("version", "folder")}
    return msgspec.convert({**fields, "folder": str(folder)}, Million, dec_hook=lambda _, text: Path(text))


def _is_untouched(million: Million) -> bool:
    """Whether every agent still holds what he was given: a run that went wrong may have let them go."""
    with sqlite3.connect(f"file:{million.data}/hub.sqlite?mode=ro", uri=True) as connection:
        query = "SELECT count(*) FROM agents WHERE (SELECT count(*) FROM json_each(doc, '$.slots')) = ?"
        (holding,) = connection.execute(query, (HELD,)).fetchone()
    return bool(holding == len(million.house.agents))


def _make(folder: Path, kept: Path, conversations: int) -> Million:
    began = time.monotonic()
    house = fill(folder / "data", agents=AGENTS_OF_A_TEAM, teams=TEAMS)
    maker = _Maker(house, conversations)
    path = Installation(folder / "data").store
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in (
        "journal_mode = DELETE",
        "synchronous = OFF",
        "journal_mode = OFF",
        "cache_size = -1500000",
    ):
        connection.execute(f"PRAGMA {pragma}")
    maker.write(connection)
    prepare(connection, schema())
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    million = Million(
        folder=folder,
        house=house,
        queues_of=maker.queues_of,
        conversations=conversations,
        contacts=maker.known_contacts(),
        seconds=round(time.monotonic() - began, 1),
    )
    kept.write_text(json.dumps({"version": VERSION, **asdict(million), "folder": ""}))
    return million


class _Maker:
    def __init__(self, house: House, conversations: int) -> None:
        self._random = random.Random(20)
        self._house = house
        self._number = conversations
        self._shapes = {
            name: shape_of(name) for name in ("closed", "continued", "assigned", "waiting", "snoozed")
        }
        self.queues_of = self._working()
        self._by_queue = {
            team.queue: [one for one, queues in self.queues_of.items() if team.queue in queues]
            for team in house.teams
        }
        self._slots: dict[str, dict[str, str]] = {person.id: {} for person in house.agents}
        weights = [1 / (place + 200) for place in range(max(10, conversations // 5))]
        self._who = self._random.choices(range(len(weights)), weights, k=conversations)
        self._last = {contact: place for place, contact in enumerate(self._who)}
        self._generation: Counter[int] = Counter()

    def _working(self) -> dict[str, list[str]]:
        """An agent works in his team's queue and in up to five others."""
        queues = [team.queue for team in self._house.teams]
        found = {}
        for team in self._house.teams:
            for person in team.agents:
                others = self._random.sample(queues, self._random.randint(0, 5))
                found[person.id] = [team.queue, *(queue for queue in others if queue != team.queue)]
        return found

    def known_contacts(self) -> list[str]:
        """The thirty with the most conversations, and some others."""
        most = [contact for contact, _ in self._generation.most_common(30)]
        others = self._random.sample(sorted(self._generation), min(170, len(self._generation)))
        return [self._contact(one)[2] for one in {*most, *others}]

    def write(self, connection: sqlite3.Connection) -> None:
        """Put all rows in."""
        for table in ("entries", "conversations", "threads"):
            query = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
            for (name,) in connection.execute(query, (table,)).fetchall():
                connection.execute(f'DROP INDEX "{name}"')
        rows = self._conversations()
        insert = 'INSERT INTO "{}"(id, version, doc) VALUES(?, ?, ?)'.format
        while batch := list(itertools.islice(rows, 20_000)):
            connection.execute("BEGIN")
            connection.executemany(insert("conversations"), (one for one, _ in batch))
            connection.executemany(insert("entries"), (row for _, entries in batch for row in entries))
            connection.execute("COMMIT")
        connection.execute("BEGIN")
        connection.executemany(insert("threads"), self._threads())
        connection.executemany(insert("contacts"), self._contacts())
        self._give_slots(connection)
        connection.execute("COMMIT")

    def _conversations(self) -> Iterator[tuple[tuple[str, int, str], list[tuple[str, int, str]]]]:
        """In the order in which they began; the last ones are still open."""
        now = datetime.now(UTC)
        step = YEAR / self._number
        courses = self._courses()
        for place, contact in enumerate(self._who):
            self._generation[contact] += 1
            began = now - YEAR + step * place
            yield self._conversation(courses[place], contact, self._generation[contact], began)

    def _courses(self) -> list[str]:
        """What became of each: only a contact's last conversation can be open or simply closed."""
        found = ["closed" if self._last[one] == place else "continued" for place, one in enumerate(self._who)]
        newest = [place for place in range(self._number - 1, -1, -1) if found[place] == "closed"]
        snoozed = len(self._house.agents) // 2 * SNOOZED_EACH
        kinds = (
            ["assigned"] * (HELD * len(self._house.agents)) + ["waiting"] * WAITING + ["snoozed"] * snoozed
        )
        open_ones = newest[: len(kinds)]
        self._random.shuffle(kinds)
        for place, kind in zip(open_ones, kinds, strict=False):
            found[place] = kind
        return found

    def _conversation(
        self, course: str, contact: int, generation: int, began: datetime
    ) -> tuple[tuple[str, int, str], list[tuple[str, int, str]]]:
        inbox, address, contact_id = self._contact(contact)
        id = conversation_id(inbox, address, generation)
        queue, agent = self._place(course)
        fields: dict[str, object] = {
            "conversation": id,
            "contact": contact_id,
            "inbox": inbox,
            "address": address,
            "generation": generation,
            "queue": queue,
            "agent": agent,
            "until": "2099-01-01T00:00:00.000Z",
            "next": conversation_id(inbox, address, generation + 1),
        }
        moment = began
        for seq in range(1, ENTRIES + 1):
            fields[f"entry{seq}"] = f"e_{self._id()}"
            fields[f"client{seq}"] = self._id()
            fields[f"text{seq}"] = self._random.choice(WORDS)
            fields[f"at{seq}"] = moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
            moment += timedelta(seconds=self._random.expovariate(1 / 90))
        shape = self._shapes[course]
        if shape.slot is not None:
            self._slots[agent][str(fields[f"entry{shape.slot}"])] = id
        entries = [
            (str(fields[f"entry{seq}"]), 1, text % fields) for seq, text in enumerate(shape.entries, start=1)
        ]
        return (id, ENTRIES, shape.conversation % fields), entries

    def _place(self, course: str) -> tuple[str, str]:
        """A queue, the first ones far more often, and one of its agents who has room if he must hold it."""
        teams = self._house.teams
        queue = teams[min(int(self._random.expovariate(1 / 3)), len(teams) - 1)].queue
        if course != "assigned":
            return queue, self._random.choice(self._by_queue[queue])
        free = [one for one in self._by_queue[queue] if len(self._slots[one]) < HELD]
        if not free:
            free = [one for one, held in self._slots.items() if len(held) < HELD]
            queue = self.queues_of[free[0]][0]
        return queue, free[0]

    def _contact(self, number: int) -> tuple[InboxId, Address, str]:
        inbox = InboxId(self._house.teams[number % len(self._house.teams)].inbox)
        address = Address(f"v_{number:022}")
        return inbox, address, first_contact_id(inbox, address)

    def _id(self) -> str:
        return urlsafe_b64encode(self._random.randbytes(16))[:22].decode()

    def _threads(self) -> Iterator[tuple[str, int, str]]:
        for number, generation in self._generation.items():
            inbox, address, contact = self._contact(number)
            thread = {
                "id": thread_id(inbox, address),
                "version": generation,
                "inbox": inbox,
                "address": address,
                "generation": generation,
                "contact": contact,
            }
            yield thread["id"], generation, msgspec.json.encode(thread).decode()  # type: ignore[misc]

    def _contacts(self) -> Iterator[tuple[str, int, str]]:
        at = "2026-01-01T00:00:00.000Z"
        for number in self._generation:
            inbox, address, id = self._contact(number)
            contact = {
                "id": id,
                "version": 1,
                "organisation": MAIN_ORGANISATION,
                "name": f"Customer {number}",
                "addresses": [{"inbox": inbox, "address": address}],
                "attributes": {},
                "unverified": {},
                "vip": False,
                "keys": [address],
                "created_at": at,
                "updated_at": at,
            }
            yield id, 1, msgspec.json.encode(contact).decode()

    def _give_slots(self, connection: sqlite3.Connection) -> None:
        """Agents hold what is assigned to them, are full with it, and are there."""
        for id, held in self._slots.items():
            (text,) = connection.execute("SELECT doc FROM agents WHERE id = ?", (id,)).fetchone()
            agent = json.loads(text)
            agent["queues"] = self.queues_of[id]
            agent["capacity"] = {"*": HELD}
            agent["away"] = None
            agent["slots"] = {slot: _slot(conversation) for slot, conversation in held.items()}
            connection.execute(
                "UPDATE agents SET doc = ? WHERE id = ?", (msgspec.json.encode(agent).decode(), id)
            )


def _slot(conversation: str) -> dict[str, object]:
    return {
        "conversation": conversation,
        "group": "g_main",
        "kind": "taken",
        "epoch": 0,
        "channel": "webchat",
    }
