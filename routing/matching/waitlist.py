"""Those who wait, each in the group of what it asks for now, or with what is kept for its last agent."""

from __future__ import annotations

from routing.matching.facts import Line, Waiting
from routing.matching.groups import Group, Spot
from routing.matching.lanes import GroupKey, Lane
from routing.matching.people import Own
from routing.matching.places import NOBODY
from routing.matching.sources import Hot
from routing.matching.team import Team
from routing.matching.timers import Timers

FORGET_FROM = 1000  # groups that are kept even if nobody is in them


class Waitlist:
    """Those who wait: ``spots`` by conversation; ``timers``: when what they demand changes."""

    def __init__(self, hot: Hot, team: Team) -> None:
        self.spots: dict[str, Spot] = {}
        self.timers = Timers()
        self._hot = hot
        self._team = team
        self._groups = 0
        self._most_groups = FORGET_FROM
        team.on_claims = self._keep_or_not

    def add(self, waiting: Waiting, now: float) -> None:
        """A conversation waits, or waits for something else than before."""
        if self._groups > self._most_groups:
            self._forget_the_empty()
        spot = self.spots.get(waiting.conversation)
        if spot is not None:
            if spot.waiting == waiting:
                return
            self.leave(spot)
        self._enter(waiting, self._team.lanes.get(waiting.queue) or self._team.lane(waiting.queue), now)

    def leave(self, spot: Spot) -> None:
        """It waits no more."""
        del self.spots[spot.place.conversation]
        spot.due = None
        if spot.own is not None:
            self._out(spot)
            self._team.disown(spot.own, spot.place.conversation)
        else:
            spot.group.leave(spot.place)

    def advance(self, now: float) -> None:
        """What is due by now goes on: less is demanded, or it is kept for the last agent no more."""
        for spot in self.timers.take(now):
            own = spot.own
            if own is None:
                spot.group.leave(spot.place)
            else:
                self._out(spot)
                if spot.waiting.entered + spot.group.lane.sticky <= now:
                    self._team.disown(own, spot.place.conversation)
                    spot.own = None
                    spot.kept = False
            self._settle(spot, spot.group, now)

    def in_order(self, queue: str) -> list[str]:
        """The conversations of a queue, first in line first."""
        lane = self._team.lanes.get(queue)
        return [] if lane is None else [spot.place.conversation for spot in self._in(lane)]

    def configure(self, line: Line, now: float) -> None:
        """A queue is configured anew: what waits there is placed and grouped anew."""
        lane = self._team.lane(line.queue)
        spots = self._in(lane)
        for spot in spots:
            self.leave(spot)
        self._groups -= len(lane.groups)
        self._team.forget_order(lane)
        lane.configure(line)
        for spot in spots:
            self._enter(spot.waiting, lane, now)

    def _in(self, lane: Lane) -> list[Spot]:
        """Those who wait in a queue, in order."""
        places = [place for group in lane.groups.values() for place in group.live()]
        places.extend(self.spots[conversation].place for conversation in lane.kept)
        return [self.spots[place.conversation] for place in sorted(places)]

    # --- in and out ---

    def _enter(self, waiting: Waiting, lane: Lane, now: float) -> None:
        """One who is not there yet."""
        key = (waiting.channel, waiting.skills, 0, waiting.refused)
        group = lane.groups.get(key) or self._found(lane, key)
        spot = self.spots[waiting.conversation] = Spot(waiting, lane.place(waiting), group)
        if waiting.preferred is not None and waiting.entered + lane.sticky > now and lane.sticky > 0:
            own = spot.own = self._team.own(waiting.preferred)
            own.waiting.add(waiting.conversation)
            spot.kept = lane in own.lanes
        self._settle(spot, group, now)

    def _settle(self, spot: Spot, group: Group, now: float) -> None:
        """Put one who is nowhere in line into this group, or where it belongs by now."""
        entered = spot.waiting.entered
        due = None
        while (after := group.after) is not None:
            if entered + after > now:
                due = entered + after
                break
            group = group.following or self._follow(group)
        spot.group = group
        if spot.own is not None:
            sticky = entered + group.lane.sticky
            if due is None or sticky < due:
                due = sticky
            self._in_line(spot)
        elif group.enter(spot.place):
            self._hot.heat(group, spot.place)
        spot.due = due
        if due is not None:
            self.timers.push(due, spot, len(self.spots))

    def _in_line(self, spot: Spot) -> None:
        """One that is kept by time stands with what is kept, or in its group while the agent is not there."""
        own, place, group = spot.own, spot.place, spot.group
        if own is None or not spot.kept:
            if group.enter(place):
                self._hot.heat(group, place)
            return
        group.lane.kept.add(place.conversation)
        if own.agent not in group.refused and own.enter(group.demand.channel, place):
            self._hot.heat(own, place)

    def _out(self, spot: Spot) -> None:
        """The opposite."""
        own, place, group = spot.own, spot.place, spot.group
        if own is None or not spot.kept:
            group.leave(place)
            return
        group.lane.kept.discard(place.conversation)
        if own.agent not in group.refused:
            own.leave(group.demand.channel, place)

    def _keep_or_not(self, own: Own) -> None:
        """An agent is there now for what is kept for him in some queues, or not any more."""
        for conversation in own.waiting:
            spot = self.spots[conversation]
            kept = spot.group.lane in own.lanes
            if kept is not spot.kept:
                self._out(spot)
                spot.kept = kept
                self._in_line(spot)

    # --- groups ---

    def _follow(self, group: Group) -> Group:
        """Where those of a group go on to."""
        lane = group.lane
        key = (group.demand.channel, group.asked, group.stage + 1, group.refused)
        group.following = lane.groups.get(key) or self._found(lane, key)
        return group.following

    def _found(self, lane: Lane, key: GroupKey) -> Group:
        """A new group."""
        channel, asked, stage, refused = key
        self._team.learn(channel)
        stages = lane.stages(asked)
        group = lane.groups[key] = Group(
            self._hot.number(),
            lane=lane,
            demand=lane.demand(channel, self._team.standings.channels[channel], stages[stage][1]),
            asked=asked,
            stage=stage,
            refused=refused,
            after=stages[stage + 1][0] if stage + 1 < len(stages) else None,
        )
        self._groups += 1
        return group

    def _forget_the_empty(self) -> None:
        """Groups that nobody is in are forgotten, when there are as many of them as others."""
        standing = {spot.group for lane in self._team.lanes.values() for spot in self._kept(lane)}
        self._groups = 0
        for lane in self._team.lanes.values():
            for group in lane.groups.values():
                group.following = None
            lane.groups = {
                key: group
                for key, group in lane.groups.items()
                if group.first is not NOBODY or group in standing
            }
            self._groups += len(lane.groups)
            demands = {group.demand for group in lane.groups.values()}
            lane.demands = {key: demand for key, demand in lane.demands.items() if demand in demands}
        self._team.forget_the_empty()
        self._most_groups = 2 * self._groups + FORGET_FROM

    def _kept(self, lane: Lane) -> list[Spot]:
        return [self.spots[conversation] for conversation in lane.kept]
