"""One resource per register: list, read, create, change (with the version that was read), delete."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from pydantic import Field, create_model

from hub.access import Permission
from hub.documents import Document
from hub.endpoints import Permitted
from hub.register import Kept, Register
from web.operations import Asked, Body, Given, Operation, Query

K = TypeVar("K", bound=Kept)
Version = Annotated[int, Field(ge=1, le=1_000_000_000)]


class VersionQuery(Query):
    """The version that was read; a document that changed since is not deleted."""

    version: Version | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The names and models of one resource."""

    path: str  # /api/queues
    one: str  # "queue", for the document
    read: Permission
    edit: Permission
    new: type[Body]
    change: type[Body]
    given: type[Given]


class RegisterApi(Generic[K]):
    """The routes of one register."""

    def __init__(
        self, register: Register[K], shape: Shape, *, limited: Callable[[K], K] | None = None
    ) -> None:
        """``limited``: what those see who may read but not edit (no secrets)."""
        self._register = register
        self._shape = shape
        self._limited = limited
        name = shape.given.__name__
        self._list = create_model(
            f"{name}List",
            __base__=Given,
            __doc__="All of them.",
            items=(list[shape.given], ...),  # type: ignore[name-defined]
        )

    def operations(self) -> list[Operation]:
        """What to mount."""
        shape = self._shape
        read, edit = Permitted(shape.read), Permitted(shape.edit)
        path, one = shape.path, f"{shape.path}/{{id}}"
        tag = path.rpartition("/")[2]
        return [
            Operation(method="GET", path=path, policy=read, handle=self.all, tag=tag,
                      gives=self._list, summary=f"Every {shape.one}."),
            Operation(method="POST", path=path, policy=edit, handle=self.create, tag=tag,
                      body=shape.new, gives=shape.given, status=201, summary=f"A new {shape.one}."),
            Operation(method="GET", path=one, policy=read, handle=self.get, tag=tag,
                      gives=shape.given, summary=f"One {shape.one}."),
            Operation(method="PATCH", path=one, policy=edit, handle=self.change, tag=tag,
                      body=shape.change, gives=shape.given,
                      summary=f"Change a {shape.one} that was read at `version`."),
            Operation(method="DELETE", path=one, policy=edit, handle=self.remove, tag=tag,
                      status=204, summary=f"Delete a {shape.one} that nothing needs any more."),
        ]  # fmt: skip

    async def all(self, asked: Asked[None, None]) -> Given:
        """Every document of the organisation."""
        kept = await self._register.all(asked.me.organisation)
        return self._list(items=[self._present(one, asked) for one in kept])

    async def get(self, asked: Asked[None, None]) -> Given:
        """One document."""
        return self._present(await self._register.get(asked.me.organisation, asked.path["id"]), asked)

    async def create(self, asked: Asked[None, Any]) -> Given:
        """A new document."""
        fields: Document = asked.body.model_dump(mode="json", by_alias=True)
        return self._present(await self._register.create(asked.me.organisation, fields), asked)

    async def change(self, asked: Asked[None, Any]) -> Given:
        """A changed document."""
        fields: Document = asked.body.model_dump(mode="json", by_alias=True, exclude_unset=True)
        fields.pop("version")
        kept = await self._register.change(
            asked.me.organisation, asked.path["id"], fields, version=asked.body.version
        )
        return self._present(kept, asked)

    async def remove(self, asked: Asked[None, None]) -> None:
        """Delete it."""
        await self._register.remove(asked.me.organisation, asked.path["id"])

    def _present(self, kept: K, asked: Asked[Any, Any]) -> Given:
        if self._limited is not None and self._shape.edit not in asked.me.grants:
            kept = self._limited(kept)
        return self._shape.given.model_validate(msgspec.to_builtins(kept))
