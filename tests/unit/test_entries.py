"""The transition table, written once more by hand: what may follow what, and the state afterwards."""

import msgspec
import pytest

from hub.entries import Act, Actor, After, By, Kind, State, after, digest
from hub.errors import Gone, NotAllowed, Unseen
from hub.ids import EntryId

AT, EARLIER = "2026-11-25T10:00:00.000Z", "2026-11-25T09:00:00.000Z"
STATES = ("bot", "waiting", "offered", "assigned", "snoozed", "closed", "continued")

# One line an act; under each state what the state is afterwards, "-" where it is refused.
TABLE = """
act                     bot      waiting   offered   assigned  snoozed   closed    continued
contact says            bot      waiting   offered   assigned  waiting   waiting   -
agent says              -        -         -         assigned  -         -         -
bot says                bot      -         -         -         -         -         -
house says              bot      waiting   offered   assigned  snoozed   -         -
router says             -        -         -         -         -         -         -
agent notes             bot      waiting   offered   assigned  snoozed   closed    continued
bot queues              waiting  -         -         -         -         -         -
agent queues            -        -         -         waiting   -         -         -
router offers           -        offered   -         -         -         -         -
agent offers            -        -         -         -         -         -         -
router ends offer       -        -         waiting   -         -         -         -
agent declines          -        -         waiting   -         -         -         -
agent accepts           -        -         assigned  -         -         -         -
agent pulls             -        assigned  -         -         -         -         -
agent transfers         -        -         -         assigned  -         -         -
agent reopens           -        -         -         -         assigned  assigned  -
router releases         -        -         -         waiting   -         -         -
agent releases          -        -         -         -         -         -         -
agent snoozes           -        -         -         snoozed   -         -         -
house wakes             -        -         -         -         waiting   -         -
agent wakes             -        -         -         -         -         -         -
agent closes            -        -         -         closed    -         -         -
bot closes              closed   -         -         -         -         -         -
contact closes          closed   closed    closed    -         -         -         -
house closes            closed   closed    closed    closed    closed    -         -
house continues         -        -         -         -         -         continued -
contact leaves          bot      waiting   offered   assigned  snoozed   -         -
contact returns         bot      waiting   offered   assigned  snoozed   -         -
agent leaves            -        -         -         -         -         -         -
contact rates           bot      waiting   offered   assigned  snoozed   closed    -
agent rates             -        -         -         -         -         -         -
router overflows        -        waiting   -         -         -         -         -
agent overflows         -        -         -         -         -         -         -
router queues           -        waiting   -         -         -         -         -
agent takes back        -        -         -         waiting   -         -         -
agent gives             -        assigned  assigned  assigned  -         -         -
agent prioritises       -        waiting   offered   -         -         -         -
contact prioritises     -        -         -         -         -         -         -
contact calls back      bot      waiting   offered   -         -         -         -
agent calls back        bot      waiting   offered   -         -         -         -
"""

BY = {
    "contact": By(Actor.CONTACT, "p_1"),
    "agent": By(Actor.AGENT, "u_1"),
    "bot": By(Actor.BOT, "b_1"),
    "router": By(Actor.ROUTER, "g_1"),
    "house": By(Actor.SYSTEM, "hub"),
}
KINDS = {
    "says": Kind.MESSAGE,
    "notes": Kind.NOTE,
    "queues": Kind.QUEUED,
    "offers": Kind.OFFERED,
    "ends offer": Kind.OFFER_ENDED,
    "declines": Kind.OFFER_ENDED,
    "accepts": Kind.ASSIGNED,
    "pulls": Kind.ASSIGNED,
    "transfers": Kind.ASSIGNED,
    "reopens": Kind.ASSIGNED,
    "releases": Kind.RELEASED,
    "snoozes": Kind.SNOOZED,
    "wakes": Kind.WOKEN,
    "closes": Kind.CLOSED,
    "continues": Kind.CONTINUED,
    "leaves": Kind.LEFT,
    "returns": Kind.RETURNED,
    "rates": Kind.RATED,
    "overflows": Kind.OVERFLOWED,
    "takes back": Kind.QUEUED,
    "gives": Kind.ASSIGNED,
    "prioritises": Kind.PRIORITISED,
    "calls back": Kind.CALLBACK,
}
HOW = {
    "accepts": "accept",
    "pulls": "pull",
    "transfers": "transfer",
    "reopens": "reopen",
    "gives": "given",
    "takes back": "taken_back",
}


def standing(state: str) -> After:
    """A conversation in this state, as it would be: held by u_1 where somebody holds it."""
    held = state in ("offered", "assigned")
    return After(
        state=State(state),
        channel="chat",
        group="g_1",
        queue="q_1",
        agent="u_1" if held else None,
        slot="e_slot" if held else None,
        heard=3,
        waiting_since=EARLIER,
    )


def doing(who: str, what: str) -> Act:
    """What one line of the table means."""
    return Act(
        kind=KINDS[what],
        by=BY[who],
        id=EntryId("e_new"),
        seq=7,
        at=AT,
        how=HOW.get(what),
        seen=6,
        slot="e_slot",
        agent="u_2" if what in ("transfers", "gives") else "u_1",
        group="g_1",
        queue="q_2",
    )


def lines() -> list[tuple[str, str, str, str]]:
    cells: list[tuple[str, str, str, str]] = []
    for row in TABLE.strip().splitlines()[1:]:
        who, rest = row.split(maxsplit=1)
        words = rest.split()
        what = " ".join(words[: -len(STATES)])
        cells.extend(
            (who, what, state, then) for state, then in zip(STATES, words[-len(STATES) :], strict=True)
        )
    return cells


@pytest.mark.parametrize(("who", "what", "state", "then"), lines(), ids=lambda word: word.replace(" ", "-"))
def test_what_may_follow(who: str, what: str, state: str, then: str) -> None:
    if then == "-":
        with pytest.raises(NotAllowed):
            after(standing(state), doing(who, what))
        return
    new = after(standing(state), doing(who, what))
    assert new.state == then
    assert (new.agent is not None) == (then in ("offered", "assigned"))
    assert (new.slot is not None) == (then in ("offered", "assigned"))


def replaced(act: Act, **changes: object) -> Act:
    return msgspec.structs.replace(act, **changes)


def test_every_kind_is_in_the_table() -> None:
    assert set(KINDS.values()) == set(Kind)


def test_only_a_contact_begins() -> None:
    says = replaced(doing("contact", "says"), seq=1, channel="chat")
    first = after(None, says)
    assert (first.state, first.heard, first.waiting_since) == (State.WAITING, 1, AT)
    with_bot = after(None, replaced(says, door=State.BOT))
    assert (with_bot.state, with_bot.waiting_since) == (State.BOT, None)
    for who in ("agent", "bot", "router", "house"):
        with pytest.raises(NotAllowed):
            after(None, doing(who, "says"))


def test_the_place_in_line_is_kept_while_an_offer_comes_and_goes() -> None:
    waiting = standing("waiting")
    offered = after(waiting, doing("router", "offers"))
    assert offered.waiting_since == EARLIER
    again = after(offered, replaced(doing("router", "ends offer"), slot="e_new"))
    assert again == waiting


def test_a_give_back_keeps_the_place_in_line() -> None:
    assert after(standing("assigned"), doing("router", "releases")).waiting_since == EARLIER


@pytest.mark.parametrize("what", ["agent queues", "house wakes"])
def test_a_new_wait_begins_now(what: str) -> None:
    who, verb = what.split()
    state = "assigned" if verb == "queues" else "snoozed"
    assert after(standing(state), doing(who, verb)).waiting_since == AT


@pytest.mark.parametrize("state", ["closed", "snoozed"])
def test_who_writes_again_waits_from_now_in_his_old_queue(state: str) -> None:
    new = after(standing(state), doing("contact", "says"))
    assert (new.waiting_since, new.queue, new.heard) == (AT, "q_1", 7)


def test_a_slot_is_named_by_the_entry_that_puts_it_into_effect() -> None:
    assert after(standing("waiting"), doing("router", "offers")).slot == "e_new"
    assert after(standing("waiting"), doing("agent", "pulls")).slot == "e_new"
    assert after(standing("offered"), doing("agent", "accepts")).slot == "e_slot"
    given = after(standing("assigned"), doing("agent", "transfers"))
    assert (given.slot, given.agent) == ("e_new", "u_2")


@pytest.mark.parametrize(
    ("state", "who", "what"),
    [
        ("offered", "agent", "accepts"),
        ("offered", "agent", "declines"),
        ("offered", "router", "ends offer"),
        ("assigned", "router", "releases"),
    ],
)
def test_another_slot_is_refused(state: str, who: str, what: str) -> None:
    for slot in ("e_former", None):
        with pytest.raises(Gone):
            after(standing(state), replaced(doing(who, what), slot=slot))


@pytest.mark.parametrize("what", ["accepts", "declines", "says", "queues", "snoozes", "closes"])
def test_another_agent_is_refused(what: str) -> None:
    state = "offered" if what in ("accepts", "declines") else "assigned"
    other = replaced(doing("agent", what), by=By(Actor.AGENT, "u_9"), agent="u_9")
    with pytest.raises(NotAllowed):
        after(standing(state), other)


@pytest.mark.parametrize(
    ("state", "who", "what"),
    [
        ("assigned", "agent", "closes"),
        ("assigned", "agent", "snoozes"),
        ("bot", "bot", "closes"),
        ("assigned", "house", "closes"),
    ],
)
def test_nothing_is_closed_over_what_was_not_seen(state: str, who: str, what: str) -> None:
    for seen in (2, None):
        with pytest.raises(Unseen):
            after(standing(state), replaced(doing(who, what), seen=seen))
    assert after(standing(state), replaced(doing(who, what), seen=3)).slot is None


def test_an_offer_is_made_by_the_router_of_the_group() -> None:
    with pytest.raises(NotAllowed):
        after(standing("waiting"), replaced(doing("router", "offers"), group="g_2"))


def test_a_handover_says_what_is_asked_for() -> None:
    new = after(standing("bot"), replaced(doing("bot", "queues"), skills={"gas": 3}, priority=5, queue="q_9"))
    assert (new.queue, new.skills, new.priority) == ("q_9", {"gas": 3}, 5)
    for nothing in ("queue", "group"):
        with pytest.raises(NotAllowed):
            after(standing("bot"), replaced(doing("bot", "queues"), **{nothing: None}))


def test_nobody_transfers_to_himself() -> None:
    with pytest.raises(NotAllowed):
        after(standing("assigned"), replaced(doing("agent", "transfers"), agent="u_1"))


def test_a_body_is_recognised_whatever_the_order_of_its_fields() -> None:
    one = digest(Kind.MESSAGE, {"text": "hello", "mentions": ["u_1"]})
    assert one == digest(Kind.MESSAGE, {"mentions": ["u_1"], "text": "hello"})
    assert one != digest(Kind.NOTE, {"text": "hello", "mentions": ["u_1"]})
    assert one != digest(Kind.MESSAGE, {"text": "hello!", "mentions": ["u_1"]})
