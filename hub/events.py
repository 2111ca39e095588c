"""The event bus port: hints between components, never truth.

A lost hint costs time (a sweeper finds the work), never correctness. Handlers are
plain functions that must not block; they put what they heard into their own queue.
Between processes events travel by their class names (:mod:`hub.redis.bus`), so renaming
one is a change of what is on the wire.
"""

from collections.abc import Callable
from typing import Protocol, TypeAlias, TypeVar

import msgspec
import structlog

from hub.documents import Document
from hub.entries import Entry

_log = structlog.get_logger(__name__)


class Committed(msgspec.Struct, frozen=True, tag=True):
    """An entry is durable. ``conversation`` is its document after it, where that is known already."""

    entry: Entry
    conversation: Document | None = None


class ConversationProjected(msgspec.Struct, frozen=True, tag=True):
    """A conversation document has caught up to its ``version``."""

    conversation: Document


class AgentChanged(msgspec.Struct, frozen=True, tag=True):
    """An agent's document (slots, presence, profile) was changed by this process."""

    agent: str


class Rang(msgspec.Struct, frozen=True, tag=True):
    """A desk or phone has shown this offer to the agent."""

    conversation: str
    slot: str


class Typing(msgspec.Struct, frozen=True, tag=True):
    """Somebody types, or stopped."""

    conversation: str
    by_kind: str
    by_id: str
    on: bool


class DeliveryChanged(msgspec.Struct, frozen=True, tag=True):
    """An outgoing message has another status (hub.delivery.Status)."""

    conversation: str
    entry: str
    status: str
    why: str | None = None


class ReadMarks(msgspec.Struct, frozen=True, tag=True):
    """How far the contact has received and read a conversation (sequence numbers)."""

    conversation: str
    delivered: int
    read: int


class StaffRead(msgspec.Struct, frozen=True, tag=True):
    """The agent who holds the conversation has been shown everything up to ``seq``."""

    conversation: str
    agent: str
    seq: int


class ContactChanged(msgspec.Struct, frozen=True, tag=True):
    """A contact's name or card was edited."""

    contact: str


class SessionEnded(msgspec.Struct, frozen=True, tag=True):
    """A sign-in has ended (signed out, password changed, disabled): its sockets must end too."""

    user: str
    session: str


class BeatsMoved(msgspec.Struct, frozen=True, tag=True):
    """A desk connected or went: presence should be looked at."""


class ConfigurationChanged(msgspec.Struct, frozen=True, tag=True):
    """Queues, skills, inboxes, canned replies or the like were edited: read them again."""

    collection: str


Event: TypeAlias = (
    Committed
    | ConversationProjected
    | AgentChanged
    | Rang
    | Typing
    | DeliveryChanged
    | ReadMarks
    | StaffRead
    | ContactChanged
    | SessionEnded
    | BeatsMoved
    | ConfigurationChanged
)
E_ = TypeVar("E_", bound=Event)
Handler: TypeAlias = "Callable[[E_], None]"


class Bus(Protocol):
    """Carries hints to whoever listens, in this process or in others."""

    def publish(self, event: Event) -> None:
        """Tell all listeners what this process did; never raises, never waits."""
        ...

    def hear(self, event: Event) -> None:
        """Tell the listeners here what another process did; it is passed on to nobody else."""
        ...

    def listen(
        self, kind: type[E_], handler: Callable[[E_], None], *, own: bool = False
    ) -> Callable[[], None]:
        """Call ``handler`` for each event of this kind; the answer stops it.

        ``own``: only for what this process itself did.
        """
        ...


class LocalBus:
    """The bus of a single process: handlers run at once, in the order they were added."""

    def __init__(self) -> None:
        """A bus nobody listens to yet."""
        self._handlers: dict[type, list[Callable[..., None]]] = {}
        self._own: dict[type, list[Callable[..., None]]] = {}  # those who care for our own acts only

    def publish(self, event: Event) -> None:
        """Call each listener; one that fails is logged and does not stop the others."""
        self._tell(self._own, event)
        self._tell(self._handlers, event)

    def hear(self, event: Event) -> None:
        """Call those who listen to all processes."""
        self._tell(self._handlers, event)

    def _tell(self, handlers: dict[type, list[Callable[..., None]]], event: Event) -> None:
        for handler in tuple(handlers.get(type(event), ())):
            try:
                handler(event)
            except Exception:  # noqa: BLE001 - a listener's fault must not undo a verb that is already durable
                _log.exception("An event listener failed", event_kind=type(event).__name__)

    def listen(
        self, kind: type[E_], handler: Callable[[E_], None], *, own: bool = False
    ) -> Callable[[], None]:
        """Add a listener."""
        handlers = (self._own if own else self._handlers).setdefault(kind, [])
        handlers.append(handler)

        def stop() -> None:
            if handler in handlers:
                handlers.remove(handler)

        return stop
