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
from routing.matching.groups import Spot
from routing.matching.match import BUSY, NOT_PREFERRED, REFUSED, UNSKILLED, Key, Match, add_up
from routing.matching.people import Person
from routing.matching.places import NOBODY
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
        self._timers = self._waitlist.timers
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
        spot = self._waitlist.spots.get(conversation)
        if spot is not None:
            self._waitlist.leave(spot)

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
        return self._timers.due()

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
        return add_up(everybody, able, demand.place, self._apart(spot), kept=spot.kept)

    def next(self, now: float) -> Match | None:
        """The best pair now, taken out of line; None where nobody fits anybody.

        The agent's room is counted down; whoever makes the offer sets the agent anew from the
        store afterwards.
        """
        self._now = now
        timers = self._timers.heap
        if timers and timers[0][0] <= now:
            self._waitlist.advance(now)
        hot, team = self._hot.heap, self._team
        fresh = team.fresh
        if fresh is not None:
            if hot:
                team.put_hot(fresh)
            else:  # nobody else fits anybody
                place = fresh.best()
                if place is not NOBODY:
                    return self._take(self._waitlist.spots[place.conversation], fresh, (), now)
                team.put(fresh)
        while hot:
            bound, number, source = heappop(hot)
            if source.bound is not bound:
                continue
            place = source.best()
            if place is NOBODY:
                source.bound = None
            elif hot and hot[0][0] < place:  # another may hold an earlier one
                source.bound = place
                heappush(hot, (place, number, source))
            else:
                spot = self._waitlist.spots[place.conversation]
                chosen = self._choose(spot)
                if chosen:
                    source.bound = place
                    heappush(hot, (place, number, source))
                    return self._take(spot, team.people[chosen[0][-1]], tuple(chosen[1:]), now)
                source.bound = None
                self._cool(spot)
        return None

    # --- how ---

    def _choose(self, spot: Spot) -> list[Key]:
        """The agents who fit, best first, as many as are told; agents' ids are last in the keys."""
        group = spot.group
        channel, refused = group.demand.channel, group.refused
        if spot.kept:
            person = None if spot.own is None else spot.own.person
            if person is None or channel not in person.standing.open:
                return []
            return [person.idle]
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

    def _take(self, spot: Spot, person: Person, others: tuple[Key, ...], now: float) -> Match:
        """A conversation goes to an agent. ``others``: who would have been next."""
        group, counts = spot.group, self._team.counts
        demand, lane = group.demand, group.lane
        everybody, able = lane.counts(counts), demand.counts(counts)
        kept = spot.kept
        apart = self._apart(spot) if kept or group.refused else 0
        self._waitlist.leave(spot)
        facts = person.facts
        agent, idle = facts.agent, facts.idle_since
        self._team.take(person, demand.channel)
        line = lane.line
        return Match(spot.waiting, agent, kept, idle, line, now, others, everybody, able, demand.place, apart)

    def _cool(self, spot: Spot) -> None:
        """Nobody fits it now, nor those behind it in its group: whoever gets room finds them."""
        if not spot.kept:
            group = spot.group
            for crew in group.demand.crews:
                crew.reach(group.demand.channel).push(group)

    def _apart(self, spot: Spot) -> int:
        """What the counts of crews do not tell: how the last agent stands, and those who refused."""
        group, own = spot.group, spot.own
        demand = group.demand
        apart = 0
        if not spot.kept:
            for agent in group.refused:
                refuser = self._team.people.get(agent)
                if refuser is not None and refuser.standing.reasons and refuser.crew in demand.crews:
                    apart += (1 << REFUSED) - (1 << BUSY + refuser.standing.reasons[demand.channel])
        elif own is not None and own.person is not None:
            person = own.person
            if person.standing.reasons:
                reason = BUSY + person.standing.reasons[demand.channel]
                apart += 1 << (REFUSED if own.agent in group.refused else reason)
                apart -= 1 << (NOT_PREFERRED if person.crew in demand.crews else UNSKILLED)
        return apart
