"""Routing rules: what a conversation that begins gets (queue, skills, priority, VIP) by what is known of it.

Rules are looked at in their order. One that is switched on, meant for the inbox and all of whose
conditions hold says what it says; what a rule before it has said stays. Where it stops, the ones
after it are not looked at. Evaluating is pure; the store is in :mod:`routing.rulebook`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import msgspec

from hub.register import Kept
from routing.conditions import Condition, Field
from routing.rule_facts import Facts, holds
from routing.skills import Level

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Then(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a rule says; None: nothing of it.

    ``skills`` are demanded instead of the queue's own, {}: none. ``vip`` counts for the rules
    after it and is noted with the conversation; the contact himself stays as he is.
    """

    queue: Id | None = None
    skills: Annotated[dict[Id, Level], msgspec.Meta(max_length=20)] | None = None
    priority: Annotated[int, msgspec.Meta(ge=0, le=10)] | None = None
    vip: bool | None = None

    @property
    def nothing(self) -> bool:
        """Whether it says nothing at all."""
        return self.queue is None and self.skills is None and self.priority is None and self.vip is None


class Rule(Kept, frozen=True, kw_only=True):
    """One rule. No ``inboxes``: all of them; nothing in ``when``: always. Order: position, then id."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    enabled: bool = True
    position: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    inboxes: Annotated[list[Id], msgspec.Meta(max_length=100)] = msgspec.field(default_factory=list)
    when: Annotated[list[Condition], msgspec.Meta(max_length=20)] = msgspec.field(default_factory=list)
    then: Then = Then()
    stop: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What rules have said together. None: nothing of it. ``rules``: the ids of those that held."""

    queue: str | None = None
    skills: Mapping[str, int] | None = None
    priority: int | None = None
    vip: bool | None = None
    rules: tuple[str, ...] = ()

    def after(self, rule: Rule) -> "Outcome":
        """With what one more rule says: it adds, and changes nothing that was said before."""
        then = rule.then
        skills = self.skills
        if then.skills is not None:
            skills = {**then.skills, **(skills or {})}
        return Outcome(
            queue=then.queue if self.queue is None else self.queue,
            skills=skills,
            priority=then.priority if self.priority is None else self.priority,
            vip=then.vip if self.vip is None else self.vip,
            rules=(*self.rules, rule.id),
        )


@dataclass(frozen=True, slots=True)
class Look:
    """How one rule fared. ``held``: of each condition, whether it is so.

    ``reached``: it is switched on, and no rule before it stopped. ``here``: it is meant for this
    inbox. ``holds``: it said what it says.
    """

    rule: Rule
    reached: bool
    here: bool
    held: tuple[bool, ...] = field(default=())

    @property
    def holds(self) -> bool:
        """Whether it took part."""
        return self.reached and self.here and all(self.held)


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """Rules as they are looked at."""
    return sorted(rules, key=lambda rule: (rule.position, rule.id))


def evaluate(rules: Iterable[Rule], facts: Facts) -> Outcome:
    """What the rules say of a conversation of which this is known."""
    outcome = Outcome()
    for rule in in_order(rules):
        if rule.enabled and _here(rule, facts) and all(_held(rule, facts, outcome)):
            outcome = outcome.after(rule)
            if rule.stop:
                break
    return outcome


def look_through(rules: Iterable[Rule], facts: Facts) -> tuple[Outcome, list[Look]]:
    """The same, and how each rule fared; conditions of rules that were not reached are tried, too."""
    outcome, stopped, looks = Outcome(), False, []
    for rule in in_order(rules):
        held = tuple(_held(rule, facts, outcome))
        look = Look(rule, reached=rule.enabled and not stopped, here=_here(rule, facts), held=held)
        if look.holds:
            outcome = outcome.after(rule)
            stopped = rule.stop
        looks.append(look)
    return outcome, looks


def _here(rule: Rule, facts: Facts) -> bool:
    return not rule.inboxes or facts.inbox in rule.inboxes


def _held(rule: Rule, facts: Facts, outcome: Outcome) -> Iterable[bool]:
    return (holds(condition, facts, vip=outcome.vip) for condition in rule.when)


def calendars_of(rules: Iterable[Rule]) -> set[str]:
    """The ids of the calendars that rules name."""
    return {
        str(condition.value)
        for rule in rules
        for condition in rule.when
        if condition.field is Field.HOURS and condition.value is not None
    }


def never_reached(rules: Sequence[Rule]) -> dict[str, str]:
    """Rules that are switched on and never looked at, each with the one that stops before it always."""
    found: dict[str, str] = {}
    stops = [rule for rule in in_order(rules) if rule.enabled and rule.stop and not rule.when]
    for rule in in_order(rules):
        for stop in stops:
            if (stop.position, stop.id) >= (rule.position, rule.id):
                break
            if rule.enabled and (
                not stop.inboxes or (rule.inboxes and set(rule.inboxes) <= set(stop.inboxes))
            ):
                found.setdefault(rule.id, stop.id)
    return found


def moved(rules: Sequence[Rule], order: Sequence[str]) -> list[tuple[Rule, Rule]]:
    """Those whose position changes where the rules stand in this order of ids: before and after."""
    place = {id: number for number, id in enumerate(order)}
    return [
        (rule, msgspec.structs.replace(rule, position=place[rule.id], version=rule.version + 1))
        for rule in rules
        if rule.position != place[rule.id]
    ]
