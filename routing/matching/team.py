"""All agents of a routing group, and who of them may be offered what."""

from __future__ import annotations

from collections.abc import Callable

from hub.sharing import Sharing
from routing.matching.facts import Candidate, Line
from routing.matching.lanes import Lane
from routing.matching.people import Crew, Own, Person, Pool
from routing.matching.places import FIRST, NOBODY
from routing.matching.sources import Hot
from routing.matching.standings import NOWHERE, Standing, Standings

CrewKey = tuple[frozenset[str], frozenset[tuple[str, int]]]


class Team:
    """The agents.

    ``on_claims`` is called when an agent begins or ends to be there for what is kept for him.
    ``fresh``: one who is in no pool although he may be offered something; nobody has looked for what yet.
    ``open``: by channel, the pools in which there is somebody who may be offered something. ``counts``:
    how the agents of each crew stand (see ``standings``), by the crew's number; there is no crew 0.
    """

    def __init__(self, hot: Hot, sharing: Sharing) -> None:
        self.standings = Standings(sharing)
        self.people: dict[str, Person] = {}
        self.lanes: dict[str, Lane] = {}
        self.open: dict[str, dict[Pool, None]] = {}
        self.fresh: Person | None = None
        self.on_claims: Callable[[Own], None] = lambda own: None
        self.counts = [0]
        self._free: list[int] = []
        self._hot = hot
        self._crews: dict[CrewKey, Crew] = {}
        self._owns: dict[str, Own] = {}

    def lane(self, queue: str) -> Lane:
        """A queue, with defaults where nothing was said of it."""
        found = self.lanes.get(queue)
        if found is None:
            found = self.lanes[queue] = Lane(Line(queue))
        return found

    def own(self, agent: str) -> Own:
        """What is kept for an agent, whether he is there or not."""
        found = self._owns.get(agent)
        if found is None:
            found = self._owns[agent] = Own(self._hot.number(), agent)
            person = self.people.get(agent)
            if person is not None:
                person.own = found
                self._review(found, person)
        return found

    def disown(self, own: Own, conversation: str) -> None:
        """Nothing of this conversation is kept any more."""
        own.waiting.discard(conversation)
        if not own.waiting and own.person is None:
            del self._owns[own.agent]

    # --- agents come, change and go ---

    def set(self, facts: Candidate) -> None:
        """An agent as he is now."""
        person = self.people.get(facts.agent)
        if person is None:
            standing = self.standings.of(facts, NOWHERE)
            person = Person(facts, self._join(facts), self._owns.get(facts.agent))
            self.people[facts.agent] = person
        else:
            standing = self.standings.of(facts, person.standing)
            crew, old = person.crew, person.facts
            if crew.queues != facts.queues or crew.skills != facts.skills:
                self._lift(person)
                self._stand(person, NOWHERE)
                person.crew = self._join(facts)
                self._part(crew)
            elif (
                standing is not person.standing
                or old.idle_since != facts.idle_since
                or old.offered_at != facts.offered_at
            ):
                self._lift(person)
            else:
                return
            person.facts = facts
            person.idle = (facts.idle_since, facts.agent)
        self._stand(person, standing)
        if person.own is not None:
            self._review(person.own, person)

    def drop(self, agent: str) -> None:
        """He is not of the team any more."""
        person = self.people.pop(agent, None)
        if person is not None:
            self._lift(person)
            self._stand(person, NOWHERE)
            self._part(person.crew)
            if person.own is not None:
                self._review(person.own, None)
                if not person.own.waiting:
                    del self._owns[agent]

    def take(self, person: Person, channel: str) -> None:
        """He gets one more contact on this channel."""
        self._lift(person)
        self._stand(person, self.standings.take(person.standing, channel))

    def put(self, person: Person) -> Pool:
        """Put the one who is fresh into a pool, where he may be offered anything."""
        self.fresh = None
        crew, channels = person.crew, person.standing.open
        pool = crew.pools.get(channels)
        if pool is None:
            pool = crew.pools[channels] = Pool(self._hot.number(), crew, channels)
        if not pool.idle:
            for channel in channels:
                self.open[channel][pool] = None
        pool.put(person)
        person.pool = pool
        return pool

    def put_hot(self, person: Person) -> None:
        """The same; he may fit somebody who waits."""
        self._hot.heat(self.put(person), FIRST)

    def learn(self, channel: str) -> None:
        """Something comes by this channel; the first time, how everybody stands to it is worked out."""
        if channel not in self.standings.channels:
            self.standings.learn(channel)
            self.open[channel] = {}
            self._renew()

    def share(self, sharing: Sharing) -> None:
        """Other rules of sharing."""
        self.standings.share(sharing)
        self._renew()

    def forget_order(self, lane: Lane) -> None:
        """A queue may take its agents in another order: they are ordered when they are asked for."""
        for crew in lane.crews:
            for pool in crew.pools.values():
                pool.orders.clear()

    def forget_the_empty(self) -> None:
        """Drop groups that nobody is in from what crews and agents reach."""
        for crew in self._crews.values():
            crew.scores.clear()
            for reach in crew.reaches.values():
                reach.forget_the_empty()

    def _renew(self) -> None:
        self.fresh = None
        for person in self.people.values():
            self._lift(person)
        for crew in self._crews.values():
            crew.pools.clear()
        for person in self.people.values():
            self._stand(person, self.standings.renew(person.standing))
            if person.own is not None:
                self._review(person.own, person)

    def _lift(self, person: Person) -> None:
        """Out of his pool, before anything of him changes."""
        pool = person.pool
        if pool is not None:
            person.pool = None
            pool.lift(person)
            if not pool.idle:
                for channel in pool.open:
                    del self.open[channel][pool]

    def _stand(self, person: Person, standing: Standing) -> None:
        """How one who is in no pool stands now: he is fresh."""
        fresh = self.fresh
        if fresh is not None and fresh is not person:
            self.put_hot(fresh)
        self.counts[person.crew.number] += standing.unit - person.standing.unit
        person.standing = standing
        self.fresh = person if standing.open else None

    def _review(self, own: Own, person: Person | None) -> None:
        """What is kept for an agent, as he is there now or not, must be looked at again."""
        own.person = person
        lanes: tuple[Lane, ...] = ()
        if person is not None and not self.standings.is_offline(person.standing):
            lanes = person.crew.lanes
        if lanes != own.lanes:
            own.lanes = lanes
            self.on_claims(own)
        if own.waiting and person is not None and person.standing.open:
            self._hot.heat(own, FIRST)

    def _join(self, facts: Candidate) -> Crew:
        key = (facts.queues, frozenset(facts.skills.items()))
        crew = self._crews.get(key)
        if crew is None:
            lanes = tuple(self.lane(queue) for queue in sorted(facts.queues))
            if not self._free:
                self._free.append(len(self.counts))
                self.counts.append(0)
            number = self._free.pop()
            crew = self._crews[key] = Crew(facts.queues, dict(facts.skills), lanes, self.people, number)
            for lane in lanes:
                lane.join(crew)
                for group in lane.groups.values():
                    if group.first is not NOBODY:
                        self._hot.heat(group, group.first)
        crew.members += 1
        return crew

    def _part(self, crew: Crew) -> None:
        crew.members -= 1
        if not crew.members:
            del self._crews[crew.queues, frozenset(crew.skills.items())]
            for lane in crew.lanes:
                lane.part(crew)
            self._free.append(crew.number)
