"""The conversation document as the fold of its entries."""

from itertools import count

import pytest

from hub.documents import Document, Json
from hub.entries import Actor, After, By, Entry, Kind, State
from hub.ids import ConversationId, EntryId
from hub.projections import PREVIEW_LENGTH, preview, project

CONTACT, AGENT, BOT, HOUSE = (
    By(Actor.CONTACT, "p_1"),
    By(Actor.AGENT, "u_1"),
    By(Actor.BOT, "b_1"),
    By(Actor.SYSTEM, "hub"),
)
WAITING = After(state=State.WAITING, channel="chat", group="g_1", queue="q_1", heard=1)
ASSIGNED = After(
    state=State.ASSIGNED, channel="chat", group="g_1", queue="q_1", agent="u_1", slot="e_s", heard=1
)
CLOSED = After(state=State.CLOSED, channel="chat", group="g_1", queue="q_1", heard=1)
SNOOZED = After(state=State.SNOOZED, channel="chat", group="g_1", queue="q_1", heard=1)


def entry(seq: int, kind: Kind, by: By, after: After, **body: Json) -> Entry:
    return Entry(
        id=EntryId(f"e_{seq}"),
        version=1,
        organisation="o_main",
        conversation=ConversationId("c_1"),
        seq=seq,
        kind=kind,
        by=by,
        at=f"2026-11-25T10:00:{seq:02}.000Z",
        body={"v": 1, **body},
        digest="",
        after=after,
        inbox="i_1",
        address="a_1",
        generation=2,
    )


Fact = tuple[Kind, By, After, dict[str, Json]]


def fact(kind: Kind, by: By, after: After, **body: Json) -> Fact:
    return kind, by, after, body


def folded(*facts: Fact) -> Document:
    document: Document | None = None
    for seq, (kind, by, after, body) in zip(count(1), facts, strict=False):
        document = project(document, entry(seq, kind, by, after, **body))
    assert document is not None
    return document


FIRST = fact(Kind.MESSAGE, CONTACT, WAITING, text="hello")


def test_the_first_entry_makes_the_document() -> None:
    document = folded(FIRST)
    assert document["id"] == "c_1"
    assert (document["version"], document["generation"], document["contact"]) == (1, 2, "p_1")
    assert (document["state"], document["queue"], document["agent"]) == ("waiting", "q_1", None)
    assert (document["messages"], document["unanswered"]) == (1, 1)
    assert document["created_at"] == document["updated_at"] == "2026-11-25T10:00:01.000Z"


def test_an_entry_that_does_not_follow_is_refused() -> None:
    document = folded(FIRST)
    for seq in (1, 3):
        with pytest.raises(ValueError, match="does not follow"):
            project(document, entry(seq, Kind.NOTE, AGENT, WAITING))
    with pytest.raises(ValueError, match="does not follow"):
        project(None, entry(2, Kind.NOTE, AGENT, WAITING))


def test_the_document_that_was_there_is_not_touched() -> None:
    before = folded(FIRST)
    copy = dict(before)
    project(before, entry(2, Kind.LEFT, CONTACT, WAITING))
    assert before == copy


def test_what_the_customer_said_is_unanswered_until_somebody_speaks() -> None:
    more = fact(Kind.MESSAGE, CONTACT, ASSIGNED, text="are you there?")
    assert folded(FIRST, more)["unanswered"] == 2
    note = fact(Kind.NOTE, AGENT, ASSIGNED, text="he is angry")
    assert folded(FIRST, more, note)["unanswered"] == 2
    house = fact(Kind.MESSAGE, HOUSE, ASSIGNED, text="still there?")
    assert folded(FIRST, more, house)["unanswered"] == 2
    for speaker in (AGENT, BOT):
        answer = fact(Kind.MESSAGE, speaker, ASSIGNED, text="yes")
        document = folded(FIRST, more, answer)
        assert (document["unanswered"], document["messages"]) == (0, 3)
    assert folded(FIRST, more, fact(Kind.CLOSED, AGENT, CLOSED))["unanswered"] == 0


ROUTER = By(Actor.ROUTER, "g_1")
PASSED_ON = [
    fact(Kind.QUEUED, AGENT, WAITING, queue="q_2"),
    fact(Kind.ASSIGNED, AGENT, ASSIGNED, how="transfer", to="u_2"),
    fact(Kind.RELEASED, ROUTER, WAITING),
    fact(Kind.SNOOZED, AGENT, SNOOZED, until="2026-11-26T08:00:00.000Z"),
]


@pytest.mark.parametrize("passed_on", PASSED_ON, ids=lambda one: one[0].value)
def test_who_holds_it_next_owes_a_word_also_where_the_one_before_had_answered(passed_on: Fact) -> None:
    answer = fact(Kind.MESSAGE, AGENT, ASSIGNED, text="my colleague will help you")
    accepted = fact(Kind.ASSIGNED, By(Actor.AGENT, "u_2"), ASSIGNED, how="accept", slot="e_4")
    answered = FIRST, fact(Kind.ASSIGNED, AGENT, ASSIGNED, how="accept", slot="e_1"), answer
    assert folded(*answered)["unanswered"] == 0
    assert folded(*answered, passed_on)["unanswered"] == 1
    assert folded(*answered, passed_on, accepted)["unanswered"] == 1
    assert folded(*answered, passed_on, accepted, answer)["unanswered"] == 0


def test_what_nobody_has_answered_is_counted_on_across_hand_overs() -> None:
    for passed_on in PASSED_ON:
        assert folded(FIRST, FIRST, passed_on)["unanswered"] == 2
        assert folded(FIRST, FIRST, passed_on, FIRST)["unanswered"] == 3


@pytest.mark.parametrize("how", ["accept", "pull", "reopen"])
def test_taking_it_up_is_no_hand_over(how: str) -> None:
    closed = fact(Kind.CLOSED, AGENT, CLOSED, reason="done")
    assert folded(FIRST, closed, fact(Kind.ASSIGNED, AGENT, ASSIGNED, how=how))["unanswered"] == 0


def test_words_leave_the_row_with_the_note_of_their_erasure() -> None:
    closed = fact(Kind.CLOSED, AGENT, CLOSED, summary="his card is 6222", reason="done")
    first, second = (fact(Kind.NOTE, HOUSE, CLOSED, event="erased", erased=number) for number in (1, 2))
    before = folded(FIRST, closed)
    assert folded(FIRST, closed, first)["preview"] == {**_shown(before), "text": ""}
    assert folded(FIRST, closed, second)["preview"] == before["preview"]
    assert folded(FIRST, closed, second)["summary"] == ""
    assert folded(FIRST, closed, first)["updated_at"] == before["updated_at"]


def test_only_the_house_itself_says_that_something_was_erased() -> None:
    note = fact(Kind.NOTE, AGENT, WAITING, event="erased", erased=1)
    assert folded(FIRST, note)["preview"] == folded(FIRST)["preview"]


def _shown(document: Document) -> Document:
    preview = document["preview"]
    assert isinstance(preview, dict)
    return preview


@pytest.mark.parametrize("kind", [Kind.OFFERED, Kind.OFFER_ENDED])
def test_offers_do_not_move_a_row(kind: Kind) -> None:
    document = folded(FIRST, fact(kind, By(Actor.ROUTER, "g_1"), WAITING))
    assert (document["updated_at"], document["version"]) == ("2026-11-25T10:00:01.000Z", 2)


def test_who_handled_it_last_stays_after_the_end() -> None:
    closed = fact(Kind.CLOSED, AGENT, CLOSED, disposition="d_1", summary="leak", reason="done")
    document = folded(FIRST, fact(Kind.ASSIGNED, AGENT, ASSIGNED), closed)
    assert (document["agent"], document["last_agent"]) == (None, "u_1")
    assert (document["disposition"], document["summary"]) == ("d_1", "leak")
    assert document["closed_at"] == "2026-11-25T10:00:03.000Z"


def test_leaving_and_sleeping_end_with_what_ends_them() -> None:
    left = fact(Kind.LEFT, CONTACT, ASSIGNED)
    assert "left_at" in folded(FIRST, left)
    assert "left_at" not in folded(FIRST, left, fact(Kind.RETURNED, CONTACT, ASSIGNED))
    assert "left_at" not in folded(FIRST, left, FIRST)
    until = "2026-11-26T08:00:00.000Z"
    snoozed = fact(Kind.SNOOZED, AGENT, SNOOZED, until=until)
    assert folded(FIRST, snoozed)["snoozed_until"] == until
    for end in (
        fact(Kind.WOKEN, HOUSE, WAITING),
        fact(Kind.ASSIGNED, AGENT, ASSIGNED),
        fact(Kind.CLOSED, HOUSE, CLOSED),
        FIRST,
    ):
        assert "snoozed_until" not in folded(FIRST, snoozed, end)


def test_a_rating_is_kept() -> None:
    assert folded(FIRST, fact(Kind.RATED, CONTACT, WAITING, score=4))["rating"] == 4


def test_a_preview_is_one_line() -> None:
    text = "first\nsecond   " + "x" * 200
    line = preview(entry(1, Kind.MESSAGE, CONTACT, WAITING, text=text))
    assert isinstance(line, dict)
    assert isinstance(line["text"], str)
    assert line["text"].startswith("first second xxx")
    assert len(line["text"]) == PREVIEW_LENGTH
    assert (line["by"], line["by_id"]) == ("contact", "p_1")


def test_a_preview_names_what_has_no_words() -> None:
    file: Json = {"file": "f_1", "name": "leak.jpg", "media": "image"}
    line = preview(entry(1, Kind.MESSAGE, CONTACT, WAITING, attachments=[file]))
    assert isinstance(line, dict)
    assert (line["text"], line["media"]) == ("", "image")
    asked = preview(entry(1, Kind.MESSAGE, BOT, WAITING, prompt={"text": "Which one?", "options": []}))
    assert isinstance(asked, dict)
    assert asked["text"] == "Which one?"
