"""The people's clock counts only time in which people could act; grace counts on it."""

from random import Random

from hub.beats import Beat
from routing.presence import GRACE, Grace, PeoplesClock

INTERVAL = 2.0


def beat(n: int, *agents: str, id: str = "w_1") -> Beat:
    """A web process's beat."""
    return Beat(id=id, version=n, n=n, agents=list(agents), at="2026-11-25T13:00:00.000Z")


def test_it_runs_at_full_pace_while_a_beat_moves() -> None:
    clock = PeoplesClock(interval=INTERVAL)
    for second in range(61):
        clock.look([beat(second + 1)], 500.0 + second)
    assert clock.now == 60.0


def test_it_runs_at_full_pace_also_when_looks_are_more_frequent_than_beats() -> None:
    clock = PeoplesClock(interval=INTERVAL)
    for tenth in range(601):
        clock.look([beat(1 + tenth // 10)], 500.0 + tenth / 10)
    assert 59.0 <= clock.now <= 60.0


def test_it_stands_while_no_beat_moves() -> None:
    clock = PeoplesClock(interval=INTERVAL)
    clock.look([beat(1)], 0.0)
    clock.look([beat(2)], 1.0)
    for second in range(2, 3600):
        clock.look([beat(2)], float(second))
    assert clock.now == 1.0


def test_it_stands_while_nobody_looks() -> None:
    """The router was stopped, or the store away: at most one interval counts."""
    clock = PeoplesClock(interval=INTERVAL)
    clock.look([beat(1)], 0.0)
    clock.look([beat(1000)], 3600.0)
    assert clock.now == INTERVAL


def test_the_first_beat_of_a_new_process_counts_nothing() -> None:
    """All were away, then one comes up: the time in between was nobody's."""
    clock = PeoplesClock(interval=INTERVAL)
    clock.look([beat(7)], 0.0)
    clock.look([beat(7), beat(1, id="w_2")], 1.0)
    assert clock.now == 0.0
    clock.look([beat(7), beat(2, id="w_2")], 2.0)
    assert clock.now == 1.0


def test_one_living_process_is_enough() -> None:
    clock = PeoplesClock(interval=INTERVAL)
    for second in range(11):
        clock.look([beat(1, id="w_dead"), beat(second + 1, id="w_2")], float(second))
    assert clock.now == 10.0


def test_it_never_runs_faster_than_time_nor_back() -> None:
    random = Random(3)
    for _ in range(200):
        clock, time, n, before = PeoplesClock(interval=INTERVAL), 0.0, 1, 0.0
        clock.look([beat(n)], time)
        for _ in range(50):
            step = random.choice((0.1, 1.0, 3.0, 700.0))
            time += step
            n += random.choice((0, 1, 5))
            began = clock.reading(time)
            clock.look([beat(n)], time)
            assert before <= clock.now <= time
            assert clock.now <= began  # a count that begins now begins no sooner than the clock stands
            before = clock.now


def test_the_agents_of_moved_beats_are_heard_of() -> None:
    clock = PeoplesClock(interval=INTERVAL)
    # At the first look nobody knows what has moved: the beats of the dead stand there, too.
    assert clock.look([beat(1, "u_1"), beat(1, "u_2", id="w_2")], 0.0) == set()
    assert clock.look([beat(2, "u_1"), beat(1, "u_2", id="w_2")], 1.0) == {"u_1"}
    assert clock.look([beat(3), beat(1, "u_2", id="w_2")], 2.0) == set()
    # Connected to two processes: one is enough.
    assert clock.look([beat(3, "u_2"), beat(2, "u_2", id="w_2")], 3.0) == {"u_2"}


def test_grace_begins_at_its_own_first_reading() -> None:
    grace = Grace(GRACE)
    assert not grace.is_gone("u", 1000.0)
    assert not grace.is_gone("u", 1000.0 + GRACE - 0.1)
    assert grace.is_gone("u", 1000.0 + GRACE)


def test_each_sign_of_life_begins_it_anew() -> None:
    grace = Grace(GRACE)
    for minute in range(10):
        grace.hear(["u"], minute * 60.0)
        assert not grace.is_gone("u", minute * 60.0 + 59.0)
    grace.forget("u")
    assert not grace.is_gone("u", 10_000.0)


def test_the_grace_time_is_what_the_house_promises() -> None:
    assert GRACE == 90.0
