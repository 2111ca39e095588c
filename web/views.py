"""The shapes of agents, conversations and entries in the OpenAPI document.

:mod:`web.presenting` makes them, for REST and for the desk's socket alike.
"""

from typing import Any

from web.operations import Absent, Given


class AfterWorkView(Given):
    """After-contact work that still counts down."""

    slot: str
    conversation: str
    channel: str
    queue: str | None
    seconds: int
    since: str


class AgentView(Given):
    """An agent and what he does. ``load``: slots per channel, offers included."""

    id: str
    name: str
    state: str
    reason: str | None
    since: str
    queues: list[str]
    skills: dict[str, int]
    capacity: dict[str, int]
    load: dict[str, int]
    open: int
    after_work: list[AfterWorkView]


class ByView(Given):
    """Who did something."""

    kind: str
    id: str
    name: Absent[str] = None


class Preview(Given):
    """The line that a list shows; ``media`` where the message is a file; ``by`` a kind."""

    text: str
    media: str | None
    by: str
    by_id: str
    at: str


class RowView(Given):
    """A conversation as lists show it. ``seq``: its last number, ``my_read``: how far I read.

    ``callback``: where the customer who waits wants to be called back.
    """

    id: str
    inbox: str
    channel: str
    contact: str
    contact_name: str
    state: str
    queue: str | None
    agent: str | None
    agent_name: str | None
    last_agent: str | None
    slot: str | None
    waiting_since: str | None
    created_at: str
    updated_at: str
    closed_at: str | None
    snoozed_until: str | None
    left_at: str | None
    preview: Preview | None
    messages: int
    unanswered: int
    seq: int
    my_read: Absent[int] = None
    priority: int
    callback: str | None = None
    skills: dict[str, int]
    disposition: str | None
    rating: int | None


class EntryView(Given):
    """One entry. ``prev``: the highest number below it that this reader may see, 0 if none."""

    id: str
    conversation: str
    seq: int
    prev: int
    kind: str
    by: ByView
    at: str
    body: dict[str, Any]
    after: dict[str, Any]
    client_id: Absent[str] = None
    status: Absent[str] = None
    why: Absent[str] = None
