"""Contacts: made once however many meet them, found, changed without losing another's change."""

import asyncio

import pytest

from hub.clock import SystemClock
from hub.contacts import Contacts
from hub.documents import Schema
from hub.errors import Conflict, Invalid, NotFound
from hub.events import LocalBus
from hub.ids import Address, InboxId, OrganisationId
from hub.schema import COLLECTIONS
from tests.fakes.memory_documents import MemoryDocuments

OWN = OrganisationId("o_main")


@pytest.fixture
def contacts() -> Contacts:
    """Over an empty store."""
    return Contacts(MemoryDocuments(Schema(COLLECTIONS)), SystemClock(), LocalBus())


async def test_two_first_messages_at_once_make_one_contact(contacts: Contacts) -> None:
    met = await asyncio.gather(
        *(contacts.meet(OWN, InboxId("i_1"), Address("a"), name=f"n{number}") for number in range(5))
    )
    assert len({contact.id for contact in met}) == 1
    other = await contacts.meet(OWN, InboxId("i_2"), Address("a"))
    assert other.id != met[0].id


async def test_changes_of_two_people_are_both_kept(contacts: Contacts) -> None:
    contact = await contacts.meet(OWN, InboxId("i_1"), Address("a"))
    await asyncio.gather(
        contacts.change(OWN, contact.id, name="王桂兰"),
        contacts.change(OWN, contact.id, attributes={"户号": "12"}),
        contacts.change(OWN, contact.id, unverified={"page": "x"}),
    )
    after = await contacts.get(OWN, contact.id)
    assert (after.name, after.attributes, after.unverified) == ("王桂兰", {"户号": "12"}, {"page": "x"})
    with pytest.raises(Conflict):
        await contacts.change(OWN, contact.id, version=1, vip=True)


async def test_another_organisations_contact_is_not_there(contacts: Contacts) -> None:
    contact = await contacts.meet(OWN, InboxId("i_1"), Address("a"), name="王")
    with pytest.raises(NotFound):
        await contacts.get("o_other", contact.id)
    with pytest.raises(NotFound):
        await contacts.change("o_other", contact.id, name="x")
    assert await contacts.search("o_other", "王") == ([], None)


@pytest.mark.parametrize("name", ["$ne", "a.b", "", "a\x00", "x" * 61])
async def test_an_attribute_cannot_be_named_like_an_operator_or_a_path(contacts: Contacts, name: str) -> None:
    contact = await contacts.meet(OWN, InboxId("i_1"), Address("a"))
    with pytest.raises(Invalid):
        await contacts.change(OWN, contact.id, attributes={name: "1"})


async def test_a_search_comes_in_pages_by_name(contacts: Contacts) -> None:
    for number in range(7):
        await contacts.meet(OWN, InboxId("i_1"), Address(str(number)), name=f"王{number}")
    found: list[str] = []
    cursor: str | None = None
    while True:
        page, cursor = await contacts.search(OWN, "王", cursor=cursor, limit=3)
        found += [contact.name for contact in page]
        if cursor is None:
            break
    assert found == [f"王{number}" for number in range(7)]
    with pytest.raises(Invalid):
        await contacts.search(OWN, "王", cursor="nonsense")
