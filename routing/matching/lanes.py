"""A queue as the matcher works with it: what is demanded when, in which order agents are taken."""

from __future__ import annotations

from collections.abc import Mapping

from routing.matching.facts import Line, Strategy, Waiting
from routing.matching.groups import Demand, Group, Skills, counts_of
from routing.matching.people import Crew, Ordering, by_load, by_offer, by_order
from routing.matching.places import Place

GroupKey = tuple[str, Skills, int, frozenset[str]]  # channel, asked, stage, refused
Stage = tuple[float, Skills]  # seconds in the queue from which on these skills are demanded

ORDERINGS: Mapping[Strategy, Ordering] = {Strategy.LEAST_BUSY: by_load, Strategy.ROUND_ROBIN: by_offer}


class Lane:
    """One queue. ``crews`` work in it; ``counts``: how their agents stand, by crew.

    ``kept``: who stand in no group but with what is kept for an agent. ``ordering``: how agents are
    ordered, None: the longest idle first.
    """

    __slots__ = (
        "_stages",
        "by_skill",
        "counts",
        "crews",
        "demands",
        "groups",
        "kept",
        "line",
        "ordering",
        "sticky",
    )

    def __init__(self, line: Line) -> None:
        self.crews: dict[Crew, None] = {}
        self.counts = counts_of(())
        self.configure(line)

    def configure(self, line: Line) -> None:
        """Begin anew, with nobody waiting, by this configuration."""
        self.line = line
        self.by_skill = line.strategy == Strategy.BEST_SKILL
        self.sticky = line.last_agent_seconds
        self.ordering = ORDERINGS.get(line.strategy)
        if line.strategy == Strategy.LINEAR:
            self.ordering = by_order(line.order)
        self.kept: set[str] = set()
        self.groups: dict[GroupKey, Group] = {}
        self.demands: dict[tuple[str, Skills], Demand] = {}
        self._stages: dict[Skills, tuple[Stage, ...]] = {}

    def place(self, waiting: Waiting) -> Place:
        """Where it stands in line."""
        ageing = self.line.ageing
        if ageing > 0:
            return Place(0, waiting.since - waiting.priority * 60 / ageing, waiting.conversation)
        return Place(-waiting.priority, waiting.since, waiting.conversation)

    def stages(self, asked: Skills) -> tuple[Stage, ...]:
        """What is demanded of those who asked for these skills, from when on; each stage another demand."""
        found = self._stages.get(asked)
        if found is None:
            found = self._stages[asked] = tuple(self._work_out(asked))
        return found

    def _work_out(self, asked: Skills) -> list[Stage]:
        line = self.line
        found = [(0.0, asked)]
        demanded = asked
        for step in line.relaxation:
            if line.any_agent_after is not None and step.after >= line.any_agent_after:
                break
            relaxed = tuple(
                (skill, max(level - step.lower, 1)) for skill, level in demanded if skill not in step.drop
            )
            if relaxed != demanded:
                demanded = relaxed
                found.append((step.after, demanded))
        if line.any_agent_after is not None and demanded:
            found.append((line.any_agent_after, ()))
        return found

    def demand(self, channel: str, place: int, skills: Skills) -> Demand:
        """The demand with the crews that meet it. ``place``: of the channel in their counts."""
        found = self.demands.get((channel, skills))
        if found is None:
            crews = {crew: None for crew in self.crews if crew.has(skills)}
            found = self.demands[channel, skills] = Demand(channel, place, skills, crews)
        return found

    def join(self, crew: Crew) -> None:
        """A crew works here now."""
        self.crews[crew] = None
        self.counts = counts_of(self.crews)
        for demand in self.demands.values():
            if crew.has(demand.skills):
                demand.crews[crew] = None
                demand.counts = counts_of(demand.crews)

    def part(self, crew: Crew) -> None:
        """A crew works here no more."""
        del self.crews[crew]
        self.counts = counts_of(self.crews)
        for demand in self.demands.values():
            if crew in demand.crews:
                del demand.crews[crew]
                demand.counts = counts_of(demand.crews)
