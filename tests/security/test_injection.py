"""Operator injection: on every field of every endpoint, nothing is ever taken as an operator.

The fields come from the OpenAPI document and from the right requests, so a new one is tested
without a line here. What is sent is refused (4xx), or kept as the plain text it is.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.security.right_requests import RIGHT_REQUESTS, Right, send
from tests.web.stage import Stage

OPERATORS: tuple[object, ...] = (
    {"$ne": None},
    {"$gt": ""},
    {"$regex": ".*"},
    {"$where": "sleep(1000)"},
    {"$in": ["a", "b"]},
    {"$expr": {"$eq": [1, 1]}},
    ["$ne", None],
    {"__proto__": {"admin": True}},
)
TEXTS = ("' OR 1=1 --", '"; DROP TABLE users; --', "{$ne: null}", "$where", "../../etc/passwd", "a\x00b")


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a body something can be put."""
    if at:
        yield at
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*at, key))
    elif isinstance(value, list):
        for number in range(min(len(value), 2)):
            yield from places(value[number], (*at, number))


def put(body: Any, at: tuple[Any, ...], value: object) -> Any:
    """The body with something else in one place."""
    changed = deepcopy(body)
    target = changed
    for key in at[:-1]:
        target = target[key]
    target[at[-1]] = value
    return changed


def documents(stage: Stage) -> str:
    """Everything stored, but for what a sign-in and its use write."""
    data = stage.documents.data  # type: ignore[attr-defined]
    kept = {name: value for name, value in data.items() if name != "sessions"}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False)


BODIES = sorted(route for route in RIGHT_REQUESTS if route.partition(" ")[0] in {"POST", "PUT", "PATCH"})


@pytest.mark.parametrize("route", BODIES)
async def test_no_field_of_a_body_takes_an_operator(stage: Stage, route: str) -> None:
    right = RIGHT_REQUESTS[route](stage.own)
    if right.json is None:
        return
    browser = stage.visitor() if right.by == "nobody" else await stage.signed_in(right.by)
    before = documents(stage)
    async with browser:
        for at in places(right.json):
            for operator in OPERATORS:
                bad = Right(right.path, put(right.json, at, operator), by=right.by)
                answer = await send(browser, route, bad)
                assert answer.status_code in {400, 404, 422}, (at, operator, answer.text)
        for operator in OPERATORS:
            if isinstance(operator, dict):
                bad = Right(right.path, {**right.json, **operator}, by=right.by)
                answer = await send(browser, route, bad)
                assert answer.status_code == 422, (operator, answer.text)
    assert documents(stage) == before


@pytest.mark.parametrize("route", BODIES)
async def test_a_text_that_looks_like_code_is_a_text_or_refused(stage: Stage, route: str) -> None:
    right = RIGHT_REQUESTS[route](stage.own)
    if right.json is None or right.by == "nobody":
        return
    counts = {name: len(kept) for name, kept in stage.documents.data.items()}  # type: ignore[attr-defined]
    async with await stage.signed_in(right.by) as browser:
        for at in places(right.json):
            for text in TEXTS:
                answer = await send(browser, route, Right(right.path, put(right.json, at, text), by=right.by))
                assert answer.status_code < 500, (at, text, answer.text)
                assert answer.status_code not in {401}, (at, text, answer.text)
                if "\x00" in text:
                    assert answer.status_code == 422, (at, answer.text)
    for name, count in counts.items():
        assert len(stage.documents.data[name]) >= count, name  # type: ignore[attr-defined]


def query_fields(stage: Stage) -> Iterator[tuple[str, str]]:
    """Every parameter of every query."""
    for path, methods in stage.house.application.openapi["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "query" and path.startswith("/api/"):
                    yield f"{method.upper()} {path}", parameter["name"]


async def test_no_field_of_a_query_takes_an_operator(stage: Stage) -> None:
    fields = list(query_fields(stage))
    assert len(fields) > 10
    async with await stage.signed_in("agent") as agent:
        stage.own.ids["file"] = (await send(agent, "POST /api/files", Right(file=True))).json()["id"]
    async with await stage.signed_in("admin") as browser:
        for route, name in fields:
            right = RIGHT_REQUESTS[route](stage.own)
            for query in (
                {f"{name}[$ne]": ""},
                {f"{name}[]": "a"},
                {name: '{"$ne": null}'},
                {name: "$where"},
            ):
                answer = await send(browser, route, Right(right.path, query={**right.query, **query}))
                if name == "search" and name in query:  # a search may be for any text
                    assert answer.status_code == 200
                    assert answer.json()["items"] == []
                else:
                    assert answer.status_code in {404, 422}, (route, query, answer.text)
            doubled = f"{name}=a&{name}=b"
            method, _, template = route.partition(" ")
            answer = await browser.request(method, f"{template.format(**right.path)}?{doubled}")
            assert answer.status_code == 422, (route, doubled, answer.text)


@pytest.mark.parametrize(
    "odd", ["$ne", "%24where", "[object Object]", "..", "a%2F..%2Fb", "a" * 65, "%00", "'"]
)
async def test_no_part_of_a_path_takes_anything_but_an_id(stage: Stage, odd: str) -> None:
    async with await stage.signed_in("admin") as browser:
        for route in RIGHT_REQUESTS:
            method, _, template = route.partition(" ")
            if "{id}" not in template:
                continue
            path = template.replace("{id}", odd).replace("{entry}", odd)
            answer = await browser.request(method, path)
            assert answer.status_code in {404, 405, 307}, (route, answer.text)
