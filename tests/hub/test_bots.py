"""The bot's turn in its details (what customers see of it is in the stories)."""

import pytest

from hub.bots import LONGEST_THOUGHT, Finish, HandOver, Say
from hub.documents import Lost
from hub.entries import SYSTEM, Actor, By, Entry, Kind, State
from hub.errors import NotFound
from hub.sweeper import SWEEP
from tests.fakes.configuration import QUEUE, ScriptedBot
from tests.fakes.house import House, conversation_of
from tests.fakes.stage import Stage
from tests.fakes.watched_documents import writes

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


async def test_the_house_says_why_a_person_takes_over_instead_of_the_bot(
    stage: Stage, house: House, bot: ScriptedBot
) -> None:
    bot.turn = HandOver("q_unknown", note="meter 4711", skills={"k_unknown": 9})
    await house.write("a00", "hello")
    await house.clock.advance(SWEEP)
    note, queued = await entries(house, Kind.NOTE, Kind.QUEUED)
    assert (note.by, note.body["event"], note.body["bot"]) == (SYSTEM, "bot_no_queue", "b_1")
    assert (queued.by, queued.body["queue"], queued.body["note"]) == (
        By(Actor.BOT, "b_1"),
        QUEUE,
        "meter 4711",
    )
    assert queued.after.skills == {}  # nobody may be there who has what a lost bot asks for


@pytest.mark.parametrize("why", ["bot_gone", "bot_slow", "bot_failed"])
async def test_each_way_in_which_a_bot_fails_is_told_once(
    stage: Stage, house: House, bot: ScriptedBot, why: str
) -> None:
    if why == "bot_gone":
        stage.configuration.bot = None
    elif why == "bot_slow":
        bot.think_long()
    else:
        bot.fails = RuntimeError("the model is down")
    message = await house.write("a00", "hello")
    await house.clock.advance(LONGEST_THOUGHT + 2 * SWEEP)
    await house.bots.take_turn(message)
    assert [note.body["event"] for note in await entries(house, Kind.NOTE)] == [why]
    assert await house.kinds(FIRST) == ["message", "note", "queued"]


@pytest.mark.parametrize("nonsense", [Say({"text": object()}), "hello"])  # type: ignore[dict-item]
async def test_a_bot_that_answers_nonsense_hands_over(
    house: House, bot: ScriptedBot, nonsense: object
) -> None:
    bot.turn = nonsense  # type: ignore[assignment]
    await house.write("a00", "hello")
    await house.clock.advance(SWEEP)
    assert await house.state(FIRST) is State.WAITING


@pytest.mark.parametrize("error", [NotFound("no such inbox"), KeyError("i_1")])
async def test_where_nothing_says_where_to_hand_over_the_customer_waits_where_he_came_to(
    stage: Stage, house: House, bot: ScriptedBot, error: Exception
) -> None:
    await house.write("a00", "hello")
    await house.clock.settle()

    async def fallback_queue(inbox: str) -> str:
        raise error

    stage.configuration.fallback_queue = fallback_queue  # type: ignore[method-assign]
    stage.configuration.queues.clear()
    bot.fails = RuntimeError("the model is down")
    await house.write("a00", "and?")
    await house.clock.advance(SWEEP)
    last = await house.last(FIRST)
    assert (last.after.state, last.after.queue) == (State.WAITING, QUEUE)


async def test_a_handover_whose_answer_was_lost_is_told_once(house: House, bot: ScriptedBot) -> None:
    bot.turn = HandOver("q_unknown")
    house.store.fail(writes("queued"), Lost("no answer"), after=True)
    await house.write("a00", "hello")
    await house.clock.advance(3 * SWEEP)
    assert await house.kinds(FIRST) == ["message", "note", "queued"]


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
