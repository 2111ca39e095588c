"""The roster of all agents: a thousand desks that come back after a cut are no news to each other."""

import json

import pytest

from hub.slots import AgentState
from tests.web.stage import Stage
from web.agent_desk.board import Board
from web.agent_desk.roster import Roster
from web.presenting import Names, Presenter


@pytest.fixture
def roster(stage: Stage) -> Roster:
    f = stage.house.foundation
    presenter = Presenter(f.documents, Names(f.documents, f.bus))
    made = Roster(f.agents, Board(f.documents, f.configured), presenter, f.clock)
    made.listen(f.bus)
    return made


async def state_of(roster: Roster, organisation: str, agent: str) -> object:
    """As a desk that connects now is shown him."""
    (found,) = [one for one in json.loads(await roster.agents(organisation)) if one["id"] == agent]
    return found["state"]


async def test_who_comes_back_as_he_was_is_no_news(stage: Stage, roster: Roster) -> None:
    agent, agents = stage.own["agent"], stage.house.foundation.agents
    assert await roster.news(agent) is not None
    await agents.heard_again(agent)
    assert await roster.news(agent) is None
    await agents.pause(agent, "lunch")
    news = await roster.news(agent)
    assert news is not None
    assert news[1]["state"] == AgentState.BREAK.value
    assert await roster.news(agent) is None


async def test_what_a_desk_was_shown_between_two_changes_is_taken_back(stage: Stage, roster: Roster) -> None:
    agent, agents = stage.own["agent"], stage.house.foundation.agents
    stands = await agents.ready(agent)
    organisation = stands.organisation
    assert await roster.news(agent) is not None
    await agents.pause(agent, "lunch")
    assert await state_of(roster, organisation, agent) == AgentState.BREAK.value
    await agents.ready(agent)
    news = await roster.news(agent)
    assert news is not None
    assert news[1]["state"] == AgentState.READY.value
    assert await state_of(roster, organisation, agent) == AgentState.READY.value
