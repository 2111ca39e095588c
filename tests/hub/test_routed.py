"""What rules say of a conversation that begins: whose word counts, and what a bot leaves to them."""

import pytest

from hub.bots import BotRunner, HandOver
from hub.documents import Unavailable
from hub.doors import Arrival, Origin, QueueFacts, Ruling
from hub.entries import Entry, Kind, State
from hub.errors import Busy
from hub.ids import Address
from hub.intake import Incoming, Intake
from tests.fakes.configuration import GROUP, INBOX, ORGANISATION, OTHER_QUEUE, QUEUE, ScriptedBot
from tests.fakes.house import House, contact_of, conversation_of
from tests.fakes.stage import Stage

FIRST = conversation_of("a00")
PAGE = Origin(page="https://gas.example/bill", language="en")


class FakeRules:
    """Says one thing of everybody, and remembers what it was asked."""

    def __init__(self, ruling: Ruling | None) -> None:
        self.ruling = ruling
        self.asked: list[Arrival] = []
        self.away = False

    async def rule(self, arrival: Arrival) -> Ruling | None:
        if self.away:
            raise Unavailable("away")
        self.asked.append(arrival)
        return self.ruling


@pytest.fixture
async def quiet(stage: Stage) -> House:
    """A process in which nothing runs by itself."""
    return await stage.house(start=False)


async def write(
    house: House,
    rules: FakeRules,
    text: str = "hello",
    *,
    origin: Origin = PAGE,
    client_id: str = "client-1",
    queue: str | None = None,
    skills: dict[str, int] | None = None,
    priority: int | None = None,
) -> Entry:
    """A customer's message where these rules are in force."""

    async def said() -> Origin:
        return origin

    intake = Intake(house.writer, house.configuration, house.clock, rules=rules)
    return await intake.receive(
        Incoming(
            inbox=INBOX,
            address=Address("a00"),
            contact=contact_of("a00"),
            body={"text": text},
            client_id=client_id,
            queue=queue,
            skills=skills,
            priority=priority,
            origin=said,
        )
    )


async def test_rules_are_told_everything_and_their_word_is_stored(quiet: House) -> None:
    rules = FakeRules(Ruling(queue=OTHER_QUEUE, skills={"k_gas": 4}, priority=7, rules=("g_1", "g_2")))
    entry = await write(quiet, rules)
    assert (entry.after.queue, entry.after.skills, entry.after.priority) == (OTHER_QUEUE, {"k_gas": 4}, 7)
    assert entry.body["routed"] == {"rules": ["g_1", "g_2"], "queue": OTHER_QUEUE}
    assert rules.asked == [
        Arrival(
            organisation=ORGANISATION,
            channel="chat",
            inbox=INBOX,
            contact=contact_of("a00"),
            text="hello",
            origin=PAGE,
        )
    ]


async def test_a_channels_own_word_goes_before_the_rules(quiet: House) -> None:
    rules = FakeRules(Ruling(queue=OTHER_QUEUE, skills={"k_gas": 4}, priority=7, rules=("g_1",)))
    entry = await write(quiet, rules, queue=QUEUE, skills={"k_own": 1}, priority=0)
    assert (entry.after.queue, entry.after.skills, entry.after.priority) == (QUEUE, {"k_own": 1}, 0)
    assert entry.body["routed"] == {"rules": ["g_1"], "queue": QUEUE}


async def test_a_queue_brings_what_it_asks_for_itself_unless_somebody_says_otherwise(quiet: House) -> None:
    quiet.configuration.queues[OTHER_QUEUE] = QueueFacts(ORGANISATION, GROUP, priority=3, skills={"k_en": 2})
    entry = await write(quiet, FakeRules(Ruling(queue=OTHER_QUEUE, priority=5, rules=("g_1",))))
    assert (entry.after.queue, entry.after.skills, entry.after.priority) == (OTHER_QUEUE, {"k_en": 2}, 5)


async def test_a_queue_that_is_gone_leaves_the_doors_own(quiet: House) -> None:
    entry = await write(quiet, FakeRules(Ruling(queue="q_gone", priority=5, rules=("g_1",))))
    assert (entry.after.queue, entry.after.priority) == (QUEUE, 5)
    assert entry.body["routed"] == {"rules": ["g_1"], "queue": QUEUE}


async def test_a_repetition_is_the_first_entry_also_where_the_rules_have_changed(quiet: House) -> None:
    rules = FakeRules(Ruling(queue=OTHER_QUEUE, rules=("g_1",)))
    first = await write(quiet, rules)
    rules.ruling = Ruling(queue=QUEUE, rules=("g_2",))
    assert await write(quiet, rules) == first
    assert len(await quiet.entries(FIRST)) == 1


async def test_where_the_rules_cannot_be_read_nothing_is_stored_and_the_customer_sends_again(
    quiet: House,
) -> None:
    rules = FakeRules(Ruling(queue=OTHER_QUEUE, rules=("g_1",)))
    rules.away = True
    with pytest.raises(Busy):
        await write(quiet, rules)
    assert await quiet.entries(FIRST) == []
    rules.away = False
    assert (await write(quiet, rules)).after.queue == OTHER_QUEUE


async def handed_over(house: House, rules: FakeRules, turn: HandOver, *texts: str) -> Entry:
    """What a bot's handover becomes after these messages."""
    bot = ScriptedBot()
    house.configuration.put_bot(bot)
    runner = BotRunner(house.store, house.conversations, house.configuration, clock=house.clock, rules=rules)
    for number, text in enumerate(texts):
        message = await write(house, rules, text, client_id=f"client-{number}")
        bot.turn = turn if number == len(texts) - 1 else None
        await runner.take_turn(message)
    last = await house.last(FIRST)
    assert last.kind is Kind.QUEUED
    return last


async def test_with_a_bot_at_the_door_the_rules_wait_until_it_hands_over(quiet: House) -> None:
    rules = FakeRules(Ruling(queue=OTHER_QUEUE, skills={"k_gas": 4}, priority=7, rules=("g_1",)))
    queued = await handed_over(quiet, rules, HandOver(note="leak"), "hello", "gas smell")
    after = queued.after
    assert (after.state, after.queue, after.skills, after.priority) == (
        State.WAITING,
        OTHER_QUEUE,
        {"k_gas": 4},
        7,
    )
    (asked,) = rules.asked
    assert (asked.text, asked.origin, asked.contact) == ("hello\ngas smell", PAGE, contact_of("a00"))
    first = (await quiet.entries(FIRST))[0]
    assert first.body["origin"] == {"page": PAGE.page, "language": PAGE.language}
    assert "routed" not in first.body


async def test_what_the_bot_says_goes_before_the_rules(quiet: House) -> None:
    rules = FakeRules(Ruling(queue=OTHER_QUEUE, skills={"k_gas": 4}, priority=7, rules=("g_1",)))
    queued = await handed_over(quiet, rules, HandOver(skills={"k_en": 1}), "hello")
    assert (queued.after.queue, queued.after.skills, queued.after.priority) == (OTHER_QUEUE, {"k_en": 1}, 7)


async def test_a_bot_that_names_a_queue_asks_no_rule(quiet: House) -> None:
    rules = FakeRules(Ruling(queue=OTHER_QUEUE, rules=("g_1",)))
    queued = await handed_over(quiet, rules, HandOver(QUEUE), "hello")
    assert (queued.after.queue, rules.asked) == (QUEUE, [])


async def test_without_a_rule_that_holds_the_handover_goes_to_the_doors_queue(quiet: House) -> None:
    assert (await handed_over(quiet, FakeRules(None), HandOver(), "hello")).after.queue == QUEUE
    assert await quiet.state(FIRST) is State.WAITING
