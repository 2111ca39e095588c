"""What an administrator sets on a web chat inbox (``inbox.settings``), and what is wrong with it."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec

from channels.webchat.kinds import DEFAULT_TYPES, KINDS
from hub.documents import Json

Locale = Literal["zh-CN", "en"]
LOCALES: tuple[Locale, ...] = ("zh-CN", "en")
Words = Annotated[str, msgspec.Meta(max_length=500)]
_ORIGIN = re.compile(r"^https?://(\*\.)?[a-z0-9.-]+(:[0-9]{1,5})?$")


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What anonymous visitors may use up. ``_address``: of all who share a network address.

    Many people share one address (mobile networks), so those limits are wide; the ones
    of a single visitor are what stops a nuisance.
    """

    messages_per_minute: Annotated[int, msgspec.Meta(ge=1)] = 20
    messages_per_minute_address: Annotated[int, msgspec.Meta(ge=1)] = 600
    sessions_per_minute_address: Annotated[int, msgspec.Meta(ge=1)] = 120
    conversations_per_minute_address: Annotated[int, msgspec.Meta(ge=1)] = 30
    conversations_per_minute: Annotated[int, msgspec.Meta(ge=1)] = 300  # of the whole inbox
    uploads_per_minute: Annotated[int, msgspec.Meta(ge=1)] = 10
    upload_megabytes_per_hour_address: Annotated[int, msgspec.Meta(ge=1)] = 500
    frames_per_second: Annotated[int, msgspec.Meta(ge=1)] = 10
    sockets: Annotated[int, msgspec.Meta(ge=1)] = 8
    sockets_address: Annotated[int, msgspec.Meta(ge=1)] = 200


class WebChatSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one inbox. Texts may be one for all or one by locale.

    ``allowed_origins``: pages that may show the widget and call the API
    (``https://www.example.com``, ``https://*.example.com``, ``*``); our own always may.
    ``identity_secret``: makes visitors *verified* (HMAC-SHA256 of their id); None: nobody is.
    ``gone_after``: seconds without any socket after which a visitor counts as gone.
    Keys that are not named here belong to the house (bot, reopening …) and are left alone.
    """

    title: Words | dict[Locale, Words] = ""
    greeting: Words | dict[Locale, Words] = ""
    hours_text: Words | dict[Locale, Words] = ""  # instead of the words made from the hours
    colour: Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-fA-F]{6}$")] = "#2b59c3"
    locale: Locale = "zh-CN"
    timezone: Annotated[str, msgspec.Meta(max_length=60)] = "Asia/Shanghai"
    offline: Literal["message", "none"] = "message"
    allowed_origins: Annotated[list[str], msgspec.Meta(max_length=50)] = []
    identity_secret: Annotated[str, msgspec.Meta(min_length=32, max_length=200)] | None = None
    max_text: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 4_000
    max_file_bytes: Annotated[int, msgspec.Meta(ge=1_000)] = 10_000_000
    file_types: list[str] = msgspec.field(default_factory=lambda: list(DEFAULT_TYPES))
    gone_after: Annotated[float, msgspec.Meta(ge=1, le=3_600)] = 60.0
    limits: Limits = Limits()


def read(settings: Mapping[str, Json]) -> WebChatSettings:
    """The settings of an inbox; :class:`msgspec.ValidationError` where they do not fit."""
    return msgspec.convert(dict(settings), WebChatSettings)


def problems(settings: Mapping[str, Json]) -> list[str]:
    """What is wrong with the settings, a sentence each; empty where they will do."""
    try:
        known = read(settings)
    except msgspec.ValidationError as error:
        return [f"settings: {error}."]
    found = [
        f"allowed_origins: {origin!r} is not an origin such as https://www.example.com."
        for origin in known.allowed_origins
        if origin != "*" and not _ORIGIN.match(origin)
    ]
    found += [
        f"file_types: {wanted!r} cannot be recognised by its content."
        for wanted in known.file_types
        if wanted not in KINDS
    ]
    return found


def locale_of(tag: str | None, default: Locale) -> Locale:
    """The locale for a BCP 47 tag or an Accept-Language header: its first language decides."""
    first = (tag or "").split(",")[0].split(";")[0].strip().lower()
    if not first or first == "*":
        return default
    return "zh-CN" if first.startswith("zh") else "en"


def worded(text: str | Mapping[Locale, str], locale: Locale) -> str:
    """A text in this locale, or in any where this one is missing."""
    if isinstance(text, str):
        return text
    return text.get(locale) or next((words for words in text.values() if words), "")


def origin_allowed(origin: str, *, own: str, allowed: Sequence[str]) -> bool:
    """Whether a page of this origin may use the inbox. ``own``: ours, as the visitor sees it."""
    if origin == own or "*" in allowed:
        return True
    scheme, _, host = origin.partition("://")
    for pattern in allowed:
        wanted_scheme, _, wanted = pattern.partition("://")
        if scheme != wanted_scheme:
            continue
        if wanted == host or (wanted.startswith("*.") and host.endswith(wanted[1:])):
            return True
    return False


def frame_ancestors(settings: WebChatSettings, *, house: Sequence[str]) -> str:
    """The value of the CSP directive of that name. ``house``: what the installation allows at most."""
    wanted = settings.allowed_origins
    if "*" in wanted:
        wanted = list(house)
    elif "*" not in house:
        wanted = [origin for origin in wanted if origin in house]
    return "*" if "*" in wanted else " ".join(("'self'", *wanted))
