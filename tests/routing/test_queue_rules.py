"""What a queue may not be, and what its editor is warned about."""

from typing import Any

import pytest

from hub.slots import Agent
from routing.matcher import Strategy
from routing.queue_rules import loop, problems, warnings
from routing.queues import Outcome, Overflow, Queue, Relaxation

SKILLS = {"gas", "english"}


def queue(id: str = "q_1", **fields: Any) -> Queue:
    return Queue(id=id, organisation="o", name=fields.pop("name", id), **fields)


def to(id: str, after: int = 60) -> Overflow:
    return Overflow(after=after, to=Outcome.QUEUE, queue=id)


def agent(id: str, **skills: int) -> Agent:
    return Agent(id=id, version=1, organisation="o", name=id, queues=["q_1"], skills=skills)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"skills": {"piano": 3}}, "skills: there is no skill piano."),
        ({"relaxation": [Relaxation(after=30, drop=["piano"])]}, "relaxation[0].drop"),
        ({"relaxation": [Relaxation(after=30)]}, "neither lowers a level nor drops a skill"),
        (
            {"relaxation": [Relaxation(after=30, lower=1), Relaxation(after=30, lower=1)]},
            "relaxation[1].after: each step must come later",
        ),
        (
            {"relaxation": [Relaxation(after=30, lower=1)], "any_agent_after": 30},
            "later steps change nothing",
        ),
        ({"overflow": [to("q_9")]}, "overflow[0].queue: there is no such queue."),
        ({"overflow": [to("q_1")]}, "lead back to this queue"),
        (
            {"overflow": [to("q_2"), Overflow(after=90, to=Outcome.MESSAGE, text="x")]},
            "make it the last step",
        ),
        ({"overflow": [Overflow(after=9, to=Outcome.NUMBER)]}, "the outside number is missing"),
        ({"overflow": [Overflow(after=9, to=Outcome.VOICEMAIL)]}, "say what the customer is told"),
        (
            {"overflow": [Overflow(after=9, to=Outcome.MESSAGE, text="x")] * 2},
            "overflow[1].after: each step must come later",
        ),
        ({"order": ["u_1", "u_1"], "strategy": Strategy.LINEAR}, "an agent is named twice"),
        ({"name": " Q_2 "}, "there is a queue of this name already"),
    ],
)
def test_bad_configuration_is_refused_in_plain_words(fields: dict[str, Any], words: str) -> None:
    found = problems(queue(**fields), {"q_2": queue("q_2")}, SKILLS)
    assert any(words in problem for problem in found), found


def test_a_chain_of_overflows_that_comes_back_is_found_however_long() -> None:
    others = {"q_2": queue("q_2", overflow=[to("q_3")]), "q_3": queue("q_3", overflow=[to("q_1")])}
    assert loop(queue(), "q_2", others)
    others["q_3"] = queue("q_3")
    assert not loop(queue(), "q_2", others)


def test_good_configuration_has_no_problems() -> None:
    good = queue(
        skills={"gas": 5},
        relaxation=[Relaxation(after=20, lower=2), Relaxation(after=40, drop=["gas"])],
        any_agent_after=60,
        overflow=[Overflow(after=90, to=Outcome.MESSAGE, text="x"), to("q_2", 120)],
    )
    assert problems(good, {"q_2": queue("q_2")}, SKILLS) == []


def test_what_works_but_is_hardly_meant_is_said() -> None:
    def codes(queue: Queue, *agents: Agent) -> list[str]:
        return [one.code for one in warnings(queue, agents, set())]

    assert codes(queue(hours="h")) == ["nobody_works_here"]
    assert codes(queue(hours="h", skills={"gas": 5}), agent("u_1", gas=4)) == ["nobody_has_skill"]
    relaxed = queue(hours="h", skills={"gas": 5}, relaxation=[Relaxation(after=9, lower=1)])
    assert codes(relaxed, agent("u_1", gas=4)) == []
    assert codes(queue(hours="h", order=["u_2"]), agent("u_1")) == ["order_names_strangers"]
    assert codes(queue(), agent("u_1")) == ["no_hours"]
    useless = queue(hours="h", relaxation=[Relaxation(after=9, lower=1)])
    assert codes(useless, agent("u_1")) == ["relaxation_without_skills"]
    voicemail = queue(hours="h", overflow=[Overflow(after=9, to=Outcome.VOICEMAIL, text="x")])
    assert codes(voicemail, agent("u_1")) == ["outcome_not_possible"]
