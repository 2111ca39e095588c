"""Lists and badges: what each shows, in which order, and that reading stays near what is shown."""

import dataclasses
from dataclasses import dataclass

import pytest

from hub.access import ROLES, Permission, Principal, Scope
from hub.documents import Document, Filter, Page, Schema
from hub.entries import State
from hub.errors import Invalid
from hub.ids import AgentId, OrganisationId
from hub.schema import COLLECTIONS
from tests.fakes.memory_documents import MemoryDocuments
from tests.web.stage import Stage
from web.lists import ConversationLists, Listed

STATES = ("waiting", "offered", "assigned", "snoozed", "closed", "closed", "closed", "continued")
ENDED = {"closed", "continued"}
FITS = {
    "any": set(STATES),
    "waiting": {"waiting"},
    "open": set(STATES) - ENDED,
    "closed": ENDED,
}
QUEUES = tuple(f"q_{number}" for number in range(12))


class CountingDocuments(MemoryDocuments):
    """Counts the rows that are read."""

    rows = 0

    async def find(self, collection: str, *rest: Filter, **more: object) -> Page:
        """As the port's."""
        page: Page = await super().find(collection, *rest, **more)  # type: ignore[arg-type]
        self.rows += len(page.items)
        return page


@dataclass
class Shelf:
    """A store with many conversations."""

    documents: CountingDocuments
    rows: list[Document]
    lists: ConversationLists


def reader(role: str, *queues: str, id: str = "u_1") -> Principal:
    """Somebody of this role in these queues."""
    return Principal(
        id=AgentId(id),
        name="x",
        organisation=OrganisationId("o_main"),
        grants=ROLES[role].grants,
        queues=frozenset(queues),
        agent=True,
    )


@pytest.fixture
async def shelf() -> Shelf:
    """2,000 conversations, some at the same moment."""
    documents = CountingDocuments(Schema(COLLECTIONS))
    rows: list[Document] = []
    for number in range(2_000):
        state = STATES[number % len(STATES)]
        held = state in {"assigned", "offered"}
        moment = f"2026-11-25T10:{number // 180:02}:{number // 3 % 60:02}.000Z"
        rows.append(
            {
                "id": f"c_{number * 7919 % 2_000:05}",
                "version": 3,
                "organisation": "o_other" if number % 10 == 9 else "o_main",
                "queue": QUEUES[number % 12],
                "state": state,
                "agent": f"u_{number % 5}" if held else None,
                "last_agent": None if state == "waiting" else f"u_{number % 5}",
                "contact": f"p_{number % 50}",
                "waiting_since": moment,
                "updated_at": moment,
            }
        )
    await documents.bulk("conversations", rows)
    return Shelf(documents, rows, ConversationLists(documents))


async def whole(shelf: Shelf, who: Principal, name: str, *arguments: str, limit: int = 30) -> list[Document]:
    """All pages of a list; each page reads at most ten times what it shows."""
    found: list[Document] = []
    cursor: str | None = None
    while True:
        shelf.documents.rows = 0
        page: Listed = await getattr(shelf.lists, name)(who, *arguments, cursor=cursor, limit=limit)
        assert len(page.items) <= limit
        assert shelf.documents.rows <= 10 * max(len(page.items), limit)
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


def own_reader() -> Principal:
    """Somebody who may read his own conversations only."""
    own = {Permission.CONVERSATIONS_READ: Scope.OWN}
    return dataclasses.replace(reader("agent", "q_1", "q_2"), grants=own)


def is_seen_by(who: Principal, row: Document) -> bool:
    """Whether a conversation is his to see: by his role, by its queue, or because it is or was his."""
    if row["organisation"] != who.organisation:
        return False
    scope = who.scope(Permission.CONVERSATIONS_READ)
    owner = row["last_agent"] if row["state"] in ENDED else row["agent"]
    in_queue = scope is Scope.TEAM and row["queue"] in who.queues
    return scope is Scope.ALL or owner == who.id or in_queue


def ids(rows: list[Document]) -> list[str]:
    """Their ids."""
    return [str(row["id"]) for row in rows]


def latest(rows: list[Document]) -> list[str]:
    """Ids, the latest first."""
    return ids(sorted(rows, key=lambda row: (str(row["updated_at"]), str(row["id"])), reverse=True))


def longest(rows: list[Document]) -> list[str]:
    """Ids, those that wait longest first."""
    return ids(sorted(rows, key=lambda row: (str(row["waiting_since"]), str(row["id"]))))


async def test_mine_is_what_i_hold_and_closed_what_i_held_last(shelf: Shelf) -> None:
    who = reader("agent", "q_1")
    mine = [row for row in shelf.rows if row["agent"] == "u_1" and row["organisation"] == "o_main"]
    assert ids(await whole(shelf, who, "mine", "any")) == latest(mine)
    held = [
        row
        for row in shelf.rows
        if row["last_agent"] == "u_1" and row["state"] in ENDED and row["organisation"] == "o_main"
    ]
    assert ids(await whole(shelf, who, "mine", "closed")) == latest(held)


@pytest.mark.parametrize("state", sorted(FITS))
async def test_a_queue_in_each_state(shelf: Shelf, state: str) -> None:
    rows = [
        row
        for row in shelf.rows
        if row["queue"] == "q_3" and row["organisation"] == "o_main" and str(row["state"]) in FITS[state]
    ]
    expected = longest(rows) if state in {"waiting", "open"} else latest(rows)
    assert ids(await whole(shelf, reader("agent", "q_3"), "queue", "q_3", state)) == expected


@pytest.mark.parametrize("limit", [5, 7, 100])
async def test_all_i_may_see_is_merged_from_my_queues_and_what_is_or_was_mine(
    shelf: Shelf, limit: int
) -> None:
    who = reader("agent", *QUEUES[:10])
    expected = [row for row in shelf.rows if is_seen_by(who, row)]
    assert ids(await whole(shelf, who, "all", "any", limit=limit)) == latest(expected)


@pytest.mark.parametrize("state", sorted(FITS))
async def test_all_that_somebody_without_queues_may_see_is_what_is_or_was_his(
    shelf: Shelf, state: str
) -> None:
    who = own_reader()
    rows = [row for row in shelf.rows if is_seen_by(who, row) and str(row["state"]) in FITS[state]]
    expected = longest(rows) if state in {"waiting", "open"} else latest(rows)
    assert ids(await whole(shelf, who, "all", state)) == expected
    assert bool(expected) is (state != "waiting")


async def test_a_supervisor_sees_the_organisation_and_no_other(shelf: Shelf) -> None:
    own = [row for row in shelf.rows if row["organisation"] == "o_main"]
    assert ids(await whole(shelf, reader("supervisor"), "all", "any")) == latest(own)
    waiting = [row for row in own if row["state"] == "waiting"]
    assert ids(await whole(shelf, reader("supervisor"), "all", "waiting")) == latest(waiting)


@pytest.mark.parametrize("state", sorted(FITS))
@pytest.mark.parametrize("who", ["supervisor", "agent of few queues", "agent of none", "own"])
async def test_a_contacts_history_is_what_the_reader_may_see(shelf: Shelf, who: str, state: str) -> None:
    someone = {
        "supervisor": reader("supervisor"),
        "agent of few queues": reader("agent", "q_7", "q_9"),
        "agent of none": reader("agent"),
        "own": own_reader(),
    }[who]
    expected = [
        row
        for row in shelf.rows
        if row["contact"] == "p_7" and is_seen_by(someone, row) and str(row["state"]) in FITS[state]
    ]
    assert ids(await whole(shelf, someone, "contact", "p_7", state, limit=3)) == latest(expected)


async def test_a_contacts_long_history_elsewhere_is_not_read(shelf: Shelf) -> None:
    rows: list[Document] = []
    for number in range(500):
        moment = f"2026-11-26T10:{number // 60:02}:{number % 60:02}.000Z"
        rows.append(
            {
                "id": f"x_{number:05}",
                "version": 3,
                "organisation": "o_main",
                "queue": "q_3" if number == 0 else "q_5",
                "state": "closed",
                "agent": None,
                "last_agent": "u_3",
                "contact": "p_regular",
                "waiting_since": moment,
                "updated_at": moment,
            }
        )
    await shelf.documents.bulk("conversations", rows)
    shelf.documents.rows = 0
    for state in ("any", "closed"):
        page = await shelf.lists.contact(reader("agent", "q_3"), "p_regular", state, cursor=None, limit=30)
        assert ids(page.items) == ["x_00000"]
    assert shelf.documents.rows == 2


async def test_no_state_is_in_no_list(shelf: Shelf) -> None:
    rows: list[Document] = [
        {**shelf.rows[0], "id": f"s_{state}", "state": state.value, "contact": "p_each", "queue": "q_each"}
        for state in State
    ]
    await shelf.documents.bulk("conversations", rows)
    every = {row["id"] for row in rows}
    chief = reader("supervisor")
    for name, of in (("queue", "q_each"), ("contact", "p_each")):
        assert set(ids(await whole(shelf, chief, name, of, "any"))) == every
        ended_and_open = [
            *await whole(shelf, chief, name, of, "open"),
            *await whole(shelf, chief, name, of, "closed"),
        ]
        assert set(ids(ended_and_open)) == every
    assert every <= set(ids(await whole(shelf, chief, "all", "any")))


@pytest.mark.parametrize("cursor", ["x", "e30", "W10", "WyJhIl0", "////", "WyJ1cGRhdGVkX2F0Iiwx"])
async def test_a_cursor_of_something_else_is_refused(shelf: Shelf, cursor: str) -> None:
    with pytest.raises(Invalid):
        await shelf.lists.all(reader("admin"), "any", cursor=cursor, limit=5)


async def test_badges_count_what_the_lists_show(shelf: Shelf) -> None:
    who = reader("agent", "q_0", "q_8")
    mine, offered, waiting = await shelf.lists.badges(who, ["q_0", "q_8"])
    assert mine == sum(row["agent"] == "u_1" and row["state"] == "assigned" for row in shelf.rows)
    assert offered == sum(row["agent"] == "u_1" and row["state"] == "offered" for row in shelf.rows)
    assert waiting == {
        queue: sum(row["queue"] == queue and row["state"] == "waiting" for row in shelf.rows)
        for queue in ("q_0", "q_8")
    }


async def test_the_api_pages_through_a_list(stage: Stage) -> None:
    async with await stage.signed_in("supervisor") as browser:
        found: list[str] = []
        query = "/api/conversations?list=all&limit=2"
        page = (await browser.get(query)).json()
        while page["next"] is not None:
            found += [row["id"] for row in page["items"]]
            page = (await browser.get(f"{query}&cursor={page['next']}")).json()
        found += [row["id"] for row in page["items"]]
        assert len(found) == len(set(found)) == 7
        for wrong in ("list=queue", "list=contact", "list=queue&queue=q_none", "limit=0", "limit=101", "x=1"):
            assert (await browser.get(f"/api/conversations?{wrong}")).status_code in {404, 422}, wrong
        badges = (await browser.get("/api/conversations/badges")).json()
        assert badges["queues"][stage.own["queue"]] == 2
        assert badges["queues"][stage.own["queue_b"]] == 1
