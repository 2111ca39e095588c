"""Routing rules: their register, their order, and trying them on a conversation that is not there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from hub.access import Permission
from hub.clock import stamp
from hub.contacts import Contacts
from hub.doors import Arrival, Origin
from hub.endpoints import Permitted
from hub.errors import Invalid
from hub.inboxes import Inbox, Inboxes
from routing.queues import Queues
from routing.rule_register import Rules
from routing.rulebook import Known, RuleBook
from routing.rules import Look, Outcome, Rule, never_reached
from web.api.registers import RegisterApi, Shape
from web.api.rule_bodies import (
    ConditionTried,
    OutcomeGiven,
    PlacedGiven,
    RuleChange,
    RuleGiven,
    RuleList,
    RuleNew,
    RuleOrder,
    RuleTrial,
    RuleTried,
    RuleWarning,
    TrialGiven,
)
from web.operations import Asked, Given, Operation

PATH = "/api/routing/rules"
_YEARS = range(2000, 2200)  # for which rules are tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What trying rules looks at besides them."""

    book: RuleBook
    inboxes: Inboxes
    queues: Queues
    contacts: Contacts


class RulesApi(RegisterApi[Rule]):
    """The register with its order, and the trial."""

    def __init__(self, rules: Rules, around: Around) -> None:
        """``around``: for trying them."""
        p = Permission
        shape = Shape(
            path=PATH,
            one="routing rule",
            read=p.ROUTING_RULES_READ,
            edit=p.ROUTING_RULES_EDIT,
            new=RuleNew,
            change=RuleChange,
            given=RuleGiven,
        )
        super().__init__(rules, shape)
        self._list = RuleList
        self._rules = rules
        self._around = around

    def operations(self) -> list[Operation]:
        """What to mount."""
        read, edit = Permitted(self._shape.read), Permitted(self._shape.edit)
        return [
            Operation(method="PUT", path=f"{PATH}/order", policy=edit, handle=self.reorder,
                      tag="rules", body=RuleOrder, gives=RuleList),
            Operation(method="POST", path=f"{PATH}/try", policy=read, handle=self.attempt,
                      tag="rules", body=RuleTrial, gives=TrialGiven, refusals=(404,)),
            *super().operations(),
        ]  # fmt: skip

    async def all(self, asked: Asked[None, None]) -> RuleList:
        """Every rule, in order, with warnings."""
        return _listed(await self._rules.all(asked.me.organisation))

    async def create(self, asked: Asked[None, RuleNew]) -> Given:
        """A new rule, after all others."""
        fields = asked.body.model_dump(mode="json")
        return self._present(await self._rules.append(asked.me.organisation, fields), asked)

    async def reorder(self, asked: Asked[None, RuleOrder]) -> RuleList:
        """Put the rules in another order; refused where the ids are not exactly those of all rules."""
        return _listed(await self._rules.reorder(asked.me.organisation, asked.body.rules))

    async def attempt(self, asked: Asked[None, RuleTrial]) -> TrialGiven:
        """Try the rules, also those that are switched off, on a conversation that might begin."""
        organisation, body, a = asked.me.organisation, asked.body, self._around
        inbox = None if body.inbox is None else await a.inboxes.get(organisation, body.inbox)
        if inbox is not None and body.channel not in (None, inbox.channel):
            raise Invalid(f"channel: this inbox is of the channel {inbox.channel}.")
        known = Known()
        if body.contact is not None:
            asked.me.scope(Permission.CONTACTS_READ)
            stored = await a.contacts.get(organisation, body.contact)
            known = Known(attributes=stored.attributes, unverified=stored.unverified, vip=stored.vip)
        facts, outcome, looks = await a.book.attempt(
            Arrival(
                organisation=organisation,
                channel=(body.channel or "") if inbox is None else inbox.channel,
                inbox="" if inbox is None else inbox.id,
                contact=body.contact or "",
                text=body.text,
                origin=Origin(page=body.page, language=body.language),
            ),
            at=None if body.at is None else _moment(body.at),
            contact=Known(
                attributes={**known.attributes, **body.attributes},
                unverified={**known.unverified, **body.unverified},
                vip=known.vip if body.vip is None else body.vip,
            ),
        )
        return TrialGiven(
            at=stamp(facts.now),
            hour=facts.now.hour,
            weekday=facts.now.weekday(),
            outcome=OutcomeGiven(**_said(outcome), rules=list(outcome.rules)),
            placed=await self._placed(organisation, inbox, outcome),
            rules=[_tried(look) for look in looks],
        )

    async def _placed(self, organisation: str, inbox: Inbox | None, outcome: Outcome) -> PlacedGiven | None:
        id = outcome.queue or (None if inbox is None else inbox.queue)
        if id is None:
            return None
        queue = await self._around.queues.get(organisation, id)
        return PlacedGiven(
            queue=id,
            skills=dict(queue.skills if outcome.skills is None else outcome.skills),
            priority=queue.priority if outcome.priority is None else outcome.priority,
        )


def _listed(rules: list[Rule]) -> RuleList:
    return RuleList(
        items=[_given(rule) for rule in rules],
        warnings=[
            RuleWarning(rule=rule, code="never_reached", by=by) for rule, by in never_reached(rules).items()
        ],
    )


def _given(rule: Rule) -> RuleGiven:
    return RuleGiven.model_validate(msgspec.to_builtins(rule))


def _said(outcome: Outcome) -> dict[str, Any]:
    skills = None if outcome.skills is None else dict(outcome.skills)
    return {"queue": outcome.queue, "skills": skills, "priority": outcome.priority, "vip": outcome.vip}


def _tried(look: Look) -> RuleTried:
    rule = look.rule
    return RuleTried(
        id=rule.id,
        name=rule.name,
        enabled=rule.enabled,
        reached=look.reached,
        here=look.here,
        held=look.holds,
        stop=rule.stop,
        conditions=[
            ConditionTried(**msgspec.to_builtins(condition), held=held)
            for condition, held in zip(rule.when, look.held, strict=True)
        ],
    )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("at: it is not a moment such as 2026-11-25T13:00:00+08:00.") from error
    if moment.tzinfo is None:
        raise Invalid("at: the time zone is missing.")
    if moment.year not in _YEARS:
        raise Invalid(f"at: a year from {_YEARS[0]} to {_YEARS[-1]}.")
    return moment
