"""System calls of a program, by strace: who called what, when it began and when it was done."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.parts.processes import ROOT

_LINE = re.compile(r"^(?P<thread>\d+) +(?P<rest>.*)$")
_CALL = re.compile(r"^(?P<name>\w+)\((?P<arguments>.*)$")
_RESUMED = re.compile(r"^<\.\.\. (?P<name>\w+) resumed>(?P<rest>.*)$")
_RESULT = re.compile(r"\) += (?P<result>-?\d+)")
_PATH = re.compile(r"^\d+<(?P<path>[^>]*)>")
_HEX = re.compile(r"\\x([0-9a-f]{2})")


@dataclass(slots=True)
class SystemCall:
    """One call; ``began`` and ``done`` are places in the trace, the same where nothing came between."""

    name: str
    path: str
    data: bytes
    began: int
    done: int
    result: int | None


def command(folder: Path, plan: str) -> list[str]:
    """The store process of a folder."""
    return [sys.executable, "-m", "tests.faults.store_process", str(folder), plan]


def strace(*options: str) -> list[str]:
    """strace and its options; skips the test where it is missing or may not trace."""
    program = shutil.which("strace")
    if program is None:
        pytest.skip("strace is missing")
    probe = subprocess.run([program, "-qq", "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("strace may not trace here")
    return [program, "-f", "-qq", *options]


def run(parts: Sequence[str], *, limit: float = 120) -> list[str]:
    """Run a program to its end; the lines it said."""
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        parts, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=limit, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


def said(lines: Sequence[str], word: str) -> list[str]:
    """The ids that were said with a word."""
    return [line.partition(" ")[2] for line in lines if line.startswith(f"{word} ")]


def calls(trace: Path) -> list[SystemCall]:
    """The calls in a trace made with ``-f -y -xx``, in the order in which they began."""
    found: list[SystemCall] = []
    open_calls: dict[str, SystemCall] = {}
    for place, line in enumerate(trace.read_text().splitlines()):
        split = _LINE.match(line)
        if split is None:
            continue
        thread, rest = split["thread"], split["rest"]
        if resumed := _RESUMED.match(rest):
            call = open_calls.pop(thread)
            assert call.name == resumed["name"]
            call.done, call.result = place, _result(resumed["rest"])
        elif started := _CALL.match(rest):
            arguments = started["arguments"]
            call = SystemCall(started["name"], _path(arguments), _data(arguments), place, place, None)
            found.append(call)
            if arguments.endswith("<unfinished ...>"):
                open_calls[thread] = call
            else:
                call.result = _result(arguments)
    return found


def _result(text: str) -> int | None:
    found = _RESULT.search(text)
    return int(found["result"]) if found else None


def _unhex(text: str) -> bytes:
    return bytes(int(pair, 16) for pair in _HEX.findall(text))


def _path(arguments: str) -> str:
    found = _PATH.match(arguments)
    if found is None:
        return ""
    path = found["path"]
    return _unhex(path).decode(errors="replace") if path.startswith("\\x") else path


def _data(arguments: str) -> bytes:
    first, last = arguments.find('"'), arguments.rfind('"')
    return _unhex(arguments[first:last]) if first >= 0 else b""
