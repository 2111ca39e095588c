"""The offers of one tenure: since when each runs on the people's clock, and whether it rang."""

from dataclasses import dataclass


@dataclass(slots=True)
class Offer:
    """One standing offer. ``ends`` on the people's clock."""

    slot: str
    conversation: str
    agent: str
    ends: float
    rang: bool = False


class Offers:
    """Standing offers by slot, and who refused what for a while."""

    def __init__(self, *, refusal: float) -> None:
        """``refusal``: people's seconds for which an agent is spared a conversation that he declined."""
        self._refusal = refusal
        self._standing: dict[str, Offer] = {}
        self._refused: dict[str, dict[str, float]] = {}

    def __contains__(self, slot: str) -> bool:
        """Whether this offer is known."""
        return slot in self._standing

    def add(self, offer: Offer) -> None:
        """An offer was made or adopted."""
        self._standing[offer.slot] = offer

    def end(self, slot: str) -> Offer | None:
        """It was accepted or has ended."""
        return self._standing.pop(slot, None)

    def rang(self, slot: str) -> None:
        """A desk has shown it."""
        offer = self._standing.get(slot)
        if offer is not None:
            offer.rang = True

    def over(self, now: float) -> list[Offer]:
        """Those whose time is over."""
        return [offer for offer in self._standing.values() if offer.ends <= now]

    def of(self, agent: str) -> list[Offer]:
        """Those that this agent has."""
        return [offer for offer in self._standing.values() if offer.agent == agent]

    def remaining(self, slot: str, now: float) -> float | None:
        """People's seconds left of one; None where it is not known."""
        offer = self._standing.get(slot)
        return None if offer is None else max(offer.ends - now, 0.0)

    def refuse(self, conversation: str, agent: str, now: float) -> None:
        """He had it offered and did not take it."""
        self._refused.setdefault(conversation, {})[agent] = now + self._refusal

    def refused(self, conversation: str) -> frozenset[str]:
        """Who is spared this conversation for now."""
        return frozenset(self._refused.get(conversation, ()))

    def forgive(self, now: float) -> list[str]:
        """Forget refusals whose time is over; the conversations that may be offered more widely again."""
        changed = []
        for conversation, agents in list(self._refused.items()):
            past = [agent for agent, until in agents.items() if until <= now]
            for agent in past:
                del agents[agent]
            if past:
                changed.append(conversation)
            if not agents:
                del self._refused[conversation]
        return changed

    def settle(self, conversation: str) -> None:
        """It was taken or ended: nobody's refusal matters any more."""
        self._refused.pop(conversation, None)
