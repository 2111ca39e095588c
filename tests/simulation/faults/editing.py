"""Finds a piece of code by its tokens and puts another in its place."""

import io
import textwrap
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.faults.table import Edit, Fault

LAYOUT = {
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.COMMENT,
    tokenize.ENDMARKER,
    tokenize.ENCODING,
}
CLOSING = {")", "]", "}"}


class NotThere(AssertionError):
    """The piece of code is not there exactly once: the fault must be written anew."""


@dataclass(frozen=True, slots=True)
class Word:
    """One token and where it stands in the text."""

    text: str
    start: int
    end: int


def words(source: str) -> list[Word]:
    """The tokens that mean something; a comma before a closing bracket means nothing."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: list[Word] = []
    for token in _tokens(source):
        if token.type in LAYOUT or not token.string:
            continue
        if token.string in CLOSING and found and found[-1].text == ",":
            found.pop()
        start = starts[token.start[0] - 1] + token.start[1]
        end = starts[token.end[0] - 1] + token.end[1]
        found.append(Word(token.string, start, end))
    return found


def _tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    try:
        yield from tokenize.generate_tokens(io.StringIO(source).readline)
    except tokenize.TokenError:
        return  # a piece of code that ends in the middle of brackets


def replaced(source: str, old: str, new: str) -> str:
    """``source`` with ``old`` become ``new``; :class:`NotThere` unless it is there once."""
    there = words(source)
    wanted = [word.text for word in words(textwrap.dedent(old).strip())]
    texts = [word.text for word in there]
    places = [
        at
        for at in range(len(texts) - len(wanted) + 1)
        if texts[at] == wanted[0] and texts[at : at + len(wanted)] == wanted
    ]
    if len(places) != 1:
        raise NotThere(f"{len(places)} times there: {' '.join(wanted)[:200]}")
    start = there[places[0]].start
    end = there[places[0] + len(wanted) - 1].end
    column = start - (source.rfind("\n", 0, start) + 1)
    lines = textwrap.dedent(new).strip().splitlines()
    text = ("\n" + " " * column).join(lines)
    return source[:start] + text + source[end:]


def put_back(fault: Fault, root: Path) -> None:
    """Make every edit of a fault in the tree at ``root``."""
    for edit in fault.edits:
        path = root / edit.path
        try:
            path.write_text(edited(path.read_text(), edit))
        except NotThere as error:
            raise NotThere(f"fault {fault.name!r}, {edit.path}: {error}") from None


def edited(source: str, edit: Edit) -> str:
    """One edit."""
    return replaced(source, edit.old, edit.new)
