"""A trace of system calls: no acknowledgement leaves the program before its fdatasync has returned.

tests/faults says it of the store by itself; this says it of the whole way, from a contact's message on
the socket to the answer on the socket.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tests.faults.tracing import SystemCall, calls, strace
from tests.kill.engines import Place
from tests.kill.outside import PLAIN
from tests.kill.program import Config
from tests.kill.wire import Answer, Ask, frame, read_frame
from tests.parts.processes import ROOT, Process, wait_until

CONTACTS = 6
MESSAGES = 12  # of each
WATCHED = "trace=pwrite64,fdatasync,sendto"


async def converse(contact: str, socket: str) -> list[str]:
    """One contact's messages, one after the other; the ids of what was acknowledged."""
    reader, writer = await asyncio.open_unix_connection(socket)
    ids = []
    for number in range(1, MESSAGES + 1):
        ask = Ask("receive", contact, client_id=f"m{number}", number=number)
        ask.inbox, ask.address = PLAIN, f"a_{contact}"
        writer.write(frame(ask))
        answer = await asyncio.wait_for(read_frame(reader, Answer), 30)
        assert answer.told is not None
        ids.append(answer.told.id)
    writer.close()
    return ids


async def converse_all(socket: str) -> list[str]:
    """Everybody's messages at once."""
    told = await asyncio.gather(*(converse(f"p_{number}", socket) for number in range(CONTACTS)))
    return [id for ids in told for id in ids]


def traced(folder: Path) -> tuple[list[str], list[SystemCall]]:
    """Acknowledged entries, and what the program did at the system's border meanwhile."""
    config = Config(
        place=Place(path=str(folder / "store.db")),
        socket=str(folder / "s"),
        outside=str(folder / "outside"),
        log=str(folder / "log"),
        agents=(),
        seed="trace",
        beginning=time.time(),
    )
    program = Process(
        [
            *strace("-y", "-xx", "-s", "5000", "-e", WATCHED, "-o", str(folder / "trace")),
            *(sys.executable, "-m", "tests.kill.program", msgspec.json.encode(config).decode()),
        ],
        log_path=folder / "strace.log",
        environment={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
    )
    program.wait_ready(Path(config.socket).exists, limit=60, what="the traced program")
    try:
        ids = asyncio.run(converse_all(config.socket))
    finally:
        os.kill(int((folder / "store.lock").read_text()), signal.SIGKILL)  # strace ends with it
        wait_until(lambda: program.exit_code is not None, limit=20, what="the end of strace")
    return ids, calls(folder / "trace")


def durable(log: Sequence[SystemCall], id: str) -> int:
    """Where in the trace the sync of the transaction that has this entry has returned."""
    mark = id.encode()
    writes = [call for call in log if call.name == "pwrite64"]
    first = next(number for number, call in enumerate(writes) if mark in call.data)
    # A frame is a header of 24 bytes, whose second word is not zero in a transaction's last frame,
    # and the page after it.
    headers = range(first - 1, len(writes))
    last = next(number for number in headers if ends_transaction(writes[number])) + 1
    syncs = (call for call in log if call.name == "fdatasync" and call.result == 0)
    return next(call.done for call in syncs if call.began > writes[last].done)


def ends_transaction(call: SystemCall) -> bool:
    """Whether it writes the header of a transaction's last frame."""
    return len(call.data) == 24 and call.data[4:8] != b"\0\0\0\0"


def test_every_acknowledgement_follows_its_fdatasync(tmp_path: Path) -> None:
    ids, made = traced(tmp_path)

    assert len(set(ids)) == CONTACTS * MESSAGES
    log = [call for call in made if call.path.endswith("store.db-wal")]
    answers = [call for call in made if call.name == "sendto" and b'"told"' in call.data]
    for id in ids:
        answer = next(call for call in answers if id.encode() in call.data)
        assert durable(log, id) < answer.began, f"{id} was acknowledged before it was durable"
