"""Contacts: the people who write and call, with their addresses on every channel."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Annotated

import msgspec

from hub.clock import Clock, stamp
from hub.documents import (
    Changed,
    Contains,
    Document,
    Documents,
    Duplicate,
    Equal,
    Filter,
    Json,
    Lost,
    Or,
    Prefix,
    Unavailable,
    all_of,
)
from hub.errors import Conflict, Invalid, NotFound, unanswered
from hub.events import Bus, ContactChanged
from hub.ids import Address, ContactId, InboxId, OrganisationId

CONTACTS = "contacts"
MOST_ATTRIBUTES = 50
_NAME = r"^[^\x00-\x1f\x7f$.][^\x00-\x1f\x7f.]*$"  # stores read dots and a leading $ as syntax
_TRIES = 5

Name = Annotated[str, msgspec.Meta(max_length=100)]
Value = (
    Annotated[str, msgspec.Meta(max_length=1_000)]
    | Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
    | float
    | bool
)
Attributes = Annotated[
    dict[Annotated[str, msgspec.Meta(max_length=60, pattern=_NAME)], Value],
    msgspec.Meta(max_length=MOST_ATTRIBUTES),
]


class ContactAddress(msgspec.Struct, frozen=True):
    """Where a contact is reached: an address as the inbox's channel writes it."""

    inbox: str
    address: str


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """One person or household.

    ``attributes`` were checked by staff or signed by the company's own site; ``unverified``
    is what the customer's browser claims. ``keys`` are what the contact is found by exactly.
    """

    id: ContactId
    version: int = 1
    organisation: str
    name: Name = ""
    addresses: list[ContactAddress] = msgspec.field(default_factory=list)
    attributes: Attributes = msgspec.field(default_factory=dict)
    unverified: Attributes = msgspec.field(default_factory=dict)
    vip: bool = False
    keys: list[str] = msgspec.field(default_factory=list)
    created_at: str
    updated_at: str


class Contacts:
    """Finds, makes and changes contacts."""

    def __init__(self, documents: Documents, clock: Clock, bus: Bus) -> None:
        """Over this store."""
        self._documents = documents
        self._clock = clock
        self._bus = bus

    async def get(self, organisation: str, id: str) -> Contact:
        """One contact; :class:`NotFound` also where it is another organisation's."""
        document = await self._load(id)
        if document is None or document.get("organisation") != organisation:
            raise NotFound("there is no such contact")
        return _read(document)

    async def meet(
        self, organisation: OrganisationId, inbox: InboxId, address: Address, *, name: str = ""
    ) -> Contact:
        """The contact who first came from this address, made now if it is his first time.

        The id is a function of inbox and address, so that two first messages at the same
        moment make one contact.
        """
        id = first_contact_id(inbox, address)
        document = await self._load(id)
        if document is not None:
            return _read(document)
        now = stamp(self._clock.now())
        contact = _with_keys(
            Contact(
                id=id,
                organisation=organisation,
                name=name[:100],
                addresses=[ContactAddress(inbox, address)],
                created_at=now,
                updated_at=now,
            )
        )
        try:
            await self._documents.insert(CONTACTS, _write(contact))
        except Duplicate:
            document = await self._load(id)
            return contact if document is None else _read(document)
        except (Unavailable, Lost) as error:
            raise unanswered(error) from error
        return contact

    async def change(
        self,
        organisation: str,
        id: str,
        *,
        version: int | None = None,
        name: str | None = None,
        attributes: Mapping[str, Json] | None = None,
        unverified: Mapping[str, Json] | None = None,
        vip: bool | None = None,
    ) -> Contact:
        """Set what is named; attributes are merged, one set to null is removed.

        With ``version``: :class:`Conflict` where somebody else changed it since.
        """
        for _ in range(_TRIES):
            before = await self.get(organisation, id)
            if version is not None and before.version != version:
                break
            fields: Document = msgspec.to_builtins(before)
            if name is not None:
                fields["name"] = name
            if vip is not None:
                fields["vip"] = vip
            fields["attributes"] = _merged(before.attributes, attributes)
            fields["unverified"] = _merged(before.unverified, unverified)
            fields["version"] = before.version + 1
            fields["updated_at"] = stamp(self._clock.now())
            after = _with_keys(_read(fields))
            try:
                await self._documents.put_if(CONTACTS, _write(after), version=before.version)
            except Changed:
                continue
            except (Unavailable, Lost) as error:
                raise unanswered(error) from error
            self._bus.publish(ContactChanged(after.id))
            return after
        raise Conflict("somebody else changed this contact since you opened it")

    async def search(
        self, organisation: str, text: str, *, cursor: str | None = None, limit: int = 30
    ) -> tuple[list[Contact], str | None]:
        """Contacts whose name begins with the text, or that have it as an address or attribute.

        Without a text: those that changed last. The cursor goes on from the former page.
        """
        where: Filter = Equal("organisation", organisation)
        sort: tuple[str, ...] = ("-updated_at",)
        if text.strip():
            found = Or((Prefix("name", text.strip()), Contains("keys", _key(text))))
            where, sort = all_of(where, found), ("name",)
        try:
            page = await self._documents.find(CONTACTS, where, sort=sort, limit=limit, after=cursor)
        except Unavailable as error:
            raise unanswered(error) from error
        except ValueError as error:
            raise Invalid("cursor: it is not one of this list") from error
        return [_read(document) for document in page.items], page.next

    async def _load(self, id: str) -> Document | None:
        try:
            return await self._documents.get(CONTACTS, id)
        except Unavailable as error:
            raise unanswered(error) from error


def first_contact_id(inbox: InboxId, address: Address) -> ContactId:
    """The id of the contact who is made when this address is met for the first time."""
    digest = hashlib.blake2b(f"{inbox}\x00{address}".encode(), digest_size=16).digest()
    return ContactId("p_" + urlsafe_b64encode(digest).decode().rstrip("="))


def _key(text: str) -> str:
    return "".join(text.split()).casefold()


def _with_keys(contact: Contact) -> Contact:
    values = [address.address for address in contact.addresses]
    values += [str(value) for value in contact.attributes.values() if not isinstance(value, bool)]
    keys = sorted({_key(value)[:100] for value in values if value})
    return msgspec.structs.replace(contact, keys=keys)


def _merged(before: Mapping[str, Json], changes: Mapping[str, Json] | None) -> dict[str, Json]:
    merged = {**before, **(changes or {})}
    return {name: value for name, value in merged.items() if value is not None}


def _read(document: Document) -> Contact:
    try:
        return msgspec.convert(document, Contact)
    except msgspec.ValidationError as error:
        raise Invalid(str(error)) from error


def _write(contact: Contact) -> Document:
    document: Document = msgspec.to_builtins(contact)
    return document
