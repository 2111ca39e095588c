"""Those who wait, each in the group of what it asks for now; and the clock that moves them on."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from routing.matching.facts import Line, Waiting
from routing.matching.groups import Group, Spot
from routing.matching.lanes import GroupKey, Lane
from routing.matching.sources import NOBODY, Hot
from routing.matching.team import Team

FORGET_FROM = 1000  # groups, or timers, that are kept even if nobody is in them


class Waitlist:
    """Those who wait: ``spots`` by conversation; ``timers``: when each goes on, with dead entries."""

    def __init__(self, hot: Hot, team: Team) -> None:
        self.spots: dict[str, Spot] = {}
        self.timers: list[tuple[float, str]] = []
        self._hot = hot
        self._team = team
        self._groups = 0
        self._most_groups = FORGET_FROM

    def add(self, waiting: Waiting, now: float) -> None:
        """A conversation waits, or waits for something else than before."""
        if self._groups > self._most_groups:
            self._forget_the_empty()
        spot = self.spots.get(waiting.conversation)
        if spot is not None:
            if spot.waiting == waiting:
                return
            self._leave(spot)
        self._enter(waiting, self._team.lanes.get(waiting.queue) or self._team.lane(waiting.queue), now)

    def remove(self, conversation: str) -> None:
        """It waits no more."""
        spot = self.spots.get(conversation)
        if spot is not None:
            self._leave(spot)

    def advance(self, now: float) -> None:
        """What is due by now goes on: less is demanded, or it is kept for the last agent no more."""
        timers = self.timers
        while timers and timers[0][0] <= now:
            due, conversation = heappop(timers)
            spot = self.spots.get(conversation)
            if spot is not None and spot.due == due:
                group = spot.group
                self._settle(spot, group.following or self._follow(group), now)
                group.leave(spot.place)

    def due(self) -> float | None:
        """When the next one goes on."""
        timers = self.timers
        while timers:
            due, conversation = timers[0]
            spot = self.spots.get(conversation)
            if spot is not None and spot.due == due:
                return due
            heappop(timers)
        return None

    def in_order(self, queue: str) -> list[str]:
        """The conversations of a queue, first in line first."""
        lane = self._team.lanes.get(queue)
        if lane is None:
            return []
        places = [place for group in lane.groups.values() for place in group.live()]
        return [place[2] for place in sorted(places)]

    def configure(self, line: Line, now: float) -> None:
        """A queue is configured anew: what waits there is placed and grouped anew."""
        lane = self._team.lane(line.queue)
        waiting = [self.spots[place[2]].waiting for group in lane.groups.values() for place in group.live()]
        for group in lane.groups.values():
            group.clear()
            self._team.disown(group)
        self._groups -= len(lane.groups)
        self._team.forget_order(lane)
        lane.configure(line)
        for one in waiting:
            self._enter(one, lane, now)

    # --- groups ---

    def _enter(self, waiting: Waiting, lane: Lane, now: float) -> None:
        preferred = waiting.preferred if lane.sticky > 0 else None
        key = (waiting.channel, waiting.skills, 0, preferred, waiting.refused)
        group = lane.groups.get(key) or self._found(lane, key)
        spot = self.spots[waiting.conversation] = Spot(waiting, lane.place(waiting), group)
        self._settle(spot, group, now)

    def _settle(self, spot: Spot, group: Group, now: float) -> None:
        """Put it into this group, or into that which follows it by now."""
        entered = spot.waiting.entered
        due = None
        while (after := group.after) is not None:
            due = entered + after
            if due > now:
                break
            due = None
            group = group.following or self._follow(group)
        place = spot.place
        spot.group = group
        spot.due = due
        if group.enter(place):
            self._hot.heat(group, place)
        if due is not None:
            heappush(self.timers, (due, place[2]))
            if len(self.timers) > 2 * len(self.spots) + FORGET_FROM:
                self._forget_dead_timers()

    def _forget_dead_timers(self) -> None:
        self.timers[:] = [(spot.due, id) for id, spot in self.spots.items() if spot.due is not None]
        heapify(self.timers)

    def _leave(self, spot: Spot) -> None:
        del self.spots[spot.place[2]]
        spot.group.leave(spot.place)

    def _follow(self, group: Group) -> Group:
        """Where those of a group go on to, by what comes first."""
        lane, after = group.lane, group.after
        stages = lane.stages(group.asked)
        stage = group.stage
        if stage + 1 < len(stages) and stages[stage + 1][0] == after:
            stage += 1
        preferred = group.own.agent if group.own is not None and lane.sticky != after else None
        key = (group.demand.channel, group.asked, stage, preferred, group.refused)
        group.following = lane.groups.get(key) or self._found(lane, key)
        return group.following

    def _found(self, lane: Lane, key: GroupKey) -> Group:
        """A new group."""
        channel, asked, stage, preferred, refused = key
        self._team.learn(channel)
        stages = lane.stages(asked)
        afters = [stages[stage + 1][0]] if stage + 1 < len(stages) else []
        own = None
        if preferred is not None:
            own = self._team.own(preferred)
            afters.append(lane.sticky)
        group = lane.groups[key] = Group(
            self._hot.number(),
            lane=lane,
            demand=lane.demand(channel, self._team.standings.channels[channel], stages[stage][1]),
            asked=asked,
            stage=stage,
            own=own,
            refused=refused,
            after=min(afters, default=None),
        )
        if own is not None:
            own.groups.add(group)
        self._groups += 1
        return group

    def _forget_the_empty(self) -> None:
        """Groups that nobody is in are forgotten, when there are as many of them as others."""
        self._groups = 0
        for lane in self._team.lanes.values():
            kept = {}
            for key, group in lane.groups.items():
                group.following = None
                if group.first is not NOBODY:
                    kept[key] = group
                else:
                    self._team.disown(group)
            lane.groups = kept
            self._groups += len(kept)
            demands = {group.demand for group in kept.values()}
            lane.demands = {key: demand for key, demand in lane.demands.items() if demand in demands}
        self._team.forget_the_empty()
        self._most_groups = 2 * self._groups + FORGET_FROM
