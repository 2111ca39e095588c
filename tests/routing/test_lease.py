"""The lease: one owner at a time, by compare-and-set and each one's own clock."""

import asyncio
import contextlib
from collections.abc import Callable
from random import Random

import pytest

from hub.assignments import Tenure
from hub.documents import Lost, Schema, StoreError, Unavailable
from hub.ids import RandomIds
from hub.schema import COLLECTIONS
from routing.lease import OWN_SHARE, TERM, Lease
from tests.fakes.clock import ProcessClock, VirtualClock
from tests.fakes.ledger import Ledger
from tests.fakes.memory_documents import MemoryDocuments
from tests.fakes.watched_documents import WatchedDocuments, changes

RENEWAL = 3.0
GROUP = "g_main"


class Contender:
    """One process that wants the group."""

    def __init__(self, arena: "Arena", *, alone: bool, offset: float) -> None:
        self.clock = ProcessClock(arena.clock, offset=offset)
        self.store = WatchedDocuments(arena.documents, arena.ledger)
        arena.clock.watch(self.store)
        self.lease = Lease(self.store, GROUP, clock=self.clock, ids=RandomIds(), alone=alone)
        self.epochs: list[int] = []

    def holds(self) -> bool:
        """Whether it believes in itself now."""
        return self.lease.tenure is not None

    async def renew(self) -> Tenure | None:
        """One look."""
        tenure = await self.lease.renew()
        if tenure is not None and tenure.epoch not in self.epochs:
            self.epochs.append(tenure.epoch)
        return tenure

    async def run(self) -> None:
        """Look again and again, as a router's rounds do."""
        while True:
            with contextlib.suppress(StoreError):
                await self.renew()
            await self.clock.sleep(RENEWAL)


class Arena:
    """One store and one time for all contenders."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.ledger = Ledger()
        self.documents = MemoryDocuments(Schema(COLLECTIONS))

    def contender(self, *, alone: bool = False, offset: float = 0.0) -> Contender:
        """One more."""
        return Contender(self, alone=alone, offset=offset)


@pytest.fixture
def arena() -> Arena:
    """An empty one."""
    return Arena()


async def test_a_group_nobody_ever_owned_is_taken_at_once(arena: Arena) -> None:
    tenure = await arena.contender().renew()
    assert tenure is not None
    assert (tenure.group, tenure.epoch, tenure.holds()) == (GROUP, 1, True)


async def test_a_challenger_waits_a_whole_term_in_which_nothing_moves(arena: Arena) -> None:
    owner, challenger = arena.contender(), arena.contender(offset=5_000.0)
    await owner.renew()
    assert await challenger.renew() is None
    await arena.clock.advance(TERM - 0.1)
    assert await challenger.renew() is None
    await arena.clock.advance(0.1)
    tenure = await challenger.renew()
    assert tenure is not None
    assert tenure.epoch == 2


async def test_each_renewal_makes_the_challenger_wait_anew(arena: Arena) -> None:
    owner, challenger = arena.contender(), arena.contender()
    for _ in range(20):
        assert await owner.renew() is not None
        await arena.clock.advance(RENEWAL)
        assert await challenger.renew() is None
    assert owner.epochs == [1]


async def test_an_owner_believes_in_itself_from_before_its_write(arena: Arena) -> None:
    """The write took five seconds: the challenger's term may have begun at their start."""
    owner = arena.contender()
    gate = owner.store.hold(changes("leases"), after=True)
    task = asyncio.create_task(owner.renew())
    await arena.clock.advance(5.0)
    gate.open()
    tenure = await task
    assert tenure is not None
    await arena.clock.advance(OWN_SHARE * TERM - 5.0 - 0.1)
    assert tenure.holds()
    await arena.clock.advance(0.2)
    assert not tenure.holds()


async def test_an_owner_whose_write_took_longer_than_that_owns_nothing(arena: Arena) -> None:
    owner = arena.contender()
    gate = owner.store.hold(changes("leases"), after=True)
    task = asyncio.create_task(owner.renew())
    await arena.clock.advance(TERM)
    gate.open()
    await task
    assert not owner.holds()


async def test_an_owner_that_was_stopped_is_a_challenger_even_if_its_name_still_stands(
    arena: Arena,
) -> None:
    owner = arena.contender()
    before = await owner.renew()
    assert before is not None
    owner.clock.stop()
    await arena.clock.advance(3600.0)
    owner.clock.go_on()
    assert not before.holds()
    assert owner.lease.tenure is None
    again = await owner.renew()
    assert again is not None
    assert again.epoch == 2
    assert not before.holds()  # what a former tenure had begun is never done under the new one


async def test_an_owner_that_was_stopped_finds_another_one(arena: Arena) -> None:
    owner, challenger = arena.contender(), arena.contender()
    before = await owner.renew()
    await challenger.renew()
    await arena.clock.advance(TERM)
    assert await challenger.renew() is not None
    assert before is not None
    assert not before.holds()
    assert await owner.renew() is None
    assert challenger.holds()


async def test_of_two_who_challenge_together_one_wins(arena: Arena) -> None:
    owner, one, two = arena.contender(), arena.contender(), arena.contender()
    await owner.renew()
    await asyncio.gather(one.renew(), two.renew())
    await arena.clock.advance(TERM)
    tenures = await asyncio.gather(one.renew(), two.renew())
    (won,) = [tenure for tenure in tenures if tenure is not None]
    assert won.epoch == 2
    assert [one.holds(), two.holds()].count(True) == 1


async def test_of_two_who_begin_together_one_wins(arena: Arena) -> None:
    one, two = arena.contender(), arena.contender()
    tenures = await asyncio.gather(one.renew(), two.renew())
    assert [tenure is not None for tenure in tenures].count(True) == 1


async def test_a_process_that_a_lock_file_proves_alone_takes_over_at_once_but_only_once(
    arena: Arena,
) -> None:
    await arena.contender().renew()
    alone = arena.contender(alone=True)
    tenure = await alone.renew()
    assert tenure is not None
    assert tenure.epoch == 2
    other = arena.contender()
    await other.renew()
    await arena.clock.advance(TERM)
    assert await other.renew() is not None
    assert await alone.renew() is None  # from now on it waits like everybody


@pytest.mark.parametrize("happened", [True, False])
async def test_a_taking_whose_answer_was_lost_is_not_believed_in(arena: Arena, happened: bool) -> None:
    contender = arena.contender()
    contender.store.fail(changes("leases"), Lost("no answer"), after=happened)
    assert await contender.renew() is None
    assert not contender.holds()
    tenure = await contender.renew()
    assert tenure is not None
    assert tenure.epoch == (2 if happened else 1)


@pytest.mark.parametrize("happened", [True, False])
async def test_a_renewal_whose_answer_was_lost_leaves_the_old_deadline(arena: Arena, happened: bool) -> None:
    owner = arena.contender()
    tenure = await owner.renew()
    assert tenure is not None
    await arena.clock.advance(RENEWAL)
    owner.store.fail(changes("leases"), Lost("no answer"), after=happened)
    await owner.renew()
    await arena.clock.advance(OWN_SHARE * TERM - RENEWAL - 0.1)
    assert tenure.holds()
    await arena.clock.advance(0.2)
    assert not tenure.holds()


async def test_a_renewal_after_a_lost_one_is_the_same_tenure(arena: Arena) -> None:
    owner = arena.contender()
    await owner.renew()
    owner.store.fail(changes("leases"), Lost("no answer"), after=True)
    await owner.renew()
    assert await owner.renew() is not None
    assert owner.epochs == [1]


async def test_a_renewal_that_arrives_after_the_take_over_changes_nothing(arena: Arena) -> None:
    owner, challenger = arena.contender(), arena.contender()
    before = await owner.renew()
    await challenger.renew()
    gate = owner.store.hold(changes("leases"))
    late = asyncio.create_task(owner.renew())
    await arena.clock.advance(TERM)
    assert gate.arrived.is_set()
    tenure = await challenger.renew()
    gate.open()
    assert await late is None
    assert before is not None
    assert tenure is not None
    assert (before.holds(), tenure.holds()) == (False, True)
    assert await challenger.renew() is not None


async def test_giving_up_ends_the_tenure(arena: Arena) -> None:
    owner = arena.contender()
    tenure = await owner.renew()
    owner.lease.give_up()
    assert tenure is not None
    assert not tenure.holds()


async def test_a_lease_that_was_released_is_taken_at_once_and_the_epoch_goes_on(arena: Arena) -> None:
    owner, challenger = arena.contender(), arena.contender(offset=5_000.0)
    before = await owner.renew()
    assert await challenger.renew() is None  # it has seen the lease move, and would wait a term
    await owner.lease.release()
    assert before is not None
    assert not before.holds()
    tenure = await challenger.renew()
    assert tenure is not None
    assert tenure.epoch == 2
    assert await owner.renew() is None  # who has released takes no more


async def test_two_who_find_a_released_lease_do_not_both_get_it(arena: Arena) -> None:
    owner, one, two = arena.contender(), arena.contender(), arena.contender()
    await owner.renew()
    await owner.lease.release()
    tenures = await asyncio.gather(one.renew(), two.renew())
    assert [tenure is not None for tenure in tenures].count(True) == 1


async def test_a_lease_that_is_anothers_is_left_alone(arena: Arena) -> None:
    owner, challenger = arena.contender(), arena.contender()
    await owner.renew()
    await challenger.renew()
    await arena.clock.advance(TERM)
    assert await challenger.renew() is not None
    await owner.lease.release()
    assert await challenger.renew() is not None
    assert challenger.epochs == [2]


@pytest.mark.parametrize("happened", [True, False])
async def test_a_release_whose_answer_was_lost_is_looked_at_again(arena: Arena, happened: bool) -> None:
    owner, challenger = arena.contender(), arena.contender()
    await owner.renew()
    owner.store.fail(changes("leases"), Lost("no answer"), after=happened)
    await owner.lease.release()
    tenure = await challenger.renew()
    assert tenure is not None
    assert tenure.epoch == 2


async def test_a_renewal_under_way_does_not_undo_a_release(arena: Arena) -> None:
    owner, challenger = arena.contender(), arena.contender()
    await owner.renew()
    gate = owner.store.hold(changes("leases"))
    late = asyncio.create_task(owner.renew())
    await gate.arrived.wait()
    await owner.lease.release()
    gate.open()
    assert await late is None
    assert not owner.holds()
    assert await challenger.renew() is not None


@pytest.mark.parametrize("seed", range(24))
async def test_there_is_never_more_than_one_who_believes_in_itself(arena: Arena, seed: int) -> None:
    """Three processes with their own clocks are stopped, cut off and lose answers at random."""
    random = Random(seed)
    contenders = [arena.contender(offset=random.uniform(-500, 500)) for _ in range(3)]
    tasks = [asyncio.create_task(one.run()) for one in contenders]
    held = 0
    for _ in range(160):
        disturb(random, random.choice(contenders))
        await arena.clock.advance(random.choice((0.3, 1.0, 2.5)))
        owners = [one for one in contenders if one.holds()]
        assert len(owners) <= 1, f"seed {seed}"
        held += len(owners)
    for one in contenders:
        one.store.down = False
        one.store.forgive()
        one.clock.go_on()
    await arena.clock.advance(3 * TERM)
    assert [one.holds() for one in contenders].count(True) == 1
    epochs = [epoch for one in contenders for epoch in one.epochs]
    assert len(epochs) == len(set(epochs)), f"seed {seed}: an epoch was owned twice"
    assert held > 20
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def disturb(random: Random, one: Contender) -> None:
    """Something happens to a process, or ends."""
    lose = changes("leases")
    acts: list[Callable[[], None]] = [
        one.clock.stop,
        one.clock.go_on,
        one.clock.go_on,
        lambda: one.store.fail(lose, Lost("no answer"), after=True),
        lambda: one.store.fail(lose, Lost("no answer")),
        lambda: one.store.fail(lose, Unavailable("away"), times=2),
        lambda: setattr(one.store, "down", True),
        lambda: setattr(one.store, "down", False),
        lambda: setattr(one.store, "down", False),
        one.store.forgive,
    ]
    if random.random() < 0.4:
        random.choice(acts)()
