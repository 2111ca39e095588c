"""kill -9 at every named place, and at any time, on both engines."""

import pytest

from tests.kill.points import POINTS
from tests.kill.rounds import plan, run
from tests.kill.scale import Report

TIMES = 5  # at each place, on each engine
MESSAGES = {"sqlite": 10_000, "mongo": 1_000}  # MongoDB's 10,000 are counted by `make bench`


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("engine", ["sqlite", "mongo"])
def test_no_kill_loses_or_doubles_a_message_or_leaves_anybody_stuck(engine: str) -> None:
    points = plan("test", each=TIMES, outside=TIMES)

    report = run(engine, points, seed="test", messages=MESSAGES[engine], tell=print)

    assert report.wrong == 0
    assert report.rounds >= 60
    assert not [point for point in POINTS if report.kills[point] < TIMES]
    assert report.messages.total() >= MESSAGES[engine]
    assert_all_was_done(report)


def assert_all_was_done(report: Report) -> None:
    """What the rounds are about did happen."""
    wanted = {"receive", "post", "accept", "decline", "close", "transfer", "queue", "pull", "reopen"}
    assert not [verb for verb in sorted(wanted) if not report.done[verb]]
    assert report.retried
    assert report.sent
