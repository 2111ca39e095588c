"""An acknowledgement is never given before the disk has what it acknowledges."""

import asyncio
import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.documents import Document
from hub.sqlite.documents import SqliteDocuments
from tests.conformance.stores import SCHEMA
from tests.faults.tracing import SystemCall, calls, command, run, said, strace
from tests.parts.processes import ROOT

ROUNDS = 20


# --- By the system calls ---


def traced(folder: Path, plan: str) -> tuple[list[str], list[SystemCall]]:
    trace = folder / "trace"
    watched = "trace=fdatasync,fsync,pwrite64,write,rename,openat"
    options = ["-y", "-xx", "-s", "5000", "-e", watched, "-o", str(trace)]
    lines = run([*strace(*options), *command(folder, plan)])
    return lines, calls(trace)


def test_every_acknowledgement_follows_the_sync_of_its_commit(tmp_path: Path) -> None:
    lines, found = traced(tmp_path, "trace")
    acked = said(lines, "acked")
    assert len(acked) == 30 + 12 * 8 + 2
    log = [call for call in found if call.path.endswith("store.db-wal")]
    writes = [call for call in log if call.name == "pwrite64"]
    syncs = [call for call in log if call.name in ("fdatasync", "fsync") and call.result == 0]
    answers = {
        call.data.split()[1].decode(): call
        for call in found
        if call.name == "write" and call.data.startswith(b"acked ")
    }
    assert sorted(answers) == sorted(acked)
    for id, answer in answers.items():
        mark = f"«{id}»".encode()
        first = next(n for n, call in enumerate(writes) if mark in call.data)
        # A frame is a header of 24 bytes, whose second word is not zero in a transaction's last
        # frame, and the page after it.
        last = next(n for n in range(first - 1, len(writes)) if ends_transaction(writes[n])) + 1
        record = writes[last]
        assert len(record.data) == 4096
        assert record.result == 4096
        durable = next(call for call in syncs if call.began > record.done)
        assert durable.done < answer.began, id


def ends_transaction(call: SystemCall) -> bool:
    return len(call.data) == 24 and call.data[4:8] != b"\0\0\0\0"


def test_a_group_of_commits_shares_a_sync(tmp_path: Path) -> None:
    lines, found = traced(tmp_path, "trace")
    syncs = [call for call in found if call.name == "fdatasync" and call.path.endswith("-wal")]
    assert 30 <= len(syncs) < len(said(lines, "acked"))


# --- By killing it ---


def test_no_acknowledged_commit_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    acked: set[str] = set()
    rest = random.Random(7)
    for round_ in range(ROUNDS):
        with storming(tmp_path, f"r{round_}") as storm:
            time.sleep(rest.uniform(0.02, 0.25))
            storm.kill()
            assert storm.stdout is not None
            said_now = said(storm.stdout.read().decode().splitlines(), "acked")
        assert said_now, "killed before it did anything"
        acked.update(said_now)
        asyncio.run(check(tmp_path, acked))
    assert len(acked) > 50 * ROUNDS


@contextmanager
def storming(folder: Path, name: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        command(folder, f"storm/{name}"), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        try:
            while not process.stdout.readline().startswith(b"ready"):
                assert process.poll() is None
            yield process
        finally:
            process.kill()


async def check(folder: Path, acked: set[str]) -> None:
    """Everything acknowledged is there, and each counter agrees with the entries it counted."""
    store = await SqliteDocuments.open(folder / "store.db", SCHEMA)
    try:
        entries = await everything(store)
        assert acked <= set(entries)
        for agent in ("x", "y"):
            counter = await store.get("agents", agent)
            assert counter is not None
            places = sorted(int(str(e["seq"])) for e in entries.values() if e["conversation"] == agent)
            assert places == list(range(int(str(counter["done"]))))
            assert counter["version"] == len(places) + 1
    finally:
        await store.close()


async def everything(store: SqliteDocuments) -> dict[str, Document]:
    found: dict[str, Document] = {}
    after = None
    while True:
        page = await store.find("entries", limit=5000, after=after)
        found |= {str(one["id"]): one for one in page.items}
        after = page.next
        if after is None:
            return found


# --- A log that a crash left is not trusted ---


def test_a_log_left_by_a_crash_is_written_anew_before_it_is_read(tmp_path: Path) -> None:
    with storming(tmp_path, "r") as storm:
        time.sleep(0.05)
        storm.kill()
    log = tmp_path / "store.db-wal"
    assert log.stat().st_size > 0
    _, found = traced(tmp_path, "nothing")
    fresh = f"{log}.new"
    copied = [call.done for call in found if call.name == "write" and call.path == fresh]
    synced = [call.began for call in found if call.name == "fsync" and call.path == fresh]
    renamed = [call.began for call in found if call.name == "rename" and fresh.encode() in call.data]
    folder = [call.began for call in found if call.name == "fsync" and call.path == str(tmp_path)]
    opened = [call.began for call in found if call.name == "openat" and call.data.endswith(b"store.db-wal")]
    order = [max(copied), synced[0], renamed[0], folder[0], max(opened)]
    assert order == sorted(order)
    assert sum(len(call.data) for call in found if call.name == "write" and call.path == fresh) > 0
    assert not Path(fresh).exists()


@pytest.mark.parametrize("size", [0, 5])
def test_a_log_of_no_use_does_not_matter(tmp_path: Path, size: int) -> None:
    (tmp_path / "store.db-wal").write_bytes(b"x" * size)
    assert run(command(tmp_path, "nothing")) == ["opened ", "closed "]
