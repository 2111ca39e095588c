"""Customers who write through the web chat's endpoints, and agents who take what they wrote."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.house import House, Person, Team
from tests.bench.raw_http import RawHttp

WORDS = "The gas stove in our kitchen does not light since this morning, what shall we do?"


@dataclass(frozen=True, slots=True)
class Customer:
    """A visitor with a token; ``conversation`` is his, once he has written."""

    inbox: str
    token: str
    conversation: str = ""

    @property
    def path(self) -> str:
        """Where he writes."""
        return f"/webchat/{self.inbox}/messages"

    def headers(self, port: int) -> dict[str, str]:
        """What the widget sends."""
        return {"Authorization": f"Bearer {self.token}", "Origin": f"http://127.0.0.1:{port}"}

    def message(self, text: str) -> dict[str, object]:
        """The body of a message."""
        return {"client_id": uuid.uuid4().hex, "text": text}


def arrive(port: int, team: Team, number: int) -> list[Customer]:
    """So many customers, each with a conversation that waits."""
    found = []
    for _ in range(number):
        http = RawHttp(port, headers={"Origin": f"http://127.0.0.1:{port}"})
        session = http.call("POST", f"/webchat/{team.inbox}/session", {}).json()
        http.close()
        customer = Customer(team.inbox, str(session["token"]))
        http = RawHttp(port, headers=customer.headers(port))
        stored = http.call("POST", customer.path, customer.message(WORDS)).json()
        http.close()
        conversation = stored["entry"]["conversation"]  # type: ignore[index]
        found.append(Customer(team.inbox, customer.token, conversation))
    return found


def take(port: int, house: House, person: Person, conversations: Sequence[str]) -> None:
    """An agent comes to his desk on a break, takes these by hand, and is ready for more."""
    http = RawHttp(port, headers=person.headers(port))
    http.call("PUT", "/api/presence", {"state": "break", "reason": house.break_reason})
    for conversation in conversations:
        http.call("POST", f"/api/conversations/{conversation}/pull", {"client_id": uuid.uuid4().hex})
    http.call("PUT", "/api/presence", {"state": "ready"})
    http.close()


def step_aside(port: int, house: House, person: Person) -> None:
    """An agent is there and has a break."""
    http = RawHttp(port, headers=person.headers(port))
    http.call("PUT", "/api/presence", {"state": "break", "reason": house.break_reason})
    http.close()
