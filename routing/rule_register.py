"""The register of routing rules: what may be written, their order, and what they keep from being deleted."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from enum import StrEnum
from typing import cast

import msgspec

from hub.calendars import CALENDARS
from hub.documents import Changed, Document, Documents, Lost, PutIf, Unavailable
from hub.errors import Conflict, unanswered
from hub.events import Bus, ConfigurationChanged
from hub.ids import Ids
from hub.inboxes import INBOXES
from hub.register import Kept, Problem, Register, collection, invalid
from routing.conditions import Field, problems, words_of
from routing.queues import QUEUES
from routing.rules import Rule, in_order, moved
from routing.skills import SKILLS

RULES = collection("routing_rules")


class Named(StrEnum):
    """What a rule may name, by the collection it is kept in."""

    QUEUE = QUEUES
    SKILL = SKILLS
    INBOX = INBOXES
    CALENDAR = CALENDARS.name


_WORD = {Named.QUEUE: "queue", Named.SKILL: "skill", Named.INBOX: "inbox", Named.CALENDAR: "calendar"}


def names(rule: Rule) -> Iterator[tuple[Named, str, str]]:
    """Everything that a rule names: what it is, its id, and the field that names it."""
    for id in rule.inboxes:
        yield Named.INBOX, id, "inboxes"
    for number, condition in enumerate(rule.when):
        kind = {Field.INBOX: Named.INBOX, Field.HOURS: Named.CALENDAR}.get(condition.field)
        for id in () if kind is None else words_of(condition):
            yield cast(Named, kind), id, f"when[{number}].value"
    if rule.then.queue is not None:
        yield Named.QUEUE, rule.then.queue, "then.queue"
    for id in rule.then.skills or {}:
        yield Named.SKILL, id, "then.skills"


class Rules(Register[Rule]):
    """The rules of an organisation, in their order."""

    def __init__(self, documents: Documents, ids: Ids, bus: Bus, *, channels: frozenset[str]) -> None:
        """``channels``: the kinds that are plugged in."""
        super().__init__(
            documents, ids, bus, kind=Rule, collection=RULES.name, prefix="g", check=self._may_be_written
        )
        self._channels = channels

    async def all(self, organisation: str) -> list[Rule]:
        """Every rule, in the order in which they are looked at."""
        return in_order(await super().all(organisation))

    async def append(self, organisation: str, fields: Document) -> Rule:
        """A new rule after all others."""
        last = max((rule.position for rule in await self.all(organisation)), default=-1)
        return await self.create(organisation, {**fields, "position": last + 1})

    async def reorder(self, organisation: str, order: Sequence[str]) -> list[Rule]:
        """Put the rules in this order of their ids; :class:`Conflict` where it is not exactly all of them."""
        rules = await self.all(organisation)
        if sorted(order) != sorted(rule.id for rule in rules):
            raise Conflict("these are not the rules that there are; look at them again")
        steps = [
            PutIf(RULES.name, cast(Document, msgspec.to_builtins(after)), version=before.version)
            for before, after in moved(rules, order)
        ]
        if steps:
            try:
                await self._documents.commit(steps)
            except Changed as error:
                raise Conflict("somebody else changed a rule meanwhile; look at them again") from error
            except (Unavailable, Lost) as error:
                raise unanswered(error) from error
            self._bus.publish(ConfigurationChanged(RULES.name))
        return await self.all(organisation)

    def guard(self, kind: Named) -> Callable[[Kept], Awaitable[None]]:
        """For the register of what rules name: nothing that one names is deleted (code *in_use*)."""

        async def guard(kept: Kept) -> None:
            naming = [
                rule.name
                for rule in await self.all(kept.organisation)
                if (kind, kept.id) in ((named, id) for named, id, _ in names(rule))
            ]
            if naming:
                raise Conflict(f"These routing rules still name it: {', '.join(naming[:5])}.", code="in_use")

        return guard

    async def _may_be_written(self, rule: Rule, before: Rule | None) -> None:
        found = [*self._problems(rule), *[problem async for problem in self._unknown(rule)]]
        name = rule.name.strip().casefold()
        if not name:
            found.append(Problem("name", "give it a name."))
        for other in await self.all(rule.organisation):
            if other.id != rule.id and other.name.strip().casefold() == name:
                found.append(Problem("name", "there is a rule of this name already."))
        if found:
            raise invalid(found)

    def _problems(self, rule: Rule) -> Iterator[Problem]:
        for number, condition in enumerate(rule.when):
            path = f"when[{number}]"
            wrong = list(problems(condition, path))
            yield from wrong
            if condition.field is Field.CHANNEL and not wrong:
                for channel in words_of(condition):
                    if channel not in self._channels:
                        there = ", ".join(sorted(self._channels)) or "none"
                        words = f"there is no channel {channel!r} here (there is: {there})."
                        yield Problem(f"{path}.value", words)
        if rule.then.nothing and not rule.stop:
            yield Problem("then", "it says nothing and goes on to the next rule: it would have no effect.")

    async def _unknown(self, rule: Rule) -> AsyncIterator[Problem]:
        for kind, id, field in dict.fromkeys(names(rule)):
            document = await self._documents.get(kind.value, id)
            if document is None or document.get("organisation") != rule.organisation:
                yield Problem(field, f"there is no {_WORD[kind]} {id!r}.")
