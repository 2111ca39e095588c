"""Who gets whom: pure, in memory, exact. The first in line whom anybody fits, and who of those by strategy.

Waiting conversations are grouped by what they ask for (``groups``), agents by where they work, what
they can and what they have room for (``people``); what may have come to fit is hot (``sources``). So the
cost of a match depends on how many kinds of both there are, not on how many wait.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush

from hub.sharing import ALONE, Sharing
from routing.matching.facts import Candidate, Considered, Line, Step, Strategy, Waiting
from routing.matching.groups import Group
from routing.matching.match import BUSY, NOT_PREFERRED, REFUSED, UNSKILLED, Key, Match, add_up
from routing.matching.people import Person
from routing.matching.sources import Hot
from routing.matching.team import Team
from routing.matching.waitlist import Waitlist

__all__ = ["Candidate", "Considered", "Line", "Match", "Matcher", "Step", "Strategy", "Waiting"]

AHEAD = 4  # the agent who is chosen, and three who would have been next


class Matcher:
    """Those who wait, and the agents. Nothing happens but in a call; ``now`` never goes back."""

    def __init__(self, sharing: Sharing = ALONE) -> None:
        """``sharing``: what may be offered to an agent beside what he holds."""
        self._hot = Hot()
        self._team = Team(self._hot, sharing)
        self._waitlist = Waitlist(self._hot, self._team)
        self._now = 0.0

    # --- what it is told ---

    def set_line(self, line: Line) -> None:
        """How a queue is configured; what waits there already goes by it from now on."""
        self._waitlist.configure(line, self._now)

    def drop_line(self, queue: str) -> None:
        """A queue is gone: what waits there does so by the defaults."""
        if queue in self._team.lanes:
            self._waitlist.configure(Line(queue), self._now)

    def set_sharing(self, sharing: Sharing) -> None:
        """What may be offered to an agent beside what he holds."""
        self._team.share(sharing)

    def add(self, waiting: Waiting, now: float) -> None:
        """A conversation waits, or waits for something else than before."""
        self._now = now
        self._waitlist.add(waiting, now)

    def remove(self, conversation: str) -> None:
        """It waits no more."""
        self._waitlist.remove(conversation)

    def set_agent(self, candidate: Candidate) -> None:
        """An agent of the team as he is now. ValueError for a state that there is not."""
        self._team.set(candidate)

    def drop_agent(self, agent: str) -> None:
        """He is not of the team any more."""
        self._team.drop(agent)

    # --- what it is asked ---

    def get(self, conversation: str) -> Waiting | None:
        """The conversation, if it waits."""
        spot = self._waitlist.spots.get(conversation)
        return None if spot is None else spot.waiting

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waitlist.spots)

    def __contains__(self, conversation: str) -> bool:
        """Whether it waits here."""
        return conversation in self._waitlist.spots

    def waiting(self) -> Iterable[Waiting]:
        """All that wait, in no order."""
        return [spot.waiting for spot in self._waitlist.spots.values()]

    def in_line(self, queue: str) -> list[str]:
        """The conversations of a queue in the order in which they are served."""
        return self._waitlist.in_order(queue)

    def due(self) -> float | None:
        """When the demand of one that waits changes by itself: nothing else does."""
        return self._waitlist.due()

    def explain(self, conversation: str, now: float) -> Considered | None:
        """How the agents of its queue stand to one that waits."""
        self._now = now
        self._waitlist.advance(now)
        spot = self._waitlist.spots.get(conversation)
        if spot is None:
            return None
        group, counts = spot.group, self._team.counts
        demand = group.demand
        everybody, able = group.lane.counts(counts), demand.counts(counts)
        return add_up(everybody, able, demand.place, self._apart(group), kept=group.keeper is not None)

    def next(self, now: float) -> Match | None:
        """The best pair now, taken out of line; None where nobody fits anybody.

        The agent's room is counted down; whoever makes the offer sets the agent anew from the
        store afterwards.
        """
        self._now = now
        timers = self._waitlist.timers
        if timers and timers[0][0] <= now:
            self._waitlist.advance(now)
        team, hot = self._team, self._hot.heap
        fresh = team.fresh
        if fresh is not None:
            if hot:
                team.put_hot(fresh)
            else:  # nobody else fits anybody
                group = fresh.best()
                if group is not None:
                    return self._take(group, fresh, (), now)
                team.put(fresh)
        while hot:
            bound, number, source = heappop(hot)
            if source.bound is not bound:
                continue
            group = source.best()
            if group is None:
                source.bound = None
                continue
            place = group.first
            if hot and hot[0][0] < place:  # another may hold an earlier one
                source.bound = place
                heappush(hot, (place, number, source))
                continue
            chosen = self._choose(group)
            if chosen:
                person = team.people[chosen[0][-1]]
                match = self._take(group, person, tuple(chosen[1:]), now)
                if source.is_empty():
                    source.bound = None
                else:
                    source.bound = place
                    heappush(hot, (place, number, source))
                return match
            source.bound = None
            self._cool(group)
        return None

    # --- how ---

    def _choose(self, group: Group) -> list[Key]:
        """The agents who fit, best first, as many as are told; agents' ids are last in the keys."""
        channel = group.demand.channel
        refused = group.refused
        keeper = group.keeper
        if keeper is not None:
            person = keeper.person
            if person is None or channel not in person.standing.open or keeper.agent in refused:
                return []
            return [(keeper.agent,)]
        crews, lane = group.demand.crews, group.lane
        ordering = lane.ordering
        best: list[Key] = []
        for pool in self._team.open[channel]:
            if pool.crew not in crews:
                continue
            keys = pool.idle if ordering is None else pool.orders.get(ordering) or pool.order(ordering)
            if refused:
                keys = [key for key in keys if key[-1] not in refused]
            keys = keys[:AHEAD]
            if lane.by_skill:
                score = pool.crew.score(group.asked)
                keys = [(-score, *key) for key in keys]
            best = sorted(best + keys)[:AHEAD] if best else keys
        return best

    def _take(self, group: Group, person: Person, others: tuple[Key, ...], now: float) -> Match:
        """The first of a group goes to an agent. ``others``: who would have been next."""
        demand, lane, counts = group.demand, group.lane, self._team.counts
        everybody, able = lane.counts(counts), demand.counts(counts)
        sticky = group.keeper is not None
        apart = self._apart(group) if sticky or group.refused else 0
        place = group.first
        group.leave(place)
        waiting = self._waitlist.spots.pop(place[2]).waiting
        facts = person.facts
        agent, idle = facts.agent, facts.idle_since
        self._team.take(person, waiting.channel)
        line = lane.line
        return Match(waiting, agent, sticky, idle, line, now, others, everybody, able, demand.place, apart)

    def _cool(self, group: Group) -> None:
        """Nobody fits this group now: whoever gets room finds it."""
        channel = group.demand.channel
        if group.keeper is not None:
            group.keeper.reach(channel).push(group)
        else:
            for crew in group.demand.crews:
                crew.reach(channel).push(group)

    def _apart(self, group: Group) -> int:
        """What the counts of crews do not tell: how the last agent stands, and those who refused."""
        demand, keeper = group.demand, group.keeper
        apart = 0
        if keeper is not None and keeper.person is not None:
            person = keeper.person
            if person.standing.reasons:
                reason = BUSY + person.standing.reasons[demand.channel]
                apart += 1 << (REFUSED if keeper.agent in group.refused else reason)
                apart -= 1 << (NOT_PREFERRED if person.crew in demand.crews else UNSKILLED)
        elif keeper is None:
            for agent in group.refused:
                refuser = self._team.people.get(agent)
                if refuser is not None and refuser.standing.reasons and refuser.crew in demand.crews:
                    apart += (1 << REFUSED) - (1 << BUSY + refuser.standing.reasons[demand.channel])
        return apart
