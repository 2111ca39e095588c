"""Rights, role by role and organisation by organisation, through the real app: no leak anywhere."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from hub.access import Permission
from hub.endpoints import Permitted, Public
from tests.security.right_requests import RIGHT_REQUESTS, Right, send
from tests.security.rights_table import PUBLIC, RIGHTS, VISITORS, Foreign
from tests.web.stage import FOREIGN, ROLES, Company, Stage
from tests.web.stage import stage as make_stage
from web.routes import DeclaredRoute, DeclaredSocket, MissingPolicy, check_app, checked


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A hub with two organisations, each with a file."""
    async with make_stage(tmp_path) as made:
        for company in (made.own, made.other):
            made.ids.mark = FOREIGN if company is made.other else ""
            async with await made.signed_in("agent", company) as browser:
                answer = await send(browser, "POST /api/files", Right(file=True))
                company.ids["file"] = answer.json()["id"]
                body = {"client_id": "client-setup", "attachments": [company["file"]]}
                said = await browser.post(f"/api/conversations/{company['assigned']}/messages", json=body)
                assert said.status_code == 200
        made.ids.mark = ""
        yield made


def names_of(route: BaseRoute) -> list[str]:
    """A route as the tables name it."""
    if isinstance(route, WebSocketRoute):
        return [f"SOCKET {route.path}"]
    assert isinstance(route, Route)
    return [f"{method} {route.path}" for method in route.methods or () if method not in {"HEAD", "OPTIONS"}]


async def test_every_route_and_socket_stands_in_the_table(stage: Stage) -> None:
    there = {name for route in stage.house.application.starlette.routes for name in names_of(route)}
    listed = RIGHTS.keys() | PUBLIC.keys() | VISITORS.keys()
    assert there - listed == set(), "routes without a line in tests/security/rights_table.py"
    assert listed - there == set(), "lines of the table without a route"
    assert not RIGHTS.keys() & (PUBLIC.keys() | VISITORS.keys())


async def test_every_route_and_socket_declares_the_policy_the_table_says(stage: Stage) -> None:
    for route in stage.house.application.starlette.routes:
        assert isinstance(route, DeclaredRoute | DeclaredSocket)
        for name in names_of(route):
            kind = Permitted if name in RIGHTS else Public
            assert isinstance(route.policy, kind), name


def test_an_app_with_a_route_without_a_policy_is_not_built() -> None:
    async def leak(request: object) -> Response:
        return Response("secret")

    with pytest.raises(MissingPolicy):
        check_app(Starlette(routes=[Route("/leak", leak)]))
    for wrong in (None, Public(""), Public("  "), Permitted("no.such.permission"), "public"):
        with pytest.raises(MissingPolicy):
            checked(wrong, "somewhere")
    desk = Permitted(Permission.DESK)
    assert checked(desk, "somewhere") is desk


API = sorted(RIGHTS.keys() - {"SOCKET /api/desk"})


@pytest.mark.parametrize("route", API)
async def test_nobody_gets_in_without_a_session(stage: Stage, route: str) -> None:
    async with stage.visitor() as browser:
        answer = await send(browser, route, RIGHT_REQUESTS[route](stage.own))
        assert answer.status_code == 401, answer.text
        assert answer.json()["error"]["code"] == "not_signed_in"
        browser.cookies.set("hub_session", "A" * 43, domain="hub.test")
        answer = await send(browser, route, RIGHT_REQUESTS[route](stage.own))
        assert answer.status_code == 401, answer.text


@pytest.mark.parametrize("route", API)
async def test_a_role_does_what_the_table_allows_and_nothing_else(stage: Stage, route: str) -> None:
    gone = False  # what a former role has deleted is not there for the next
    for role in ROLES:
        async with await stage.signed_in(role) as browser:
            answer = await send(browser, route, RIGHT_REQUESTS[route](stage.own))
        allowed = getattr(RIGHTS[route], role)
        if gone and allowed:
            assert answer.status_code == 404, (role, answer.text)
        elif allowed:
            gone = route.startswith("DELETE") and "{id}" in route
            assert answer.status_code not in {401, 403, 404}, (role, answer.text)
            assert answer.status_code < 500, (role, answer.text)
        else:
            assert answer.status_code == 403, (role, answer.text)
            assert answer.json()["error"]["code"] == "forbidden"
        assert FOREIGN not in answer.text, role


@pytest.mark.parametrize("route", API)
async def test_another_organisations_data_is_not_there(stage: Stage, route: str) -> None:
    """0 leaks: neither seen nor changed, whoever asks and whatever is named."""
    before = everything_of(stage, stage.other)
    for role in ROLES:
        rights = RIGHTS[route]
        request = RIGHT_REQUESTS[route](stage.other)
        async with await stage.signed_in(role) as browser:
            answer = await send(browser, route, request)
        if not getattr(rights, role):
            assert answer.status_code == 403, (role, answer.text)
        elif rights.foreign is Foreign.HIDDEN:
            assert answer.status_code == 404, (role, answer.text)
        elif rights.foreign is Foreign.REFUSED:
            assert answer.status_code in {404, 409, 422}, (role, answer.text)
        told = "" if answer.request.url.query.decode().count(FOREIGN) else answer.text
        assert FOREIGN not in without_echo(told, request), (role, answer.text)
    assert everything_of(stage, stage.other) == before


def everything_of(stage: Stage, company: Company) -> dict[str, str]:
    """Every document of an organisation, as text."""
    data = stage.documents.data  # type: ignore[attr-defined]
    return {
        f"{collection}/{id}": repr(document)
        for collection, documents in data.items()
        for id, document in documents.items()
        if document.get("organisation") == company.organisation and collection != "sessions"
    }


def without_echo(text: str, request: Right) -> str:
    """An answer without the ids that the request itself named: repeating those tells nothing."""
    named = [*request.path.values(), *texts_in(request.json)]
    for value in sorted(named, key=len, reverse=True):
        text = text.replace(value, "")
    return text


def texts_in(value: object) -> list[str]:
    """All texts in a JSON value."""
    if isinstance(value, str):
        return [value] if FOREIGN in value else []
    if isinstance(value, dict):
        return [text for pair in value.items() for one in pair for text in texts_in(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts_in(one)]
    return []


@pytest.mark.parametrize(
    "named",
    [
        ("POST /api/conversations/{id}/queue", {"queue": "queue"}),
        ("POST /api/conversations/{id}/queue", {"queue": "queue", "skills": "skill"}),
        ("POST /api/conversations/{id}/agent", {"agent": "colleague"}),
        ("POST /api/conversations/{id}/messages", {"attachments": "file"}),
        ("POST /api/conversations/{id}/notes", {"attachments": "file"}),
        ("PUT /api/agents/{id}/profile", {"queues": "queue"}),
        ("PUT /api/agents/{id}/profile", {"skills": "skill"}),
        ("POST /api/inboxes", {"queue": "queue"}),
        ("PATCH /api/inboxes/{id}", {"queue": "queue"}),
        ("PATCH /api/dispositions/{id}", {"parent": "disposition"}),
        ("PATCH /api/queues/{id}", {"skills": "skill"}),
        ("PATCH /api/canned-replies/{id}", {"queues": "queue"}),
        ("POST /api/routing/rules", {"inboxes": "inbox"}),
        ("POST /api/routing/rules/try", {"inbox": "inbox"}),
        ("POST /api/routing/rules/try", {"contact": "contact"}),
    ],
    ids=lambda named: f"{named[0]} {'+'.join(named[1])}",
)
async def test_a_foreign_id_in_the_body_of_an_own_request_is_refused(
    stage: Stage, named: tuple[str, dict[str, str]]
) -> None:
    route, fields = named
    right = RIGHT_REQUESTS[route](stage.own)
    assert right.json is not None
    for field, what in fields.items():
        foreign = stage.other[what]
        value: object = foreign
        if field in {"queues", "attachments", "inboxes"}:
            value = [foreign]
        elif field == "skills":
            value = {foreign: 3}
        right.json[field] = value
    before = everything_of(stage, stage.other)
    role = "agent" if route.startswith("POST /api/conversations") else "admin"
    async with await stage.signed_in(role) as browser:
        answer = await send(browser, route, right)
    assert answer.status_code in {404, 409, 422}, answer.text
    assert everything_of(stage, stage.other) == before


async def test_an_agent_sees_his_queues_and_what_he_holds_and_nothing_more(stage: Stage) -> None:
    """The data scope *team*: the conversation in the other queue is not there for him."""
    hidden = stage.own["foreign_queue"]
    async with await stage.signed_in("agent") as browser:
        assert (await browser.get(f"/api/conversations/{hidden}")).status_code == 404
        for query in ("list=all", "list=all&state=waiting", f"list=queue&queue={stage.own['queue_b']}"):
            rows = (await browser.get(f"/api/conversations?{query}")).json()["items"]
            assert hidden not in {row["id"] for row in rows}
        contact = stage.own["foreign_queue_contact"]
        rows = (await browser.get(f"/api/conversations?list=contact&contact={contact}")).json()["items"]
        assert rows == []
        for verb in ("notes", "pull"):
            json = {"client_id": "client-hidden", **({"text": "x"} if verb == "notes" else {})}
            answer = await browser.post(f"/api/conversations/{hidden}/{verb}", json=json)
            assert answer.status_code == 404
    async with await stage.signed_in("supervisor") as browser:
        assert (await browser.get(f"/api/conversations/{hidden}")).status_code == 200


async def test_a_file_is_shown_to_those_who_may_see_its_conversation(stage: Stage) -> None:
    assigned = stage.own["assigned"]
    async with await stage.signed_in("colleague") as other, await stage.signed_in("agent") as mine:
        file = (await send(mine, "POST /api/files", Right(file=True))).json()["id"]
        assert (await other.get(f"/api/files/{file}")).status_code == 404
        body = {"client_id": "client-file", "attachments": [file]}
        assert (await mine.post(f"/api/conversations/{assigned}/messages", json=body)).status_code == 200
        assert (await other.get(f"/api/files/{file}")).status_code == 404  # not his queue
    async with await stage.signed_in("supervisor") as leader:
        assert (await leader.get(f"/api/files/{file}")).status_code == 200


async def test_nobody_gives_a_role_that_is_wider_than_his_own(stage: Stage) -> None:
    user = stage.own.users["clerk"]
    async with await stage.signed_in("admin") as browser:
        answer = await browser.patch(f"/api/users/{user.id}", json={"version": 1, "roles": ["admin"]})
        assert answer.status_code == 200
    async with await stage.signed_in("supervisor") as browser:
        answer = await browser.patch(f"/api/users/{user.id}", json={"version": 2, "roles": ["admin"]})
        assert answer.status_code == 403
