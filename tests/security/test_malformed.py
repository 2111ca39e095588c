"""Bad input on every endpoint, made by schemathesis from the OpenAPI document: never a 5xx.

Right and wrong input alike; and every answer is one that the document promises.
"""

import contextlib
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.security.right_requests import RIGHT_REQUESTS
from tests.web.live import Live, live

EXAMPLES = 6  # of each kind for each operation: some 900 requests
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A served hub."""
    with live(tmp_path_factory.mktemp("malformed")) as served:
        yield served


@pytest.fixture(scope="module")
def visitor(hub: Live) -> str:
    """The token of a web chat's visitor."""
    inbox = hub.stage.own["inbox"]
    answer = requests.post(f"{hub.url}/webchat/{inbox}/session", json={}, timeout=10)
    return str(answer.json()["token"])


def operations(document: dict[str, Any]) -> Iterator[Any]:
    """Every operation of the document."""
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        assert isinstance(found, Ok)
        yield found.ok()


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_no_input_makes_the_server_fail(hub: Live, visitor: str, mode: schemathesis.GenerationMode) -> None:
    tried = 0
    with requests.Session() as browser:
        for operation in operations(hub.stage.house.application.openapi):
            tried += try_operation(hub, browser, operation, mode, visitor)
    assert tried > 300


def try_operation(
    hub: Live,
    browser: requests.Session,
    operation: Any,
    mode: schemathesis.GenerationMode,
    visitor: str,
) -> int:
    """Send examples; how many."""
    route = f"{operation.method.upper()} {operation.path}"
    count = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def attempt(case: Any) -> None:
        nonlocal count
        count += 1
        if count % 2:  # half of them name what is there, the others something else
            case.path_parameters = real_path(hub, route, case.path_parameters)
        headers = {"origin": hub.url, "connection": "keep-alive"}
        if "/webchat/" in route:
            headers["authorization"] = f"Bearer {visitor}"
        answer = case.call(
            base_url=hub.url,
            session=browser,
            headers=headers,
            cookies={"hub_session": hub.token("admin")},
            timeout=20,
        )
        case.validate_response(answer, checks=_CHECKS)

    with contextlib.suppress(Unsatisfiable):  # nothing about it can be wrong
        attempt()
    return count


def real_path(hub: Live, route: str, made: dict[str, Any] | None) -> dict[str, Any] | None:
    """Path parameters of something that is there."""
    own = hub.stage.own
    if "file" not in own.ids:
        own.ids["file"] = f"f_{uuid.uuid4().hex}"
    if route in RIGHT_REQUESTS:
        return dict(RIGHT_REQUESTS[route](own).path) or made
    if made and "inbox" in made:
        return {**made, "inbox": own["inbox"]}
    return made
