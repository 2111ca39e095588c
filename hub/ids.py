"""Identifiers: typed strings, made by an injected source so that tests can replay them."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from typing import NewType, Protocol

OrganisationId = NewType("OrganisationId", str)
ConversationId = NewType("ConversationId", str)
EntryId = NewType("EntryId", str)
SlotId = NewType("SlotId", str)
ContactId = NewType("ContactId", str)
InboxId = NewType("InboxId", str)
QueueId = NewType("QueueId", str)
GroupId = NewType("GroupId", str)
AgentId = NewType("AgentId", str)
FileId = NewType("FileId", str)
Address = NewType("Address", str)

MAIN_ORGANISATION = OrganisationId("o_main")
MAIN_GROUP = GroupId("g_main")


class Ids(Protocol):
    """A source of new identifiers."""

    def new(self, prefix: str) -> str:
        """A fresh id, ``prefix`` + ``_`` + 22 URL-safe characters (128 random bits)."""
        ...


class RandomIds:
    """Identifiers from the operating system's random source."""

    def new(self, prefix: str) -> str:
        """A fresh id that nobody can guess."""
        return f"{prefix}_{secrets.token_urlsafe(16)}"


def conversation_id(inbox: InboxId, address: Address, generation: int) -> ConversationId:
    """The id of the ``generation``-th conversation with this address (protocol: *thread*).

    A function of its three parts, so that two writers who race to open the same
    conversation name the same document.
    """
    text = f"{inbox}\x00{address}\x00{generation}".encode()
    digest = hashlib.blake2b(text, digest_size=16).digest()
    return ConversationId("c_" + urlsafe_b64encode(digest).decode().rstrip("="))


def thread_id(inbox: InboxId, address: Address) -> str:
    """The id of the thread document that says which conversation is current."""
    return f"{inbox}:{address}"
