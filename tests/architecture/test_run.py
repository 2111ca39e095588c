"""The runner of the suites counts what happened, and what was not run never looks well."""

from pathlib import Path

import pytest

from tests.run import Outcome, count, print_table

REPORT = """<testsuites><testsuite>
<testcase classname="m" name="good"/>
<testcase classname="m" name="bad"><failure message="no"/></testcase>
<testcase classname="m" name="bad_twice"><failure message="no"/><error message="no"/></testcase>
<testcase classname="m" name="not_here"><skipped message="no browser"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.xml"
    path.write_text(REPORT)
    return path


def test_each_test_counts_once(report: Path) -> None:
    outcome = Outcome("unit")
    count(outcome, report, require_all=False)
    assert (outcome.passed, outcome.failed, outcome.skipped) == (1, 2, 1)


def test_a_skipped_test_fails_where_nothing_may_be_skipped(report: Path) -> None:
    outcome = Outcome("unit")
    count(outcome, report, require_all=True)
    assert (outcome.passed, outcome.failed, outcome.skipped) == (1, 3, 0)
    assert any("m.not_here: no browser" in complaint for complaint in outcome.complaints)


def test_the_last_line_is_the_plain_total(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([Outcome("unit", passed=3, failed=1), Outcome("web", passed=2, skipped=1)])
    assert capsys.readouterr().out.splitlines()[-1] == "5 passed, 1 failed, 1 skipped"
