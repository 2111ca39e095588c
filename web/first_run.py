"""The first run: an administrator with a password of its own, said once."""

from collections.abc import Callable

from hub.errors import Conflict
from hub.ids import MAIN_ORGANISATION
from hub.migrations import Migrations
from web.foundation import Foundation
from web.installation import keep_passwords, new_password, one_after_another

PASSWORD_FILE = "admin-password.txt"  # noqa: S105 - the name of a file


async def prepare_data(foundation: Foundation, say: Callable[[str], None]) -> None:
    """Bring stored data to this program's version."""
    await mark_new(foundation)
    await Migrations(foundation.documents).run(say)


async def mark_new(foundation: Foundation) -> None:
    """A store in which nobody can sign in yet is new: at the newest version."""
    if await foundation.documents.count("users", limit=1) == 0:
        await Migrations(foundation.documents).mark_new()


async def make_admin(foundation: Foundation, say: Callable[[str], None]) -> None:
    """Where nobody can sign in yet: make the user `admin` and say his password once."""
    async with one_after_another(foundation.installation.folder):
        if await foundation.documents.count("users", limit=1) == 0:
            await _make_admin(foundation, say)


async def _make_admin(foundation: Foundation, say: Callable[[str], None]) -> None:
    password = new_password()
    user = await foundation.accounts.draft(
        MAIN_ORGANISATION, login="admin", name="管理员", password=password, roles=["admin"]
    )
    path = foundation.installation.folder / PASSWORD_FILE
    keep_passwords(path, "The administrator of this hub. Delete this file.", {"admin": password})
    try:
        await foundation.accounts.add(user)
    except Conflict:
        path.unlink()  # a process with another data folder was faster
        return
    say("First run: made the administrator.")
    say(f"  login     admin\n  password  {password}")
    say(f"  (also in {path}, readable for you alone; delete it when you have signed in)")
