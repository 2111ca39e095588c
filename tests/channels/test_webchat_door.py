"""Who may call, as whom, and how often."""

import asyncio
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from channels.webchat.identity import signature
from channels.webchat.pages import ChatPages
from hub.documents import Json
from hub.errors import NotFound
from hub.ids import MAIN_ORGANISATION
from tests.channels.stage import INBOX, SECRET, Stage
from tests.channels.stage import stage as make_stage
from tests.channels.webchat_client import Client, Refused

PAGE = "https://www.example.com"
IDENTITY = {"id": "4711", "name": "王桂兰", "hash": signature(SECRET, "4711")}


async def code_of(stage: Stage, hello: str, *, origin: str | None = None, inbox: str = INBOX) -> int:
    """The code a socket is closed with after this first frame."""
    address = f"{stage.url}/webchat/{inbox}/socket".replace("http", "ws", 1)
    async with connect(address, origin=origin) as socket:  # type: ignore[arg-type]
        with pytest.raises(ConnectionClosed) as closed:
            if hello:
                await socket.send(hello)
            async with asyncio.timeout(5):
                while True:
                    await socket.recv()
        return closed.value.rcvd.code if closed.value.rcvd is not None else 1006


# --- tokens ---


async def test_without_a_token_of_ours_nothing_is_answered(stage: Stage) -> None:
    client = stage.client()
    for given in (
        None,
        b"",
        b"Bearer",
        b"Bearer x",
        b"Bearer " + b"a" * 64,
        "Bearer é".encode(),
        b"Basic eDp5",
    ):
        headers = {} if given is None else {b"authorization": given}
        for method, path in (("GET", "/entries"), ("GET", "/transcript"), ("POST", "/messages")):
            body = {"client_id": "abcdefgh", "text": "x"} if method == "POST" else None
            answer = await client.http.request(method, client.root + path, headers=headers, json=body)
            assert answer.status_code == 401, (path, given)
            assert answer.json()["error"]["code"] == "unknown_token"


async def test_a_token_of_another_inbox_is_unknown(stage: Stage) -> None:
    queue = (await stage.foundation.queues.all(MAIN_ORGANISATION))[0]
    await stage.foundation.inboxes.create(
        MAIN_ORGANISATION, {"channel": "webchat", "name": "二", "queue": queue.id}, id="i_other"
    )
    client = stage.client()
    await client.open()
    await client.say("一")
    other = stage.client(token=client.token, inbox="i_other")
    with pytest.raises(Refused, match="unknown_token"):
        await other.call("GET", "/entries")
    session = await other.open()
    assert session["token"] != client.token
    assert session["conversation"] is None


async def test_one_customer_does_not_see_anothers_conversation(stage: Stage) -> None:
    mine, his = stage.client(), stage.client()
    for client in (mine, his):
        await client.open()
        await client.say("一")
    assert his.conversation is not None
    with pytest.raises(Refused) as refused:
        await mine.call("GET", "/entries", params={"conversation": his.conversation["id"], "after": 0})
    assert refused.value.status == 404
    with pytest.raises(Refused) as refused:
        await mine.call("POST", "/read", {"seq": 1, "conversation": his.conversation["id"]})
    assert refused.value.status == 404
    hello = f'{{"t":"hello","token":"{mine.token}","conversation":"{his.conversation["id"]}"}}'
    assert await code_of(stage, hello) == 4400
    uploaded = await his.upload("a.txt", b"secret")
    with pytest.raises(Refused, match="unknown_file"):
        await mine.store("/messages", {"client_id": "abcdefgh", "attachments": [uploaded["id"]]})


@pytest.mark.parametrize("path", ["/read", "/typing", "/rating", "/leave"])
async def test_before_the_first_message_there_is_nothing_to_act_on(stage: Stage, path: str) -> None:
    client = stage.client()
    await client.open()
    bodies: dict[str, dict[str, Json]] = {
        "/read": {"seq": 1},
        "/typing": {"on": True},
        "/rating": {"score": 1},
    }
    with pytest.raises(Refused) as refused:
        await client.call("POST", path, bodies.get(path, {}))
    assert (refused.value.status, refused.value.code) == (409, "no_conversation")


async def test_an_inbox_that_is_none_of_ours_is_not_found(stage: Stage) -> None:
    f = stage.foundation
    queue = (await f.queues.all(MAIN_ORGANISATION))[0].id
    fields: dict[str, Json] = {"channel": "webchat", "name": "二", "queue": queue, "enabled": False}
    await f.inboxes.create(MAIN_ORGANISATION, fields, id="i_off")
    document = {
        **fields,
        "id": "i_mail",
        "version": 1,
        "organisation": "o_main",
        "channel": "post",
        "enabled": True,
    }
    await stage.documents.insert("inboxes", document)
    for inbox in ("i_none", "i_off", "i_mail", "x" * 64):
        client = stage.client(inbox=inbox)
        with pytest.raises(Refused) as refused:
            await client.open()
        assert refused.value.status == 404
        assert await code_of(stage, "", inbox=inbox) == 4404
        assert (await client.http.get(f"{client.root}/frame")).status_code == 404


# --- origins ---


async def test_only_pages_that_are_allowed_may_call(stage: Stage) -> None:
    client = stage.client()
    await client.open()
    for origin, status in ((stage.url, 200), (PAGE, 403), ("null", 403)):
        answer = await client.http.post(client.root + "/session", json={}, headers={"origin": origin})
        assert answer.status_code == status, origin
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
    await stage.set({"allowed_origins": [PAGE]})
    answer = await client.http.post(client.root + "/session", json={}, headers={"origin": PAGE})
    assert answer.status_code == 200
    question = await client.http.request("OPTIONS", client.root + "/messages", headers={"origin": PAGE})
    assert question.status_code == 204
    assert "authorization" in question.headers["access-control-allow-headers"]


async def test_only_pages_that_are_allowed_may_open_a_socket(stage: Stage) -> None:
    client = stage.client()
    await client.open()
    await client.say("一")
    hello = f'{{"t":"hello","token":"{client.token}"}}'
    assert await code_of(stage, hello, origin=PAGE) == 4403


async def test_the_frame_may_be_shown_only_where_it_is_allowed(stage: Stage) -> None:
    await stage.set({"allowed_origins": [PAGE], "colour": "#0b6e4f"})
    client = stage.client()
    frame = await client.http.get(client.root + "/frame", params={"origin": PAGE, "locale": "en"})
    policy = frame.headers["content-security-policy"]
    assert f"frame-ancestors 'self' {PAGE}" in policy
    assert "'unsafe-inline'" not in policy
    assert "x-frame-options" not in frame.headers
    assert f'data-origin="{PAGE}"' in frame.text
    assert '<html lang="en">' in frame.text
    other = await client.http.get(client.root + "/frame", params={"origin": "https://evil.example"})
    assert 'data-origin=""' in other.text
    page = await client.http.get(client.root + "/page")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"


async def test_what_stands_in_the_page_is_escaped(stage: Stage) -> None:
    await stage.set({"title": '"><script>alert(1)</script>', "allowed_origins": ["*"]})
    client = stage.client()
    frame = await client.http.get(client.root + "/frame", params={"origin": '"><script>alert(2)</script>'})
    assert "<script>alert" not in frame.text


async def test_the_script_and_its_files_are_served(stage: Stage) -> None:
    client = stage.client()
    loader = await client.http.get(stage.url + "/widget.js")
    assert loader.headers["content-type"].startswith("text/javascript")
    assert loader.headers["cross-origin-resource-policy"] == "cross-origin"
    again = await client.http.get(stage.url + "/widget.js", headers={"if-none-match": loader.headers["etag"]})
    assert again.status_code == 304
    for name in ("frame.js", "frame.css"):
        asset = await client.http.get(f"{stage.url}/widget/{name}")
        assert asset.status_code == 200
        assert "immutable" in asset.headers["cache-control"]
    for name in ("widget.js", "..%2f..%2fwiring.py", "nothing.js"):
        assert (await client.http.get(f"{stage.url}/widget/{name}")).status_code == 404


async def test_a_hub_without_its_screens_says_what_to_do(tmp_path: Path) -> None:
    pages = ChatPages(tmp_path, embedding=["*"])
    with pytest.raises(NotFound) as refused:
        pages.loader(None)
    assert refused.value.code == "not_built"


# --- identity ---


async def test_a_customer_who_is_vouched_for_is_the_same_on_every_device(stage: Stage) -> None:
    first, second = stage.client(), stage.client()
    session = await first.open(identity=IDENTITY)
    assert session["contact"] == {"verified": True, "name": "王桂兰"}
    await first.say("在手机上")
    await second.open(identity=IDENTITY)
    await second.fetch()
    assert second.texts == ["在手机上"]
    assert second.token != first.token
    page = await stage.documents.find("contacts", limit=10)
    (contact,) = page.items
    assert contact["attributes"] == {"customer_id": "4711"}
    assert contact["unverified"] == {"name": "王桂兰"}


async def test_a_wrong_hash_is_refused(stage: Stage) -> None:
    for given in ("", "00", "x" * 64, signature("t" * 40, "4711"), signature(SECRET, "4712")):
        with pytest.raises(Refused) as refused:
            await stage.client().open(identity={**IDENTITY, "hash": given})
        assert (refused.value.status, refused.value.code) == (403, "identity_invalid")


async def test_without_a_secret_nobody_is_vouched_for(stage: Stage) -> None:
    await stage.set({"identity_secret": None})
    with pytest.raises(Refused, match="identity_invalid"):
        await stage.client().open(identity=IDENTITY)
    session = await stage.client().open(identity={"id": "4711", "name": "王桂兰"})
    assert session["contact"]["verified"] is False


async def test_the_conversation_goes_with_who_is_vouched_for_later(stage: Stage) -> None:
    client = stage.client()
    await client.open()
    await client.say("还没登录")
    before = client.token
    await client.open(identity=IDENTITY)
    assert client.token != before
    await client.fetch()
    assert client.texts == ["还没登录"]
    with pytest.raises(Refused, match="unknown_token"):
        await stage.client(token=before).call("GET", "/entries")
    assert await code_of(stage, f'{{"t":"hello","token":"{before}"}}') == 4401
    again = stage.client(token=before)
    session = await again.open()
    assert session["conversation"] is None
    assert session["token"] != before


async def test_an_anonymous_conversation_stays_behind_where_the_customer_is_known(stage: Stage) -> None:
    known = stage.client()
    await known.open(identity=IDENTITY)
    await known.say("早先")
    client = stage.client()
    await client.open()
    await client.say("匿名")
    await client.open(identity=IDENTITY)
    await client.fetch()
    assert client.texts == ["早先"]


async def test_another_customer_on_the_same_device_starts_anew(stage: Stage) -> None:
    client = stage.client()
    await client.open(identity=IDENTITY)
    await client.say("第一位")
    before = client.token
    await client.open(identity={"id": "4712", "hash": signature(SECRET, "4712")})
    assert client.token != before
    await client.fetch()
    assert client.texts == []
    unsigned = stage.client(token=before)
    session = await unsigned.open(identity={"id": "somebody"})
    assert session["conversation"] is None


async def test_names_of_attributes_mean_nothing_to_the_store(stage: Stage) -> None:
    for name in ("", "$set", "a.b", "a\x00", "x" * 61):
        with pytest.raises(Refused, match="invalid_input"):
            await stage.client().open(attributes={name: "x"})
    await stage.client().open(attributes={"户号": "x", "a b-c_d": 1, "x" * 60: True})


async def test_what_the_browser_claims_is_kept_as_not_verified(stage: Stage) -> None:
    client = stage.client()
    await client.open(
        identity={"id": "4711", "name": "王总", "phone": "13800002210"},
        attributes={"vip": True, "plan": "gas"},
        page={"url": "https://www.example.com/bill", "title": "账单"},
    )
    await client.say("一")
    (contact,) = (await stage.documents.find("contacts", limit=10)).items
    assert contact["attributes"] == {}
    assert contact["vip"] is False
    assert contact["unverified"] == {
        "id": "4711",
        "name": "王总",
        "phone": "13800002210",
        "vip": True,
        "plan": "gas",
        "page": "https://www.example.com/bill",
        "page_title": "账单",
    }
    assert contact["name"] == "王总"


# --- limits ---


async def test_a_customer_who_writes_too_fast_is_told_when_to_go_on(tmp_path: Path) -> None:
    async with make_stage(tmp_path, settings={"limits": {"messages_per_minute": 60}}) as stage:
        client = stage.client()
        await client.open()
        answers = [
            await client.http.post(
                client.root + "/messages",
                json={"client_id": f"flood-{n:03}", "text": "x"},
                headers={"authorization": f"Bearer {client.token}"},
            )
            for n in range(40)
        ]
        codes = [answer.status_code for answer in answers]
        assert codes[:30] == [201] * 30
        refused = answers[-1]
        assert refused.status_code == 429
        assert refused.json()["error"]["code"] == "too_many"
        assert refused.json()["error"]["details"]["after"] >= 1
        assert int(refused.headers["retry-after"]) >= 1
        await client.store("/messages", {"client_id": "flood-040", "text": "x"})


async def test_one_address_does_not_fill_the_queue(tmp_path: Path) -> None:
    async with make_stage(tmp_path, settings={"limits": {"conversations_per_minute_address": 6}}) as stage:
        codes = []
        for number in range(10):
            client = stage.client()
            await client.open()
            answer = await client.http.post(
                client.root + "/messages",
                json={"client_id": "abcdefgh", "text": str(number)},
                headers={"authorization": f"Bearer {client.token}"},
            )
            codes.append(answer.status_code)
        assert codes == [201] * 3 + [429] * 7
        assert await stage.documents.count("conversations") == 3


async def test_sessions_of_one_address_are_limited(tmp_path: Path) -> None:
    async with make_stage(tmp_path, settings={"limits": {"sessions_per_minute_address": 10}}) as stage:
        client = stage.client()
        answers = [await client.http.post(client.root + "/session", json={}) for _ in range(8)]
        codes = [answer.status_code for answer in answers]
        assert codes == [200] * 5 + [429] * 3


async def test_sockets_of_one_customer_are_limited(tmp_path: Path) -> None:
    async with make_stage(tmp_path, settings={"limits": {"sockets": 2}}) as stage:
        client = stage.client()
        await client.open()
        await client.say("一")
        tabs = [stage.client(token=client.token) for _ in range(2)]
        for tab in tabs:
            tab.connect()
        for tab in tabs:
            await tab.until(lambda c: any(event["t"] == "caught_up" for event in c.events))
        assert await code_of(stage, f'{{"t":"hello","token":"{client.token}"}}') == 4429


async def test_a_socket_that_talks_too_much_is_closed(tmp_path: Path) -> None:
    async with make_stage(tmp_path, settings={"limits": {"frames_per_second": 5}}) as stage:
        client = stage.client()
        await client.open()
        await client.say("一")
        async with connect(client.root.replace("http", "ws", 1) + "/socket") as socket:
            await socket.send(f'{{"t":"hello","token":"{client.token}"}}')
            with pytest.raises(ConnectionClosed) as closed:
                for _ in range(2_000):
                    await socket.send('{"t":"ping"}')
                    await asyncio.sleep(0)
                await socket.recv()
                await asyncio.sleep(5)
                await socket.send('{"t":"ping"}')
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4429


async def test_a_socket_must_say_hello(stage: Stage) -> None:
    for first in ("x", '{"t":"ping"}', "[]", '{"t":"hello","token":1}'):
        assert await code_of(stage, first) == 4400


async def test_a_socket_before_the_first_message_has_nothing_to_hear(stage: Stage) -> None:
    client = stage.client()
    await client.open()
    assert await code_of(stage, f'{{"t":"hello","token":"{client.token}"}}') == 4410


# --- bodies ---


WRONG_MESSAGES: list[tuple[object, str]] = [
    ({"client_id": "abcdefgh"}, "empty"),
    ({"client_id": "abcdefgh", "text": " \n "}, "empty"),
    ({"client_id": "abcdefgh", "text": "x" * 4_001}, "text_too_long"),
    ({"client_id": "abcdefgh", "choice": "1"}, "invalid_input"),
    ({"client_id": "abcdefgh", "choice": "1", "reply_to": "e_none"}, "unknown_choice"),
    ({"client_id": "abcdefgh", "choice": "1", "reply_to": "e_none", "text": "x"}, "invalid_input"),
    ({"client_id": "abcdefgh", "attachments": ["f_none"]}, "unknown_file"),
    ({"client_id": "short", "text": "x"}, "invalid_input"),
    ({"client_id": {"$ne": None}, "text": "x"}, "invalid_input"),
    ({"client_id": "abcdefgh", "text": {"$ne": None}}, "invalid_input"),
    ({"client_id": "abcdefgh", "text": "x", "agent": "u_1"}, "invalid_input"),
    ({"text": "x"}, "invalid_input"),
    ([], "invalid_input"),
    ("x", "invalid_input"),
]


async def test_a_message_of_another_shape_is_refused(tmp_path: Path) -> None:
    async with make_stage(tmp_path, settings={"limits": {"messages_per_minute": 1_000}}) as stage:
        client = stage.client()
        await client.open()
        for body, code in WRONG_MESSAGES:
            with pytest.raises(Refused) as refused:
                await client.call("POST", "/messages", body)
            assert (refused.value.status, refused.value.code) == (422, code), body
        assert await stage.documents.count("entries") == 0


async def test_a_wrong_cursor_is_refused(stage: Stage) -> None:
    client = stage.client()
    await client.open()
    for query in ("after=x", "after=-1", "limit=1e9", "limit=%C2%B2", f"after={'9' * 30}"):
        with pytest.raises(Refused) as refused:
            await client.call("GET", f"/entries?{query}")
        assert refused.value.status == 422


async def test_what_is_no_text_at_all_is_refused(stage: Stage) -> None:
    client = stage.client()
    await client.open()
    headers = {"authorization": f"Bearer {client.token}", "content-type": "application/json"}
    for raw in (
        b'{"client_id":"abcdefgh","text":"\\ud800"}',
        b'{"client_id":"abcdefgh","text":"\xff"}',
        b"{",
    ):
        answer = await client.http.post(client.root + "/messages", content=raw, headers=headers)
        assert answer.status_code == 422, raw


async def test_texts_may_have_anything_that_is_text(stage: Stage) -> None:
    client: Client = stage.client()
    await client.open()
    text = "<img src=x onerror=alert(1)> 𠮷😀 \u202e {{x}} ${y} \x07"
    stored = await client.say(text)
    assert stored["entry"]["body"]["text"] == text
