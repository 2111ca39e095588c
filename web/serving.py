"""`hub serve` and `hub demo` from start to end."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hub.settings import Settings
from web import commands, restore
from web.archive import BadArchive
from web.control import Say
from web.demo import fill, invitation
from web.first_run import make_admin, prepare_data
from web.server import Ending, Serving
from web.wiring import build, open_foundation


async def serve_hub(settings: Settings, *, demo: bool, say: Callable[[str], None]) -> bool:
    """Run a hub until it is told to stop; whether it is to be started again (after a restore)."""
    if settings.data.is_dir():
        restore.finish(settings.data)
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


async def openapi_document() -> dict[str, Any]:
    """The API's document, from a hub that is built and never run."""
    with TemporaryDirectory(prefix="hub-openapi-") as folder:
        foundation = await open_foundation(Settings(data=Path(folder)))
        try:
            return build(foundation).application.openapi
        finally:
            await foundation.close()
