"""What an entry owes is done at once by a hint, and found by a sweep when the hint was lost."""

from dataclasses import replace

from hub.channel import ChannelError
from hub.documents import Unavailable
from hub.entries import State, Todo
from hub.projections import Projector
from hub.sweeper import AT_ONCE, SWEEP, Sweeper
from tests.fakes.configuration import ScriptedBot
from tests.fakes.house import Desk, House, conversation_of
from tests.fakes.ledger import read_all
from tests.fakes.stage import Stage
from tests.fakes.watched_documents import Call, changes, reads

FIRST = conversation_of("a00")


async def owed(stage: Stage) -> list[str]:
    """The kinds of what is still owed."""
    marks: list[str] = []
    for entry in await read_all(stage.documents, "entries"):
        todo = entry.get("todo")
        marks += sorted(todo) if isinstance(todo, dict) else []
    return marks


async def test_a_sweep_finds_what_every_hint_has_missed(stage: Stage) -> None:
    """A process writes and dies before it has done anything of what it owes."""
    stage.configuration.put_bot(ScriptedBot())
    dead = await stage.house(inline=False, start=False)
    await dead.hire("u_1", capacity=3)
    await dead.write("b0", "hello")
    stage.configuration.set_door(lambda door: replace(door, bot=None))
    for number in range(2):
        waiting = await dead.write(f"a{number}")
        await dead.conversations.pull(waiting.conversation, agent="u_1")
        await dead.desks[0].say(waiting.conversation, "good day")
    assert {"project", "deliver", "bot"} == set(await owed(stage))
    await stage.house(routes=False)
    await stage.clock.advance(SWEEP)
    assert await owed(stage) == []
    assert sorted(map(str, stage.channel.texts)) == ["bot: hello", "good day", "good day"]


async def test_a_hint_starts_the_work_without_waiting_for_a_sweep(
    stage: Stage, house: House, desk: Desk
) -> None:
    before = house.clock.monotonic()
    await desk.say(FIRST, "good day")
    await house.clock.settle()
    assert stage.channel.texts == ["good day"]
    assert await owed(stage) == []
    assert house.clock.monotonic() == before


async def test_work_that_failed_is_taken_up_by_the_next_sweep(stage: Stage) -> None:
    house = await stage.house(inline=False, routes=False)
    house.store.fail(changes("conversations"), Unavailable("away"), times=1)
    await house.write("a00")
    await house.clock.settle()
    assert await owed(stage) == ["project"]
    await house.clock.advance(SWEEP)
    assert await owed(stage) == []
    assert (await house.row(FIRST))["version"] == 1


async def test_a_sweep_that_fails_is_repeated(stage: Stage) -> None:
    dead = await stage.house(inline=False, start=False)
    await dead.write("a00")
    house = await stage.house(inline=False, routes=False, start=False)
    house.store.fail(reads("entries"), Unavailable("away"), times=2)
    await house.start()
    assert await owed(stage) == ["project"]
    await house.clock.advance(3 * SWEEP)
    assert await owed(stage) == []


async def test_one_piece_of_work_that_fails_does_not_stop_the_others(stage: Stage, house: House) -> None:
    bot = ScriptedBot()
    stage.configuration.put_bot(bot)
    stage.channel.will(_Bug())
    for number in range(3):
        await house.write(f"a{number:02}", "hello")
    await house.clock.advance(SWEEP)
    assert len(stage.channel.texts) == 2


class _Bug(ChannelError):
    """A channel that breaks its own contract."""


async def test_much_work_is_done_a_bounded_number_at_a_time(stage: Stage) -> None:
    bot = ScriptedBot()
    stage.configuration.put_bot(bot)
    go_on = bot.think_long()
    house = await stage.house(routes=False)
    for number in range(AT_ONCE + 30):
        await house.write(f"a{number:03}", "hello")
    await house.clock.settle()
    assert len(bot.heard) == AT_ONCE
    go_on.set()
    await house.clock.settle()
    assert len(bot.heard) == AT_ONCE + 30
    assert len(stage.channel.texts) == AT_ONCE + 30


async def test_more_marks_than_a_page_holds_are_all_found(stage: Stage) -> None:
    dead = await stage.house(inline=False, start=False)
    for number in range(450):
        await dead.write(f"a{number:03}")
    house = await stage.house(inline=False, routes=False, start=False)
    found = await house.sweeper.sweep()
    await house.clock.settle()
    assert found == 450
    assert await owed(stage) == []


async def test_an_entry_that_came_while_its_conversation_was_in_work_is_not_forgotten(stage: Stage) -> None:
    house = await stage.house(inline=False, routes=False)
    gate = house.store.hold(changes("conversations"))
    await house.write("a00", "one")
    await house.clock.settle()
    assert gate.arrived.is_set()
    await house.write("a00", "two")
    await house.clock.settle()
    gate.open()
    await house.clock.settle()
    assert (await house.row(FIRST))["version"] == 2
    assert await owed(stage) == []


async def test_a_message_that_comes_when_the_last_look_for_more_has_just_found_nothing_goes_out_at_once(
    stage: Stage, house: House, desk: Desk
) -> None:
    def looks_for_more(call: Call) -> bool:
        return call.name == "find" and call.collection == "entries" and len(stage.channel.attempts) == 1

    gate = house.store.hold(looks_for_more, after=True)
    await desk.say(FIRST, "a")
    await house.clock.settle()
    assert gate.arrived.is_set()
    await desk.say(FIRST, "b")
    gate.open()
    await house.clock.settle()
    assert stage.channel.texts == ["a", "b"]


async def test_two_processes_that_sweep_together_do_no_harm(stage: Stage) -> None:
    dead = await stage.house(inline=False, start=False)
    for number in range(30):
        await dead.write(f"a{number % 5:02}", str(number))
    houses = [await stage.house(inline=False, routes=False, start=False) for _ in range(3)]
    for house in houses:
        await house.sweeper.sweep()
    await stage.clock.advance(1)
    assert await owed(stage) == []
    for number in range(5):
        assert (await houses[0].row(conversation_of(f"a{number:02}")))["version"] == 6


async def test_a_drain_lets_work_finish_and_ends_what_takes_too_long(stage: Stage) -> None:
    bot = ScriptedBot()
    stage.configuration.put_bot(bot)
    bot.think_long()
    house = await stage.house(routes=False)
    await house.write("a00", "hello")
    await house.clock.settle()
    await house.sweeper.drain(0.01)
    await house.clock.settle()
    assert await owed(stage) == ["bot"]  # and the next process takes it up
    assert await house.state(FIRST) is State.BOT


async def test_without_bots_a_turn_stays_owed_and_the_rest_is_done(stage: Stage) -> None:
    stage.configuration.put_bot(ScriptedBot())
    house = await stage.house(inline=False, start=False)
    sweeper = Sweeper(
        house.store,
        projector=Projector(house.store, house.bus),
        deliverer=house.deliverer,
        bots=None,
        clock=stage.clock,
    )
    sweeper.listen(house.bus)
    entry = await house.write("a00", "hello")
    await house.clock.settle()
    assert await owed(stage) == ["bot"]
    stored = await house.timeline.by_id(entry.id)
    assert stored is not None
    assert stored.todo == Todo(bot=True)
