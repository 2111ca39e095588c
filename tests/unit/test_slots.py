"""An agent's slots, room and presence."""

import pytest

from hub.errors import Away, NoRoom
from hub.slots import (
    AfterWork,
    Agent,
    AgentState,
    Pause,
    Slot,
    SlotKind,
    can_be_offered,
    capacity,
    fits,
    free,
    held,
    reserve,
    room,
    state,
)

AT = "2026-11-25T10:00:00.000Z"


def agent(**fields: object) -> Agent:
    base: dict[str, object] = {
        "id": "u_1",
        "version": 4,
        "organisation": "o_main",
        "name": "Lin",
        "groups": ["g_1"],
        "capacity": {"*": 2, "phone": 1},
        "away": None,
    }
    return Agent(**{**base, **fields})  # type: ignore[arg-type]


def slot(channel: str = "chat", group: str = "g_1") -> Slot:
    return Slot("c_1", group, SlotKind.TAKEN, 1, channel)


def work(channel: str = "chat") -> AfterWork:
    return AfterWork("c_9", channel, "q_1", 30, AT)


def test_slots_fill_up_by_channel_and_no_further() -> None:
    one = reserve(agent(), id="e_1", slot=slot(), at=AT)
    two = reserve(one, id="e_2", slot=slot(), at=AT)
    with pytest.raises(NoRoom):
        reserve(two, id="e_3", slot=slot(), at=AT)
    phone = reserve(two, id="e_3", slot=slot("phone"), at=AT)
    with pytest.raises(NoRoom):
        reserve(phone, id="e_4", slot=slot("phone"), at=AT)
    assert (held(phone, "chat"), held(phone, "phone")) == (2, 1)


def test_slots_of_all_groups_share_the_capacity() -> None:
    one = reserve(agent(), id="e_1", slot=slot(group="g_1"), at=AT)
    two = reserve(one, id="e_2", slot=slot(group="g_2"), at=AT)
    with pytest.raises(NoRoom):
        reserve(two, id="e_3", slot=slot(group="g_3"), at=AT)


def test_the_group_of_a_slot_becomes_one_of_the_agents() -> None:
    assert reserve(agent(), id="e_1", slot=slot(group="g_2"), at=AT).groups == ["g_1", "g_2"]
    assert reserve(agent(), id="e_1", slot=slot(group="g_1"), at=AT).groups == ["g_1"]


@pytest.mark.parametrize("away", ["gone", "signed_out"])
def test_nothing_is_reserved_at_who_is_offline(away: str) -> None:
    with pytest.raises(Away):
        reserve(agent(away=away), id="e_1", slot=slot(), at=AT)


def test_a_break_and_not_responding_hold_off_the_router_but_not_himself() -> None:
    for absent in (agent(pause=Pause("tea")), agent(unresponsive=True)):
        assert not can_be_offered(absent)
        assert "e_1" in reserve(absent, id="e_1", slot=slot(), at=AT).slots
    assert can_be_offered(agent())
    assert not can_be_offered(agent(away="gone"))


def test_each_change_raises_the_version_by_one_and_frees_exactly_one_slot() -> None:
    full = reserve(reserve(agent(), id="e_1", slot=slot(), at=AT), id="e_2", slot=slot(), at=AT)
    assert full.version == 6
    freed = free(full, id="e_1", at=AT)
    assert (freed.version, list(freed.slots), freed.after_work) == (7, ["e_2"], {})


def test_a_slot_turns_into_after_contact_work_which_keeps_its_place_from_the_router() -> None:
    one = reserve(agent(capacity={"*": 1}), id="e_1", slot=slot(), at=AT)
    working = free(one, id="e_1", at=AT, work=work())
    assert (held(working, "chat"), room(working, "chat")) == (0, 0)
    assert "e_2" in reserve(working, id="e_2", slot=slot(), at=AT).slots


def test_room_is_what_is_left_on_that_channel() -> None:
    busy = agent(slots={"e_1": slot()}, after_work={"e_2": work("phone")})
    assert (room(busy, "chat"), room(busy, "phone"), room(busy, "email")) == (1, 0, 2)
    assert (capacity(busy, "phone"), capacity(busy, "email")) == (1, 2)
    assert capacity(agent(capacity={}), "chat") == 0


def test_who_fits() -> None:
    one = agent(queues=["q_1"], skills={"gas": 3})
    assert fits(one, queue="q_1", skills={})
    assert fits(one, queue="q_1", skills={"gas": 3})
    assert not fits(one, queue="q_1", skills={"gas": 4})
    assert not fits(one, queue="q_1", skills={"pipe": 1})
    assert not fits(one, queue="q_2", skills={})
    assert not fits(one, queue=None, skills={})


def test_the_state_that_is_shown() -> None:
    everything: dict[str, object] = {
        "unresponsive": True,
        "pause": Pause("tea"),
        "after_work": {"e_1": work()},
    }
    order: list[tuple[AgentState, dict[str, object]]] = [
        (AgentState.OFFLINE, {"away": "gone", **everything}),
        (AgentState.UNRESPONSIVE, everything),
        (AgentState.BREAK, {**everything, "unresponsive": False}),
        (AgentState.AFTER_WORK, {"after_work": {"e_1": work()}}),
        (AgentState.READY, {}),
    ]
    for shown, fields in order:
        assert state(agent(**fields)) is shown
