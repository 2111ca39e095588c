"""A bot at the door: it answers once, hands over, and is silent from then on."""

import asyncio

from hub.bots import Finish
from hub.documents import Document, Unavailable
from hub.entries import Entry, State, Todo
from hub.sweeper import SWEEP
from routing.router import ROUND
from tests.fakes.configuration import ScriptedBot
from tests.fakes.house import House, conversation_of
from tests.fakes.stage import Stage
from tests.fakes.watched_documents import changes, writes

FIRST = conversation_of("a00")


async def said_by_bots(house: House) -> list[object]:
    """What bots have said in the first conversation."""
    entries = await house.entries(FIRST)
    return [entry.body["text"] for entry in entries if entry.by.kind.value == "bot" and is_message(entry)]


def is_message(entry: Entry) -> bool:
    """Whether it is a message."""
    return entry.kind.value == "message"


async def test_a_bot_answers_each_message_once(stage: Stage, house: House) -> None:
    stage.configuration.put_bot(ScriptedBot())
    await house.write("a00", "one")
    await house.clock.settle()
    await house.write("a00", "two")
    await house.clock.advance(3 * SWEEP)
    assert await said_by_bots(house) == ["bot: one", "bot: two"]
    assert house.channel.texts == ["bot: one", "bot: two"]
    assert await house.state(FIRST) is State.BOT


async def test_a_bot_that_was_thinking_when_the_handover_came_stays_silent(
    stage: Stage, house: House
) -> None:
    bot = ScriptedBot()
    stage.configuration.put_bot(bot)
    answer = bot.think_long()
    await house.write("a00", "my bill")
    await house.clock.settle()
    await house.write("a00", "a person please")
    await house.clock.settle()
    assert await house.state(FIRST) is State.WAITING
    answer.set()
    await house.clock.advance(3 * SWEEP)
    assert await said_by_bots(house) == []
    assert house.channel.attempts == []
    assert [entry.todo for entry in await house.entries(FIRST) if entry.todo not in (None, Todo())] == []


async def test_a_bot_is_silent_after_the_handover(stage: Stage, house: House) -> None:
    bot = ScriptedBot()
    stage.configuration.put_bot(bot)
    await house.write("a00", "a person please")
    await house.clock.settle()
    desk = await house.hire("u_1")
    await house.clock.advance(ROUND)
    await house.write("a00", "are you there")
    await desk.accept_all()
    await house.write("a00", "hello")
    await house.clock.advance(SWEEP)
    assert len(bot.heard) == 1
    assert await said_by_bots(house) == []


async def test_a_bot_that_was_thinking_when_the_customer_left_stays_silent(
    stage: Stage, house: House
) -> None:
    bot = ScriptedBot()
    stage.configuration.put_bot(bot)
    answer = bot.think_long()
    await house.write("a00", "my bill")
    await house.clock.settle()
    await house.leave("a00")
    answer.set()
    await house.clock.advance(SWEEP)
    assert await house.kinds(FIRST) == ["message", "closed"]


async def test_an_answer_that_crosses_with_the_handover_is_refused(stage: Stage, house: House) -> None:
    stage.configuration.put_bot(ScriptedBot())
    gate = house.store.hold(writes("message", seq=2))
    await house.write("a00", "my bill")
    await house.clock.settle()
    assert gate.arrived.is_set()
    await house.write("a00", "a person please")
    await house.clock.settle()
    gate.open()
    await house.clock.advance(SWEEP)
    assert await house.kinds(FIRST) == ["message", "message", "queued"]


async def test_a_turn_taken_up_again_after_a_crash_is_one_answer(stage: Stage) -> None:
    bot = ScriptedBot()
    stage.configuration.put_bot(bot)
    house = await stage.house()
    gate = house.store.hold(changes("entries"), after=False)
    write = asyncio.create_task(house.write("a00", "one"))
    await stage.clock.settle()
    gate.open()
    await write
    await stage.clock.settle()
    # It answered, and died before it could say that it had.
    again = await stage.house(alone=False, start=False)
    entry = (await again.entries(FIRST))[0]
    stored = await stage.documents.get("entries", entry.id)
    assert stored is not None
    await house.kill()
    marked: Document = {**stored, "todo": {"bot": True}, "version": entry.version + 1}
    await stage.documents.put_if("entries", marked, version=entry.version)
    await again.start()
    await stage.clock.advance(SWEEP)
    assert len(bot.heard) == 2
    assert await said_by_bots(again) == ["bot: one"]


async def test_a_turn_whose_hint_was_lost_is_found_by_the_sweep(stage: Stage) -> None:
    stage.configuration.put_bot(ScriptedBot())
    web = await stage.house(start=False)
    await web.write("a00", "one")  # and the process dies
    again = await stage.house()
    await stage.clock.advance(SWEEP)
    assert await said_by_bots(again) == ["bot: one"]


async def test_a_message_after_a_bot_has_closed_waits_for_a_person_and_does_not_loop(
    stage: Stage, house: House
) -> None:
    bot = ScriptedBot()
    bot.turn = Finish()
    stage.configuration.put_bot(bot)
    await house.write("a00", "bye")
    await house.clock.settle()
    assert await house.state(FIRST) is State.CLOSED
    await house.write("a00", "thanks")
    await house.clock.advance(3 * SWEEP)
    assert await house.kinds(FIRST) == ["message", "closed", "message"]
    assert await house.state(FIRST) is State.WAITING
    assert len(bot.heard) == 1


async def test_a_bot_does_not_close_over_a_message_it_has_not_seen(stage: Stage, house: House) -> None:
    bot = ScriptedBot()
    bot.turn = Finish()
    stage.configuration.put_bot(bot)
    gate = house.store.hold(writes("closed"))
    await house.write("a00", "bye")
    await house.clock.settle()
    assert gate.arrived.is_set()
    bot.turn = None
    await house.write("a00", "or rather not")
    await house.clock.settle()
    gate.open()
    await house.clock.advance(SWEEP)
    assert await house.state(FIRST) is State.BOT
    assert await said_by_bots(house) == ["bot: or rather not"]


async def test_a_customer_is_not_left_alone_with_a_bot_that_fails(stage: Stage, house: House) -> None:
    """Bots.fallback_queue: "where conversations go when the bot is gone or fails"."""
    bot = ScriptedBot()
    bot.fails = RuntimeError("the model is down")
    stage.configuration.put_bot(bot)
    await house.write("a00", "one")
    await house.clock.advance(6 * SWEEP)
    assert await house.state(FIRST) is State.WAITING


async def test_a_customer_is_not_left_alone_where_the_bot_was_unplugged(stage: Stage, house: House) -> None:
    stage.configuration.put_bot(ScriptedBot())
    stage.configuration.bot = None
    await house.write("a00", "one")
    await house.clock.advance(SWEEP)
    assert await house.state(FIRST) is State.WAITING


async def test_a_turn_is_not_lost_when_the_store_is_away(stage: Stage, house: House) -> None:
    stage.configuration.put_bot(ScriptedBot())
    house.store.fail(writes("message", seq=2), Unavailable("away"), times=2)
    await house.write("a00", "one")
    await house.clock.advance(4 * SWEEP)
    assert await said_by_bots(house) == ["bot: one"]
