"""hub user: add, list, password, disable, enable."""

from collections.abc import Mapping

from hub.accounts import Changes, User
from hub.errors import NotFound
from hub.ids import MAIN_ORGANISATION
from web.api.users import routing_document
from web.control import Say
from web.foundation import Foundation
from web.installation import new_password


async def add(foundation: Foundation, arguments: Mapping[str, str], say: Say) -> int:
    """Create a user; without a password one is made and said once."""
    password = arguments.get("password") or new_password()
    user = await foundation.accounts.draft(
        MAIN_ORGANISATION,
        login=arguments["login"],
        name=arguments.get("name") or arguments["login"],
        password=password,
        roles=[role for role in arguments.get("roles", "agent").split(",") if role],
        agent=arguments.get("agent") == "yes",
        locale=arguments.get("locale", "zh-CN"),
    )
    await foundation.accounts.add(user, *(routing_document(user) if user.agent else ()))
    say(f"Created {user.login} ({', '.join(user.roles)}).")
    if not arguments.get("password"):
        say(f"Password: {password}")
        say("It is shown only now.")
    return 0


async def show(foundation: Foundation, arguments: Mapping[str, str], say: Say) -> int:
    """One line for each user."""
    for user in sorted(await foundation.accounts.all(MAIN_ORGANISATION), key=lambda u: u.login):
        marks = [*user.roles, *(["agent"] if user.agent and "agent" not in user.roles else [])]
        off = "  disabled" if user.disabled else ""
        say(f"{user.login:<20} {user.name:<16} {', '.join(marks)}{off}")
    return 0


async def password(foundation: Foundation, arguments: Mapping[str, str], say: Say) -> int:
    """Set a password; every session of the user ends."""
    user = await _find(foundation, arguments["login"])
    new = arguments.get("password") or new_password()
    await foundation.accounts.change(user, Changes(password=new))
    await foundation.sessions.end_all(user.id)
    say(f"{user.login} has a new password and is signed out everywhere.")
    if not arguments.get("password"):
        say(f"Password: {new}")
    return 0


async def disable(foundation: Foundation, arguments: Mapping[str, str], say: Say) -> int:
    """The user cannot sign in any more; what an agent holds is given back."""
    user = await _find(foundation, arguments["login"])
    await foundation.accounts.change(user, Changes(disabled=True))
    await foundation.sessions.end_all(user.id)
    if user.agent:
        await foundation.agents.sign_out(user.id)
    say(f"{user.login} cannot sign in any more.")
    return 0


async def enable(foundation: Foundation, arguments: Mapping[str, str], say: Say) -> int:
    """The user may sign in again."""
    user = await _find(foundation, arguments["login"])
    await foundation.accounts.change(user, Changes(disabled=False))
    say(f"{user.login} may sign in again.")
    return 0


async def _find(foundation: Foundation, login: str) -> User:
    user = await foundation.accounts.by_login(login)
    if user is None:
        raise NotFound(f"There is no user {login!r}.")
    return user
