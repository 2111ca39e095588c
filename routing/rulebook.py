"""The rules at work: what they say of a conversation that begins (:class:`hub.doors.RoutingRules`)."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Protocol

import msgspec
import structlog

from hub.clock import Clock
from hub.contacts import CONTACTS
from hub.documents import Documents, Equal
from hub.doors import Arrival, Ruling
from hub.events import Bus, ConfigurationChanged
from hub.register import MOST
from routing.conditions import Field, problems
from routing.rule_facts import Facts
from routing.rule_register import RULES
from routing.rules import Look, Outcome, Rule, calendars_of, evaluate, in_order, look_through

FRESH = 5.0  # seconds until what another process edited is seen
_log = structlog.get_logger(__name__)


class IsOpen(Protocol):
    """Whether it is open by a calendar at a moment; one that is gone is always open."""

    async def __call__(self, calendar: str, moment: datetime) -> bool:
        """``calendar``: its id; ``moment``: aware."""
        ...


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What rules look at of a contact."""

    attributes: Mapping[str, object] = {}
    unverified: Mapping[str, object] = {}
    vip: bool = False


class RuleBook:
    """The rules of all organisations, from memory, read again when edited."""

    def __init__(
        self, documents: Documents, *, is_open: IsOpen, clock: Clock, bus: Bus, timezone: tzinfo
    ) -> None:
        """``timezone``: the installation's, in which hours and weekdays are told."""
        self._documents = documents
        self._is_open = is_open
        self._clock = clock
        self._timezone = timezone
        self._kept: dict[str, tuple[float, list[Rule]]] = {}
        self._edits = 0
        bus.listen(ConfigurationChanged, self._on_configuration_changed)

    def _on_configuration_changed(self, event: ConfigurationChanged) -> None:
        if event.collection == RULES.name:
            self._edits += 1
            self._kept.clear()

    async def rule(self, arrival: Arrival) -> Ruling | None:
        """What the rules say of an arrival; None: none of them holds."""
        rules = await self._in_force(arrival.organisation)
        if not rules:
            return None
        outcome = evaluate(rules, await self.facts(arrival, rules))
        if not outcome.rules:
            return None
        return Ruling(
            queue=outcome.queue,
            skills=outcome.skills,
            priority=outcome.priority,
            vip=outcome.vip,
            rules=outcome.rules,
        )

    async def facts(
        self, arrival: Arrival, rules: list[Rule], *, at: datetime | None = None, contact: Known | None = None
    ) -> Facts:
        """What is known of an arrival. ``at``: the moment, if not now; ``contact``: if not as stored."""
        now = (at or self._clock.now()).astimezone(self._timezone)
        known = contact or (await self.known(arrival) if _ask_of_the_contact(rules) else Known())
        return Facts(
            channel=arrival.channel,
            inbox=arrival.inbox,
            now=now,
            text=arrival.text,
            attributes=known.attributes,
            unverified=known.unverified,
            vip=known.vip,
            language=arrival.origin.language,
            page=arrival.origin.page,
            open={calendar: await self._is_open(calendar, now) for calendar in sorted(calendars_of(rules))},
        )

    async def known(self, arrival: Arrival) -> Known:
        """What is stored of the contact; nothing where he is not (any more)."""
        document = await self._documents.get(CONTACTS, arrival.contact)
        if document is None or document.get("organisation") != arrival.organisation:
            return Known()
        return msgspec.convert(document, Known)

    async def attempt(
        self, arrival: Arrival, *, at: datetime | None, contact: Known
    ) -> tuple[Facts, Outcome, list[Look]]:
        """What the rules would say, and how each fared; nothing is written."""
        rules = await self._read(arrival.organisation)
        facts = await self.facts(arrival, rules, at=at, contact=contact)
        return facts, *look_through(rules, facts)

    async def _in_force(self, organisation: str) -> list[Rule]:
        now = self._clock.monotonic()
        kept = self._kept.get(organisation)
        if kept is not None and now - kept[0] < FRESH:
            return kept[1]
        edits = self._edits
        rules = [rule for rule in await self._read(organisation) if rule.enabled]
        if edits == self._edits:  # else somebody edited them while they were read
            self._kept[organisation] = (now, rules)
        return rules

    async def _read(self, organisation: str) -> list[Rule]:
        page = await self._documents.find(RULES.name, Equal("organisation", organisation), limit=MOST)
        rules = []
        for document in page.items:
            try:
                rule = msgspec.convert(document, Rule)
            except msgspec.ValidationError as error:
                _log.warning(
                    "A routing rule cannot be read and is left out", rule=document["id"], why=str(error)
                )
                continue
            if not any(wrong for condition in rule.when for wrong in problems(condition, "when")):
                rules.append(rule)
        return in_order(rules)


def _ask_of_the_contact(rules: list[Rule]) -> bool:
    return any(condition.field in (Field.CONTACT, Field.VIP) for rule in rules for condition in rule.when)
