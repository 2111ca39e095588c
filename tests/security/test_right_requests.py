"""Each endpoint of the document answers 2xx to a right request, in the form the document says."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.security.right_requests import RIGHT_REQUESTS, Right, send
from tests.web.stage import Stage
from tests.web.stage import stage as make_stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A hub whose agent has sent a file."""
    async with make_stage(tmp_path) as made:
        async with await made.signed_in("agent") as browser:
            answer = await send(browser, "POST /api/files", Right(file=True))
            made.own.ids["file"] = answer.json()["id"]
        yield made


async def test_every_operation_of_the_api_has_a_right_request(stage: Stage) -> None:
    paths = stage.house.application.openapi["paths"]
    documented = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    ours = {route for route in documented if " /api/" in route}
    assert ours == RIGHT_REQUESTS.keys()
    others = {route.partition(" ")[2].split("/")[1].partition(".")[0] for route in documented - ours}
    assert others <= {"webchat", "widget"}  # tests/channels/webchat


@pytest.mark.parametrize("route", sorted(RIGHT_REQUESTS))
async def test_a_right_request_succeeds(stage: Stage, route: str) -> None:
    right = RIGHT_REQUESTS[route](stage.own)
    browser = stage.visitor() if right.by == "nobody" else await stage.signed_in(right.by)
    async with browser:
        answer = await send(browser, route, right)
    assert 200 <= answer.status_code < 300, answer.text
    method, _, path = route.partition(" ")
    document = stage.house.application.openapi
    responses = document["paths"][path][method.lower()]["responses"]
    assert str(answer.status_code) in responses
    content = responses[str(answer.status_code)].get("content", {})
    if "application/json" in content:
        check(document, content["application/json"]["schema"], answer.json())
    else:
        assert answer.headers.get("content-type") != "application/json"


def check(document: dict[str, Any], schema: dict[str, Any], value: object) -> None:
    """Whether a value has the form that the OpenAPI document promises."""
    whole = {**schema, "components": document["components"]}
    jsonschema.Draft202012Validator(whole).validate(value)


async def test_the_document_is_openapi_3_1_and_every_reference_in_it_leads_somewhere(stage: Stage) -> None:
    async with stage.visitor() as browser:
        document = (await browser.get("/openapi.json")).json()
    assert document == stage.house.application.openapi
    assert document["openapi"].startswith("3.1")
    for reference in references(document):
        target: Any = document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
    ids = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]
    assert len(ids) == len(set(ids))
    for methods in document["paths"].values():
        for one in methods.values():
            assert one["summary"], one["operationId"]


def references(value: object) -> list[str]:
    """Every ``$ref``."""
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [one for part in value.values() for one in references(part)]
    if isinstance(value, list):
        return [one for part in value for one in references(part)]
    return []
