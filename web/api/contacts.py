"""Contacts: look one up, search, change."""

from typing import Annotated, Any

import msgspec
from pydantic import Field

from hub.access import Permission
from hub.contacts import MOST_ATTRIBUTES, Contact, Contacts
from hub.endpoints import Permitted
from web.api.registers import Version
from web.operations import Absent, Asked, Body, Cursor, Given, Operation, Query, optional, printable

_READ, _EDIT = Permitted(Permission.CONTACTS_READ), Permitted(Permission.CONTACTS_EDIT)
# No dots and no leading $: stores read those in names as paths and operators.
AttributeName = Annotated[
    str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f$.][^\x00-\x1f\x7f.]*$")
]
AttributeText = Annotated[str, printable(1_000)]
AttributeNumber = Annotated[int, Field(ge=-(2**53), le=2**53)]
# null removes an attribute
Attribute = AttributeText | AttributeNumber | bool | None
Limit = Annotated[int, Field(ge=1, le=100)]


class ContactAddressGiven(Given):
    """Where a contact is reached."""

    inbox: str
    address: str


class ContactGiven(Given):
    """A contact. ``attributes`` are sure, ``unverified`` is what a browser claimed."""

    id: str
    version: int
    name: str
    addresses: list[ContactAddressGiven]
    attributes: dict[str, Any]
    unverified: dict[str, Any]
    vip: bool
    created_at: str
    updated_at: str


class ContactPage(Given):
    """Some contacts, and the cursor that continues."""

    items: list[ContactGiven]
    next: Absent[str] = None


class ContactSearch(Query):
    """The beginning of a name, or a whole address or attribute."""

    search: Annotated[str, printable(100)] = ""
    cursor: Cursor | None = None
    limit: Limit = 30


class ContactChange(Body):
    """What changes of a contact; attributes are merged, one set to null is removed."""

    version: Version | None = None
    name: Annotated[str, printable(100)] = optional()
    vip: bool = optional()
    attributes: Annotated[dict[AttributeName, Attribute], Field(max_length=MOST_ATTRIBUTES)] = optional()


class ContactsApi:
    """/api/contacts."""

    def __init__(self, contacts: Contacts) -> None:
        """Over these contacts."""
        self._contacts = contacts

    def operations(self) -> list[Operation]:
        """What to mount."""
        one = "/api/contacts/{id}"
        return [
            Operation(method="GET", path="/api/contacts", policy=_READ, handle=self.search,
                      tag="contacts", query=ContactSearch, gives=ContactPage),
            Operation(method="GET", path=one, policy=_READ, handle=self.get,
                      tag="contacts", gives=ContactGiven),
            Operation(method="PATCH", path=one, policy=_EDIT, handle=self.change,
                      tag="contacts", body=ContactChange, gives=ContactGiven),
        ]  # fmt: skip

    async def search(self, asked: Asked[ContactSearch, None]) -> ContactPage:
        """Search contacts; without a text those that changed last."""
        query = asked.query
        found, cursor = await self._contacts.search(
            asked.me.organisation, query.search, cursor=query.cursor, limit=query.limit
        )
        return ContactPage(items=[present_contact(contact) for contact in found], next=cursor)

    async def get(self, asked: Asked[None, None]) -> ContactGiven:
        """One contact."""
        return present_contact(await self._contacts.get(asked.me.organisation, asked.path["id"]))

    async def change(self, asked: Asked[None, ContactChange]) -> ContactGiven:
        """Change a contact, at `version` if it is named."""
        body = asked.body
        changed = await self._contacts.change(
            asked.me.organisation,
            asked.path["id"],
            version=body.version,
            name=body.name,
            vip=body.vip,
            attributes=body.attributes,
        )
        return present_contact(changed)


def present_contact(contact: Contact) -> ContactGiven:
    """A contact as staff see him."""
    return ContactGiven.model_validate(msgspec.to_builtins(contact))
