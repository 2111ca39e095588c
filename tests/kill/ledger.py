"""What people were told: each acknowledgement and each refusal, as it arrived."""

from collections import Counter
from dataclasses import dataclass, field

from tests.kill.wire import Told


@dataclass(slots=True)
class Ledger:
    """Of one house. An author is ``contact:…`` or ``agent:…``; his client ids are his own."""

    acknowledged: dict[tuple[str, str], Told] = field(default_factory=dict)
    refused: dict[tuple[str, str], str] = field(default_factory=dict)
    unnamed: list[Told] = field(default_factory=list)  # entries of verbs without a client id
    said: dict[str, int] = field(default_factory=dict)  # author → his last acknowledged number
    messages: Counter[str] = field(default_factory=Counter)  # contact, agent → acknowledged messages
    done: Counter[str] = field(default_factory=Counter)  # verb → how often acknowledged
    retried: int = 0

    def acknowledge(self, author: str, verb: str, client_id: str | None, number: int, told: Told) -> None:
        """He was told that it stands."""
        self.done[verb] += 1
        if client_id is None:
            self.unnamed.append(told)
            return
        self.acknowledged[author, client_id] = told
        if verb in ("receive", "post"):
            self.said[author] = number
            self.messages[author.partition(":")[0]] += 1

    def refuse(self, author: str, client_id: str | None, code: str) -> None:
        """He was told that it was not done."""
        if client_id is not None:
            self.refused[author, client_id] = code
