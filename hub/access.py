"""Who may do what: permissions, the data a role reaches, the built-in roles, and the one who acts.

A route or socket names one permission (:class:`hub.endpoints.Permitted`); a role grants
permissions, each with a scope. Nothing is allowed that no role grants.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from hub.errors import HubError
from hub.ids import AgentId, OrganisationId


class Permission(StrEnum):
    """One thing a person may be allowed to do. The texts are stable: roles and screens use them."""

    OWN_ACCOUNT = "account.own"
    DESK = "desk.use"
    CONVERSATIONS_READ = "conversations.read"
    CONVERSATIONS_REPLY = "conversations.reply"
    CONVERSATIONS_NOTE = "conversations.note"
    CONVERSATIONS_TAKE = "conversations.take"
    CONVERSATIONS_CLOSE = "conversations.close"
    CONVERSATIONS_TRANSFER = "conversations.transfer"
    CONVERSATIONS_REDACT = "conversations.redact"
    FILES_USE = "files.use"
    CONTACTS_READ = "contacts.read"
    CONTACTS_EDIT = "contacts.edit"
    AGENTS_READ = "agents.read"
    AGENTS_EDIT = "agents.edit"
    PRESENCE_SET = "presence.set"
    QUEUES_READ = "queues.read"
    QUEUES_EDIT = "queues.edit"
    SKILLS_READ = "skills.read"
    SKILLS_EDIT = "skills.edit"
    CANNED_REPLIES_READ = "canned_replies.read"
    CANNED_REPLIES_EDIT = "canned_replies.edit"
    DISPOSITIONS_READ = "dispositions.read"
    DISPOSITIONS_EDIT = "dispositions.edit"
    BREAK_REASONS_READ = "break_reasons.read"
    BREAK_REASONS_EDIT = "break_reasons.edit"
    INBOXES_READ = "inboxes.read"
    INBOXES_EDIT = "inboxes.edit"
    CALENDARS_READ = "calendars.read"
    CALENDARS_EDIT = "calendars.edit"
    CONVERSATIONS_DIRECT = "conversations.direct"
    PRESENCE_FORCE = "presence.force"
    ROUTING_WATCH = "routing.watch"
    ROUTING_RULES_READ = "routing_rules.read"
    ROUTING_RULES_EDIT = "routing_rules.edit"
    USERS_READ = "users.read"
    USERS_EDIT = "users.edit"
    ROLES_READ = "roles.read"
    DELIVERIES_READ = "deliveries.read"
    DELIVERIES_REPLAY = "deliveries.replay"
    METRICS_READ = "metrics.read"


class Scope(StrEnum):
    """How much data a permission reaches: what is mine, my queues', or the whole organisation's."""

    OWN = "own"
    TEAM = "team"
    ALL = "all"

    @property
    def width(self) -> int:
        """Wider scopes have greater numbers."""
        return ("own", "team", "all").index(self.value)


Grants = Mapping[Permission, Scope]


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of grants; its id is a translation key for the screens."""

    id: str
    grants: Grants


_AGENT: dict[Permission, Scope] = {
    Permission.OWN_ACCOUNT: Scope.OWN,
    Permission.DESK: Scope.OWN,
    Permission.CONVERSATIONS_READ: Scope.TEAM,
    Permission.CONVERSATIONS_REPLY: Scope.OWN,
    Permission.CONVERSATIONS_NOTE: Scope.TEAM,
    Permission.CONVERSATIONS_TAKE: Scope.TEAM,
    Permission.CONVERSATIONS_CLOSE: Scope.OWN,
    Permission.CONVERSATIONS_TRANSFER: Scope.OWN,
    Permission.FILES_USE: Scope.TEAM,
    Permission.CONTACTS_READ: Scope.ALL,
    Permission.CONTACTS_EDIT: Scope.ALL,
    Permission.AGENTS_READ: Scope.ALL,
    Permission.PRESENCE_SET: Scope.OWN,
    Permission.QUEUES_READ: Scope.ALL,
    Permission.SKILLS_READ: Scope.ALL,
    Permission.CANNED_REPLIES_READ: Scope.ALL,
    Permission.DISPOSITIONS_READ: Scope.ALL,
    Permission.BREAK_REASONS_READ: Scope.ALL,
    Permission.INBOXES_READ: Scope.ALL,
    Permission.CALENDARS_READ: Scope.ALL,
    Permission.ROUTING_RULES_READ: Scope.ALL,
}
_SUPERVISOR: dict[Permission, Scope] = {
    **dict.fromkeys(_AGENT, Scope.ALL),
    Permission.OWN_ACCOUNT: Scope.OWN,
    Permission.DESK: Scope.OWN,
    Permission.PRESENCE_SET: Scope.OWN,
    Permission.CONVERSATIONS_REPLY: Scope.OWN,
    Permission.CONVERSATIONS_CLOSE: Scope.OWN,
    Permission.CONVERSATIONS_REDACT: Scope.ALL,
    Permission.CONVERSATIONS_DIRECT: Scope.ALL,
    Permission.PRESENCE_FORCE: Scope.ALL,
    Permission.ROUTING_WATCH: Scope.ALL,
    Permission.AGENTS_EDIT: Scope.ALL,
    Permission.CANNED_REPLIES_EDIT: Scope.ALL,
    Permission.USERS_READ: Scope.ALL,
    Permission.ROLES_READ: Scope.ALL,
    Permission.DELIVERIES_READ: Scope.ALL,
    Permission.DELIVERIES_REPLAY: Scope.ALL,
    Permission.METRICS_READ: Scope.ALL,
}
_ADMIN: dict[Permission, Scope] = {**dict.fromkeys(Permission, Scope.ALL), **_SUPERVISOR}

ROLES: Mapping[str, Role] = MappingProxyType(
    {
        "admin": Role("admin", MappingProxyType(_ADMIN)),
        "supervisor": Role("supervisor", MappingProxyType(_SUPERVISOR)),
        "agent": Role("agent", MappingProxyType(_AGENT)),
    }
)


def grants_of(roles: tuple[str, ...]) -> Grants:
    """What these roles allow together, each permission with the widest scope of any of them."""
    grants: dict[Permission, Scope] = {}
    for name in roles:
        role = ROLES.get(name)
        for permission, scope in (role.grants if role is not None else {}).items():
            held = grants.get(permission)
            if held is None or scope.width > held.width:
                grants[permission] = scope
    return grants


class Forbidden(HubError):
    """Nobody gave you this permission."""

    code = "forbidden"


@dataclass(frozen=True, slots=True)
class Principal:
    """The signed-in person (or a program in his name) who asks for something, and what he may."""

    id: AgentId
    name: str
    organisation: OrganisationId
    grants: Grants = field(default_factory=dict)
    queues: frozenset[str] = frozenset()  # those he works in
    agent: bool = False  # takes conversations

    def scope(self, permission: Permission) -> Scope:
        """How far his permission reaches; :class:`Forbidden` where he has none."""
        scope = self.grants.get(permission)
        if scope is None:
            raise Forbidden(f"The permission {permission.value} is missing.")
        return scope

    def reaches(self, permission: Permission, *, owner: str | None, queue: str | None) -> bool:
        """Whether he may do this to something that belongs to ``owner`` and stands in ``queue``."""
        scope = self.grants.get(permission)
        if scope is None:
            return False
        if scope is Scope.ALL:
            return True
        if owner == self.id:
            return True
        return scope is Scope.TEAM and queue is not None and queue in self.queues
