"""One right request for every route of the API: what it takes to get a 2xx, and who may send it.

Written by hand; a route that is missing here fails the suite.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.web.stage import PASSWORD, Company

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
_WEEK = [[{"from": "08:00", "to": "20:00"}]] * 7


@dataclass(frozen=True, slots=True)
class Right:
    """A request. ``path`` names its parts from the company; ``by``: a role that gets a 2xx."""

    path: dict[str, str] = field(default_factory=dict)
    json: dict[str, Any] | None = None
    query: dict[str, str] = field(default_factory=dict)
    file: bool = False
    by: str = "agent"


def send(browser: httpx2.AsyncClient, route: str, right: Right) -> Any:
    """Send it to a route such as ``GET /api/queues/{id}``."""
    method, _, template = route.partition(" ")
    files = {"file": ("bild.png", PNG, "image/png")} if right.file else None
    return browser.request(
        method, template.format(**right.path), json=right.json, params=right.query, files=files
    )


def _one(what: str, **more: Any) -> Callable[[Company], Right]:
    return lambda c: Right({"id": c[what]}, **more)


def _change(what: str, **fields: Any) -> Callable[[Company], Right]:
    return lambda c: Right({"id": c[what]}, {"version": 1, **fields}, by="admin")


def _plain(by: str = "agent", **json: Any) -> Callable[[Company], Right]:
    return lambda c: Right(json=json or None, by=by)


def _verb(what: str, **json: Any) -> Callable[[Company], Right]:
    return lambda c: Right({"id": c[what]}, {"client_id": f"client-{what}", **json})


RIGHT_REQUESTS: dict[str, Callable[[Company], Right]] = {
    "POST /api/session": lambda c: Right(
        json={"login": c.users["agent"].login, "password": PASSWORD}, by="nobody"
    ),
    "GET /api/session": _plain(),
    "DELETE /api/session": _plain(),
    "POST /api/me/password": _plain(current=PASSWORD, new="another long password"),
    "PATCH /api/me": _plain(locale="en"),
    "GET /api/conversations": lambda c: Right(query={"list": "queue", "queue": c["queue"]}),
    "GET /api/conversations/badges": _plain(),
    "GET /api/conversations/{id}": _one("assigned"),
    "GET /api/conversations/{id}/entries": _one("assigned", query={"after": "0"}),
    "POST /api/conversations/{id}/read": lambda c: Right({"id": c["assigned"]}, {"seq": 1}),
    "POST /api/conversations/{id}/messages": _verb("assigned", text="您好"),
    "POST /api/conversations/{id}/notes": _verb("waiting", text="上月报过一次"),
    "POST /api/conversations/{id}/accept": lambda c: Right(
        {"id": c["offered"]}, {"client_id": "client-accept", "slot": c["slot"]}
    ),
    "POST /api/conversations/{id}/decline": lambda c: Right({"id": c["offered"]}, {"slot": c["slot"]}),
    "POST /api/conversations/{id}/pull": _verb("waiting"),
    "POST /api/conversations/{id}/give": lambda c: Right(
        {"id": c["waiting"]}, {"client_id": "client-give", "agent": c.users["agent"].id}, by="supervisor"
    ),
    "POST /api/conversations/{id}/take-back": lambda c: Right(
        {"id": c["assigned"]}, {"client_id": "client-back"}, by="supervisor"
    ),
    "POST /api/conversations/{id}/priority": lambda c: Right(
        {"id": c["waiting"]}, {"client_id": "client-priority", "priority": 7}, by="supervisor"
    ),
    "POST /api/conversations/{id}/callback": _verb("waiting", where="13800000000"),
    "GET /api/conversations/{id}/routing": _one("waiting"),
    "GET /api/routing/live": _plain("supervisor"),
    "GET /api/routing/live/{id}": _one("queue", by="supervisor"),
    "GET /api/routing/settings": _plain(),
    "PUT /api/routing/settings": _plain("admin", version=0, interrupts={}),
    "GET /api/queues/{id}/warnings": _one("queue"),
    "PUT /api/agents/{id}/state": lambda c: Right(
        {"id": c.users["agent"].id}, {"state": "ready"}, by="supervisor"
    ),
    "POST /api/conversations/{id}/reopen": _verb("closed"),
    "POST /api/conversations/{id}/close": lambda c: Right(
        {"id": c["assigned"]},
        {"client_id": "client-close", "seen": 9, "disposition": c["disposition"], "summary": "好了"},
    ),
    "POST /api/conversations/{id}/snooze": _verb("assigned", seen=9, until="2027-01-01T08:00:00+08:00"),
    "POST /api/conversations/{id}/queue": lambda c: Right(
        {"id": c["assigned"]},
        {
            "client_id": "client-queue",
            "queue": c["queue_b"],
            "note": "请投诉组处理",
            "skills": {c["skill"]: 3},
            "priority": 1,
        },
    ),
    "POST /api/conversations/{id}/agent": lambda c: Right(
        {"id": c["assigned"]},
        {"client_id": "client-agent", "agent": c["colleague"], "note": "交给你"},
    ),
    "POST /api/conversations/{id}/entries/{entry}/redact": lambda c: Right(
        {"id": c["assigned"], "entry": c["message"]}, {"reason": "asked by the customer"}, by="supervisor"
    ),
    "POST /api/files": lambda c: Right(file=True),
    "GET /api/files/{id}": _one("file", query={"inline": "1"}),
    "GET /api/contacts": lambda c: Right(query={"search": "王", "limit": "5"}),
    "GET /api/contacts/{id}": _one("contact"),
    "PATCH /api/contacts/{id}": lambda c: Right(
        {"id": c["contact"]}, {"version": 1, "name": "王桂兰", "vip": True, "attributes": {"表号": "0012"}}
    ),
    "GET /api/agents": _plain(),
    "PUT /api/agents/{id}/profile": lambda c: Right(
        {"id": c["agent"]},
        {"queues": [c["queue"]], "skills": {c["skill"]: 7}, "capacity": {"*": 20}},
        by="supervisor",
    ),
    "PUT /api/presence": lambda c: Right(json={"state": "break", "reason": c["reason"]}),
    "POST /api/after-work/{slot}/end": lambda c: Right({"slot": c["slot"]}),
    "GET /api/deliveries": lambda c: Right(query={"status": "failed"}, by="supervisor"),
    "POST /api/deliveries/{id}/replay": _one("message", by="supervisor"),
    "GET /api/users": _plain("admin"),
    "POST /api/users": _plain(
        "admin",
        login="neu",
        name="新人",
        password="long enough 1",
        roles=["agent"],
        agent=True,
        locale="en",
    ),
    "GET /api/users/{id}": _one("agent", by="admin"),
    "PATCH /api/users/{id}": _change("agent", name="张敏", roles=["agent"], locale="en", disabled=False),
    "GET /api/roles": _plain("admin"),
    "GET /api/queues": _plain(),
    "POST /api/queues": lambda c: Right(
        json={
            "name": "咨询",
            "offer_seconds": 20,
            "service_level_seconds": 60,
            "after_work_seconds": 5,
            "disposition_required": False,
            "priority": 2,
            "skills": {c["skill"]: 3},
            "hours": c["calendar"],
        },
        by="admin",
    ),
    "GET /api/queues/{id}": _one("queue"),
    "PATCH /api/queues/{id}": _change("queue", priority=7),
    "DELETE /api/queues/{id}": _one("spare_queue", by="admin"),
    "GET /api/skills": _plain(),
    "POST /api/skills": _plain("admin", name="英语"),
    "GET /api/skills/{id}": _one("skill"),
    "PATCH /api/skills/{id}": _change("skill", name="燃气灶"),
    "DELETE /api/skills/{id}": _one("spare_skill", by="admin"),
    "GET /api/canned-replies": _plain(),
    "POST /api/canned-replies": lambda c: Right(
        json={"shortcut": "zj", "title": "再见", "text": "再见", "queues": [c["queue"]]}, by="supervisor"
    ),
    "GET /api/canned-replies/{id}": _one("reply"),
    "PATCH /api/canned-replies/{id}": lambda c: Right(
        {"id": c["reply"]}, {"version": 1, "text": "您好！"}, by="supervisor"
    ),
    "DELETE /api/canned-replies/{id}": _one("reply", by="supervisor"),
    "GET /api/dispositions": _plain(),
    "POST /api/dispositions": lambda c: Right(
        json={
            "name": "不走字",
            "parent": c["disposition"],
            "queues": [c["queue"]],
            "fill_text": "燃气表不走字",
        },
        by="admin",
    ),
    "GET /api/dispositions/{id}": _one("disposition"),
    "PATCH /api/dispositions/{id}": _change("disposition", name="抢修"),
    "DELETE /api/dispositions/{id}": _one("disposition", by="admin"),
    "GET /api/break-reasons": _plain(),
    "POST /api/break-reasons": _plain("admin", name="午餐"),
    "GET /api/break-reasons/{id}": _one("reason"),
    "PATCH /api/break-reasons/{id}": _change("reason", name="培训"),
    "DELETE /api/break-reasons/{id}": _one("reason", by="admin"),
    "GET /api/inboxes": _plain(),
    "POST /api/inboxes": lambda c: Right(
        json={
            "channel": "webchat",
            "name": "小程序",
            "enabled": True,
            "queue": c["queue"],
            "hours": c["calendar"],
            "settings": {"greeting": {"zh-CN": "您好", "en": "Hello"}, "silent_after": 600},
        },
        by="admin",
    ),
    "GET /api/inboxes/{id}": _one("inbox"),
    "PATCH /api/inboxes/{id}": _change("inbox", enabled=False),
    "DELETE /api/inboxes/{id}": _one("spare_inbox", by="admin"),
    "GET /api/calendars": _plain(),
    "POST /api/calendars": _plain(
        "admin",
        name="咨询",
        timezone="Asia/Shanghai",
        week=_WEEK,
        special=[{"first": "2027-02-05", "last": "2027-02-11", "name": "春节", "spans": []}],
        follows="CN",
        on_holidays=[{"from": "09:00", "to": "12:00"}],
        makeup_as=0,
    ),
    "GET /api/calendars/{id}": _one("calendar"),
    "PATCH /api/calendars/{id}": _change("calendar", name="全年", follows=None),
    "DELETE /api/calendars/{id}": _one("spare_calendar", by="admin"),
    "GET /api/calendars/{id}/days": _one("calendar", query={"first": "2026-10-01", "days": "42"}),
    "GET /api/calendars/{id}/now": _one("calendar"),
    "GET /api/public-calendars": _plain(),
    "GET /api/routing/rules": _plain(),
    "POST /api/routing/rules": lambda c: Right(
        json={
            "name": "漏气",
            "enabled": True,
            "inboxes": [c["inbox"]],
            "when": [
                {"field": "text", "op": "contains_any", "value": ["漏气", "煤气味"]},
                {"field": "hours", "op": "open", "value": c["calendar"]},
                {"field": "contact", "op": "is", "value": "金卡", "key": "等级"},
            ],
            "then": {"queue": c["queue"], "skills": {c["skill"]: 5}, "priority": 8, "vip": None},
            "stop": True,
        },
        by="admin",
    ),
    "GET /api/routing/rules/{id}": _one("rule"),
    "PATCH /api/routing/rules/{id}": lambda c: Right(
        {"id": c["rule"]}, {"version": 1, "enabled": False, "then": {"queue": c["queue"]}}, by="admin"
    ),
    "DELETE /api/routing/rules/{id}": _one("rule", by="admin"),
    "PUT /api/routing/rules/order": lambda c: Right(json={"rules": [c["rule"]]}, by="admin"),
    "POST /api/routing/rules/try": lambda c: Right(
        json={"inbox": c["inbox"], "contact": c["contact"], "text": "漏气了", "language": "zh-CN"}
    ),
}
