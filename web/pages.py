"""Pages and files: the desk's single page, built assets with long caching, the way in."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from hub.endpoints import Public
from web.errors import body
from web.routes import ROUTE, DeclaredRoute

STATIC = Path(__file__).parent / "static"
_IMMUTABLE = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_SHELL = Public("the empty page; what it shows comes from the API, which asks who you are")
_FILES = Public("built scripts, styles and pictures, the same for everybody")


class Pages:
    """Routes of the desk's page and of the built files under ``folder``."""

    def __init__(self, folder: Path = STATIC) -> None:
        """``folder``: where the screens' build puts its files."""
        self._folder = folder
        self._files = StaticFiles(directory=folder, check_dir=False)

    def routes(self) -> list[DeclaredRoute]:
        """What to mount."""
        return [
            page("/", self._home, _SHELL),
            page("/desk", self._desk, _SHELL),
            page("/desk/{rest:path}", self._desk, _SHELL),
            page("/static/{rest:path}", self._static, _FILES),
            page("/favicon.ico", self._no_icon, _FILES),
        ]

    async def _home(self, request: Request) -> Response:
        return RedirectResponse("/desk", 307)

    async def _desk(self, request: Request) -> Response:
        index = self._folder / "desk" / "index.html"
        if not index.is_file():
            return body(503, "not_built", "The screens are not built yet.", "Run 'make run' or 'make ui'.")
        return FileResponse(index, headers={"cache-control": _ASK_AGAIN})

    async def _static(self, request: Request) -> Response:
        path = self._files.get_path({**request.scope, "path": "/" + request.path_params["rest"]})
        try:
            response = await self._files.get_response(path, request.scope)
        except HTTPException as error:
            if error.status_code == 405:
                raise
            return body(404, "not_found", "There is no such file.")
        hashed = "/assets/" in request.path_params["rest"]
        response.headers["cache-control"] = _IMMUTABLE if hashed else _ASK_AGAIN
        return response

    async def _no_icon(self, request: Request) -> Response:
        return Response(status_code=204, headers={"cache-control": "public, max-age=86400"})


def page(path: str, respond: Callable[[Request], Awaitable[Response]], policy: Public) -> DeclaredRoute:
    """A GET route outside the API."""

    async def serve(request: Request) -> Response:
        request.scope[ROUTE] = path
        return await respond(request)

    return DeclaredRoute(path, serve, method="GET", policy=policy)
