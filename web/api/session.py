"""Signing in and out, and what a person may change of himself."""

import contextlib
from typing import Annotated, Any, Literal, cast

from starlette.responses import Response

from hub.access import Permission, Scope, grants_of
from hub.accounts import LEAST_PASSWORD, MOST_PASSWORD, Accounts, Changes, User, plain_login
from hub.agents import Agents
from hub.clock import Clock
from hub.endpoints import Permitted, Public
from hub.errors import Invalid, NotFound
from hub.sessions import Sessions
from hub.settings import Settings
from web.errors import WrongCredentials
from web.identity import COOKIE, Gate
from web.limits import Attempts
from web.operations import Asked, Body, Given, Operation, optional, printable

_OWN = Permitted(Permission.OWN_ACCOUNT)
_WINDOW = 15 * 60.0
Locale = Literal["zh-CN", "en"]
Login = Annotated[str, printable(60, 1)]
Password = Annotated[str, printable(MOST_PASSWORD, 1)]


class SignIn(Body):
    """Login and password."""

    login: Login
    password: Password


class NewPassword(Body):
    """The password as it is, and as it shall be."""

    current: Password
    new: Annotated[str, printable(MOST_PASSWORD, LEAST_PASSWORD)]


class MeChange(Body):
    """What one may change of oneself."""

    locale: Locale = optional()


class Me(Given):
    """The signed-in person: what he may (``permissions``), and how far each reaches (``scopes``)."""

    id: str
    login: str
    name: str
    roles: list[str]
    permissions: list[str]
    scopes: dict[str, Scope]
    locale: Locale
    agent: bool
    organisation: str
    public_url: str


class SignedIn(Given):
    """The answer to a sign-in; the session itself is in the cookie."""

    user: Me


class SessionApi:
    """/api/session and /api/me."""

    def __init__(
        self,
        accounts: Accounts,
        sessions: Sessions,
        agents: Agents,
        gate: Gate,
        *,
        settings: Settings,
        clock: Clock,
    ) -> None:
        """Limits come from the settings."""
        self._accounts = accounts
        self._sessions = sessions
        self._agents = agents
        self._gate = gate
        self._public_url = settings.public_url
        self._address = settings.address
        self._longest = settings.session_hours * 3600
        self._limits = _SignInLimits(settings, clock)

    def operations(self) -> list[Operation]:
        """What to mount."""
        way_in = Public("it is where one signs in; attempts are limited, the origin is checked")
        return [
            Operation(
                method="POST",
                path="/api/session",
                policy=way_in,
                handle=self.sign_in,
                tag="session",
                body=SignIn,
                gives=SignedIn,
                max_bytes=4_000,
                refusals=(401, 429),
            ),
            Operation(
                method="GET", path="/api/session", policy=_OWN, handle=self.me, tag="session", gives=Me
            ),
            Operation(
                method="DELETE",
                path="/api/session",
                policy=_OWN,
                handle=self.sign_out,
                tag="session",
                status=204,
            ),
            Operation(
                method="POST",
                path="/api/me/password",
                policy=_OWN,
                handle=self.change_password,
                tag="session",
                body=NewPassword,
                status=204,
                max_bytes=4_000,
                refusals=(429,),
            ),
            Operation(
                method="PATCH",
                path="/api/me",
                policy=_OWN,
                handle=self.change_me,
                tag="session",
                body=MeChange,
                gives=Me,
            ),
        ]

    async def sign_in(self, asked: Asked[None, SignIn]) -> Response:
        """Sign in.

        401 `wrong_credentials` whatever is wrong; 429 `too_many_attempts` with Retry-After.
        """
        login = plain_login(asked.body.login)
        self._limits.begin(login, asked.address)
        user = await self._accounts.authenticate(login, asked.body.password)
        if user is None:
            raise WrongCredentials("Login and password do not belong together.")
        self._limits.succeeded(login, asked.address)
        old = await self._gate.identify(asked.request)
        if old is not None:
            await self._sessions.end(old.user.id, old.session.id)
        token, _session = await self._sessions.begin(user.organisation, user.id, address=asked.address)
        response = Response(
            SignedIn(user=self._present(user)).model_dump_json(),
            media_type="application/json",
            headers={"cache-control": "no-store"},
        )
        response.set_cookie(
            COOKIE,
            token,
            max_age=self._longest,
            path="/",
            secure=self._secure(asked),
            httponly=True,
            samesite="strict",
        )
        return response

    async def me(self, asked: Asked[None, None]) -> Me:
        """Who is signed in, and what he may."""
        return self._present(await self._user(asked))

    async def sign_out(self, asked: Asked[None, None]) -> Response:
        """Sign out; an agent goes offline and his open conversations are given back."""
        if asked.me.agent:
            with contextlib.suppress(NotFound):  # he has never taken a conversation
                await self._agents.sign_out(asked.me.id)
        if asked.session is not None:
            await self._sessions.end(asked.me.id, asked.session.id)
        response = Response(status_code=204, headers={"cache-control": "no-store"})
        response.delete_cookie(COOKIE, path="/", secure=self._secure(asked), httponly=True, samesite="strict")
        return response

    async def change_password(self, asked: Asked[None, NewPassword]) -> None:
        """Change one's own password; every other session of the person ends."""
        user = await self._user(asked)
        self._limits.begin(user.login, asked.address)
        if not await self._accounts.password_is(user, asked.body.current):
            raise Invalid("current: this is not your password.", code="wrong_password")
        self._limits.succeeded(user.login, asked.address)
        await self._accounts.change(user, Changes(password=asked.body.new))
        here = None if asked.session is None else asked.session.id
        await self._sessions.end_all(user.id, but=here)

    async def change_me(self, asked: Asked[None, MeChange]) -> Me:
        """Change one's own language."""
        user = await self._user(asked)
        return self._present(await self._accounts.change(user, Changes(locale=asked.body.locale)))

    async def _user(self, asked: Asked[Any, Any]) -> User:
        return await self._accounts.get(asked.me.organisation, asked.me.id)

    def _present(self, user: User) -> Me:
        grants = grants_of(tuple(user.roles))
        return Me(
            id=user.id,
            login=user.login,
            name=user.name,
            roles=user.roles,
            permissions=sorted(grants),
            scopes={permission.value: scope for permission, scope in grants.items()},
            locale=cast(Locale, user.locale),
            agent=user.agent,
            organisation=user.organisation,
            public_url=self._public_url or self._address,
        )

    def _secure(self, asked: Asked[Any, Any]) -> bool:
        return asked.request.url.scheme == "https" or (self._public_url or "").startswith("https:")


class _SignInLimits:
    """Attempts by login from one address, by address, and by login from everywhere.

    Nobody can lock a person out by guessing from elsewhere (the last limit is wide), and
    a login that does not exist is limited like one that does.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        few, many = settings.sign_in_attempts, settings.sign_in_attempts_per_address
        code = "too_many_attempts"
        self._pair = Attempts(clock, limit=few, window=_WINDOW, code=code)
        self._address = Attempts(clock, limit=many, window=_WINDOW, code=code)
        self._login = Attempts(clock, limit=few * 10, window=_WINDOW, code=code)

    def begin(self, login: str, address: str) -> None:
        """Count an attempt before the password is looked at, or refuse it."""
        pair = f"{login}\n{address}"
        for attempts, key in self._keys(pair, login, address):
            attempts.check(key)
        for attempts, key in self._keys(pair, login, address):
            attempts.add(key)

    def succeeded(self, login: str, address: str) -> None:
        """The attempt was right and does not count."""
        pair = f"{login}\n{address}"
        self._pair.forget(pair)
        self._address.undo(address)
        self._login.undo(login)

    def _keys(self, pair: str, login: str, address: str) -> list[tuple[Attempts, str]]:
        return [(self._pair, pair), (self._address, address), (self._login, login)]
