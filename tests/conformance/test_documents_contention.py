"""Many at once: nobody loses a write, nobody gets the same thing twice."""

import asyncio
from typing import cast

from hub.documents import Document, Documents, Duplicate, Equal, Insert, PutIf, Refused, all_of

TASKS = 30
ROUNDS = 4


async def test_contending_commits_lose_nothing(store: Documents) -> None:
    """The protocol's commit: an agent's document and an entry, or neither."""
    await store.insert("agents", {"id": "a", "version": 1, "done": 0})
    done = 0

    async def work(task: int) -> None:
        nonlocal done
        for round_ in range(ROUNDS):
            while True:
                agent = await store.get("agents", "a")
                assert agent is not None
                version, count = cast("int", agent["version"]), cast("int", agent["done"])
                agent |= {"version": version + 1, "done": count + 1}
                entry: Document = {"id": f"{task}:{round_}", "version": 1}
                entry |= {"conversation": "c", "seq": count}
                try:
                    await store.commit([PutIf("agents", agent, version), Insert("entries", entry)])
                except Refused:
                    await asyncio.sleep(0)
                    continue
                done += 1
                break

    await asyncio.gather(*(work(task) for task in range(TASKS)))
    agent = await store.get("agents", "a")
    assert done == TASKS * ROUNDS
    assert agent == {"id": "a", "version": done + 1, "done": done}
    page = await store.find("entries", sort=("seq",), limit=1000)
    assert [one["seq"] for one in page.items] == list(range(done))


async def test_one_of_many_gets_a_place(store: Documents) -> None:
    async def take(number: int) -> bool:
        entry: Document = {"id": f"e{number}", "version": 1, "conversation": "c", "seq": 7}
        try:
            await store.insert("entries", entry)
        except Duplicate:
            return False
        return True

    taken = await asyncio.gather(*(take(number) for number in range(20)))
    assert sum(taken) == 1
    assert await store.count("entries") == 1


async def test_nobody_claims_what_another_has(store: Documents) -> None:
    await store.bulk(
        "waiting",
        [{"id": f"{n:03}", "version": 1, "queue": "q", "state": "open", "since": n} for n in range(60)],
    )
    where = all_of(Equal("queue", "q"), Equal("state", "open"))
    claimed: list[str] = []

    async def work(agent: str) -> None:
        while True:
            changes: Document = {"state": "taken", "agent": agent}
            one = await store.claim_next("waiting", where, sort=("since",), changes=changes)
            if one is None:
                return
            assert (one["agent"], one["version"]) == (agent, 2)
            claimed.append(cast("str", one["id"]))

    await asyncio.gather(*(work(f"agent{n}") for n in range(12)))
    assert sorted(claimed) == [f"{n:03}" for n in range(60)]
    assert len(claimed) == 60


async def test_appends_and_clears_at_once_all_count(store: Documents) -> None:
    todo: Document = {str(n): n for n in range(10)}
    await store.insert("things", {"id": "a", "version": 1, "list": [], "todo": todo})
    appends = [store.append("things", "a", "list", number) for number in range(20)]
    clears = [store.clear("things", "a", f"todo.{number}") for number in range(10)]
    await asyncio.gather(*appends, *clears)
    one = await store.get("things", "a")
    assert one is not None
    assert sorted(cast("list[int]", one.pop("list"))) == list(range(20))
    assert one == {"id": "a", "version": 21, "todo": {}}
