"""The house under 2,400 random schedules, and that the simulation is what it says it is."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from hub import schema
from hub.documents import Document, Equal, Exists, Filter, Insert, PutIf, Refused, Schema, all_of
from tests.fakes.memory_documents import MemoryDocuments
from tests.simulation.fast import FastDocuments

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEDULES = 2_400


def simulate(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, as `make simulate` runs it."""
    command = [sys.executable, "-m", "tests.simulation", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def told() -> tuple[int, str]:
    """All schedules, on every core: the exit code and what was told."""
    done = simulate("--schedules", str(SCHEDULES))
    return done.returncode, done.stdout + done.stderr


def test_no_schedule_breaks_an_invariant(told: tuple[int, str]) -> None:
    code, text = told
    assert code == 0, text
    assert f"{SCHEDULES} schedules, 0 failed" in text
    assert SCHEDULES >= 2_000


def test_the_schedules_reach_every_situation(told: tuple[int, str]) -> None:
    _, text = told
    assert "reached:" in text
    assert "not reached:" not in text, text[text.index("not reached:") :]


def test_a_seed_replays_exactly() -> None:
    first, second = (simulate("--seed", "77", "--trace") for _ in range(2))
    assert first.returncode == 0, first.stdout[-2000:] + first.stderr
    assert len(first.stdout.splitlines()) > 100
    assert first.stdout == second.stdout


def test_a_run_says_how_many_failed_and_what_it_reached() -> None:
    done = simulate("--schedules", "30", "--seed", "500", "--jobs", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "30 schedules, 0 failed" in done.stdout
    assert "entry continued" in done.stdout


def test_the_fast_store_answers_like_the_reference() -> None:
    random = Random(5)
    for _ in range(20):
        slow, fast = (kind(Schema(schema.COLLECTIONS)) for kind in (MemoryDocuments, FastDocuments))
        taken: Counter[str] = Counter()
        for number in range(150):
            step = _step(random, number, taken)
            assert _outcome(slow, step) == _outcome(fast, step)
            where, sort, limit = _question(random)
            ours = fast.find_now("entries", where, sort=sort, limit=limit)
            theirs = slow.find_now("entries", where, sort=sort, limit=limit)
            assert ours.items == theirs.items
            assert (ours.next is None) == (theirs.next is None)
        assert slow.data == fast.data


def _outcome(store: MemoryDocuments, step: Insert | PutIf) -> str:
    try:
        store.apply([step])
    except Refused as error:
        return type(error).__name__
    return "done"


def _step(random: Random, number: int, taken: Counter[str]) -> Insert | PutIf:
    conversation = f"c_{random.randrange(4)}"
    id = f"e_{random.randrange(60)}"
    document: Document = {
        "id": id,
        "version": taken[id] + 1,
        "conversation": conversation,
        "seq": random.randrange(12),
        "by": {"kind": "contact", "id": f"p_{random.randrange(2)}"},
        "inbox": "i_1",
        "address": "a",
        "generation": 1,
        "number": number,
    }
    if random.random() < 0.5:
        document["client_id"] = f"k_{random.randrange(20)}"
    if random.random() < 0.4:
        document["todo"] = {random.choice(("project", "deliver", "bot")): True}
    if taken[id] and random.random() < 0.8:
        version = taken[id] - random.choice((0, 0, 0, 1))
        document["version"] = version + 1
        taken[id] = max(taken[id], version + 1)
        return PutIf("entries", document, version)
    taken[id] = max(taken[id], 1)
    return Insert("entries", document)


def _question(random: Random) -> tuple[Filter, tuple[str, ...], int]:
    conversation = Equal("conversation", f"c_{random.randrange(5)}")
    by = (Equal("by.kind", "contact"), Equal("by.id", "p_1"))
    return random.choice(
        (
            (conversation, ("-seq",), 1),
            (conversation, ("seq",), 3),
            (all_of(conversation, Equal("seq", random.randrange(12))), ("id",), 1),
            (all_of(*by, Equal("client_id", f"k_{random.randrange(22)}")), ("id",), 1),
            (Exists("todo.project"), ("conversation", "seq"), 200),
            (Exists("todo.deliver"), ("inbox", "address", "generation", "seq"), 2),
            (Equal("id", f"e_{random.randrange(60)}"), ("id",), 10),
        )
    )
