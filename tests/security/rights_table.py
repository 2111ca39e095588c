"""Who may do what, written by hand: every route and socket, every role, own and foreign data.

A route that is missing here fails the suite. Nobody who has not signed in gets anything but
401 from a route that is not in :data:`PUBLIC`.
"""

from dataclasses import dataclass
from enum import Enum


class Foreign(Enum):
    """What becomes of another organisation's ids."""

    NO_ID = "the request names nothing"
    HIDDEN = "404, as if it did not exist"
    REFUSED = "404, 409 or 422: what the body or query names is not there"


@dataclass(frozen=True, slots=True)
class Rights:
    """Whether a role may do it at all, in his own organisation."""

    agent: bool
    supervisor: bool
    admin: bool
    foreign: Foreign = Foreign.NO_ID


def everybody(foreign: Foreign = Foreign.NO_ID) -> Rights:
    """Agents, supervisors and administrators."""
    return Rights(agent=True, supervisor=True, admin=True, foreign=foreign)


def leaders(foreign: Foreign = Foreign.NO_ID) -> Rights:
    """Supervisors and administrators."""
    return Rights(agent=False, supervisor=True, admin=True, foreign=foreign)


def administrators(foreign: Foreign = Foreign.NO_ID) -> Rights:
    """Administrators only."""
    return Rights(agent=False, supervisor=False, admin=True, foreign=foreign)


HIDDEN, REFUSED = Foreign.HIDDEN, Foreign.REFUSED

RIGHTS: dict[str, Rights] = {
    "GET /api/session": everybody(),
    "DELETE /api/session": everybody(),
    "POST /api/me/password": everybody(),
    "PATCH /api/me": everybody(),
    "GET /api/conversations": everybody(REFUSED),
    "GET /api/conversations/badges": everybody(),
    "GET /api/conversations/{id}": everybody(HIDDEN),
    "GET /api/conversations/{id}/entries": everybody(HIDDEN),
    "POST /api/conversations/{id}/read": everybody(HIDDEN),
    "POST /api/conversations/{id}/messages": everybody(HIDDEN),
    "POST /api/conversations/{id}/notes": everybody(HIDDEN),
    "POST /api/conversations/{id}/accept": everybody(HIDDEN),
    "POST /api/conversations/{id}/decline": everybody(HIDDEN),
    "POST /api/conversations/{id}/pull": everybody(HIDDEN),
    "POST /api/conversations/{id}/give": leaders(HIDDEN),
    "POST /api/conversations/{id}/take-back": leaders(HIDDEN),
    "POST /api/conversations/{id}/priority": leaders(HIDDEN),
    "POST /api/conversations/{id}/callback": everybody(HIDDEN),
    "GET /api/conversations/{id}/routing": everybody(HIDDEN),
    "GET /api/routing/live": leaders(),
    "GET /api/routing/live/{id}": leaders(HIDDEN),
    "GET /api/routing/settings": everybody(),
    "PUT /api/routing/settings": administrators(),
    "GET /api/queues/{id}/warnings": everybody(HIDDEN),
    "PUT /api/agents/{id}/state": leaders(HIDDEN),
    "POST /api/conversations/{id}/reopen": everybody(HIDDEN),
    "POST /api/conversations/{id}/close": everybody(HIDDEN),
    "POST /api/conversations/{id}/snooze": everybody(HIDDEN),
    "POST /api/conversations/{id}/queue": everybody(HIDDEN),
    "POST /api/conversations/{id}/agent": everybody(HIDDEN),
    "POST /api/conversations/{id}/entries/{entry}/redact": leaders(HIDDEN),
    "POST /api/files": everybody(),
    "GET /api/files/{id}": everybody(HIDDEN),
    "GET /api/contacts": everybody(),
    "GET /api/contacts/{id}": everybody(HIDDEN),
    "PATCH /api/contacts/{id}": everybody(HIDDEN),
    "GET /api/agents": everybody(),
    "PUT /api/agents/{id}/profile": leaders(HIDDEN),
    "PUT /api/presence": everybody(REFUSED),
    "POST /api/after-work/{slot}/end": everybody(),
    "GET /api/deliveries": leaders(),
    "POST /api/deliveries/{id}/replay": leaders(HIDDEN),
    "GET /api/users": leaders(),
    "POST /api/users": administrators(),
    "GET /api/users/{id}": leaders(HIDDEN),
    "PATCH /api/users/{id}": administrators(HIDDEN),
    "GET /api/roles": leaders(),
    "GET /api/queues": everybody(),
    "POST /api/queues": administrators(REFUSED),
    "GET /api/queues/{id}": everybody(HIDDEN),
    "PATCH /api/queues/{id}": administrators(HIDDEN),
    "DELETE /api/queues/{id}": administrators(HIDDEN),
    "GET /api/skills": everybody(),
    "POST /api/skills": administrators(),
    "GET /api/skills/{id}": everybody(HIDDEN),
    "PATCH /api/skills/{id}": administrators(HIDDEN),
    "DELETE /api/skills/{id}": administrators(HIDDEN),
    "GET /api/canned-replies": everybody(),
    "POST /api/canned-replies": leaders(REFUSED),
    "GET /api/canned-replies/{id}": everybody(HIDDEN),
    "PATCH /api/canned-replies/{id}": leaders(HIDDEN),
    "DELETE /api/canned-replies/{id}": leaders(HIDDEN),
    "GET /api/dispositions": everybody(),
    "POST /api/dispositions": administrators(REFUSED),
    "GET /api/dispositions/{id}": everybody(HIDDEN),
    "PATCH /api/dispositions/{id}": administrators(HIDDEN),
    "DELETE /api/dispositions/{id}": administrators(HIDDEN),
    "GET /api/break-reasons": everybody(),
    "POST /api/break-reasons": administrators(),
    "GET /api/break-reasons/{id}": everybody(HIDDEN),
    "PATCH /api/break-reasons/{id}": administrators(HIDDEN),
    "DELETE /api/break-reasons/{id}": administrators(HIDDEN),
    "GET /api/inboxes": everybody(),
    "POST /api/inboxes": administrators(REFUSED),
    "GET /api/inboxes/{id}": everybody(HIDDEN),
    "PATCH /api/inboxes/{id}": administrators(HIDDEN),
    "DELETE /api/inboxes/{id}": administrators(HIDDEN),
    "GET /api/calendars": everybody(),
    "POST /api/calendars": administrators(),
    "GET /api/calendars/{id}": everybody(HIDDEN),
    "PATCH /api/calendars/{id}": administrators(HIDDEN),
    "DELETE /api/calendars/{id}": administrators(HIDDEN),
    "GET /api/calendars/{id}/days": everybody(HIDDEN),
    "GET /api/calendars/{id}/now": everybody(HIDDEN),
    "GET /api/public-calendars": everybody(),
    "GET /api/routing/rules": everybody(),
    "POST /api/routing/rules": administrators(REFUSED),
    "GET /api/routing/rules/{id}": everybody(HIDDEN),
    "PATCH /api/routing/rules/{id}": administrators(HIDDEN),
    "DELETE /api/routing/rules/{id}": administrators(HIDDEN),
    "PUT /api/routing/rules/order": administrators(REFUSED),
    "POST /api/routing/rules/try": everybody(REFUSED),
    "SOCKET /api/desk": everybody(),
}

# Anybody may ask; what is behind it authenticates by itself or holds nothing of anybody's.
PUBLIC: dict[str, str] = {
    "POST /api/session": "the way in",
    "GET /": "redirects to the desk",
    "GET /desk": "the empty page",
    "GET /desk/{rest:path}": "the empty page",
    "GET /static/{rest:path}": "built files",
    "GET /favicon.ico": "nothing",
    "GET /health": "parts and their states",
    "GET /metrics": "asked from this machine without a proxy; else the permission is checked",
    "GET /openapi.json": "the API's description",
    "GET /demo": "a company's page",
    "GET /demo/page.css": "a company's page",
    "GET /demo/page.js": "a company's page",
}
# The web chat's: visitors are known by a token of ours, which opens one inbox and one visitor's
# conversations (test_visitors.py; tests/channels/webchat).
VISITORS: dict[str, str] = {
    "GET /widget.js": "the loader",
    "GET /widget/frame.js": "the widget's built files",
    "GET /widget/frame.css": "the widget's built files",
    "GET /webchat/{inbox}/frame": "the empty widget",
    "GET /webchat/{inbox}/page": "the empty widget, as a page",
    "POST /webchat/{inbox}/session": "the way in of a visitor",
    "POST /webchat/{inbox}/messages": "token",
    "POST /webchat/{inbox}/offline-message": "token",
    "GET /webchat/{inbox}/entries": "token",
    "POST /webchat/{inbox}/read": "token",
    "POST /webchat/{inbox}/typing": "token",
    "POST /webchat/{inbox}/rating": "token",
    "POST /webchat/{inbox}/leave": "token",
    "GET /webchat/{inbox}/transcript": "token",
    "POST /webchat/{inbox}/files": "token",
    "GET /webchat/{inbox}/files/{file}": "ticket",
    "SOCKET /webchat/{inbox}/socket": "token in the first frame",
}
