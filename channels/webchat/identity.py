"""Who a visitor is: his token, the company's word for him, and tickets for files. No I/O.

A token is 256 random bits with a check sum of ours, so that an invented one costs no look
into the store; the store keeps only its hash. A ticket lets an address of a file be opened
for about an hour, because an image cannot send a header.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

from hub.ids import Address, FileId, InboxId

TICKET_LIFE = 3_600  # seconds at least
TICKET_STEP = 900  # seconds: tickets made within one step are equal, so that browsers may cache
_RANDOM, _CHECK = 32, 16  # bytes
TOKEN_LENGTH = 64  # characters


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


class Tokens:
    """Makes and checks tokens and tickets with a key of this installation."""

    def __init__(self, key: bytes) -> None:
        """``key``: 32 secret bytes; another key makes all former tokens unknown."""
        self._key = key

    def new(self, inbox: InboxId) -> str:
        """A token for a visitor of this inbox that nobody had before."""
        random = secrets.token_bytes(_RANDOM)
        return _text(random + self._check(inbox, random))

    def genuine(self, inbox: InboxId, token: str) -> bool:
        """Whether we made this token for this inbox."""
        if len(token) != TOKEN_LENGTH:
            return False
        try:
            raw = urlsafe_b64decode(token)
        except (NotBase64, ValueError):
            return False
        return hmac.compare_digest(raw[_RANDOM:], self._check(inbox, raw[:_RANDOM]))

    def _check(self, inbox: InboxId, random: bytes) -> bytes:
        return self._mac(b"token", inbox.encode(), random)[:_CHECK]

    def _mac(self, *parts: bytes) -> bytes:
        return hmac.digest(self._key, b"\x00".join(parts), "sha256")

    def ticket(self, inbox: InboxId, file: FileId, *, now: float) -> str:
        """A ticket for one file; ``now`` in seconds since 1970."""
        expires = (int(now) // TICKET_STEP + 1) * TICKET_STEP + TICKET_LIFE
        return f"{expires}.{self._seal(inbox, file, expires)}"

    def admits(self, inbox: InboxId, file: FileId, ticket: str, *, now: float) -> bool:
        """Whether this ticket opens this file now."""
        stated, _, seal = ticket.partition(".")
        if not stated.isascii() or not stated.isdigit() or len(stated) > 12:
            return False
        expires = int(stated)
        genuine = hmac.compare_digest(
            seal.encode("utf-8", "replace"), self._seal(inbox, file, expires).encode()
        )
        return genuine and now < expires

    def _seal(self, inbox: InboxId, file: FileId, expires: int) -> str:
        return _text(self._mac(b"ticket", inbox.encode(), file.encode(), str(expires).encode())[:16])


def token_hash(token: str) -> str:
    """What the store knows of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def address_of_token(token: str) -> Address:
    """The address of an anonymous visitor: a function of his token that does not give it away."""
    return Address("v_" + _text(hashlib.blake2b(token.encode(), digest_size=16, person=b"address").digest()))


def identity_key(inbox: InboxId, id: str) -> str:
    """The id under which the store keeps a verified identity of an inbox."""
    return "i_" + _text(hashlib.sha256(f"{inbox}\x00{id}".encode()).digest())


def address_of_identity(inbox: InboxId, id: str) -> Address:
    """The address of a visitor who came verified from the start."""
    return Address("u_" + identity_key(inbox, id)[2:24])


def signature(secret: str, id: str) -> str:
    """What the company's server computes for a visitor: HMAC-SHA256 of his id, in hex."""
    return hmac.new(secret.encode(), id.encode(), hashlib.sha256).hexdigest()


def vouched(secret: str | None, id: str, given: str) -> bool:
    """Whether the company vouches for this id; never where no secret is set."""
    if secret is None:
        return False
    return hmac.compare_digest(signature(secret, id).encode(), given.lower().encode("utf-8", "replace"))
