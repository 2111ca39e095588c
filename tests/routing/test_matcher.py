"""The matcher against a naive oracle on generated scripts; `make bench ONLY=matcher` does a million steps."""

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.matcher import Line, Matcher, Waiting
from tests.routing.matcher_script import disagreement, scripts

STEPS, SCRIPTS = 400, 60


def test_it_answers_as_the_oracle_does() -> None:
    steps = 0
    for script in scripts(range(1, SCRIPTS + 1), STEPS):
        steps += len(script)
        wrong = disagreement(Matcher(), script)
        assert wrong is None, wrong
    assert steps >= 20_000


@given(
    ageing=st.sampled_from((0.5, 1.0, 4.0)),
    arrivals=st.lists(
        st.tuples(st.floats(0, 600, allow_nan=False), st.integers(0, 10)), min_size=2, max_size=20
    ),
)
@settings(max_examples=100, deadline=None)
def test_with_ageing_overtaking_is_bounded(ageing: float, arrivals: list[tuple[float, int]]) -> None:
    matcher = Matcher()
    matcher.set_line(Line("q", ageing=ageing))
    came = {}
    for number, (since, priority) in enumerate(arrivals):
        name = f"c{number:02}"
        came[name] = since, priority
        matcher.add(Waiting(name, "q", "chat", since, since, (), priority), 600.0)
    order = matcher.in_line("q")
    for place, first in enumerate(order):
        for later in order[place + 1 :]:
            passed = came[first][0] - came[later][0]  # seconds that the one who goes first came later
            difference = came[first][1] - came[later][1]
            assert passed <= max(difference, 0) * 60 / ageing + 1e-6
