"""The endpoints of files and pages (docs/channels/webchat.md)."""

from collections.abc import Awaitable, Callable
from typing import cast

from channels.webchat import answers
from channels.webchat.api import CHAT, VISITORS_CALL, answered
from channels.webchat.config import locale_of
from channels.webchat.door import Doorkeeper
from channels.webchat.files import Files
from channels.webchat.pages import ASSETS, ChatPages
from channels.webchat.refusals import TicketInvalid
from channels.webchat.visitors import Visitor, Visitors
from hub.clock import Clock
from hub.endpoints import Answer, Call, Endpoint, Public
from hub.errors import Invalid
from hub.ids import FileId, InboxId

ANYBODY = Public("pages and scripts that every visitor of a company's site may load")
TICKET_HOLDERS = Public("opened by a ticket that only the file's reader was given")


class FileEndpoints:
    """Upload with the visitor's token, download with a ticket."""

    def __init__(
        self, door: Doorkeeper, visitors: Visitors, files: Files, *, clock: Clock, max_file_bytes: int
    ) -> None:
        """``max_file_bytes``: the most that the house takes."""
        self._door = door
        self._visitors = visitors
        self._files = files
        self._clock = clock
        self._max_file_bytes = max_file_bytes

    def endpoints(self) -> list[Endpoint]:
        """What to mount."""
        return [
            Endpoint(
                "POST",
                f"{CHAT}/files",
                VISITORS_CALL,
                answered(self.upload),
                "Send a file",
                gives=answers.FileView,
                uploads=True,
                max_bytes=self._max_file_bytes,
                any_origin=True,
            ),
            Endpoint(
                "GET",
                f"{CHAT}/files/{{file}}",
                TICKET_HOLDERS,
                answered(self.file),
                "Fetch a file",
                any_origin=True,
            ),
        ]

    async def upload(self, call: Call) -> Answer:
        """POST files."""
        caller = await self._door.caller(call)
        if call.upload is None:
            raise Invalid("send the file in the field 'file'")
        self._door.count_upload(caller, call.address)
        caller = await self._visitors.stored(caller)
        view = await self._files.take(call.upload, cast(Visitor, caller.visitor), caller.settings)
        self._door.settle_upload(caller, call.address, view.size)
        return Answer(view, status=201)

    async def file(self, call: Call) -> Answer:
        """GET files/{file}?ticket=&inline=."""
        inbox, file = InboxId(call.path["inbox"]), FileId(call.path["file"])
        now = self._clock.now().timestamp()
        if not self._visitors.tokens.admits(inbox, file, call.query.get("ticket", ""), now=now):
            raise TicketInvalid("read the entry again: it has the file's new address")
        inline = call.query.get("inline") == "1"
        return await self._files.answer(file, inline=inline, part=call.headers.get("range"))


class PageEndpoints:
    """The loader, the frame and the full page."""

    def __init__(self, door: Doorkeeper, pages: ChatPages) -> None:
        """``pages`` makes them."""
        self._door = door
        self._pages = pages

    def endpoints(self) -> list[Endpoint]:
        """What to mount."""
        return [
            Endpoint("GET", "/widget.js", ANYBODY, answered(self.loader), "The widget's loader"),
            *(
                Endpoint(
                    "GET", f"/widget/{name}", ANYBODY, answered(self._asset(name)), "A file of the widget"
                )
                for name in ASSETS
            ),
            Endpoint(
                "GET",
                f"{CHAT}/frame",
                ANYBODY,
                answered(self.frame),
                "The chat inside a company's page",
                frameable=True,
            ),
            Endpoint("GET", f"{CHAT}/page", ANYBODY, answered(self.page), "The chat as a page of its own"),
        ]

    async def loader(self, call: Call) -> Answer:
        """GET /widget.js."""
        return self._pages.loader(call.headers.get("if-none-match"))

    def _asset(self, name: str) -> Callable[[Call], Awaitable[Answer]]:
        async def answer(call: Call) -> Answer:
            return self._pages.asset(name)

        return answer

    async def frame(self, call: Call) -> Answer:
        """GET frame?origin=&locale=."""
        return await self._show(call, origin=call.query.get("origin", "")[:300])

    async def page(self, call: Call) -> Answer:
        """GET page?locale=."""
        return await self._show(call, origin=None)

    async def _show(self, call: Call, *, origin: str | None) -> Answer:
        inbox, settings = await self._door.inbox(call.path["inbox"])
        asked = call.query.get("locale") or call.headers.get("accept-language")
        locale = locale_of(asked, settings.locale)
        return self._pages.page(inbox, settings, host=self._door.own(call.host), origin=origin, locale=locale)
