"""Calendars as a register: what is refused where it is edited, and who keeps to one."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from hub.calendars import Calendar, Calendars, Span, SpecialDay, open_calendars, problems
from hub.documents import Document, Json, Schema
from hub.errors import Conflict, Invalid
from hub.events import LocalBus
from hub.ids import RandomIds
from hub.inboxes import Inboxes, open_inboxes
from hub.migration_steps import calendars_of_inboxes
from hub.schema import COLLECTIONS
from routing import queues as queues_module
from routing import skills as skills_module
from routing.queue_rules import open_queues
from routing.queues import Queues
from routing.skills import open_skills
from tests.fakes.memory_documents import MemoryDocuments

WEEK = [[Span("08:30", "17:30")]] * 5 + [[], []]
WEEK_JSON = msgspec.to_builtins(WEEK)
GOOD = Calendar(id="k_1", organisation="o_main", name="咨询", week=WEEK)


class Office:
    """The registers over one store."""

    def __init__(self) -> None:
        schema = Schema((*COLLECTIONS, *queues_module.COLLECTIONS, *skills_module.COLLECTIONS))
        self.documents = MemoryDocuments(schema)
        ids, bus = RandomIds(), LocalBus()
        skills = open_skills(self.documents, ids, bus)
        self.calendars: Calendars = open_calendars(self.documents, ids, bus, countries=["CN"])
        self.queues: Queues = open_queues(self.documents, ids, bus, skills)
        self.inboxes: Inboxes = open_inboxes(self.documents, ids, bus, channels=frozenset({"webchat"}))

    async def calendar(self, name: str, organisation: str = "o_main") -> str:
        """A calendar's id."""
        return (await self.calendars.create(organisation, {"name": name, "week": WEEK_JSON})).id

    async def queue(self, hours: str | None = None) -> str:
        """A queue's id."""
        return (await self.queues.create("o_main", {"name": "报修", "hours": hours})).id


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    office = Office()
    yield office
    await office.documents.close()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone: there is no time zone named 'Mars/Olympus'"),
        ({"week": [[Span("08:00", "08:00")], *WEEK[1:]]}, "week[0]: 08:00–08:00 ends when it begins"),
        ({"week": [*WEEK[:6], [Span("24:00", "08:00")]]}, "week[6]: 24:00–08:00 begins when the day ends"),
        (
            {"on_holidays": [Span("11:00", "13:00"), Span("09:00", "12:00")]},
            "on_holidays: 09:00–12:00 and 11:00–13:00 overlap",
        ),
        (
            {"week": [[Span("22:00", "06:00"), Span("23:00", "24:00")], *WEEK[1:]]},
            "week[0]: 22:00–06:00 and 23:00–24:00 overlap",
        ),
        ({"follows": "DE"}, "follows: the public holidays of DE are not known (known: CN)"),
        (
            {"special": [SpecialDay(first="2026-02-30", last="2026-03-01")]},
            "2026-02-30: there is no",
        ),
        (
            {"special": [SpecialDay(first="2026-05-02", last="2026-05-01", name="检修")]},
            "检修 ends (2026-05-01) before it begins (2026-05-02)",
        ),
        (
            {
                "special": [
                    SpecialDay(first="2027-02-08", last="2027-02-08", name="值班"),
                    SpecialDay(first="2027-02-05", last="2027-02-11", name="春节"),
                ]
            },
            "special: 春节 and 值班 both say what holds on 2027-02-08",
        ),
        (
            {"special": [SpecialDay(first="2026-05-01", last="2026-05-01", spans=[Span("09:00", "09:00")])]},
            "special: 09:00–09:00 ends when it begins",
        ),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_in_plain_words(wrong: dict[str, object], words: str) -> None:
    found = problems(msgspec.structs.replace(GOOD, **wrong), ["CN"])
    assert words in " ".join(str(problem) for problem in found)


def test_nights_touching_spans_and_days_in_a_row_are_fine() -> None:
    week = [[Span("18:00", "06:00"), Span("08:00", "12:00"), Span("12:00", "18:00")]] * 7
    special = [
        SpecialDay(first="2027-02-05", last="2027-02-07", name="春节"),
        SpecialDay(first="2027-02-08", last="2027-02-08", name="值班", spans=[Span("09:00", "24:00")]),
    ]
    assert problems(msgspec.structs.replace(GOOD, week=week, special=special, follows="CN"), ["CN"]) == []


async def test_no_two_calendars_have_the_same_name(office: Office) -> None:
    await office.calendar("咨询")
    await office.calendar("咨询", "o_other")
    with pytest.raises(Invalid, match="already"):
        await office.calendar(" 咨询 ")


async def test_queue_and_inbox_keep_to_a_calendar_of_their_own_organisation(office: Office) -> None:
    own, foreign = await office.calendar("咨询"), await office.calendar("咨询", "o_other")
    for wrong in (foreign, "k_none"):
        with pytest.raises(Invalid, match="hours: there is no such calendar"):
            await office.queue(wrong)
    queue = await office.queue(own)
    inbox = {"channel": "webchat", "name": "官网", "queue": queue}
    with pytest.raises(Invalid, match="hours: there is no such calendar"):
        await office.inboxes.create("o_main", {**inbox, "hours": foreign})
    assert (await office.inboxes.create("o_main", {**inbox, "hours": own})).hours == own


async def test_a_calendar_somebody_keeps_to_is_not_deleted(office: Office) -> None:
    calendar = await office.calendar("咨询")
    queue = await office.queue(calendar)
    with pytest.raises(Conflict, match="报修"):
        await office.calendars.remove("o_main", calendar)
    await office.queues.change("o_main", queue, {"hours": None}, version=1)
    made = await office.inboxes.create(
        "o_main", {"channel": "webchat", "name": "官网", "queue": queue, "hours": calendar}
    )
    with pytest.raises(Conflict, match="官网"):
        await office.calendars.remove("o_main", calendar)
    await office.inboxes.remove("o_main", made.id)
    await office.calendars.remove("o_main", calendar)
    assert await office.calendars.all("o_main") == []


# --- stored data of before: an inbox had its hours in itself ---

OLD_INBOX: Document = {
    "version": 3,
    "organisation": "o_main",
    "channel": "webchat",
    "name": "官网",
    "enabled": True,
    "group": "main",
    "settings": {},
}
OLD_HOURS: Json = {
    "timezone": "Europe/Berlin",
    "week": WEEK_JSON,
    "days": {"2026-12-24": [{"from": "08:30", "to": "12:00"}], "2026-12-25": []},
}


async def test_hours_inside_an_inbox_become_a_calendar_of_its_name(office: Office) -> None:
    queue = await office.queue()
    for name, hours in (("i_1", OLD_HOURS), ("i_2", OLD_HOURS), ("i_3", None)):
        await office.documents.insert("inboxes", {**OLD_INBOX, "id": name, "queue": queue, "hours": hours})
    await calendars_of_inboxes(office.documents)
    await calendars_of_inboxes(office.documents)  # begun anew after a crash
    inboxes = {inbox.id: inbox for inbox in await office.inboxes.all("o_main")}
    assert inboxes["i_3"].hours is None
    assert (inboxes["i_1"].version, inboxes["i_3"].version) == (4, 3)
    calendars = {calendar.id: calendar for calendar in await office.calendars.all("o_main")}
    assert sorted(calendar.name for calendar in calendars.values()) == ["官网", "官网 2"]
    first = calendars[inboxes["i_1"].hours or ""]
    assert (first.timezone, first.week, first.follows) == ("Europe/Berlin", WEEK, None)
    assert first.special == [
        SpecialDay(first="2026-12-24", last="2026-12-24", spans=[Span("08:30", "12:00")]),
        SpecialDay(first="2026-12-25", last="2026-12-25"),
    ]
    assert problems(first) == []


async def test_a_migration_that_was_cut_after_the_calendar_goes_on(office: Office) -> None:
    queue = await office.queue()
    await office.documents.insert("inboxes", {**OLD_INBOX, "id": "i_1", "queue": queue, "hours": OLD_HOURS})
    await calendars_of_inboxes(office.documents)
    inbox = await office.documents.get("inboxes", "i_1")
    assert inbox is not None
    await office.documents.put_if("inboxes", {**inbox, "version": 5, "hours": OLD_HOURS}, version=4)
    await calendars_of_inboxes(office.documents)
    assert [calendar.name for calendar in await office.calendars.all("o_main")] == ["官网"]
    assert (await office.inboxes.get("o_main", "i_1")).hours == "k_i_1"
