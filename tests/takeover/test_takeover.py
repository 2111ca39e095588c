"""A lease of one second on the MongoDB engine: the owner is stopped for three of them, or killed."""

import signal

import pytest

from tests.takeover.rounds import LEASE, House

ROUNDS = 10  # of each kind


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL], ids=["stopped", "killed"])
async def test_an_owner_that_is_gone_is_replaced_and_does_no_harm_when_it_comes_back(
    how: signal.Signals, mongo_uri: str
) -> None:
    house = House(mongo_uri, seed=int(how), agents=6)
    async with house.open():
        for _ in range(ROUNDS):
            await house.round(how)
    assert house.look() == []
    print(house.report)
    assert house.report.told["accepted"] > 0
    assert len(house.report.back) == ROUNDS
    assert sorted(house.report.back)[ROUNDS // 2] <= 2 * LEASE + 1  # the figure itself is a benchmark's
