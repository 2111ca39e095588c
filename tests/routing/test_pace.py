"""How fast a line moves, what is expected, and how far that was off; which overflow is due when."""

import msgspec

from hub.documents import Document
from hub.entries import Entry, State
from routing.overflows import Overflows
from routing.pace import Paces
from tests.fakes.configuration import QUEUE

_number = iter(range(10_000))


def entry(conversation: str, state: State, kind: str, queue: str = QUEUE) -> Entry:
    document: Document = {
        "id": f"e_{next(_number)}",
        "version": 1,
        "organisation": "o",
        "conversation": conversation,
        "seq": 1,
        "kind": kind,
        "by": {"kind": "router", "id": "g"},
        "at": "2026-11-25T08:00:00.000Z",
        "body": {},
        "digest": "",
        "after": {"state": state.value, "channel": "chat", "queue": queue},
        "inbox": "i",
        "address": "a",
        "generation": 1,
    }
    return msgspec.convert(document, Entry)


def test_nothing_is_promised_before_anything_was_seen() -> None:
    assert Paces().expect(QUEUE, 3).seconds is None


def test_the_pace_of_a_line_that_is_never_empty_is_what_is_promised() -> None:
    paces = Paces()
    for n in range(10):
        paces.hear(entry(f"c_{n}", State.WAITING, "message"), 0.0)
    for n in range(6):
        paces.hear(entry(f"c_{n}", State.ASSIGNED, "assigned"), 60.0 * (n + 1))
    assert paces.expect(QUEUE, 1).seconds == 60.0
    assert paces.expect(QUEUE, 4).seconds == 240.0


def test_agents_who_wait_for_customers_say_nothing_of_the_pace() -> None:
    paces = Paces()
    for n in range(5):  # each is served before the next one comes, an hour apart
        paces.hear(entry(f"c_{n}", State.WAITING, "message"), 3600.0 * n)
        paces.hear(entry(f"c_{n}", State.ASSIGNED, "assigned"), 3600.0 * n + 1)
    assert paces.expect(QUEUE, 1).seconds is None


def test_what_was_expected_is_held_against_what_then_happened() -> None:
    paces = Paces()
    for n in range(3):
        paces.hear(entry(f"c_{n}", State.WAITING, "message"), 0.0)
    paces.hear(entry("c_0", State.ASSIGNED, "assigned"), 10.0)
    paces.hear(entry("c_1", State.ASSIGNED, "assigned"), 20.0)  # pace 10 s
    paces.hear(entry("c_9", State.WAITING, "message"), 20.0)  # second in line: 20 s are expected
    paces.hear(entry("c_9", State.OFFERED, "offered"), 45.0)
    paces.hear(entry("c_9", State.ASSIGNED, "assigned"), 50.0)  # 30 s it was
    assert paces.expect(QUEUE, 1).error == 10.0


def test_the_same_entry_heard_twice_counts_once() -> None:
    paces = Paces()
    for n in range(4):
        paces.hear(entry(f"c_{n}", State.WAITING, "message"), 0.0)
    paces.hear(entry("c_0", State.ASSIGNED, "assigned"), 5.0)
    second = entry("c_1", State.ASSIGNED, "assigned")
    paces.hear(second, 10.0)
    paces.hear(second, 11.0)
    assert paces.expect(QUEUE, 1).seconds == 5.0


def test_each_plan_is_told_once_when_due_and_a_new_plan_replaces_the_old() -> None:
    plans = Overflows()
    plans.plan("c_1", 10.0, 0)
    plans.plan("c_2", 5.0, 0)
    plans.plan("c_1", 20.0, 1)
    plans.plan("c_3", 7.0, 2)
    plans.forget("c_3")
    assert plans.next_due() == 5.0
    assert plans.take_due(10.0) == [("c_2", 0)]
    assert plans.take_due(19.9) == []
    assert plans.take_due(20.0) == [("c_1", 1)]
    assert plans.next_due() is None
