"""Operations: the REST API's routes as data, each with its policy.

An operation names what it takes (query and body models), what it gives, and one
permission (or a reason why anybody may call it). :mod:`web.app` turns it into a route
that authenticates, authorises and parses before ``handle`` is called.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from hub.access import Principal
from hub.endpoints import Policy
from hub.sessions import Session

# What a person types: no control characters but tabs and line ends.
_PRINTABLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
_ID = r"^[A-Za-z0-9_-]{1,64}$"

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=_ID)]
ClientId = Annotated[str, Field(min_length=8, max_length=64, pattern=_ID)]
Cursor = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[A-Za-z0-9_=.-]+$")]


def printable(most: int, least: int = 0) -> Any:
    """For ``Annotated[str, …]``: text people write, of bounded length, without control characters."""
    return Field(min_length=least, max_length=most, pattern=_PRINTABLE)


def optional() -> Any:
    """A field of a change that may be left out, but not be null."""
    return Field(default=None, json_schema_extra=_without_default)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def is_none(value: object) -> bool:
    """Whether a field is left out of an answer."""
    return value is None


T = TypeVar("T")
# A field that is left out where there is nothing to say.
Absent = Annotated[T | None, Field(default=None, exclude_if=is_none)]


class Body(BaseModel):
    """A JSON request body: exact types, nothing unknown."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True
    )


class Query(BaseModel):
    """The query string: text becomes numbers where a number is asked for, nothing unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Given(BaseModel):
    """What an operation answers."""

    model_config = ConfigDict(frozen=True)


Q = TypeVar("Q", bound=Query | None)
B = TypeVar("B", bound=Body | None)


@dataclass(frozen=True, slots=True)
class Asked(Generic[Q, B]):
    """One authorised and parsed request."""

    path: Mapping[str, str]
    query: Q
    body: B
    address: str  # the peer's, behind trusted proxies the browser's
    request: Request
    who: Principal | None = None
    session: Session | None = None

    @property
    def me(self) -> Principal:
        """Who asks; only operations with a permission have one for sure."""
        if self.who is None:
            raise RuntimeError("this operation is public: nobody is signed in for sure")
        return self.who


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path.

    ``gives`` is the model of the answer (None: no content), ``sends`` another media type
    instead. ``same_origin``: a public operation that browsers call with our cookie.
    """

    method: str
    path: str
    policy: Policy
    handle: Callable[[Asked[Any, Any]], Awaitable[BaseModel | Response | None]]
    tag: str
    summary: str = ""  # one line for the document; empty: the handler's docstring
    operation: str = ""  # the id in the document; empty: made from tag and handler
    query: type[Query] | None = None
    body: type[Body] | None = None
    gives: type[BaseModel] | None = None
    sends: str | None = None
    status: int = 200
    upload: bool = False  # multipart with one field "file"
    max_bytes: int | None = None  # None: the setting for JSON bodies
    same_origin: bool = True
    refusals: tuple[int, ...] = field(default=())  # statuses beyond the usual ones

    @property
    def name(self) -> str:
        """The operation's id in the OpenAPI document: tag and handler."""
        made = f"{self.tag}_{getattr(self.handle, '__name__', 'handle')}"
        return (self.operation or made).replace("-", "_")


class Resource(Protocol):
    """A part of the API."""

    def operations(self) -> list[Operation]:
        """Its routes."""
        ...
