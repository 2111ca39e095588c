"""Routing rules together: their order, where they stop, and what each adds."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from routing.conditions import Condition, Field, Op
from routing.rule_facts import Facts
from routing.rules import Outcome, Rule, Then, evaluate, look_through, never_reached

WORDS = ("gas", "bill", "meter")
INBOXES = ("i_1", "i_2")


def facts(text: str = "gas", inbox: str = "i_1", *, vip: bool = False) -> Facts:
    return Facts(channel="chat", inbox=inbox, now=datetime(2026, 11, 23, tzinfo=UTC), text=text, vip=vip)


def says(word: str) -> Condition:
    return Condition(field=Field.TEXT, op=Op.CONTAINS, value=word)


def rule(id: str, position: int = 0, **fields: object) -> Rule:
    return Rule(id=id, organisation="o", name=id, position=position, **fields)  # type: ignore[arg-type]


def test_the_first_that_holds_and_stops_decides() -> None:
    rules = [
        rule("g_3", 3, then=Then(queue="q_3")),
        rule("g_1", 1, when=[says("bill")], then=Then(queue="q_1")),
        rule("g_2", 2, when=[says("gas")], then=Then(queue="q_2", priority=8)),
    ]
    assert evaluate(rules, facts()) == Outcome(queue="q_2", priority=8, rules=("g_2",))


def test_of_the_same_position_the_smaller_id_is_first() -> None:
    rules = [rule("g_b", then=Then(queue="q_b")), rule("g_a", then=Then(queue="q_a"))]
    assert evaluate(rules, facts()).queue == "q_a"


def test_one_that_does_not_stop_adds_and_what_was_said_stays() -> None:
    rules = [
        rule("g_1", 1, then=Then(skills={"k_en": 5}, priority=3), stop=False),
        rule("g_2", 2, then=Then(queue="q_2", skills={"k_en": 1, "k_gas": 2}, priority=9)),
    ]
    expected = Outcome(queue="q_2", skills={"k_en": 5, "k_gas": 2}, priority=3, rules=("g_1", "g_2"))
    assert evaluate(rules, facts()) == expected


def test_a_rule_that_makes_somebody_vip_counts_for_those_after_it() -> None:
    vip = Condition(field=Field.VIP, op=Op.IS, value=True)
    urgent = rule("g_2", 2, when=[vip], then=Then(priority=9))
    makes = rule("g_1", 1, when=[says("gas")], then=Then(vip=True), stop=False)
    assert evaluate([urgent, makes], facts()) == Outcome(priority=9, vip=True, rules=("g_1", "g_2"))
    assert evaluate([urgent], facts()) == Outcome()
    unmakes = rule("g_1", 1, then=Then(vip=False), stop=False)
    assert evaluate([urgent, unmakes], facts(vip=True)).priority is None


def test_a_rule_for_other_inboxes_or_switched_off_does_not_count() -> None:
    rules = [
        rule("g_1", 1, inboxes=["i_2"], then=Then(queue="q_1")),
        rule("g_2", 2, enabled=False, then=Then(queue="q_2")),
        rule("g_3", 3, inboxes=["i_2", "i_1"], then=Then(queue="q_3")),
    ]
    assert evaluate(rules, facts()).rules == ("g_3",)


def test_one_that_says_nothing_may_stop_the_others() -> None:
    rules = [rule("g_1", 1, when=[says("gas")]), rule("g_2", 2, then=Then(queue="q_2"))]
    assert evaluate(rules, facts()) == Outcome(rules=("g_1",))
    assert evaluate(rules, facts("bill")).queue == "q_2"


def test_none_at_all_is_no_skill_while_nothing_said_is_not() -> None:
    assert evaluate([rule("g_1", then=Then(skills={}))], facts()).skills == {}
    assert evaluate([rule("g_1", then=Then(priority=1))], facts()).skills is None


def test_one_behind_a_rule_that_always_stops_is_warned_about() -> None:
    rules = [
        rule("g_1", 1, inboxes=["i_1"], then=Then(queue="q_1")),
        rule("g_2", 2, inboxes=["i_1"], then=Then(queue="q_2")),
        rule("g_3", 3, inboxes=["i_1", "i_2"], then=Then(queue="q_3")),
        rule("g_4", 4, then=Then(queue="q_4")),
        rule("g_5", 5, enabled=False),
        rule("g_6", 6, when=[says("gas")], then=Then(queue="q_4")),
    ]
    assert never_reached(rules) == {"g_2": "g_1", "g_6": "g_4"}
    assert never_reached([rule("g_1", 1, then=Then(queue="q"), stop=False), rule("g_2", 2)]) == {}


levels = st.dictionaries(st.sampled_from(("k_1", "k_2", "k_3")), st.integers(1, 10), max_size=3)
thens = st.builds(
    Then,
    queue=st.none() | st.sampled_from(("q_1", "q_2", "q_3")),
    skills=st.none() | levels,
    priority=st.none() | st.integers(0, 10),
    vip=st.none() | st.booleans(),
)
conditions = st.one_of(
    st.sampled_from(WORDS).map(says),
    st.booleans().map(lambda vip: Condition(field=Field.VIP, op=Op.IS, value=vip)),
    st.sampled_from(INBOXES).map(lambda id: Condition(field=Field.INBOX, op=Op.IS_NOT, value=id)),
)


@st.composite
def some_rules(draw: st.DrawFn) -> list[Rule]:
    return [
        rule(
            f"g_{number}",
            draw(st.integers(0, 3)),
            enabled=draw(st.booleans()),
            inboxes=draw(st.lists(st.sampled_from(INBOXES), max_size=1)),
            when=draw(st.lists(conditions, max_size=2)),
            then=draw(thens),
            stop=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 6)))
    ]


def so(condition: Condition, known: Facts, *, vip: bool) -> bool:
    """Whether one of these conditions is so, judged apart from the product."""
    match condition.field:
        case Field.TEXT:
            return str(condition.value) in known.text
        case Field.VIP:
            return condition.value == vip
        case _:
            return condition.value != known.inbox


def slowly(rules: list[Rule], known: Facts) -> Outcome:
    """The same by the words of the documentation, one rule after the other."""
    said: dict[str, object] = {"queue": None, "priority": None, "vip": None}
    skills: dict[str, int] | None = None
    held: list[str] = []
    waiting = list(rules)
    while waiting:
        one = min(waiting, key=lambda rule: (rule.position, rule.id))
        waiting.remove(one)
        vip = known.vip if said["vip"] is None else bool(said["vip"])
        here = not one.inboxes or known.inbox in one.inboxes
        if not one.enabled or not here or not all(so(each, known, vip=vip) for each in one.when):
            continue
        held.append(one.id)
        for name in said:
            if said[name] is None:
                said[name] = getattr(one.then, name)
        if one.then.skills is not None:
            skills = skills if skills is not None else {}
            for skill, level in one.then.skills.items():
                skills.setdefault(skill, level)
        if one.stop:
            break
    return Outcome(skills=skills, rules=tuple(held), **said)  # type: ignore[arg-type]


@given(
    some_rules(),
    st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join),
    st.sampled_from(INBOXES),
    st.booleans(),
    st.randoms(),
)
def test_order_and_stops_are_kept_however_the_rules_come(
    rules: list[Rule], text: str, inbox: str, vip: bool, random: object
) -> None:
    known = facts(text, inbox, vip=vip)
    expected = slowly(rules, known)
    shuffled = list(rules)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert evaluate(shuffled, known) == expected
    outcome, looks = look_through(shuffled, known)
    assert outcome == expected
    assert tuple(look.rule.id for look in looks if look.holds) == expected.rules
    assert len(looks) == len(rules)
