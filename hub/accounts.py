"""Accounts: the people who sign in, their roles and passwords."""

import unicodedata
from collections.abc import Sequence
from typing import Annotated, Protocol

import msgspec

from hub.access import ROLES
from hub.clock import Clock, stamp
from hub.documents import (
    Changed,
    Collection,
    Document,
    Documents,
    Duplicate,
    Equal,
    Index,
    Insert,
    Json,
    Lost,
    PutIf,
    Step,
    Unavailable,
)
from hub.errors import Conflict, Invalid, NotFound, unanswered
from hub.events import Bus, ConfigurationChanged
from hub.ids import Ids

USERS = "users"
COLLECTION = Collection(
    USERS,
    (Index("login", ("login",), unique=True), Index("organisation", ("organisation",))),
)
LEAST_PASSWORD, MOST_PASSWORD = 10, 200
MOST_USERS = 10_000
ADMIN = "admin"  # the role that edits users


class Passwords(Protocol):
    """Hashes and checks passwords; slow on purpose, so it limits how many run at once."""

    async def hash(self, password: str) -> str:
        """The text to store."""
        ...

    async def matches(self, stored: str, password: str) -> bool:
        """Whether this is the password."""
        ...

    async def waste(self) -> None:
        """Take as long as a check does: for logins that do not exist."""
        ...


class User(msgspec.Struct, frozen=True, kw_only=True):
    """One person (or program) with a login."""

    id: str
    version: int = 1
    organisation: str
    login: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    password: str
    roles: Annotated[list[str], msgspec.Meta(max_length=10)]
    disabled: bool = False
    locale: Annotated[str, msgspec.Meta(pattern=r"^(zh-CN|en)$")] = "zh-CN"
    agent: bool = False
    created_at: str = ""


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed of a user; None leaves it."""

    name: str | None = None
    roles: list[str] | None = None
    disabled: bool | None = None
    locale: str | None = None
    agent: bool | None = None
    password: str | None = None


class Accounts:
    """Creates, finds and changes users.

    Steps of other parts that must happen with it (the agent's routing document) are
    handed in and committed together.
    """

    def __init__(
        self, documents: Documents, clock: Clock, ids: Ids, bus: Bus, *, passwords: Passwords
    ) -> None:
        """Over this store."""
        self._documents = documents
        self._clock = clock
        self._ids = ids
        self._bus = bus
        self._passwords = passwords

    async def all(self, organisation: str) -> list[User]:
        """Every user of the organisation."""
        found: list[User] = []
        cursor: str | None = None
        while True:
            try:
                page = await self._documents.find(
                    USERS, Equal("organisation", organisation), limit=500, after=cursor
                )
            except Unavailable as error:
                raise unanswered(error) from error
            found += [to_user(document) for document in page.items]
            cursor = page.next
            if cursor is None or len(found) >= MOST_USERS:
                return found

    async def get(self, organisation: str, id: str) -> User:
        """One user; :class:`NotFound` also where he is another organisation's."""
        user = await self.by_id(id)
        if user is None or user.organisation != organisation:
            raise NotFound("there is no such user")
        return user

    async def by_id(self, id: str) -> User | None:
        """One user, of whatever organisation."""
        try:
            document = await self._documents.get(USERS, id)
        except Unavailable as error:
            raise unanswered(error) from error
        return None if document is None else to_user(document)

    async def by_login(self, login: str) -> User | None:
        """The user with this login; logins are unique over all organisations."""
        try:
            page = await self._documents.find(USERS, Equal("login", plain_login(login)), limit=1)
        except Unavailable as error:
            raise unanswered(error) from error
        return to_user(page.items[0]) if page.items else None

    async def authenticate(self, login: str, password: str) -> User | None:
        """The user if the password is right and he is not disabled; no quicker for nobody."""
        user = await self.by_login(login)
        if user is None:
            await self._passwords.waste()
            return None
        right = await self._passwords.matches(user.password, password)
        return user if right and not user.disabled else None

    async def draft(
        self,
        organisation: str,
        *,
        login: str,
        name: str,
        password: str,
        roles: Sequence[str],
        agent: bool = False,
        locale: str = "zh-CN",
        id: str | None = None,
    ) -> User:
        """A checked new user, not stored yet (see :meth:`add`)."""
        check_password(password)
        check_roles(roles)
        document: Document = {
            "id": id or self._ids.new("u"),
            "version": 1,
            "organisation": organisation,
            "login": plain_login(login),
            "name": name.strip(),
            "password": await self._passwords.hash(password),
            "roles": list[Json](sorted(set(roles))),
            "disabled": False,
            "locale": locale,
            "agent": agent,
            "created_at": stamp(self._clock.now()),
        }
        return to_user(document)

    async def add(self, user: User, *also: Step) -> None:
        """Store a new user, and in the same commit what belongs to him."""
        try:
            await self._documents.commit([Insert(USERS, _write(user)), *also])
        except Duplicate as error:
            raise Conflict("this login is taken", code="login_taken") from error
        except (Unavailable, Lost) as error:
            raise unanswered(error) from error
        self._bus.publish(ConfigurationChanged(USERS))

    async def change(self, user: User, changes: Changes, *also: Step, version: int | None = None) -> User:
        """Store what changed; :class:`Conflict` where the user is no longer as he was read.

        Also where nobody would be left who can sign in as administrator (code *last_admin*).
        """
        if version is not None and version != user.version:
            raise Conflict("somebody else changed this user since you opened it")
        witness = await self._another_admin(user, changes)
        fields: Document = _write(user)
        for name in ("name", "disabled", "locale", "agent"):
            value = getattr(changes, name)
            if value is not None:
                fields[name] = value
        if changes.roles is not None:
            check_roles(changes.roles)
            fields["roles"] = list[Json](sorted(set(changes.roles)))
        if changes.password is not None:
            check_password(changes.password)
            fields["password"] = await self._passwords.hash(changes.password)
        fields["version"] = user.version + 1
        after = to_user(fields)
        try:
            put = PutIf(USERS, _write(after), version=user.version)
            await self._documents.commit([put, *witness, *also])
        except Changed as error:
            raise Conflict("somebody else changed this user since you opened it") from error
        except (Unavailable, Lost) as error:
            raise unanswered(error) from error
        self._bus.publish(ConfigurationChanged(USERS))
        return after

    async def _another_admin(self, user: User, changes: Changes) -> tuple[Step, ...]:
        """Where the user ceases to be an administrator: the step by which another one surely stays.

        It raises the other's version, so that of two who disable each other at once one is refused.
        """
        roles = user.roles if changes.roles is None else changes.roles
        disabled = user.disabled if changes.disabled is None else changes.disabled
        if not is_admin(user) or (ADMIN in roles and not disabled):
            return ()
        for other in await self.all(user.organisation):
            if other.id != user.id and is_admin(other):
                seen = msgspec.structs.replace(other, version=other.version + 1)
                return (PutIf(USERS, _write(seen), version=other.version),)
        raise Conflict(
            f"{user.login} is the last administrator who can sign in. Make another one first.",
            code="last_admin",
        )

    async def password_is(self, user: User, password: str) -> bool:
        """Whether this is his password."""
        return await self._passwords.matches(user.password, password)


def is_admin(user: User) -> bool:
    """Whether he can sign in as administrator."""
    return ADMIN in user.roles and not user.disabled


def plain_login(login: str) -> str:
    """A login as it is stored and compared: no spaces around, width and case do not matter."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def check_password(password: str) -> None:
    """Refuse what is too short to be one, or too long to be hashed."""
    if len(password) < LEAST_PASSWORD:
        raise Invalid(
            f"password: at least {LEAST_PASSWORD} characters are needed.", code="password_too_short"
        )
    if len(password) > MOST_PASSWORD:
        raise Invalid(f"password: at most {MOST_PASSWORD} characters.", code="password_too_long")


def check_roles(roles: Sequence[str]) -> None:
    """Refuse roles that do not exist."""
    unknown = sorted(set(roles) - set(ROLES))
    if unknown:
        raise Invalid(f"roles: there is no role {', '.join(unknown)}.")


def to_user(document: Document) -> User:
    """A stored document as a user."""
    try:
        return msgspec.convert(document, User)
    except msgspec.ValidationError as error:
        raise Invalid(str(error)) from error


def _write(user: User) -> Document:
    document: Document = msgspec.to_builtins(user)
    return document
