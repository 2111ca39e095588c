"""The pure parts of the web chat: wire, words, kinds, configuration, identity, limits."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from channels.webchat import answers, config, identity, kinds, limits, wire, words
from hub.calendars import Calendar, Span
from hub.entries import Actor, After, By, Entry, Kind, State
from hub.errors import TooMany
from hub.hours import Hours
from hub.ids import ConversationId, EntryId, FileId, InboxId
from tests.fakes.clock import VirtualClock
from web.public_days import public_calendars

INBOX = InboxId("i_1")
KEY = b"k" * 32


def entry(kind: Kind, by: Actor, body: dict[str, object]) -> Entry:
    """An entry with this body."""
    return Entry(
        id=EntryId("e_1"),
        version=1,
        organisation="o_main",
        conversation=ConversationId("c_1"),
        seq=2,
        kind=kind,
        by=By(by, "x_1"),
        at="2026-11-25T13:00:00.000Z",
        body=body,  # type: ignore[arg-type]
        digest="d",
        after=After(State.ASSIGNED, "chat", agent="u_1"),
        inbox="i_1",
        address="v_1",
        generation=1,
    )


# --- what a customer sees ---


def test_a_body_shows_only_what_is_the_customers_business() -> None:
    message = entry(Kind.MESSAGE, Actor.AGENT, {"v": 1, "text": "hi", "form": {"name": "x"}, "auto": "idle"})
    assert wire.body_for_contact(message, agent="", tickets={}) == {"text": "hi"}
    closed = entry(
        Kind.CLOSED, Actor.AGENT, {"v": 1, "reason": "done", "summary": "secret", "disposition": "d_1"}
    )
    assert wire.body_for_contact(closed, agent="", tickets={}) == {"reason": "done"}
    taken = entry(
        Kind.ASSIGNED, Actor.AGENT, {"v": 1, "how": "transfer", "to": "u_1", "note": "rude customer"}
    )
    assert wire.body_for_contact(taken, agent="小刘", tickets={}) == {"agent": {"name": "小刘"}}
    rated = entry(Kind.RATED, Actor.CONTACT, {"v": 1, "score": 5, "comment": None})
    assert wire.body_for_contact(rated, agent="", tickets={}) == {"score": 5}


def test_attachments_get_the_address_with_a_ticket() -> None:
    attachment = {"file": "f_1", "name": "a.png", "type": "image/png", "size": 1, "media": "image"}
    message = entry(Kind.MESSAGE, Actor.CONTACT, {"v": 1, "attachments": [attachment]})
    assert wire.attached_files(message) == ["f_1"]
    body = wire.body_for_contact(message, agent="", tickets={"f_1": "/there?ticket=t"})
    assert body == {"attachments": [{**attachment, "url": "/there?ticket=t"}]}


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_word_for_customers(state: State) -> None:
    assert wire.state_for_contact(state) in {"bot", "waiting", "assigned", "closed"}


def test_an_option_is_found_by_its_value() -> None:
    prompt = entry(Kind.MESSAGE, Actor.BOT, {"prompt": {"options": [{"value": "1", "label": "账单"}]}})
    assert wire.option_label(prompt, "1") == "账单"
    assert wire.option_label(prompt, "2") is None
    assert wire.option_label(entry(Kind.MESSAGE, Actor.BOT, {"prompt": "x"}), "1") is None


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"t":"nothing"}',
        '{"t":"ack","seq":-1}',
        '{"t":"ack","seq":"1"}',
        '{"t":"ack","seq":1.5}',
        '{"t":"hello"}',
        '{"t":"hello","token":{"$ne":null}}',
        '{"t":"typing","on":1}',
        '{"t":"ping","more":1}',
    ],
)
def test_a_frame_of_another_shape_is_refused(frame: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        wire.decode_frame(frame)


def test_frames_are_arrays_of_events() -> None:
    assert wire.frame({"t": "caught_up"}, wire.position_event(answers.Standing(2, None, False))) == (
        '[{"t":"caught_up"},{"t":"position","position":2,"wait_seconds":null,"staffed":false}]'
    )


# --- words ---

WORKDAYS = [[Span("08:30", "12:00"), Span("13:30", "17:30")]] * 5


def calendar(week: list[list[Span]], **fields: object) -> Calendar:
    """A calendar with this week."""
    return Calendar(id="k_1", organisation="o_main", name="咨询", week=week, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("week", "chinese", "english"),
    [
        ([*WORKDAYS, [], []], "周一至周五 08:30–12:00 13:30–17:30", "Mon–Fri 08:30–12:00 13:30–17:30"),
        (
            [*WORKDAYS, [Span("09:00", "12:00")], []],
            "周一至周五 08:30–12:00 13:30–17:30，周六 09:00–12:00",
            "Mon–Fri 08:30–12:00 13:30–17:30, Sat 09:00–12:00",
        ),
        ([[Span("00:00", "24:00")]] * 7, "", ""),
        ([*[[Span("00:00", "24:00")]] * 5, [], []], "周一至周五 全天", "Mon–Fri all day"),
        (
            [[Span("22:00", "06:00")], *[[]] * 6],
            "周一 22:00–次日06:00",
            "Mon 22:00–06:00 the next day",
        ),
        ([[]] * 7, "", ""),
    ],
)
def test_opening_hours_in_words(week: list[list[Span]], chinese: str, english: str) -> None:
    hours = Hours(calendar(week))
    assert words.hours_text(hours, "zh-CN") == chinese
    assert words.hours_text(hours, "en") == english


def test_public_holidays_are_named_with_the_hours() -> None:
    china = public_calendars()["CN"]
    office: list[list[Span]] = [*[[Span("08:30", "17:30")]] * 5, [], []]
    closed = Hours(calendar(office, follows="CN"), china)
    assert words.hours_text(closed, "zh-CN") == "周一至周五 08:30–17:30，法定节假日休息"
    assert words.hours_text(closed, "en") == "Mon–Fri 08:30–17:30, closed on public holidays"
    duty = Hours(calendar(office, follows="CN", on_holidays=[Span("09:00", "12:00")]), china)
    assert words.hours_text(duty, "zh-CN") == "周一至周五 08:30–17:30，法定节假日 09:00–12:00"
    always = [[Span("00:00", "24:00")]] * 7
    assert words.hours_text(Hours(calendar(always, follows="CN"), china), "zh-CN") == (
        "周一至周日 全天，法定节假日休息"
    )


def test_the_next_opening_is_said_by_the_clock_of_the_inbox() -> None:
    zone, now = ZoneInfo("Asia/Shanghai"), datetime(2026, 12, 31, 15, tzinfo=UTC)
    opens = datetime(2027, 1, 4, 0, 30, tzinfo=UTC)
    assert words.opens_text(opens, now, zone, "zh-CN") == "2027年1月4日（周一）08:30"
    assert words.opens_text(opens, now, zone, "en") == "Mon 4 Jan 2027, 08:30"
    now = datetime(2026, 12, 31, 16, tzinfo=UTC)  # the new year has begun in Shanghai
    assert words.opens_text(opens, now, zone, "zh-CN") == "1月4日（周一）08:30"
    assert words.opens_text(opens, now, zone, "en") == "Mon 4 Jan, 08:30"


def test_no_hours_need_no_words() -> None:
    assert words.hours_text(None, "zh-CN") == ""


def test_a_transcript_is_in_the_companys_time() -> None:
    said = answers.EntryView(
        id="e",
        conversation="c",
        seq=1,
        prev=0,
        kind="message",
        by=answers.Speaker("agent", "小刘"),
        at="2026-11-25T16:30:00.000Z",
        body={"text": "您好", "attachments": [{"name": "单.pdf"}]},
    )
    text = words.transcript([said], title="阳光燃气", zone=ZoneInfo("Asia/Shanghai"), locale="zh-CN")
    assert text == "阳光燃气\n\n2026-11-26 00:30  小刘  您好 [单.pdf]\n"


# --- kinds of files ---

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (PNG, "a.txt", "image/png"),
        (b"%PDF-1.7\n", "a.png", "application/pdf"),
        (b"plain words", "a.png", "text/plain"),
        ("表号,读数\n".encode("gb18030"), "a.csv", "text/csv"),
        ("表".encode()[:2], "a.txt", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "a.svg", "text/plain"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "a.png", None),
        (b"\x00\x01\x02", "a.txt", None),
        (b"", "a.txt", None),
    ],
)
def test_a_file_is_what_its_content_says(head: bytes, name: str, kind: str | None) -> None:
    assert kinds.kind_of(head, name) == kind


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\图.png", "图.png"),
        ("a\r\nb.png", "ab.png"),
        ("", "file"),
        ("...", "file"),
        ("exe\u202egnp.png", "exegnp.png"),
        ("x" * 300 + ".pdf", "x" * 115 + ".pdf"),
    ],
)
def test_names_of_files_are_harmless(given: str, kept: str) -> None:
    cleaned = kinds.clean_name(given)
    assert cleaned.startswith(kept[:20])
    assert len(cleaned) <= 120
    assert cleaned.rpartition(".")[2] == kept.rpartition(".")[2]


# --- configuration ---


def test_settings_of_the_house_are_left_alone() -> None:
    assert config.problems({"bot": "b_1", "reopen_hours": 4, "colour": "#0B6E4F"}) == []


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"colour": "red"}, "colour"),
        ({"allowed_origins": ["https://example.com/path"]}, "allowed_origins"),
        ({"allowed_origins": ["example.com"]}, "allowed_origins"),
        ({"allowed_origins": ["https://example.com; script-src *"]}, "allowed_origins"),
        ({"file_types": ["image/svg+xml"]}, "file_types"),
        ({"identity_secret": "short"}, "identity_secret"),
        ({"offline": "maybe"}, "offline"),
        ({"limits": {"messages": 1}}, "limits"),
        ({"limits": {"sockets": 0}}, "limits"),
        ({"greeting": {"fr": "Bonjour"}}, "greeting"),
        ({"gone_after": 0}, "gone_after"),
    ],
)
def test_wrong_settings_are_named(settings: dict[str, object], word: str) -> None:
    found = config.problems(settings)  # type: ignore[arg-type]
    assert len(found) == 1
    assert word in found[0]


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://hub.example", True),
        ("https://www.example.com", True),
        ("https://a.shop.example", True),
        ("https://shop.example", False),
        ("https://evilshop.example", False),
        ("http://www.example.com", False),
        ("https://www.example.com:444", False),
        ("https://www.example.com.evil.net", False),
        ("null", False),
        ("", False),
    ],
)
def test_only_named_origins_are_allowed(origin: str, allowed: bool) -> None:
    patterns = ["https://www.example.com", "https://*.shop.example"]
    assert config.origin_allowed(origin, own="https://hub.example", allowed=patterns) is allowed


@pytest.mark.parametrize(
    ("inbox", "house", "value"),
    [
        ([], ["*"], "'self'"),
        (["*"], ["*"], "*"),
        (["https://a.example"], ["*"], "'self' https://a.example"),
        (["*"], ["https://a.example"], "'self' https://a.example"),
        (["https://b.example"], ["https://a.example"], "'self'"),
    ],
)
def test_who_may_frame_us(inbox: list[str], house: list[str], value: str) -> None:
    settings = config.WebChatSettings(allowed_origins=inbox)
    assert config.frame_ancestors(settings, house=house) == value


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("zh-TW", "zh-CN"),
        ("en-GB,zh;q=0.5", "en"),
        ("de", "en"),
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("*", "zh-CN"),
    ],
)
def test_the_locale_of_a_visitor(tag: str | None, locale: str) -> None:
    assert config.locale_of(tag, "zh-CN") == locale


def test_a_text_by_locale_falls_back_to_any() -> None:
    assert config.worded({"en": "Hello"}, "zh-CN") == "Hello"
    assert config.worded("您好", "en") == "您好"
    assert config.worded({}, "en") == ""


# --- identity ---


def test_tokens_of_ours_are_recognised_and_no_others() -> None:
    tokens = identity.Tokens(KEY)
    token = tokens.new(INBOX)
    assert len(token) == identity.TOKEN_LENGTH
    assert tokens.genuine(INBOX, token)
    assert not tokens.genuine(InboxId("i_2"), token)
    assert not identity.Tokens(b"x" * 32).genuine(INBOX, token)
    for wrong in ("", "a" * 64, token[:-1], token + "a", "é" * 64, token[:-2] + "!!"):
        assert not tokens.genuine(INBOX, wrong)


def test_a_token_is_not_found_in_what_is_stored() -> None:
    token = identity.Tokens(KEY).new(INBOX)
    stored = identity.token_hash(token) + identity.address_of_token(token)
    assert token[:20] not in stored
    assert identity.address_of_token(token) == identity.address_of_token(token)


def test_the_company_vouches_by_hmac() -> None:
    import hashlib
    import hmac

    secret = "s" * 40
    signature = hmac.new(secret.encode(), "用户-4711".encode(), hashlib.sha256).hexdigest()
    assert identity.vouched(secret, "用户-4711", signature)
    assert identity.vouched(secret, "用户-4711", signature.upper())
    assert not identity.vouched(secret, "用户-4712", signature)
    assert not identity.vouched(None, "用户-4711", signature)
    assert not identity.vouched(secret, "用户-4711", "é\ud800")


def test_tickets_open_one_file_for_a_while() -> None:
    tokens, file = identity.Tokens(KEY), FileId("f_1")
    ticket = tokens.ticket(INBOX, file, now=1_000_000)
    assert tokens.ticket(INBOX, file, now=1_000_001) == ticket
    assert tokens.admits(INBOX, file, ticket, now=1_000_000 + identity.TICKET_LIFE)
    assert not tokens.admits(INBOX, file, ticket, now=1_000_000 + 2 * identity.TICKET_LIFE)
    assert not tokens.admits(INBOX, FileId("f_2"), ticket, now=1_000_000)
    assert not tokens.admits(InboxId("i_2"), file, ticket, now=1_000_000)
    later = ticket.replace(ticket.partition(".")[0], "9999999999")
    for wrong in ("", ".", "x", later, "²." + ticket, ticket + "x", "1" * 5000):
        assert not tokens.admits(INBOX, file, wrong, now=1_000_000)


# --- limits ---


async def test_a_bucket_lets_so_many_through_and_says_when_it_has_more() -> None:
    clock = VirtualClock()
    buckets = limits.Buckets(clock)
    rate = limits.Rate.per_minute(60, burst=3)
    for _ in range(3):
        buckets.take("a", rate)
    with pytest.raises(TooMany) as refused:
        buckets.take("a", rate)
    assert refused.value.after == 1.0
    buckets.take("b", rate)
    await clock.advance(1.0)
    buckets.take("a", rate)


def test_a_flood_of_keys_does_not_fill_the_memory() -> None:
    buckets = limits.Buckets(VirtualClock(), most=100)
    for number in range(10_000):
        buckets.take(str(number), limits.Rate(1, 1))
    assert len(buckets) == 100


def test_what_was_not_used_is_given_back() -> None:
    buckets = limits.Buckets(VirtualClock())
    rate = limits.Rate(1, 100)
    buckets.take("a", rate, amount=100)
    buckets.give_back("a", rate, 60)
    buckets.take("a", rate, amount=60)
    with pytest.raises(TooMany):
        buckets.take("a", rate)


def test_one_ipv6_customer_is_one_network() -> None:
    assert limits.network("2001:db8:0:1::5") == limits.network("2001:db8:0:1:ffff::9")
    assert limits.network("2001:db8:0:1::5") != limits.network("2001:db8:0:2::5")
    assert limits.network("::ffff:192.0.2.1") == limits.network("192.0.2.1") == "192.0.2.1"
    assert limits.network("testclient") == "testclient"


def test_a_visitor_has_a_name_by_which_agents_tell_him_apart() -> None:
    assert words.visitor_name("v_a-b_cdef", "zh-CN") == "访客 ABCD"
