"""The OpenAPI document: SpecTree over the operations, msgspec over the packages' endpoints."""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from http import HTTPStatus
from typing import Any, cast

import msgspec
from pydantic import BaseModel
from spectree import Response, SpecTree
from spectree.models import InType, SecureType, SecurityScheme, SecuritySchemeData
from spectree.plugins.starlette_plugin import Route, StarlettePlugin
from starlette.requests import Request

from hub.endpoints import Endpoint, Permitted
from web.identity import COOKIE, SAFE_METHODS
from web.operations import Given, Operation

TITLE = "OmniHub"
_ID_SCHEMA = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[A-Za-z0-9_-]{1,64}$"}


class FieldProblem(Given):
    """One field of the input that is wrong, and how."""

    field: str
    message: str


class ErrorDetails(Given):
    """Facts for programs: seconds to wait, the fields that are wrong."""

    after: int | None = None
    problems: list[FieldProblem] | None = None


class ErrorContent(Given):
    """What was refused: ``code`` for programs, ``message`` in English, ``hint`` what to do."""

    code: str
    message: str
    hint: str | None = None
    details: ErrorDetails | None = None


class ErrorBody(Given):
    """The body of every answer that is not a success."""

    error: ErrorContent


class Plugin(StarlettePlugin):
    """SpecTree's plug for us: routes come from the operations, validation is done by the app."""

    async def validate(self, func: Any, *arguments: Any, **named: Any) -> Any:
        """Call the handler with the request (SpecTree passes its settings before it)."""
        request = next(value for value in arguments if isinstance(value, Request))
        return await func(request)

    def find_routes(self) -> list[Route]:
        """The routes of the operations."""
        return list(cast(Tree, self.spectree).hub_routes)

    def parse_path(self, route: Route, path_parameter_descriptions: Any) -> Any:
        """The path and its parameters, each an id."""
        path, parameters = super().parse_path(route, path_parameter_descriptions)  # type: ignore[no-untyped-call]
        for parameter in parameters:
            parameter["schema"] = dict(_ID_SCHEMA)
        return path, parameters


class Tree(SpecTree):
    """A SpecTree with our routes, which makes each model's schema once."""

    hub_routes: list[Route]

    def _add_model(self, model: Any, mode: Any = "validation") -> str:
        key = self.naming_strategy(model)
        if key not in self.models:
            made = _schemas.get((model, mode))
            if made is None:
                super()._add_model(model, mode)
                made = _schemas[model, mode] = deepcopy(self.models[key])
            self.models[key] = deepcopy(made)
        return key


# Schemas of models by (model, mode): they are the same in every app a process builds.
_schemas: dict[tuple[Any, Any], dict[str, Any]] = {}


def spectree(version: str) -> Tree:
    """A SpecTree that knows no route yet."""
    tree = Tree(
        backend=Plugin,
        title=TITLE,
        version=version,
        annotations=False,
        naming_strategy=lambda model: model.__name__,
        nested_naming_strategy=lambda _parent, child: child,
        validation_error_model=ErrorBody,
        security_schemes=[
            SecurityScheme(
                name="session",
                data=SecuritySchemeData(type=SecureType.API_KEY, name=COOKIE, field_in=InType.COOKIE),
            )
        ],
    )
    tree.hub_routes = []
    return tree


def describe(tree: Tree, operation: Operation, function: Any) -> Any:
    """Register an operation with SpecTree; the function to route to."""
    models: dict[str, type[BaseModel] | None] = {f"HTTP_{operation.status}": operation.gives}
    models |= {f"HTTP_{status}": ErrorBody for status in refusals(operation)}
    function.__doc__ = operation.summary or operation.handle.__doc__
    function.__name__ = operation.name
    documented = tree.validate(
        query=operation.query,
        json=operation.body,
        resp=Response(**models),
        tags=(operation.tag,),
        security={"session": []} if isinstance(operation.policy, Permitted) else {},
        operation_id=operation.name,
    )(function)
    tree.hub_routes.append(Route(operation.path, {operation.method}, documented))
    return documented


def refusals(operation: Operation) -> set[int]:
    """The statuses an operation may answer besides its own."""
    statuses = {422, 503, *operation.refusals}
    if isinstance(operation.policy, Permitted):
        statuses |= {401, 403}
    if operation.method not in SAFE_METHODS:
        statuses |= {403, 409, 413, 415}
    if "{" in operation.path:
        statuses |= {404}
    return statuses


def document(tree: Tree, operations: Sequence[Operation], endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The whole OpenAPI 3.1 document."""
    made: dict[str, Any] = dict(tree.spec)
    made["info"] = {**made["info"], "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}}
    for operation in operations:
        entry = made["paths"][_plain(operation.path)][operation.method.lower()]
        if operation.upload:
            entry["requestBody"] = _UPLOAD
        if operation.sends is not None:
            entry["responses"][str(operation.status)]["content"] = {operation.sends: {"schema": {}}}
    schemas: dict[str, Any] = made["components"]["schemas"]
    groups: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints:
        groups.setdefault(_group(endpoint), []).append(endpoint)
    for group, members in groups.items():
        schemas |= _describe_group(made, group, members)
    return made


def _describe_group(made: dict[str, Any], group: str, endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """Add one package's endpoints; its schemas, their names led by the group's."""
    kinds = [kind for one in endpoints for kind in (one.takes, one.gives) if kind is not None]
    lead = group.capitalize()
    shapes, components = msgspec.json.schema_components(
        kinds, ref_template=f"#/components/schemas/{lead}{{name}}"
    )
    shape_of = dict(zip(map(id, kinds), shapes, strict=True))
    for endpoint in endpoints:
        _describe_endpoint(made, endpoint, shape_of)
    return {f"{lead}{name}": shape for name, shape in components.items()}


def _group(endpoint: Endpoint) -> str:
    words = re.findall(r"[a-zA-Z0-9]+", endpoint.path)
    return words[0] if words else "root"


_UPLOAD: Mapping[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "additionalProperties": False,
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        }
    },
}


def _describe_endpoint(
    made: dict[str, Any], endpoint: Endpoint, shape_of: Mapping[int, dict[str, Any]]
) -> None:
    path = _plain(endpoint.path)
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}
    success: dict[str, Any] = {"description": "done"}
    if endpoint.gives is not None:
        success["content"] = {"application/json": {"schema": shape_of[id(endpoint.gives)]}}
    entry: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": _operation_id(endpoint),
        "tags": [_group(endpoint)],
        "security": [{"session": []}] if isinstance(endpoint.policy, Permitted) else [],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": dict(_ID_SCHEMA)}
            for name in re.findall(r"{(\w+)}", path)
        ],
        "responses": {
            "2XX": success,
            "default": {"description": HTTPStatus.BAD_REQUEST.phrase, "content": error},
        },
    }
    if endpoint.uploads:
        entry["requestBody"] = _UPLOAD
    elif endpoint.takes is not None:
        shape = shape_of[id(endpoint.takes)]
        entry["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": shape}},
        }
    made["paths"].setdefault(path, {})[endpoint.method.lower()] = entry


def _operation_id(endpoint: Endpoint) -> str:
    words = re.findall(r"[a-zA-Z0-9]+", endpoint.path)
    return "_".join([*words, endpoint.method.lower()])


def _plain(path: str) -> str:
    return re.sub(r"{(\w+):\w+}", r"{\1}", path)
