"""What a hub says when it is ready: where to go, and what to do there."""

from collections.abc import Mapping

from hub.settings import Settings
from web.demo.company import PEOPLE
from web.demo.filling import PASSWORD_FILE
from web.foundation import Foundation
from web.installation import read_passwords


async def invitation(foundation: Foundation, *, port: int, demo: bool, fresh: bool = False) -> str:
    """The lines to print; ``fresh``: the passwords were made just now and are shown this once."""
    address = address_of(foundation.settings, port)
    if not demo:
        return f"\nThe hub is ready.\n  desk   {address}/desk\n  health {address}/health\n"
    path = foundation.installation.folder / PASSWORD_FILE
    passwords = read_passwords(path)
    lines = [
        "",
        "青山燃气热线已就绪 · The demo is ready",
        "",
        f"  1. 坐席 agent     {address}/desk   登录后把状态切到“就绪” · sign in, then set yourself ready",
        f"  2. 客户 customer  {address}/demo   在另一个浏览器里点右下角气泡 · elsewhere, click the bubble",
        "  3. 回到坐席页面，接入、回复、结束会话 · back at the desk: accept, answer, close",
        "",
    ]
    if fresh:
        lines += ["  密码只显示这一次 · Passwords, shown only now:", *_table(passwords), ""]
    lines += [f"  密码文件 · passwords are in {path} (0600)", "  Ctrl-C 停止 · stops it", ""]
    return "\n".join(lines)


def _table(passwords: Mapping[str, str]) -> list[str]:
    return [
        f"    {person.login:<10} {passwords.get(person.login, ''):<14} {person.role:<11} {person.name}"
        for person in PEOPLE
    ]


def address_of(settings: Settings, port: int) -> str:
    """The address to open; the port is the real one also where the setting is 0."""
    if settings.public_url is not None or settings.port == port:
        return settings.address
    return settings.address.removesuffix(f":{settings.port}") + f":{port}"
