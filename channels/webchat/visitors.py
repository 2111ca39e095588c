"""Visitors: from a token to a contact. Nothing is stored for one who only looks.

A visitor's document is kept under the hash of his token; a verified identity has one of its
own, so that the same customer is one contact on all his devices. An anonymous visitor who is
vouched for later takes his conversation with him; his former token is then given up, so that
it shows nobody else what follows.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import msgspec

from channels.webchat.config import WebChatSettings
from channels.webchat.identity import (
    Tokens,
    address_of_identity,
    address_of_token,
    identity_key,
    token_hash,
    vouched,
)
from channels.webchat.refusals import IdentityInvalid, UnknownToken
from channels.webchat.schema import VISITORS
from channels.webchat.wire import Identity, SessionRequest
from channels.webchat.words import visitor_name
from hub.clock import Clock, parse_stamp, stamp
from hub.contacts import Contact, Contacts
from hub.documents import Changed, Document, Documents, Duplicate, Json
from hub.doors import Origin
from hub.errors import Invalid, NotFound
from hub.ids import Address, ContactId, InboxId, OrganisationId
from hub.inboxes import Inbox

SEEN_EVERY = timedelta(days=1)
FORGOTTEN_AFTER = timedelta(days=180)
MOST_WAITING = 5_000  # visitors who have said who they are and not written yet
MOST_CLAIMED = 4_000  # characters of what one visitor says of himself


class Visitor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stored visitor (collection ``visitors``), or with ``key`` an identity: then no token leads here."""

    id: str
    version: int
    organisation: str
    inbox: InboxId
    address: Address
    contact: ContactId
    identity: str | None = None
    created_at: str
    seen_at: str
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a token that is ours, and the visitor behind it if he is stored."""

    token: str
    inbox: Inbox
    settings: WebChatSettings
    visitor: Visitor | None

    @property
    def address(self) -> Address:
        """Where he writes from, also before he is stored."""
        return address_of_token(self.token) if self.visitor is None else self.visitor.address

    @property
    def key(self) -> str:
        """What his limits are counted under."""
        return f"{self.inbox.id}:{self.address}"


class Visitors:
    """Finds and makes visitors."""

    def __init__(self, documents: Documents, contacts: Contacts, clock: Clock, *, key: bytes) -> None:
        """``key``: 32 secret bytes of the installation."""
        self._documents = documents
        self._contacts = contacts
        self._clock = clock
        self.tokens = Tokens(key)
        self._waiting: OrderedDict[str, dict[str, Json]] = OrderedDict()

    async def caller(self, inbox: Inbox, settings: WebChatSettings, token: str) -> Caller:
        """The one who holds this token; :class:`UnknownToken`."""
        if not self.tokens.genuine(InboxId(inbox.id), token):
            raise UnknownToken("open a session first")
        visitor = await self._load(token_hash(token))
        if visitor is not None and (visitor.revoked or visitor.inbox != inbox.id):
            raise UnknownToken("this token was given up")
        return Caller(token, inbox, settings, visitor)

    async def open(self, inbox: Inbox, settings: WebChatSettings, request: SessionRequest) -> Caller:
        """The caller of a session, with a new token where he has none that is good."""
        caller: Caller | None = None
        if request.token:
            try:
                caller = await self.caller(inbox, settings, request.token)
            except UnknownToken:
                caller = None
        if caller is None:
            caller = Caller(self.tokens.new(InboxId(inbox.id)), inbox, settings, None)
        identity = request.identity
        if identity is not None and identity.hash is not None:
            if not vouched(settings.identity_secret, identity.id, identity.hash):
                raise IdentityInvalid("the hash does not belong to this id")
            caller = await self._identified(caller, identity.id)
        elif identity is not None and _another(caller, identity.id):
            caller = Caller(self.tokens.new(InboxId(inbox.id)), inbox, settings, None)
        if caller.visitor is not None:
            await self._touch(caller.visitor)
        await self._describe(caller, _claims(request))
        return caller

    async def _load(self, id: str) -> Visitor | None:
        document = await self._documents.get(VISITORS, id)
        return None if document is None else msgspec.convert(document, Visitor)

    async def stored(self, caller: Caller) -> Caller:
        """The caller with a visitor and a contact, made now if this is his first act."""
        if caller.visitor is not None:
            return caller
        visitor = await self._store(caller, caller.address, identity=None)
        claims = self._waiting.pop(caller.key, None)
        if claims:
            await self.claim(visitor, caller.settings, claims)
        return Caller(caller.token, caller.inbox, caller.settings, visitor)

    async def _store(self, caller: Caller, address: Address, *, identity: str | None) -> Visitor:
        organisation = OrganisationId(caller.inbox.organisation)
        name = visitor_name(address, caller.settings.locale)
        contact = await self._contacts.meet(organisation, InboxId(caller.inbox.id), address, name=name)
        return await self._insert(self._new(caller, token_hash(caller.token), address, contact.id, identity))

    def _new(
        self, caller: Caller, id: str, address: Address, contact: ContactId, identity: str | None
    ) -> Visitor:
        now = stamp(self._clock.now())
        return Visitor(
            id=id,
            version=1,
            organisation=caller.inbox.organisation,
            inbox=InboxId(caller.inbox.id),
            address=address,
            contact=contact,
            identity=identity,
            created_at=now,
            seen_at=now,
        )

    async def _insert(self, visitor: Visitor) -> Visitor:
        """This visitor, or the one who was faster."""
        try:
            await self._documents.insert(VISITORS, _write(visitor))
        except Duplicate:
            return await self._load(visitor.id) or visitor
        return visitor

    async def _identified(self, caller: Caller, id: str) -> Caller:
        """The caller as the customer the company vouches for."""
        now = caller.visitor
        if now is not None and now.identity == id:
            return caller
        key = identity_key(InboxId(caller.inbox.id), id)
        known = await self._load(key)
        if known is None:
            known = await self._first_identified(caller, key, id)
        else:
            await self._touch(known)
        if now is not None and now.identity is None and now.address == known.address:
            await self._give_up(now)
        token = self.tokens.new(InboxId(caller.inbox.id))
        visitor = self._new(caller, token_hash(token), known.address, known.contact, id)
        return Caller(token, caller.inbox, caller.settings, await self._insert(visitor))

    async def _first_identified(self, caller: Caller, key: str, id: str) -> Visitor:
        """The identity's own document: it takes an anonymous visitor's conversation over."""
        now = caller.visitor
        if now is not None and now.identity is None:
            visitor = self._new(caller, key, now.address, now.contact, id)
        else:
            address = address_of_identity(InboxId(caller.inbox.id), id)
            organisation = OrganisationId(caller.inbox.organisation)
            name = visitor_name(address, caller.settings.locale)
            contact = await self._contacts.meet(organisation, InboxId(caller.inbox.id), address, name=name)
            visitor = self._new(caller, key, address, contact.id, id)
        stored = await self._insert(visitor)
        await self._contacts.change(caller.inbox.organisation, stored.contact, attributes={"customer_id": id})
        return stored

    async def _give_up(self, visitor: Visitor) -> None:
        given_up = msgspec.structs.replace(visitor, revoked=True, version=visitor.version + 1)
        try:
            await self._documents.put_if(VISITORS, _write(given_up), version=visitor.version)
        except Changed:
            again = await self._load(visitor.id)
            if again is not None and not again.revoked:
                await self._give_up(again)

    async def _touch(self, visitor: Visitor) -> None:
        now = self._clock.now()
        if now - parse_stamp(visitor.seen_at) < SEEN_EVERY:
            return
        seen = msgspec.structs.replace(visitor, seen_at=stamp(now), version=visitor.version + 1)
        try:
            await self._documents.put_if(VISITORS, _write(seen), version=visitor.version)
        except Changed:
            return  # another tab was faster

    async def _describe(self, caller: Caller, claims: dict[str, Json]) -> None:
        """Keep what he claims: with his contact, or in memory until he has one."""
        if not claims:
            return
        if caller.visitor is not None:
            await self.claim(caller.visitor, caller.settings, claims)
            return
        self._waiting[caller.key] = {**self._waiting.get(caller.key, {}), **claims}
        self._waiting.move_to_end(caller.key)
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)

    async def claim(self, visitor: Visitor, settings: WebChatSettings, claims: Mapping[str, Json]) -> None:
        """Add what a visitor says of himself to his contact, as not verified."""
        contact = await self.contact(visitor)
        changes = {key: value for key, value in claims.items() if contact.unverified.get(key) != value}
        if not changes:
            return
        claimed = changes.get("name")
        ours = ("", visitor_name(visitor.address, settings.locale), contact.unverified.get("name"))
        name = claimed if isinstance(claimed, str) and contact.name in ours else None
        try:
            await self._contacts.change(contact.organisation, contact.id, name=name, unverified=changes)
        except Invalid:
            return  # more claims than a contact may have: the first ones stay

    async def contact(self, visitor: Visitor) -> Contact:
        """A stored visitor's contact."""
        return await self._contacts.get(visitor.organisation, visitor.contact)

    async def origin(self, visitor: Visitor) -> Origin:
        """The page a visitor is on and the language he reads, as his browser last said."""
        try:
            said = (await self.contact(visitor)).unverified
        except NotFound:
            return Origin()
        page, locale = said.get("page"), said.get("locale")
        return Origin(page=str(page) if page else None, language=str(locale) if locale else None)

    async def forget(self) -> int:
        """Remove visitors who have not come for half a year; how many. Contacts and timelines stay."""
        before = stamp(self._clock.now() - FORGOTTEN_AFTER)
        return await self._documents.expire(VISITORS, "seen_at", before=before)


def _another(caller: Caller, id: str) -> bool:
    """Whether the token belongs to a customer who was vouched for, and this is somebody else."""
    visitor = caller.visitor
    return visitor is not None and visitor.identity is not None and visitor.identity != id


def _claims(request: SessionRequest) -> dict[str, Json]:
    """Everything the browser says of the visitor, none of it verified."""
    claims: dict[str, Json] = dict(request.attributes)
    if request.identity is not None:
        claims.update(_said(request.identity))
    if request.page is not None:
        claims["page"] = request.page.url[:1_000]
        if request.page.title:
            claims["page_title"] = request.page.title
    if request.locale:
        claims["locale"] = request.locale
    return _small(claims)


def _small(claims: dict[str, Json]) -> dict[str, Json]:
    """As many of them, the last ones first, as are no burden to keep in memory."""
    kept: dict[str, Json] = {}
    room = MOST_CLAIMED
    for name, value in reversed(claims.items()):
        room -= len(name) + (len(value) if isinstance(value, str) else 8)
        if room >= 0:
            kept[name] = value
    return kept


def _said(identity: Identity) -> dict[str, Json]:
    said: dict[str, Json] = {
        name: value
        for name, value in (
            ("name", identity.name),
            ("email", identity.email),
            ("phone", identity.phone),
        )
        if value
    }
    if identity.hash is None:
        said["id"] = identity.id
    return said


def _write(visitor: Visitor) -> Document:
    return cast(Document, msgspec.to_builtins(visitor))
