"""The bot's turn in its details (what customers see of it is in the stories)."""

import pytest

from hub.bots import LONGEST_THOUGHT, Finish, HandOver, Say
from hub.entries import Actor, By, Entry, Kind, State
from hub.sweeper import SWEEP
from tests.fakes.configuration import QUEUE, ScriptedBot
from tests.fakes.house import House, conversation_of
from tests.fakes.stage import Stage

FIRST = conversation_of("a00")


@pytest.fixture
def bot(stage: Stage) -> ScriptedBot:
    """A bot at the door."""
    bot = ScriptedBot()
    stage.configuration.put_bot(bot)
    return bot


async def entries(house: House, *kinds: Kind) -> list[Entry]:
    """The entries of these kinds."""
    return [entry for entry in await house.entries(FIRST) if entry.kind in kinds]


async def test_a_handover_carries_what_the_bot_has_learned(house: House, bot: ScriptedBot) -> None:
    bot.turn = HandOver("q_2", note="meter 4711", skills={"k_gas": 3}, priority=2)
    await house.write("a00")
    await house.clock.settle()
    (queued,) = await entries(house, Kind.QUEUED)
    assert queued.by == By(Actor.BOT, "b_1")
    assert queued.body["note"] == "meter 4711"
    after = queued.after
    assert (after.queue, after.skills, after.priority) == ("q_2", {"k_gas": 3}, 2)
    assert after.waiting_since == queued.at


async def test_an_answer_names_the_bot_and_the_message_it_answers(house: House, bot: ScriptedBot) -> None:
    message = await house.write("a00", "hello")
    await house.clock.settle()
    _, answer = await entries(house, Kind.MESSAGE)
    assert (answer.by, answer.client_id) == (By(Actor.BOT, "b_1"), message.id)
    assert len(bot.heard) == 1


async def test_a_bot_that_decides_otherwise_when_asked_again_does_not_act_twice(
    stage: Stage, house: House, bot: ScriptedBot
) -> None:
    """It answered and died before the mark was cleared; asked again it would hand over."""
    message = await house.write("a00", "hello")
    await house.clock.settle()
    bot.turn = HandOver(QUEUE)
    await house.bots.take_turn(message)
    assert await house.state(FIRST) is State.BOT
    assert len(await entries(house, Kind.MESSAGE, Kind.QUEUED)) == 2
    assert len(bot.heard) == 2
    assert stage.channel.texts == ["bot: hello"]


async def test_a_bot_is_not_even_asked_where_it_may_not_speak_any_more(
    house: House, bot: ScriptedBot
) -> None:
    message = await house.write("a00", "a person please")
    await house.clock.settle()
    await house.bots.take_turn(message)
    assert len(bot.heard) == 1


async def test_a_bot_that_thinks_too_long_hands_over(house: House, bot: ScriptedBot) -> None:
    bot.think_long()
    await house.write("a00", "hello")
    await house.clock.advance(LONGEST_THOUGHT + SWEEP)
    assert await house.state(FIRST) is State.WAITING
    stored = (await house.entries(FIRST))[0]
    assert stored.todo is None or not stored.todo.bot


async def test_a_bot_that_names_a_queue_that_is_not_there_hands_over_all_the_same(
    house: House, bot: ScriptedBot
) -> None:
    bot.turn = HandOver("q_unknown")
    await house.write("a00", "hello")
    await house.clock.advance(SWEEP)
    assert await house.state(FIRST) is State.WAITING


async def test_a_bot_may_end_the_conversation_with_a_reason(house: House, bot: ScriptedBot) -> None:
    bot.turn = Finish("answered")
    await house.write("a00", "hello")
    await house.clock.settle()
    (closed,) = await entries(house, Kind.CLOSED)
    assert (closed.by.kind, closed.body["reason"], closed.seen) == (Actor.BOT, "answered", 1)


async def test_what_a_bot_says_goes_out_to_the_customer(stage: Stage, house: House, bot: ScriptedBot) -> None:
    bot.turn = Say({"text": "Which district?", "prompt": {"text": "Which district?", "options": []}})
    await house.write("a00", "hello")
    await house.clock.settle()
    (sent,) = stage.channel.shown
    assert (sent.by_kind, sent.by_name) == ("bot", "bot b_1")
    assert "prompt" in sent.body
