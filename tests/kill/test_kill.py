"""Killed at every named place and at any time, under senders who retry: nothing lost, nothing doubled."""

import pytest

from tests.kill.points import FROM_OUTSIDE, POINTS
from tests.kill.rounds import plan, run

EACH = 2
ANY_TIME = 6
MESSAGES = 5_000


@pytest.mark.timeout(900)
def test_kill_9_loses_and_doubles_nothing_on_sqlite() -> None:
    points = plan("make test", each=EACH, outside=ANY_TIME)
    assert len(points) >= 60
    report = run("sqlite", points, seed="make-test")
    assert report.wrong == 0
    assert report.rounds >= 60
    assert report.messages["contact"] + report.messages["agent"] >= MESSAGES
    assert {point for point, times in report.kills.items() if times >= EACH} >= {*POINTS, FROM_OUTSIDE}
