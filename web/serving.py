"""`hub serve` and `hub demo` from start to end, and `hub web` and `hub router`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hub.processes import Part
from hub.settings import Settings, SettingsProblem
from web import commands, restore
from web.archive import BadArchive
from web.control import Say
from web.demo import fill, invitation
from web.first_run import make_admin, prepare_data
from web.server import Ending, Serving
from web.wiring import build, open_foundation


async def serve_hub(settings: Settings, *, demo: bool, say: Callable[[str], None]) -> bool:
    """Run a hub until it is told to stop; whether it is to be started again (after a restore)."""
    foundation = await open_foundation(settings)
    try:
        serving = Serving(settings, foundation.installation)
        listener = serving.bind()
        await prepare_data(foundation, say)
        fresh = demo and await fill(foundation, say)
        await make_admin(foundation, say)
        house = build(foundation)
    except BaseException:
        await foundation.close()
        raise

    async def order(command: str, arguments: Mapping[str, str], tell: Say) -> int:
        if command != "restore":
            return await commands.run(foundation, command, arguments, tell)
        try:
            manifest = await restore.prepare(settings, Path(arguments["file"]))
        except BadArchive as error:
            tell(str(error))
            return 1
        tell(f"The archive of {manifest.made_at} is whole. The hub restarts with it now.")
        serving.stop(Ending.RESTART)
        return 0

    async def invite(port: int) -> None:
        say(await invitation(foundation, port=port, demo=demo, fresh=fresh))

    ending = await serving.run(house, listener, commands=order, announce=invite)
    return ending is Ending.RESTART


async def serve_part(settings: Settings, part: Part, say: Callable[[str], None]) -> None:
    """Run one part of a hub, beside others on the same MongoDB, until it is told to stop.

    :class:`SettingsProblem` on SQLite, whose store one process has to itself.
    """
    if settings.mongodb_uri is None:
        words = (
            f"`hub {part}` needs HUB_MONGODB_URI: a SQLite store belongs to one process. "
            "Set it, or run everything in one with `hub serve`."
        )
        raise SettingsProblem([words])
    foundation = await open_foundation(settings, shared=True)
    try:
        serving = Serving(settings, foundation.installation, part)
        listener = serving.bind()
        await prepare_data(foundation, say)
        if part is Part.WEB:
            await make_admin(foundation, say)
        house = build(foundation, part)
    except BaseException:
        await foundation.close()
        raise

    async def announce(port: int) -> None:
        if part is Part.WEB:
            say(f"Answers at {settings.address}")
        else:
            say(f"Routes what no other process routes. GET /health and /metrics on port {port}")

    await serving.run(house, listener, commands=None, announce=announce)


async def openapi_document() -> dict[str, Any]:
    """The API's document, from a hub that is built and never run."""
    with TemporaryDirectory(prefix="hub-openapi-") as folder:
        foundation = await open_foundation(Settings(data=Path(folder)))
        try:
            return build(foundation).application.openapi
        finally:
            await foundation.close()
