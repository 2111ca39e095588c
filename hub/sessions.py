"""Sessions: who is signed in. The browser holds a random token, the store only its digest."""

import contextlib
import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta

import msgspec

from hub.clock import Clock, parse_stamp, stamp
from hub.documents import (
    Changed,
    Collection,
    Document,
    Documents,
    Equal,
    Index,
    Lost,
    Unavailable,
)
from hub.errors import unanswered
from hub.events import Bus, SessionEnded

SESSIONS = "sessions"
COLLECTION = Collection(SESSIONS, (Index("user", ("user",)), Index("expires_at", ("expires_at",))))
_SEEN_EVERY = timedelta(minutes=1)  # how exactly the last use is remembered


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One sign-in of one user in one browser; ``id`` is the digest of its token."""

    id: str
    version: int = 1
    organisation: str
    user: str
    created_at: str
    seen_at: str
    expires_at: str
    address: str


class Sessions:
    """Begins, finds and ends sessions."""

    def __init__(
        self,
        documents: Documents,
        clock: Clock,
        bus: Bus,
        *,
        idle: timedelta,
        longest: timedelta,
        token: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        """``idle``: ends when unused for so long; ``longest``: in any case; ``token``: 256 bits."""
        self._documents = documents
        self._clock = clock
        self._bus = bus
        self._idle = idle
        self._longest = longest
        self._token = token

    async def begin(self, organisation: str, user: str, *, address: str) -> tuple[str, Session]:
        """A new session and the token that opens it."""
        token = self._token()
        now = self._clock.now()
        session = Session(
            id=digest(token),
            organisation=organisation,
            user=user,
            created_at=stamp(now),
            seen_at=stamp(now),
            expires_at=stamp(min(now + self._idle, now + self._longest)),
            address=address,
        )
        try:
            await self._documents.insert(SESSIONS, _write(session))
        except (Unavailable, Lost) as error:
            raise unanswered(error) from error
        return token, session

    async def find(self, token: str) -> Session | None:
        """The session this token opens, if it has not ended; remembers that it was used."""
        if not 20 <= len(token) <= 100:
            return None
        try:
            document = await self._documents.get(SESSIONS, digest(token))
        except Unavailable as error:
            raise unanswered(error) from error
        if document is None:
            return None
        session = msgspec.convert(document, Session)
        now = self._clock.now()
        if stamp(now) >= session.expires_at:
            return None
        if now - parse_stamp(session.seen_at) >= _SEEN_EVERY:
            await self._seen(session)
        return session

    async def keep(self, id: str) -> bool:
        """A session is in use without requests (an open socket); whether it has not ended."""
        try:
            document = await self._documents.get(SESSIONS, id)
        except Unavailable:
            return True  # nobody is signed out because the store is away
        if document is None:
            return False
        session = msgspec.convert(document, Session)
        if stamp(self._clock.now()) >= session.expires_at:
            return False
        await self._seen(session)
        return True

    async def _seen(self, session: Session) -> None:
        now = self._clock.now()
        last = parse_stamp(session.created_at) + self._longest
        after = msgspec.structs.replace(
            session,
            version=session.version + 1,
            seen_at=stamp(now),
            expires_at=stamp(min(now + self._idle, last)),
        )
        # Another request has just done it, or the next one will.
        with contextlib.suppress(Changed, Unavailable, Lost):
            await self._documents.put_if(SESSIONS, _write(after), version=session.version)

    async def end(self, user: str, id: str) -> None:
        """End one session of a user."""
        try:
            await self._documents.delete(SESSIONS, id)
        except (Unavailable, Lost) as error:
            raise unanswered(error) from error
        self._bus.publish(SessionEnded(user, id))

    async def end_all(self, user: str, *, but: str | None = None) -> list[str]:
        """End every session of a user (password changed, disabled); the ids that ended."""
        try:
            page = await self._documents.find(SESSIONS, Equal("user", user), limit=1000)
        except Unavailable as error:
            raise unanswered(error) from error
        ended = [str(document["id"]) for document in page.items if document["id"] != but]
        for id in ended:
            await self.end(user, id)
        return ended

    async def tidy(self) -> int:
        """Delete sessions that have expired; how many."""
        return await self._documents.expire(SESSIONS, "expires_at", before=stamp(self._clock.now()))


def digest(token: str) -> str:
    """What is stored instead of a token; it needs no salt, the token is 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def _write(session: Session) -> Document:
    document: Document = msgspec.to_builtins(session)
    return document
