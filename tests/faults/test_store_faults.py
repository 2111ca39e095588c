"""A full disk, a failing disk, a folder that will not take files: clear errors, nothing lost, and on."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.documents import Document, Unavailable
from hub.sqlite.documents import SqliteDocuments
from hub.sqlite.lock import Lock, StoreLocked
from tests.conformance.stores import SCHEMA
from tests.faults.test_store_durability import everything
from tests.faults.tracing import command, run, said, strace
from tests.parts.processes import ROOT, wait_until


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of 2 MB, not below pytest's own folder: a run that is killed leaves it mounted."""
    if os.geteuid() != 0:
        pytest.skip("root is missing: a small file system cannot be mounted")
    if shutil.which("mount") is None:
        pytest.skip("mount is missing")
    folder = Path(tempfile.mkdtemp(prefix="hub-small-disk-"))
    options = ["-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    mounted = subprocess.run(["mount", *options], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("the right to mount a file system is missing")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def document(id: str, *, size: int = 2000) -> Document:
    return {"id": id, "version": 1, "conversation": id, "seq": 1, "text": "x" * size}


# --- A full disk ---


async def test_a_full_disk_is_said_and_work_goes_on_when_there_is_room(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 600_000)
    store = await SqliteDocuments.open(small_disk / "store.db", SCHEMA)
    acked: list[str] = []
    refused: list[str] = []
    reasons: set[str] = set()

    async def one(id: str) -> None:
        try:
            await store.insert("entries", document(id))
        except Unavailable as error:
            refused.append(id)
            reasons.add(str(error).partition(":")[0])
        else:
            acked.append(id)

    for number in range(2000):
        await one(f"single{number}")
        if len(refused) == 5:
            break
    assert len(refused) == 5
    await asyncio.gather(*(one(f"many{number}") for number in range(20)))
    with pytest.raises(Unavailable):
        await store.bulk("things", [document(f"bulk{n}", size=5000) for n in range(100)])
    with pytest.raises(Unavailable):
        await store.ping()
    with pytest.raises(Unavailable, match="back up"):
        await store.backup(small_disk / "copy.db")
    for id in acked:  # reading goes on
        assert await store.get("entries", id) is not None

    ballast.unlink()
    await store.ping()
    await one("after")
    assert acked[-1] == "after"
    assert reasons == {"SQLITE_FULL"}
    await store.insert("entries", document(refused[0]))
    acked.append(refused.pop(0))
    assert set(await everything(store)) == set(acked)
    await store.close()
    again = await SqliteDocuments.open(small_disk / "store.db", SCHEMA)
    assert set(await everything(again)) == set(acked)
    assert await again.count("things") == 0
    await again.close()


async def test_a_disk_too_full_to_open_on_is_said(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    with pytest.raises(OSError, match="No space"):
        ballast.write_bytes(b"x" * 4_000_000)
    with pytest.raises(Unavailable, match=r"cannot (open|write|lock)"):
        await SqliteDocuments.open(small_disk / "store.db", SCHEMA)
    ballast.unlink()
    store = await SqliteDocuments.open(small_disk / "store.db", SCHEMA)
    await store.ping()
    await store.close()


# --- A failing disk ---

FAULTS = {
    "sync fails": "fdatasync:error=EIO",
    "sync finds no space": "fdatasync:error=ENOSPC",
    "write fails": "pwrite64:error=EIO",
    "write finds no space": "pwrite64:error=ENOSPC",
}


@pytest.mark.parametrize("first", [1, 4, 7, 21, 72])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_failing_disk_costs_no_acknowledged_commit(tmp_path: Path, fault: str, first: int) -> None:
    """The calls on the log fail from the n-th on for a while, then the disk is well again."""
    warm_up(tmp_path)
    injected = [
        *("-e", f"trace={FAULTS[fault].partition(':')[0]}"),
        *("-e", f"inject={FAULTS[fault]}:when={first}..{first + 7}"),
        *("-P", str(tmp_path / "store.db-wal"), "-o", str(tmp_path / "trace")),
    ]
    lines = run([*strace(*injected), *command(tmp_path, "faulty/60")])
    assert "(INJECTED)" in (tmp_path / "trace").read_text()
    if lines == ["unopened "]:
        assert first < 20
        assert set(asyncio.run(stored(tmp_path))) == {"warm"}
        return
    assert lines[-1] == "closed "
    acked, lost, unavailable = (said(lines, word) for word in ("acked", "lost", "unavailable"))
    refused = said(lines, "refused")
    assert len(acked) + len(lost) + len(unavailable) + len(refused) == 60 + 2 * 30 + 8 * 5
    assert set(refused) <= set(acked)  # what was in their way is there
    assert len(acked) > 60
    assert lost or unavailable
    if fault == "sync fails":
        assert lost
    if fault == "write finds no space":
        assert not lost  # certain: the last record was not written
    words = [line.split()[0] for line in lines if line.split()[0] in ("acked", "lost", "unavailable")]
    assert words[-1] == "acked"
    # Of what was in doubt the first commit that came through made an end.
    assert set(asyncio.run(stored(tmp_path))) - {"warm"} == set(acked)


def warm_up(folder: Path) -> None:
    """A log that is there, so that its path can be watched."""

    async def use() -> None:
        store = await SqliteDocuments.open(folder / "store.db", SCHEMA)
        await store.insert("entries", document("warm"))
        await store.close()

    asyncio.run(use())
    (folder / "store.db-wal").touch()


async def stored(folder: Path) -> dict[str, Document]:
    store = await SqliteDocuments.open(folder / "store.db", SCHEMA)
    found = await everything(store)
    await store.close()
    return found


def test_a_disk_that_fails_for_good_is_said_and_loses_nothing_acknowledged(tmp_path: Path) -> None:
    warm_up(tmp_path)
    injected = ["-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=20+"]
    parts = [*strace(*injected, "-o", str(tmp_path / "trace")), *command(tmp_path, "until_lost")]
    with subprocess.Popen(parts, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or lines[-1] != "waiting ":
            lines.append(process.stdout.readline().decode().rstrip("\n"))
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)  # with the doubtful commit still in its log
    wait_until(lambda: unlocked(tmp_path / "store.lock"), limit=10, what="the end of the store process")
    acked, lost, unavailable = (said(lines, word) for word in ("acked", "lost", "unavailable"))
    assert len(acked) > 5
    assert len(lost) == 1
    assert len(unavailable) == 60 - len(acked) - 1
    found = set(asyncio.run(stored(tmp_path))) - {"warm"}
    assert set(acked) <= found <= {*acked, *lost}  # in doubt is what it said


def unlocked(path: Path) -> bool:
    try:
        Lock(path).release()
    except StoreLocked:
        return False
    return True


def test_a_checkpoint_that_fails_is_done_again(tmp_path: Path) -> None:
    """Moving the log into the file fails a few times: no commit depends on it, nothing is lost."""
    warm_up(tmp_path)
    injected = [
        *("-e", "trace=fdatasync,pwrite64", "-e", "inject=fdatasync:error=EIO:when=1..3"),
        *("-e", "inject=pwrite64:error=EIO:when=3", "-P", str(tmp_path / "store.db")),
    ]
    lines = run([*strace(*injected, "-o", str(tmp_path / "trace")), *command(tmp_path, "much")])
    assert lines[-1] == "closed "
    trace = (tmp_path / "trace").read_text()
    assert trace.count("(INJECTED)") >= 4
    assert trace.count("fdatasync") > 4  # done again, and well
    acked = said(lines, "acked")
    assert len(acked) == 1600
    assert set(asyncio.run(stored(tmp_path))) == {*acked, "warm"}


# --- A place that is none ---


async def test_a_folder_that_is_missing_or_a_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no folder"):
        await SqliteDocuments.open(tmp_path / "nowhere" / "store.db", SCHEMA)
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="no folder"):
        await SqliteDocuments.open(tmp_path / "file" / "store.db", SCHEMA)
    (tmp_path / "store.db").mkdir()
    with pytest.raises(Unavailable, match="cannot open"):
        await SqliteDocuments.open(tmp_path / "store.db", SCHEMA)


async def test_a_file_that_is_no_store_is_said_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"not a database, but large enough to look like one\n" * 400)
    before = path.read_bytes()
    with pytest.raises(Unavailable, match="NOTADB"):
        await SqliteDocuments.open(path, SCHEMA)
    assert path.read_bytes() == before


async def test_a_folder_that_cannot_be_written_is_said(small_disk: Path) -> None:
    store = await SqliteDocuments.open(small_disk / "store.db", SCHEMA)
    await store.insert("entries", document("a"))
    await store.close()
    remount = ["mount", "-o", "remount,ro", str(small_disk)]
    await asyncio.to_thread(subprocess.run, remount, check=True)
    with pytest.raises(Unavailable, match=r"cannot write .*Read-only"):
        await SqliteDocuments.open(small_disk / "store.db", SCHEMA)
    await asyncio.to_thread(subprocess.run, [*remount[:2], "remount,rw", str(small_disk)], check=True)
    assert set(await stored(small_disk)) == {"a"}


async def test_a_store_whose_file_is_torn_is_said(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = await SqliteDocuments.open(path, SCHEMA)
    await store.bulk("things", [document(f"{n:05}") for n in range(500)])
    await store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Unavailable):
        torn = await SqliteDocuments.open(path, SCHEMA)
        try:
            await torn.find("things", limit=1000)
        finally:
            await torn.close()
