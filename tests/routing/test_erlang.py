"""The real router keeps a queue as theory says: how many wait, how long, how many leave.

`make bench ONLY=erlang` does the same with 200,000 customers and narrower bounds.
"""

import pytest

from tests.routing.erlang import Centre, Play, erlang_a, erlang_c

CUSTOMERS, WARM_UP = 3_000, 300


def test_the_formulas_give_the_values_of_the_tables() -> None:
    # Erlang C of 10 erlang on 12 agents; Erlang A with the same load and patience of one service time.
    assert erlang_c(Centre(10, 1, 12)).waited == pytest.approx(0.4494, abs=1e-3)
    assert erlang_c(Centre(10, 1, 12)).mean == pytest.approx(0.2247, abs=1e-3)
    impatient = erlang_a(Centre(10, 1, 12, patience=1.0))
    assert impatient.abandoned == pytest.approx(impatient.mean * 1.0)
    endless = erlang_a(Centre(10, 1, 12, patience=1e6))
    assert endless.waited == pytest.approx(erlang_c(Centre(10, 1, 12)).waited, rel=1e-2)


async def test_who_waits_and_how_long_agree_with_erlang_c() -> None:
    centre = Centre(arrivals=40.0, services=5.0, agents=10)
    seen = await Play(centre, seed=3).run(CUSTOMERS, warm_up=WARM_UP)
    expected = erlang_c(centre)
    assert seen.waited == pytest.approx(expected.waited, rel=0.15)
    assert seen.mean == pytest.approx(expected.mean, rel=0.3)


async def test_who_leaves_agrees_with_erlang_a() -> None:
    centre = Centre(arrivals=55.0, services=5.0, agents=10, patience=0.3)
    seen = await Play(centre, seed=4).run(CUSTOMERS, warm_up=WARM_UP)
    expected = erlang_a(centre)
    assert seen.waited == pytest.approx(expected.waited, rel=0.1)
    assert seen.abandoned == pytest.approx(expected.abandoned, rel=0.15)
    assert seen.mean == pytest.approx(expected.mean, rel=0.15)
