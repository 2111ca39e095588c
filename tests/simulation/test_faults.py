"""Each known fault, put back alone, is noticed within a bounded number of schedules.

A fault starts at a seed known to notice it. Where the code has changed since, another schedule
does; the bound says after how many it counts as not noticed.
"""

import ast
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from pathlib import Path

import pytest

from tests.simulation.faults import FAULTS, PROTOCOL, Catch, Fault, catch
from tests.simulation.faults.editing import NotThere, edited, replaced

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def catches() -> dict[str, Catch]:
    """Every fault, several at a time."""
    with ThreadPoolExecutor(cpu_count() or 1) as pool:
        caught = pool.map(lambda one: catch(one, first=one.seed, most=one.bound), FAULTS)
        return {one.fault: one for one in caught}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_a_fault_is_noticed(fault: Fault, catches: dict[str, Catch]) -> None:
    caught = catches[fault.name]
    assert caught.seed is not None, str(caught)
    assert caught.invariant != "error", str(caught)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_a_fault_still_has_its_place_in_the_code(fault: Fault) -> None:
    texts = {edit.path: (ROOT / edit.path).read_text() for edit in fault.edits}
    for edit in fault.edits:
        texts[edit.path] = edited(texts[edit.path], edit)
    for path, text in texts.items():
        ast.parse(text, path)
        assert text != (ROOT / path).read_text()


def test_the_protocol_names_twenty_faults_and_one_of_them_has_two_halves() -> None:
    assert len(PROTOCOL) == 21
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_a_piece_of_code_is_found_whatever_its_layout() -> None:
    source = "def f():\n    return g(\n        1,\n        [2, 3],  # why\n    )\n"
    assert replaced(source, "return g(1, [2, 3])", "x = 4\nreturn x") == (
        "def f():\n    x = 4\n    return x\n"
    )


@pytest.mark.parametrize("old", ["h(1)", "a = 1"])
def test_a_piece_of_code_must_be_there_exactly_once(old: str) -> None:
    with pytest.raises(NotThere):
        replaced("a = 1\nb = 2\na = 1\n", old, "pass")
