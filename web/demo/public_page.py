"""The gas company's public page with the chat widget on it."""

from collections.abc import Awaitable, Callable
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from hub.endpoints import Public
from hub.ids import MAIN_ORGANISATION
from hub.inboxes import Inboxes
from web.errors import body
from web.pages import page
from web.routes import DeclaredRoute, answered

_FOLDER = Path(__file__).parent / "page"
_FILES = {"page.css": "text/css", "page.js": "text/javascript"}
_REASON = Public("a company's public web page, for trying the widget")


class DemoPage:
    """/demo and its two files."""

    def __init__(self, inboxes: Inboxes) -> None:
        """Shows the widget of the first web chat inbox that is open."""
        self._inboxes = inboxes

    def routes(self) -> list[DeclaredRoute]:
        """What to mount."""
        files = [page(f"/demo/{name}", _file(name), _REASON) for name in _FILES]
        return [page("/demo", self._answer, _REASON), *files]

    async def _answer(self, request: Request) -> Response:
        return await answered(self._page())

    async def _page(self) -> Response:
        inboxes = await self._inboxes.all(MAIN_ORGANISATION)
        found = [inbox for inbox in inboxes if inbox.channel == "webchat" and inbox.enabled]
        if not found:
            return body(
                404, "no_inbox", "There is no open web chat inbox to show.", "Run 'hub demo', or make one."
            )
        text = (_FOLDER / "page.html").read_text(encoding="utf-8")
        return HTMLResponse(
            text.replace("{{inbox}}", escape(found[0].id)), headers={"cache-control": "no-cache"}
        )


def _file(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return FileResponse(_FOLDER / name, media_type=_FILES[name], headers={"cache-control": "no-cache"})

    return answer
