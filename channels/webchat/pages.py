"""The script line's loader, the frame, the full page, and what they load."""

import hashlib
import html
import re
from collections.abc import Sequence
from pathlib import Path

from channels.webchat.config import Locale, WebChatSettings, frame_ancestors, origin_allowed, worded
from hub.endpoints import Answer
from hub.errors import NotFound
from hub.inboxes import Inbox

LOADER = "widget.js"
ASSETS = {"frame.js": "text/javascript", "frame.css": "text/css"}
_FOR_GOOD = "public, max-age=31536000, immutable"
_PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, \
interactive-widget=resizes-content">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="stylesheet" href="/widget/frame.css?v={css}">
<script type="module" src="/widget/frame.js?v={js}"></script>
</head>
<body data-inbox="{inbox}" data-mode="{mode}" data-origin="{origin}" data-colour="{colour}" \
data-name="{title}">
<noscript>{noscript}</noscript>
</body>
</html>
"""
_PLAIN = re.compile(r"^https?://[A-Za-z0-9.:\[\]_-]+$")  # an address that may stand in a policy
_NO_SCRIPT: dict[Locale, str] = {
    "zh-CN": "请启用 JavaScript 以使用在线客服。",
    "en": "Please enable JavaScript to use the chat.",
}


class ChatPages:
    """Serves the widget's built files, kept in memory, and the pages around them."""

    def __init__(self, folder: Path, *, embedding: Sequence[str]) -> None:
        """``folder``: what the widget's build wrote; ``embedding``: who may frame us at most (``*``: any)."""
        self._folder = folder
        self._embedding = tuple(embedding)
        self._files: dict[str, tuple[bytes, str]] = {}

    def _file(self, name: str) -> tuple[bytes, str]:
        """A built file and its digest; NotFound where the screens are not built."""
        known = self._files.get(name)
        if known is None:
            try:
                content = (self._folder / name).read_bytes()
            except FileNotFoundError as error:
                raise NotFound("the widget is not built yet: run 'make ui'", code="not_built") from error
            known = (content, hashlib.sha256(content).hexdigest()[:16])
            self._files[name] = known
        return known

    def loader(self, known: str | None) -> Answer:
        """The script of the script line; asked again each hour, answered with 304 where it is the same."""
        content, digest = self._file(LOADER)
        headers = {
            "cache-control": "public, max-age=3600",
            "etag": f'"{digest}"',
            "cross-origin-resource-policy": "cross-origin",
        }
        if known == f'"{digest}"':
            return Answer(b"", status=304, headers=headers, media_type="text/javascript")
        return Answer(content, headers=headers, media_type="text/javascript; charset=utf-8")

    def asset(self, name: str) -> Answer:
        """A file of the frame; its address names its digest, so it is kept for good."""
        if name not in ASSETS:
            raise NotFound("there is no such file")
        content, digest = self._file(name)
        headers = {"cache-control": _FOR_GOOD, "etag": f'"{digest}"'}
        return Answer(content, headers=headers, media_type=f"{ASSETS[name]}; charset=utf-8")

    def page(
        self, inbox: Inbox, settings: WebChatSettings, *, host: str, origin: str | None, locale: Locale
    ) -> Answer:
        """The frame for a page of ``origin``, or without one the full page, which nobody may frame."""
        ancestors = frame_ancestors(settings, house=self._embedding)
        mode = "frame"
        if origin is None:
            mode, ancestors, origin = "page", "'none'", ""
        elif not origin_allowed(origin, own=host, allowed=settings.allowed_origins):
            origin = ""  # the browser refuses the frame by the policy; nothing is told to that page
        socket = host.replace("http", "ws", 1) if _PLAIN.match(host) else ""
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
            f"media-src 'self' blob:; connect-src 'self' {socket}; base-uri 'none'; "
            f"form-action 'none'; frame-ancestors {ancestors}"
        )
        text = _PAGE.format(
            lang=locale,
            title=html.escape(worded(settings.title, locale) or inbox.name),
            css=self._file("frame.css")[1],
            js=self._file("frame.js")[1],
            inbox=html.escape(inbox.id),
            mode=mode,
            origin=html.escape(origin),
            colour=settings.colour,
            noscript=_NO_SCRIPT[locale],
        )
        headers = {
            "content-security-policy": policy,
            "cache-control": "no-cache",
            "referrer-policy": "strict-origin-when-cross-origin",
        }
        return Answer(text.encode(), headers=headers, media_type="text/html; charset=utf-8")
