"""Users and roles: who may sign in, and what each may do."""

from typing import Annotated, Literal, cast

import msgspec
from pydantic import Field

from hub.access import ROLES, Forbidden, Permission, Scope, grants_of
from hub.accounts import LEAST_PASSWORD, MOST_PASSWORD, Accounts, Changes, User
from hub.agents import Agents
from hub.documents import Document, Insert, Step
from hub.endpoints import Permitted
from hub.errors import NotFound
from hub.sessions import Sessions
from hub.slots import Agent
from web.api.registers import Version
from web.api.session import Locale, Login
from web.operations import Asked, Body, Given, Operation, optional, printable

_READ, _EDIT = Permitted(Permission.USERS_READ), Permitted(Permission.USERS_EDIT)
RoleName = Literal["admin", "supervisor", "agent"]
Roles = Annotated[list[RoleName], Field(min_length=1, max_length=10)]
PersonName = Annotated[str, printable(60, 1)]
FreshPassword = Annotated[str, printable(MOST_PASSWORD, LEAST_PASSWORD)]


class UserNew(Body):
    """A user to be made; an ``agent`` also takes conversations (give him a profile then)."""

    login: Login
    name: PersonName
    password: FreshPassword
    roles: Roles
    agent: bool = False
    locale: Locale = "zh-CN"


class UserChange(Body):
    """What changes of a user. A new password, or being disabled, ends his sessions."""

    version: Version
    name: PersonName = optional()
    roles: Roles = optional()
    agent: bool = optional()
    locale: Locale = optional()
    disabled: bool = optional()
    password: FreshPassword = optional()


class UserGiven(Given):
    """One person with a login."""

    id: str
    version: int
    login: str
    name: str
    roles: list[str]
    agent: bool
    disabled: bool
    locale: Locale
    created_at: str


class UserGivenList(Given):
    """All of them."""

    items: list[UserGiven]


class RoleGiven(Given):
    """A role and what it grants; the screens translate its id."""

    id: str
    grants: dict[str, Scope]


class RoleGivenList(Given):
    """All of them."""

    items: list[RoleGiven]


class UsersApi:
    """/api/users and /api/roles."""

    def __init__(self, accounts: Accounts, sessions: Sessions, agents: Agents) -> None:
        """A user who is an agent gets his routing document in the same commit."""
        self._accounts = accounts
        self._sessions = sessions
        self._agents = agents

    def operations(self) -> list[Operation]:
        """What to mount."""
        one = "/api/users/{id}"
        roles = Permitted(Permission.ROLES_READ)
        return [
            Operation(method="GET", path="/api/users", policy=_READ, handle=self.all,
                      tag="users", gives=UserGivenList),
            Operation(method="POST", path="/api/users", policy=_EDIT, handle=self.create,
                      tag="users", body=UserNew, gives=UserGiven, status=201),
            Operation(method="GET", path=one, policy=_READ, handle=self.get,
                      tag="users", gives=UserGiven),
            Operation(method="PATCH", path=one, policy=_EDIT, handle=self.change,
                      tag="users", body=UserChange, gives=UserGiven),
            Operation(method="GET", path="/api/roles", policy=roles, handle=self.roles,
                      tag="users", gives=RoleGivenList),
        ]  # fmt: skip

    async def all(self, asked: Asked[None, None]) -> UserGivenList:
        """Every user."""
        users = await self._accounts.all(asked.me.organisation)
        return UserGivenList(items=[_present(user) for user in users])

    async def get(self, asked: Asked[None, None]) -> UserGiven:
        """One user."""
        return _present(await self._accounts.get(asked.me.organisation, asked.path["id"]))

    async def create(self, asked: Asked[None, UserNew]) -> UserGiven:
        """A new user; nobody can give what he may not do himself."""
        self._may_grant(asked, list(asked.body.roles))
        user = await self._accounts.draft(
            asked.me.organisation,
            login=asked.body.login,
            name=asked.body.name,
            password=asked.body.password,
            roles=asked.body.roles,
            agent=asked.body.agent,
            locale=asked.body.locale,
        )
        await self._accounts.add(user, *(routing_document(user) if user.agent else ()))
        return _present(user)

    async def change(self, asked: Asked[None, UserChange]) -> UserGiven:
        """Change a user who was read at `version`."""
        body = asked.body
        user = await self._accounts.get(asked.me.organisation, asked.path["id"])
        given = body.model_fields_set
        if "roles" in given:
            self._may_grant(asked, list(body.roles))
        self._may_grant(asked, user.roles)
        also: tuple[Step, ...] = ()
        if body.agent and not user.agent and not await self._has_routing_document(user):
            also = routing_document(msgspec.structs.replace(user, name=body.name or user.name))
        changes = Changes(
            name=body.name,
            roles=list(body.roles) if "roles" in given else None,
            agent=body.agent,
            locale=body.locale,
            disabled=body.disabled,
            password=body.password,
        )
        after = await self._accounts.change(user, changes, *also, version=body.version)
        await self._follow(user, after, password_changed="password" in given)
        return _present(after)

    async def roles(self, asked: Asked[None, None]) -> RoleGivenList:
        """The roles there are, and what each grants."""
        return RoleGivenList(
            items=[
                RoleGiven(id=role.id, grants={p.value: scope for p, scope in role.grants.items()})
                for role in ROLES.values()
            ]
        )

    def _may_grant(self, asked: Asked[None, UserNew] | Asked[None, UserChange], roles: list[str]) -> None:
        mine = asked.me.grants
        for permission, scope in grants_of(tuple(roles)).items():
            held = mine.get(permission)
            if held is None or held.width < scope.width:
                raise Forbidden(
                    f"You may not give {permission.value}: your own role does not have it.",
                    code="role_too_wide",
                )

    async def _has_routing_document(self, user: User) -> bool:
        try:
            await self._agents.get(user.id)
        except NotFound:
            return False
        return True

    async def _follow(self, before: User, after: User, *, password_changed: bool) -> None:
        """What a change means for the person's sessions and for routing."""
        if password_changed or (after.disabled and not before.disabled):
            await self._sessions.end_all(after.id)
        if not await self._has_routing_document(after):
            return
        stops = (before.agent and not after.agent) or (after.disabled and not before.disabled)
        if stops:
            await self._agents.sign_out(after.id)
        agent = await self._agents.get(after.id)
        if stops or agent.name != after.name:
            await self._agents.profile(
                after.id,
                name=after.name,
                groups=agent.groups if after.agent else [],
                queues=agent.queues if after.agent else [],
                skills=agent.skills,
                capacity=agent.capacity,
            )


def routing_document(user: User) -> tuple[Step, ...]:
    """The step that makes an agent's routing document: signed out, in no queue yet."""
    agent = Agent(
        id=user.id,
        version=1,
        organisation=user.organisation,
        name=user.name,
        capacity={"*": 5},
        since=user.created_at,
        idle_since=user.created_at,
    )
    return (Insert("agents", cast(Document, msgspec.to_builtins(agent))),)


def _present(user: User) -> UserGiven:
    return UserGiven.model_validate(msgspec.to_builtins(user))
