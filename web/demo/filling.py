"""Fills an empty store with the demo's company, once."""

from collections.abc import Callable
from typing import cast

import msgspec

from hub.documents import Document, Insert, Json
from hub.ids import MAIN_GROUP, MAIN_ORGANISATION
from hub.slots import Agent
from web.demo.company import (
    BREAK_REASONS,
    CALENDARS,
    CANNED_REPLIES,
    DISPOSITIONS,
    PEOPLE,
    QUEUES,
    RULES,
    SKILLS,
    WIDGET,
    DemoPerson,
)
from web.foundation import Foundation
from web.installation import keep_passwords, new_password, read_passwords

PASSWORD_FILE = "demo-passwords.txt"  # noqa: S105 - the name of a file
_MARK = "demo"


async def fill(foundation: Foundation, say: Callable[[str], None]) -> bool:
    """Fill an empty store; whether it did. One that was filled stays, one with other data too.

    A run that was cut before its end goes on where it stopped.
    """
    mark = await foundation.documents.get("meta", _MARK)
    if mark is not None and mark.get("done") is True:
        return False
    if mark is None:
        if await foundation.documents.count("users", limit=1):
            say("This store holds other data; the demo's company is not added to it.")
            return False
        await foundation.documents.insert("meta", {"id": _MARK, "version": 1, "done": False})
    say("First run: filling in the demo's gas company …")
    calendars = await _calendars(foundation)
    queues = await _queues(foundation, calendars)
    skills = await _skills(foundation)
    await _lists(foundation, queues)
    await _inbox(foundation, queues, calendars)
    await _rules(foundation, queues, skills)
    await _people(foundation, queues, skills)
    await foundation.documents.put_if("meta", {"id": _MARK, "version": 2, "done": True}, version=1)
    return True


async def _calendars(f: Foundation) -> dict[str, str]:
    known = {calendar.name: calendar.id for calendar in await f.calendars.all(MAIN_ORGANISATION)}
    made = {}
    for key, fields in CALENDARS.items():
        name = str(fields["name"])
        made[key] = known.get(name) or (await f.calendars.create(MAIN_ORGANISATION, fields)).id
    return made


async def _queues(f: Foundation, calendars: dict[str, str]) -> dict[str, str]:
    known = {queue.name: queue.id for queue in await f.queues.all(MAIN_ORGANISATION)}
    made = {}
    for queue in QUEUES:
        fields: Document = {
            "name": queue.name,
            "priority": queue.priority,
            "offer_seconds": 30,
            "service_level_seconds": queue.service_level_seconds,
            "after_work_seconds": queue.after_work_seconds,
            "disposition_required": queue.disposition_required,
            "hours": None if queue.hours is None else calendars[queue.hours],
            **queue.routing,
        }
        if queue.name not in known:
            known[queue.name] = (await f.queues.create(MAIN_ORGANISATION, fields)).id
        made[queue.key] = known[queue.name]
    return made


async def _skills(f: Foundation) -> dict[str, str]:
    known = {skill.name: skill.id for skill in await f.skills.all(MAIN_ORGANISATION)}
    for _, name in SKILLS:
        if name not in known:
            known[name] = (await f.skills.create(MAIN_ORGANISATION, {"name": name})).id
    return {key: known[name] for key, name in SKILLS}


async def _lists(f: Foundation, queues: dict[str, str]) -> None:
    reasons = {reason.name for reason in await f.break_reasons.all(MAIN_ORGANISATION)}
    for name in BREAK_REASONS:
        if name not in reasons:
            await f.break_reasons.create(MAIN_ORGANISATION, {"name": name})
    shortcuts = {reply.shortcut for reply in await f.canned_replies.all(MAIN_ORGANISATION)}
    for shortcut, title, text, keys in CANNED_REPLIES:
        if shortcut not in shortcuts:
            named: list[Json] = [queues[key] for key in keys]
            fields: Document = {"shortcut": shortcut, "title": title, "text": text, "queues": named}
            await f.canned_replies.create(MAIN_ORGANISATION, fields)
    known = {(one.name, one.parent): one.id for one in await f.dispositions.all(MAIN_ORGANISATION)}
    for name, below, keys in DISPOSITIONS:
        of: list[Json] = [queues[key] for key in keys]
        if (name, None) not in known:
            made = await f.dispositions.create(MAIN_ORGANISATION, {"name": name, "queues": of})
            known[name, None] = made.id
        parent = known[name, None]
        for child, filled in below:
            if (child, parent) not in known:
                document: Document = {"name": child, "parent": parent, "queues": of, "fill_text": filled}
                await f.dispositions.create(MAIN_ORGANISATION, document)


async def _inbox(f: Foundation, queues: dict[str, str], calendars: dict[str, str]) -> None:
    if await f.inboxes.all(MAIN_ORGANISATION):
        return
    await f.inboxes.create(
        MAIN_ORGANISATION,
        {
            "channel": "webchat",
            "name": "官网在线客服",
            "queue": queues["repair"],
            "hours": calendars["always"],
            "settings": WIDGET,
        },
    )


async def _rules(f: Foundation, queues: dict[str, str], skills: dict[str, str]) -> None:
    known = {rule.name for rule in await f.rules.all(MAIN_ORGANISATION)}
    for rule in RULES:
        asked: Document = {skills[key]: level for key, level in rule.skills}
        then: Document = {
            "queue": None if rule.queue is None else queues[rule.queue],
            "skills": asked or None,
            "priority": rule.priority,
        }
        fields: Document = {"name": rule.name, "when": [*rule.when], "then": then, "stop": rule.stop}
        if rule.name not in known:
            await f.rules.append(MAIN_ORGANISATION, fields)


async def _people(f: Foundation, queues: dict[str, str], skills: dict[str, str]) -> None:
    path = f.installation.folder / PASSWORD_FILE
    passwords = read_passwords(path) or {person.login: new_password(10) for person in PEOPLE}
    keep_passwords(path, "The demo's logins and passwords.", passwords)
    for person in PEOPLE:
        if await f.accounts.by_login(person.login) is None:
            await _person(f, person, passwords[person.login], queues, skills)


async def _person(
    f: Foundation, person: DemoPerson, password: str, queues: dict[str, str], skills: dict[str, str]
) -> None:
    user = await f.accounts.draft(
        MAIN_ORGANISATION,
        login=person.login,
        name=person.name,
        password=password,
        roles=[person.role],
        agent=bool(person.queues),
    )
    agent = Agent(
        id=user.id,
        version=1,
        organisation=user.organisation,
        name=user.name,
        groups=[MAIN_GROUP],
        queues=[queues[key] for key in person.queues],
        skills={skills[key]: level for key, level in person.skills},
        capacity={"*": 5, "webchat": person.web_chats},
        since=user.created_at,
        idle_since=user.created_at,
    )
    step = Insert("agents", cast(Document, msgspec.to_builtins(agent)))
    await f.accounts.add(user, *((step,) if person.queues else ()))
