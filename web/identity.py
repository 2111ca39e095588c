"""Who asks, and from which page: one authentication for requests and sockets."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from hub.access import Forbidden, Permission, Principal, Scope, grants_of
from hub.accounts import Accounts, User
from hub.documents import Documents, StoreError
from hub.endpoints import Permitted, Policy, Public
from hub.errors import unanswered
from hub.ids import AgentId, OrganisationId
from hub.sessions import Session, Sessions
from web.errors import NotSignedIn, WrongOrigin

COOKIE = "hub_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Identity:
    """A signed-in user and the session that says so."""

    user: User
    session: Session
    principal: Principal


class Gate:
    """Lets in who may: finds the session, checks the permission and the origin."""

    def __init__(
        self,
        accounts: Accounts,
        sessions: Sessions,
        documents: Documents,
        *,
        public_url: str | None,
    ) -> None:
        """``public_url``: the only origin of our pages, None: the host that was asked."""
        self._accounts = accounts
        self._sessions = sessions
        self._documents = documents
        self._public_url = public_url

    async def identify(self, connection: HTTPConnection) -> Identity | None:
        """Who has signed in on this request or socket, if anybody has."""
        token = connection.cookies.get(COOKIE)
        if not token:
            return None
        return await self.of_token(token)

    async def of_token(self, token: str) -> Identity | None:
        """Whom a session's token stands for, as his account is now."""
        session = await self._sessions.find(token)
        if session is None:
            return None
        user = await self._accounts.by_id(session.user)
        if user is None or user.disabled or user.organisation != session.organisation:
            return None
        return Identity(user, session, await self.principal(user))

    async def principal_of(self, user: str) -> Principal | None:
        """What a user may by his id, as his account is now; None where he may not sign in."""
        account = await self._accounts.by_id(user)
        return None if account is None or account.disabled else await self.principal(account)

    async def principal(self, user: User) -> Principal:
        """What a user may, and the queues he works in."""
        grants = grants_of(tuple(user.roles))
        queues: frozenset[str] = frozenset()
        if user.agent and Scope.TEAM in grants.values():
            try:
                agent = await self._documents.get("agents", user.id)
            except StoreError as error:
                raise unanswered(error) from error
            named = agent.get("queues") if agent is not None else None
            queues = frozenset(str(queue) for queue in named) if isinstance(named, list) else queues
        return Principal(
            id=AgentId(user.id),
            name=user.name,
            organisation=OrganisationId(user.organisation),
            grants=grants,
            queues=queues,
            agent=user.agent,
        )

    async def admit(self, connection: HTTPConnection, policy: Policy) -> Identity | None:
        """The identity under this policy; raises where it does not let this one in."""
        if isinstance(policy, Public):
            return None
        identity = await self.identify(connection)
        if identity is None:
            raise NotSignedIn("Sign in first.")
        permit(identity.principal.grants, policy)
        return identity

    def check_origin(self, connection: HTTPConnection) -> None:
        """Refuse a request or socket that another site's page makes with our cookie."""
        if not self.is_our_origin(connection):
            raise WrongOrigin(
                "The page that sent this is not one of ours.",
                hint="Behind a proxy set HUB_PUBLIC_URL to the address people open.",
            )

    def is_our_origin(self, connection: HTTPConnection) -> bool:
        """Whether the header Origin names the address under which our pages are served."""
        origin = connection.headers.get("origin")
        if origin is None:
            return False
        return origin.lower() == (self._public_url or own_origin(connection))


def permit(grants: Mapping[Permission, Scope], policy: Permitted) -> None:
    """Raise :class:`Forbidden` where the permission is missing."""
    if Permission(policy.permission) not in grants:
        raise Forbidden(f"The permission {policy.permission} is missing.")


def own_origin(connection: HTTPConnection) -> str:
    """scheme://host[:port] as the browser wrote it, in lower case."""
    url = urlsplit(str(connection.url))
    scheme = {"ws": "http", "wss": "https"}.get(url.scheme, url.scheme)
    host = connection.headers.get("host", url.netloc)
    return f"{scheme}://{host}".lower()


def peer(connection: HTTPConnection) -> str:
    """The address the request comes from; trusted proxies have been taken off already."""
    return connection.client.host if connection.client is not None else ""
