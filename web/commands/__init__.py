"""What the `hub` program can do to a store, whether a hub has it open or not."""

from collections.abc import Awaitable, Callable, Mapping

from hub.documents import StoreError
from hub.errors import HubError
from web.commands import doctor, store, users
from web.control import Say
from web.foundation import Foundation

Command = Callable[[Foundation, Mapping[str, str], Say], Awaitable[int]]

COMMANDS: Mapping[str, Command] = {
    "user add": users.add,
    "user list": users.show,
    "user password": users.password,
    "user disable": users.disable,
    "user enable": users.enable,
    "store info": store.info,
    "store rebuild": store.rebuild,
    "store migrate": store.migrate,
    "backup": store.back_up,
    "doctor": doctor.look_after,
}


async def run(foundation: Foundation, command: str, arguments: Mapping[str, str], say: Say) -> int:
    """Do a command; refusals become sentences and exit code 1."""
    known = COMMANDS.get(command)
    if known is None:
        say(f"This hub does not know the command {command!r}.")
        return 2
    try:
        return await known(foundation, arguments, say)
    except HubError as error:
        say(f"Refused: {error}" + (f" {error.hint}" if error.hint else ""))
    except StoreError as error:
        say(f"The store did not answer: {error}")
    except OSError as error:
        say(f"{error.filename or 'The data folder'}: {error.strerror}")
    return 1
