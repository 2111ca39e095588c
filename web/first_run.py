"""The first run: an administrator with a password of its own, said once."""

from collections.abc import Callable

from hub.ids import MAIN_ORGANISATION
from hub.migrations import Migrations
from web.foundation import Foundation
from web.installation import keep_passwords, new_password

PASSWORD_FILE = "admin-password.txt"  # noqa: S105 - the name of a file


async def prepare_data(foundation: Foundation, say: Callable[[str], None]) -> None:
    """Bring stored data to this program's version; a new store is at the newest."""
    migrations = Migrations(foundation.documents)
    if await foundation.documents.count("users", limit=1) == 0:
        await migrations.mark_new()
    await migrations.run(say)


async def make_admin(foundation: Foundation, say: Callable[[str], None]) -> None:
    """Where nobody can sign in yet: make the user `admin` and say his password once."""
    if await foundation.documents.count("users", limit=1):
        return
    password = new_password()
    user = await foundation.accounts.draft(
        MAIN_ORGANISATION, login="admin", name="管理员", password=password, roles=["admin"]
    )
    path = foundation.installation.folder / PASSWORD_FILE
    keep_passwords(path, "The administrator of this hub. Delete this file.", {"admin": password})
    await foundation.accounts.add(user)
    say("First run: made the administrator.")
    say(f"  login     admin\n  password  {password}")
    say(f"  (also in {path}, readable for you alone; delete it when you have signed in)")
