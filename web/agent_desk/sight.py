"""Which connected desks see what: found by queue, agent and organisation, without asking each."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from hub.access import Permission, Principal, Scope


class Seer(Protocol):
    """A desk: whose it is."""

    principal: Principal


S = TypeVar("S", bound=Seer)


class Sight(dict[S, None]):
    """All desks (in the order they came), and whose sight a conversation is in.

    The same rule as :meth:`hub.access.Principal.reaches` for reading conversations.
    """

    def __init__(self) -> None:
        """Nobody is connected."""
        super().__init__()
        self._by_place: dict[tuple[str, str], dict[S, None]] = {}
        self._places: dict[S, tuple[tuple[str, str], ...]] = {}

    def enter(self, desk: S) -> None:
        """A desk connected, or its rights were read anew."""
        self.leave(desk)
        self[desk] = None
        places = tuple(_places(desk.principal))
        self._places[desk] = places
        for place in places:
            self._by_place.setdefault(place, {})[desk] = None

    def leave(self, desk: S) -> None:
        """A desk is gone."""
        self.pop(desk, None)
        for place in self._places.pop(desk, ()):
            desks = self._by_place[place]
            del desks[desk]
            if not desks:
                del self._by_place[place]

    def of(self, agent: str) -> list[S]:
        """One person's desks, a tab each."""
        return list(self._by_place.get(("agent", agent), ()))

    def seeing(self, organisation: str, queue: str | None, agent: str | None) -> dict[S, None]:
        """The desks that see a conversation of this queue and agent."""
        seeing = dict(self._by_place.get(("all", organisation), {}))
        if queue is not None:
            seeing.update(self._by_place.get((organisation, queue), {}))
        if agent is not None:
            for desk in self._by_place.get(("agent", agent), ()):
                if desk.principal.organisation == organisation:
                    seeing[desk] = None
        return seeing


def _places(principal: Principal) -> Iterable[tuple[str, str]]:
    yield ("agent", principal.id)
    scope = principal.grants.get(Permission.CONVERSATIONS_READ)
    if scope is Scope.ALL:
        yield ("all", principal.organisation)
    elif scope is Scope.TEAM:
        for queue in principal.queues:
            yield (principal.organisation, queue)
