"""The packages' endpoints, mounted: the same checks as for operations, without pydantic."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import msgspec
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from hub.endpoints import Answer, Call, Endpoint
from web.identity import SAFE_METHODS, Gate, own_origin, peer
from web.requests import read_body, read_struct, read_upload
from web.routes import ROUTE, DeclaredRoute, answered, check_ids

_CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "authorization, content-type",
    "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
    "access-control-max-age": "86400",
    "access-control-expose-headers": "retry-after",
}
_encoder = msgspec.json.Encoder()


class Endpoints:
    """Makes routes of endpoints."""

    def __init__(self, gate: Gate, *, embedding: tuple[str, ...]) -> None:
        """``embedding``: origins that may frame what is ``frameable``; ``*`` means any."""
        self._gate = gate
        self._ancestors = "*" if "*" in embedding else " ".join(("'self'", *embedding))

    def routes(self, endpoint: Endpoint) -> list[DeclaredRoute]:
        """The route of an endpoint, and the one that answers a browser's CORS question."""

        async def serve(request: Request) -> Response:
            request.scope[ROUTE] = endpoint.path
            response = await answered(self._serve(endpoint, request))
            if endpoint.any_origin:
                response.headers.update(_CORS)
            if endpoint.frameable:
                request.scope["hub.frame_ancestors"] = self._ancestors
            return response

        async def allow(request: Request) -> Response:
            request.scope[ROUTE] = endpoint.path
            return Response(status_code=204, headers=_CORS)

        made = [DeclaredRoute(endpoint.path, serve, method=endpoint.method, policy=endpoint.policy)]
        if endpoint.any_origin:
            made.append(DeclaredRoute(endpoint.path, allow, method="OPTIONS", policy=endpoint.policy))
        return made

    async def _serve(self, endpoint: Endpoint, request: Request) -> Response:
        check_ids(request)
        if not endpoint.any_origin and endpoint.method not in SAFE_METHODS:
            self._gate.check_origin(request)
        identity = await self._gate.admit(request, endpoint.policy)
        async with AsyncExitStack() as stack:
            body: object = None
            raw = b""
            upload = None
            if endpoint.uploads:
                upload = _Upload(request, endpoint.max_bytes, stack)
            elif endpoint.takes is not None:
                body = await read_struct(request, endpoint.takes, endpoint.max_bytes)
            elif endpoint.method not in SAFE_METHODS:
                raw = await read_body(request, endpoint.max_bytes)
            call = Call(
                path=dict(request.path_params),
                query=dict(request.query_params),
                headers={name.lower(): value for name, value in request.headers.items()},
                address=peer(request),
                body=body,
                raw=raw,
                upload=upload,
                user=None if identity is None else identity.user.id,
                host=own_origin(request),
            )
            return to_response(await endpoint.handle(call))


class _Upload:
    """A file of a form (:class:`hub.endpoints.Upload`), taken from the network when it is read.

    So a package may turn somebody away before his megabytes are accepted.
    """

    def __init__(self, request: Request, most: int, stack: AsyncExitStack) -> None:
        self._request = request
        self._most = most
        self._stack = stack
        self._file: UploadFile | None = None
        self.name = "file"  # the sender's name for it, once it has been read

    async def read(self, size: int) -> bytes:
        """The next piece."""
        if self._file is None:
            form, self._file = await read_upload(self._request, self._most)
            self._stack.push_async_callback(form.close)
            self.name = self._file.filename or self.name
        return await self._file.read(size)


def to_response(answer: Answer) -> Response:
    """An endpoint's answer as HTTP."""
    headers = {"cache-control": "no-store", **{k.lower(): v for k, v in answer.headers.items()}}
    if isinstance(answer.body, AsyncIterator):
        return StreamingResponse(answer.body, answer.status, headers, media_type=answer.media_type)
    if answer.body is None:
        content = b"" if answer.status == 204 or answer.media_type != "application/json" else b"null"
        return Response(content, answer.status, headers, media_type=answer.media_type)
    content = answer.body if isinstance(answer.body, bytes) else _encoder.encode(answer.body)
    return Response(content, answer.status, headers, media_type=answer.media_type)
